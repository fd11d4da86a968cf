"""Files of posts: loaded once, gone on with where they broke off, and never anything but the picture that was listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.errors import FetchError, GoneError
from dscore.fetch.client import Fetcher
from dscore.fetch.limits import Retries
from dscore.models import Origin, SourceFile
from dscore.sources.booru.source import BooruSource
from tests.booru_server import Server, Site, picture, serving

NUMBER = 5
SIZE = len(picture(NUMBER))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Site(posts=[NUMBER])) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "downloads"


def source(server: Server, folder: Path) -> BooruSource:
    fetcher = Fetcher(local_hosts=("127.0.0.1",), retries=Retries(first=0.001, busy=0.001))
    return BooruSource(server.url, fetcher, folder)


def post(server: Server) -> SourceFile:
    facts = {"md5": server.site.md5(NUMBER), "file": f"{server.url}/images/{NUMBER}.png"}
    return SourceFile(str(NUMBER), "x.png", 0, origin=Origin("", facts))


def read(server: Server, folder: Path) -> bytes:
    return b"".join(source(server, folder).read(post(server)))


def part(server: Server, folder: Path, content: bytes) -> Path:
    """What another process has left behind."""
    folder.mkdir()
    path = folder / f"{NUMBER}_{server.site.md5(NUMBER)}.png.part"
    path.write_bytes(content)
    return path


def test_a_file_is_loaded_once_and_forgotten_when_told(server: Server, folder: Path) -> None:
    one = source(server, folder)
    for _ in range(2):
        assert b"".join(one.read(post(server))) == picture(NUMBER)
    assert server.site.whole[NUMBER] == 1
    assert [path.name for path in folder.iterdir()] == [f"{NUMBER}_{server.site.md5(NUMBER)}.png"]
    one.forget({str(NUMBER)})
    assert list(folder.iterdir()) == []


def test_a_cut_file_goes_on_where_it_broke_off(server: Server, folder: Path) -> None:
    server.site.cut = Counter({NUMBER: 2})
    assert read(server, folder) == picture(NUMBER)
    assert server.site.parts == [SIZE // 2, SIZE // 2 + (SIZE - SIZE // 2) // 2]


def test_a_part_of_a_killed_process_is_gone_on_with(server: Server, folder: Path) -> None:
    part(server, folder, picture(NUMBER)[:1000])
    assert read(server, folder) == picture(NUMBER)
    assert server.site.parts == [1000]
    assert [path.suffix for path in folder.iterdir()] == [".png"]


@pytest.mark.parametrize("content", [b"x" * 1000, b"x" * SIZE, b"x" * (SIZE + 9)], ids=["wrong", "as long", "longer"])
def test_a_part_of_another_file_is_thrown_away(server: Server, folder: Path, content: bytes) -> None:
    part(server, folder, content)
    assert read(server, folder) == picture(NUMBER)
    assert server.site.parts == [len(content)]
    assert server.site.whole[NUMBER] >= 1


def test_a_site_that_gives_no_parts_gives_the_whole(server: Server, folder: Path) -> None:
    server.site.gives_parts = False
    part(server, folder, picture(NUMBER)[:1000])
    assert read(server, folder) == picture(NUMBER)


@pytest.mark.parametrize(
    ("fault", "error", "sentence"),
    [
        ("gone", GoneError, "not on the site any more"),
        ("html", FetchError, "a web page instead"),
        ("wrong_md5", FetchError, "checksum"),
    ],
)
def test_what_is_not_the_picture_never_becomes_one(
    server: Server, folder: Path, fault: str, error: type[Exception], sentence: str
) -> None:
    getattr(server.site, fault).add(NUMBER)
    with pytest.raises(error, match=sentence):
        read(server, folder)
    assert list(folder.iterdir()) == []
    assert server.site.whole[NUMBER] == (2 if fault == "wrong_md5" else 0)
