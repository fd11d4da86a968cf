"""`keys`: what sites know one by, asked for without an echo, tested with one question, and kept in the library's file."""

from __future__ import annotations

import click

from dscore.cli.output import Output, shared_options
from dscore.config import Library
from dscore.fetch import secrets
from dscore.sources.booru.search import site_address
from dscore.sources.hub.address import HOSTS, OFFICIAL


@click.command()
@click.argument("site", default="gelbooru.com")
@click.option("--hub", "is_hub", is_flag=True, help="The site is a mirror of Hugging Face, and wants a token.")
@click.option("--endpoint", is_flag=True, help="The site writes captions (see `caption --endpoint`), and wants a key.")
@click.option("--forget", is_flag=True, help="Delete what is kept for the site.")
@shared_options
def keys(library: Library, out: Output, site: str, is_hub: bool, endpoint: bool, forget: bool) -> None:
    """Keep a booru's user id and API key, or Hugging Face's token (asked for, tested with one question, never shown).

    \b
    keys gelbooru.com
    keys huggingface.co
    keys 127.0.0.1:8000 --endpoint
    keys gelbooru.com --forget

    GELBOORU_USER_ID, GELBOORU_API_KEY and HF_TOKEN come before them, where these are set.
    """
    is_official = site.lower().removeprefix("https://").rstrip("/") in HOSTS
    base = OFFICIAL if is_official else site_address(site)
    host = base.partition("://")[2].partition("/")[0] if endpoint else base.partition("://")[2]
    if forget:
        secrets.save(library, host, {})
        out.result({"site": host, "kept": False}, [f"Nothing is kept for {host} any more."])
        return
    if endpoint:
        secrets.save(library, host, {"api_key": click.prompt("API key", hide_input=True, err=True).strip()})
        out.result({"site": host, "kept": True}, [f"The key for {host} is kept in this library."])
        return
    if is_official or is_hub:
        _keep_token(library, base)
    else:
        _keep_pair(library, base)
    out.result({"site": host, "kept": True}, [f"{host} accepted it; it is kept in this library."])


def _keep_token(library: Library, endpoint: str) -> None:
    from dscore.pipeline import hub

    hub.try_token(library, endpoint, click.prompt("Token", hide_input=True, err=True))


def _keep_pair(library: Library, base: str) -> None:
    from dscore.pipeline import booru

    user_id = click.prompt("User id (a number), or the site's whole string", hide_input=True, err=True)
    whole = "api_key=" in user_id
    api_key = "" if whole else click.prompt("API key", hide_input=True, err=True)
    booru.try_keys(library, base, booru.split_keys(user_id, api_key))
