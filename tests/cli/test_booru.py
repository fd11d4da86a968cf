"""Imports from a booru by command, against a real server on loopback."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dscore.config import Library, Settings
from dscore.fetch import secrets
from tests.booru_server import Server, Site, picture, serving
from tests.commands import Commands


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    return Commands(tmp_path / "home")


@pytest.fixture
def server(commands: Commands) -> Iterator[Server]:
    with serving(Site(posts=list(range(1, 41)))) as running:
        Library(commands.home).save_settings(Settings(local_hosts=(running.host,), api_seconds=0.0))
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
def test_five_hundred_posts_with_every_fault(commands: Commands, server: Server, shape: str) -> None:
    site = server.site
    site.posts, site.shape = list(range(1, 501)), shape
    site.html, site.wrong_md5, site.gone, site.videos = {7, 8}, {450}, {100, 101, 102}, {20}
    site.cut, site.busy = Counter({300: 2, 301: 1}), Counter({303: 1})
    site.api = Counter({"429": 1, "503": 1, "empty": 1})
    document = bring(commands, server, "--limit", 1000)
    assert [document[name] for name in ("found", "imported", "filtered", "gone", "failed")] == [500, 493, 1, 3, 3]
    kept = sorted(path.stem for path in (commands.home / "images").rglob("*.png"))
    good = set(range(1, 501)) - site.html - site.wrong_md5 - site.gone - site.videos
    assert kept == sorted(hashlib.sha256(picture(number)).hexdigest() for number in good)
    assert not list((commands.home / "booru").rglob("*.p*"))


def test_a_site_that_wants_keys_says_so(commands: Commands, server: Server) -> None:
    server.site.keys = ("12", "k" * 20)
    ran = commands("import", "gelbooru:1girl", "--site", server.url)
    assert ran.code == 2
    assert "wants an API key and a user id" in ran.err + ran.out


@pytest.mark.parametrize("fault", ["wrong key", "503", "html"])
def test_a_key_is_in_no_byte_that_a_failing_run_writes(commands: Commands, server: Server, fault: str) -> None:
    canary = "canary-0123456789abcdef"
    secrets.save(Library(commands.home), server.host, {"user_id": "12", "api_key": canary})
    server.site.keys = ("12", "another" if fault == "wrong key" else canary)
    server.site.gone, server.site.html = {1}, {2}
    server.site.api = Counter({fault: 2})
    ran = commands("import", "gelbooru:1girl", "--site", server.url, "--json")
    assert ran.code == (2 if fault == "wrong key" else 1)
    assert canary not in ran.out + ran.err
    for path in (path for path in commands.home.rglob("*") if path.is_file() and path.name != secrets.FILE):
        assert canary.encode() not in path.read_bytes(), path
