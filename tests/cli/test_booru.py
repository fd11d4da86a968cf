"""Imports from a booru by command, against a real server on loopback."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dscore.config import Library, Settings
from dscore.fetch.limits import Retries
from dscore.pipeline import booru
from tests.booru_server import Server, Site, make_trouble, picture, serving
from tests.commands import Commands

QUICK = Retries(first=0.01, busy=0.01)


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    monkeypatch.setattr(booru, "Retries", lambda: QUICK)
    return Commands(tmp_path / "home")


@pytest.fixture
def server(commands: Commands) -> Iterator[Server]:
    with serving(Site(posts=list(range(1, 41)))) as running:
        settings = Settings(local_hosts=(running.host,), api_seconds=0.0, decode_workers=1)
        Library(commands.home).save_settings(settings)
        yield running


def rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "catalog.db")) as db:
        return db.execute(sql).fetchall()


def bring(commands: Commands, server: Server, *more: object) -> dict[str, object]:
    found = commands("import", "gelbooru:1girl", "--site", server.url, "--dataset", "set", *more, "--json")
    assert found.code in {0, 1}, found
    document = found.json
    parts = ("imported", "already_there", "filtered", "gone", "failed")
    assert document["found"] == sum(document[part] for part in parts)
    return dict(document)


def test_pictures_come_in_with_their_tags_categories_and_origin(commands: Commands, server: Server) -> None:
    assert bring(commands, server, "--limit", 5)["imported"] == 5
    tags = dict(rows(commands.home, "select name, category from tag"))
    assert tags["saber (fate)"] == "character"
    assert tags["fate (series)"] == "copyright"
    assert tags["some artist"] == "artist"
    assert tags["grabbing another's arm"] == "general"
    assert "highres" not in tags
    assert rows(commands.home, "select distinct kind, source from claims") == [("booru", server.host)]
    [(url, md5, source)] = rows(
        commands.home,
        "select url, json_extract(facts, '$.md5'), json_extract(facts, '$.source') from origin "
        "where json_extract(facts, '$.post') = 40",
    )
    assert url == f"{server.url}/index.php?page=post&s=view&id=40"
    assert md5 == server.site.md5(40)
    assert source == "https://example.org/?a=1&b=2"


def test_a_second_run_asks_for_no_file_and_no_tag(commands: Commands, server: Server) -> None:
    server.site.gone = {39}
    first = bring(commands, server)
    assert (first["imported"], first["gone"]) == (39, 1)
    server.site.asked.clear()
    second = bring(commands, server)
    assert (second["imported"], second["already_there"], second["gone"]) == (0, 39, 1)
    assert not [path for path in server.site.asked if "/images/" in path or "s=tag" in path]


def test_new_posts_since_last_time(commands: Commands, server: Server) -> None:
    bring(commands, server, "--limit", 10)
    server.site.posts += [41, 42]
    document = bring(commands, server, "--new")
    assert (document["found"], document["imported"]) == (2, 2)


def test_filters_say_why(commands: Commands, server: Server) -> None:
    server.site.videos = {40}
    document = bring(commands, server, "--rating", "general", "--min-score", 3)
    assert document["imported"] == len([n for n in range(1, 40) if n % 3 == 0 and n % 9 >= 3])
    assert "It is a video (.mp4)." in str(document["left_out_posts"])


@pytest.mark.parametrize("shape", ["object", "list"])
def test_posts_with_every_fault_are_all_accounted_for(commands: Commands, server: Server, shape: str) -> None:
    site = server.site
    site.shape = shape
    make_trouble(site, posts=120)
    document = bring(commands, server, "--limit", 1000)
    assert [document[name] for name in ("found", "imported", "filtered", "gone", "failed")] == [120, 113, 1, 3, 3]
    kept = sorted(path.stem for path in (commands.home / "images").rglob("*.png"))
    assert kept == sorted(hashlib.sha256(picture(number)).hexdigest() for number in site.good)
    assert not list((commands.home / "booru").rglob("*.p*"))


def test_a_site_that_wants_keys_says_so(commands: Commands, server: Server) -> None:
    server.site.keys = ("12", "k" * 20)
    ran = commands("import", "gelbooru:1girl", "--site", server.url)
    assert ran.code == 2
    assert "wants an API key and a user id" in ran.err + ran.out
