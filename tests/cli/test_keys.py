"""`keys`: asked for without an echo, tested with one question, kept in a file of one's own, forgotten."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner

from dscore.cli import main
from dscore.fetch import secrets
from tests.booru_server import Server, Site, serving
from tests.commands import Commands, Ran
from tests.dataset_hub import DatasetHub
from tests.dataset_hub import serving as serving_hub

KEY, TOKEN = "canary-0123456789abcdef", "hf_canary_0123456789"


@pytest.fixture
def server(dscore: Commands) -> Iterator[Server]:
    with serving(Site(posts=[1], keys=("12", KEY))) as running:
        allow(dscore, running.host)
        yield running


@pytest.fixture
def hub(dscore: Commands, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetHub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with serving_hub() as served:
        allow(dscore, *served.local_hosts)
        served.tokens = {TOKEN}
        yield served


def allow(dscore: Commands, *hosts: str) -> None:
    dscore.library.save_settings(replace(dscore.library.settings(), local_hosts=hosts))


def keys(dscore: Commands, *words: str, answers: str = "") -> Ran:
    """The command with what a person types; nothing of that may be in what it says."""
    result = CliRunner().invoke(main, ["keys", *words, "--home", str(dscore.home), "--json"], input=answers)
    assert not any(word in result.output for word in answers.split() if len(word) > 5)
    return Ran(result.exit_code, result.stdout, result.stderr)


@pytest.mark.parametrize("answers", [f"12\n{KEY}\n", f"&api_key={KEY}&user_id=12\n"])
def test_a_booru_s_pair_is_tested_and_kept_for_its_owner_alone(dscore: Commands, server: Server, answers: str) -> None:
    ran = keys(dscore, server.url, answers=answers)
    assert (ran.code, json.loads(ran.out)) == (0, {"site": server.host, "kept": True})
    assert secrets.find(dscore.library, server.host) == {"user_id": "12", "api_key": KEY}
    if os.name != "nt":
        assert stat.S_IMODE(secrets.path(dscore.library).stat().st_mode) == 0o600
    assert dscore.good("import", "gelbooru:1girl", "--site", server.url)["imported"] == 1


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ("12\nanother-key\n", "did not accept"),
        (f"somebody\n{KEY}\n", "a number, not the name"),
        ("12\ntwo words\n", "missing, or holds blanks"),
    ],
)
def test_what_is_not_accepted_is_not_kept(dscore: Commands, server: Server, answers: str, sentence: str) -> None:
    ran = keys(dscore, server.url, answers=answers)
    assert ran.code == 2
    assert sentence in ran.err
    assert secrets.sites(dscore.library) == ()


def test_a_hub_s_token_is_tested_and_kept(dscore: Commands, hub: DatasetHub) -> None:
    ran = keys(dscore, hub.url, "--hub", answers="hf_wrong_token\n")
    assert (ran.code, "does not accept the token" in ran.err) == (2, True)
    assert secrets.sites(dscore.library) == ()
    assert keys(dscore, hub.url, "--hub", answers=f" {TOKEN} \n").code == 0
    assert secrets.find(dscore.library, hub.local_hosts[0]) == {"token": TOKEN}


def test_they_are_forgotten_one_site_at_a_time(dscore: Commands) -> None:
    secrets.save(dscore.library, "gelbooru.com", {"user_id": "12", "api_key": KEY})
    secrets.save(dscore.library, "huggingface.co", {"token": TOKEN})
    assert keys(dscore, "https://huggingface.co/", "--forget").code == 0
    assert secrets.sites(dscore.library) == ("gelbooru.com",)
    assert keys(dscore, "--forget").code == 0
    assert secrets.sites(dscore.library) == ()
