"""The Gelbooru tab of the Import page, against a real server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dscore.config import Settings
from dscore.fetch import secrets
from dscore.models import Category
from tests.booru_server import Server, Site, serving
from tests.commands import Commands
from tests.pages.work import after_job, chosen, clicked, good, opened, texts

KEYS = ("12", "canary-0123456789abcdef")


@pytest.fixture
def server(dscore: Commands) -> Iterator[Server]:
    with serving(Site(posts=list(range(1, 9)), keys=KEYS, gone={3}, html={4}, videos={5})) as running:
        dscore.library.save_settings(Settings(local_hosts=(running.host,), api_seconds=0.0))
        yield running


def test_a_search_is_looked_at_and_imported_with_kept_keys(dscore: Commands, server: Server) -> None:
    shown = chosen(opened("bring_in.py"), "booru_site", server.url)
    shown.text_input(key="booru_user").set_value(f"&api_key={KEYS[1]}&user_id={KEYS[0]}")
    shown = clicked(shown, "booru_keep")
    assert secrets.find(dscore.library, server.host) == {"user_id": KEYS[0], "api_key": KEYS[1]}
    shown.text_input(key="booru_tags").set_value("1girl")
    kinds: Any = shown.get_by_key("booru_kinds")
    kinds.set_value([Category.CHARACTER])
    shown = clicked(shown, "booru_look_now")
    assert {one.label: one.value for one in shown.metric}["The search finds"] == "8"
    shown = clicked(shown, "booru_import")
    result = after_job(dscore.library, "booru").result
    assert [result[name] for name in ("found", "imported", "filtered", "gone", "failed")] == [8, 5, 1, 1, 1]
    shown = good(shown.run())
    assert {one.label: one.value for one in shown.metric}["Gone"] == "1"
    assert set(dscore.captions("1girl").values()) == {"saber (fate)"}
    for path in (path for path in dscore.home.rglob("*") if path.is_file() and path.name != secrets.FILE):
        assert KEYS[1].encode() not in path.read_bytes(), path


def test_wrong_keys_are_said_and_not_kept(dscore: Commands, server: Server) -> None:
    shown = chosen(opened("bring_in.py"), "booru_site", server.url)
    shown.text_input(key="booru_user").set_value("12")
    shown.text_input(key="booru_key").set_value("wrong-0123456789")
    shown = clicked(shown, "booru_keep")
    assert "did not accept" in str(texts(shown, "error"))
    assert secrets.sites(dscore.library) == ()


def test_kept_keys_can_be_forgotten_where_they_are_used(dscore: Commands, server: Server) -> None:
    secrets.save(dscore.library, server.host, {"user_id": KEYS[0], "api_key": KEYS[1]})
    shown = chosen(opened("bring_in.py"), "booru_site", server.url)
    assert "A user id and an API key are kept for" in " ".join(texts(shown, "caption"))
    clicked(shown, f"forget_here_{server.host}")
    assert secrets.sites(dscore.library) == ()
