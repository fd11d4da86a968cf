"""Pictures reach the browser upright, as pictures and nothing else, and once."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from dscore.config import Library
from dscore.media.thumbnails import thumbnail_path
from tests.commands import Commands
from tests.made_sets import fill
from tests.media.pictures import bytes_of, exif_of, photo
from tests.web.serving import browser

PICTURES = {
    "plain.jpg": bytes_of(photo(800, 600, seed=1), "JPEG"),
    "turned.jpg": bytes_of(photo(800, 600, seed=2), "JPEG", exif=exif_of(6)),
    "plain.png": bytes_of(photo(seed=3), "PNG"),
    "plain.webp": bytes_of(photo(seed=4), "WEBP"),
    "old.bmp": bytes_of(photo(seed=5), "BMP"),
    "moving.gif": bytes_of(photo(seed=6), "GIF"),
    "deep.tif": bytes_of(photo(seed=7), "TIFF"),
}
SHA = {name: hashlib.sha256(content).hexdigest() for name, content in PICTURES.items()}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    home = tmp_path_factory.mktemp("pictures")
    Commands(home / "library").good("import", fill(home / "set", PICTURES))
    return Library(home / "library")


def test_a_thumbnail_comes_as_webp_for_ever(library: Library) -> None:
    answer = browser(library).get(f"/api/thumb/{SHA['plain.jpg']}.webp")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["etag"] == f'"{SHA["plain.jpg"]}"'
    assert Image.open(io.BytesIO(answer.content)).size == (384, 288)


@pytest.mark.parametrize("path", ["/api/thumb/{}.webp", "/api/image/{}"])
def test_what_the_browser_has_is_not_sent_again(library: Library, path: str) -> None:
    asking, address = browser(library), path.format(SHA["plain.png"])
    etag = asking.get(address).headers["etag"]
    again = asking.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert asking.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("name", PICTURES)
def test_a_missing_thumbnail_is_made_again(library: Library, name: str) -> None:
    path = thumbnail_path(library.home, SHA[name])
    before = path.read_bytes()
    path.unlink()
    assert browser(library).get(f"/api/thumb/{SHA[name]}.webp").content == before
    assert path.read_bytes() == before
    assert [folder for folder in library.incoming.iterdir() if folder.is_dir()] == []


@pytest.mark.parametrize("name", ["plain.jpg", "plain.png", "plain.webp"])
def test_what_every_browser_shows_is_sent_as_it_is(library: Library, name: str) -> None:
    answer = browser(library).get(f"/api/image/{SHA[name]}")
    assert answer.content == PICTURES[name]
    assert answer.headers["content-type"] == {"jpg": "image/jpeg"}.get(name[-3:], f"image/{name.partition('.')[2]}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("name", "kind"), [("old.bmp", "png"), ("moving.gif", "png"), ("deep.tif", "png"), ("turned.jpg", "jpeg")]
)
def test_any_other_picture_is_converted_and_upright(library: Library, name: str, kind: str) -> None:
    answer = browser(library).get(f"/api/image/{SHA[name]}")
    assert answer.headers["content-type"] == f"image/{kind}"
    shown = Image.open(io.BytesIO(answer.content))
    assert shown.format == kind.upper()
    assert shown.size == ((600, 800) if name == "turned.jpg" else (160, 120))
    assert shown.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize(
    "name",
    [
        "0" * 64,
        "A" * 64,
        "a" * 63,
        "a" * 65,
        "..%2F..%2Fcatalog.db",
        "%2e%2e%2fcatalog",
        "..",
        "a" * 60 + "/../",
        "%00" * 64,
    ],
)
@pytest.mark.parametrize("path", ["/api/thumb/{}.webp", "/api/image/{}"])
def test_no_other_name_leads_to_a_file(library: Library, path: str, name: str) -> None:
    answer = browser(library).get(path.format(name))
    assert answer.status_code == 404
    assert b"SQLite" not in answer.content


def test_a_picture_that_is_gone_is_said(tmp_path: Path) -> None:
    Commands(tmp_path / "library").good("import", fill(tmp_path / "set", {"a.png": PICTURES["plain.png"]}))
    library, sha256 = Library(tmp_path / "library"), SHA["plain.png"]
    thumbnail_path(library.home, sha256).unlink()
    original = library.image_path(f"{sha256[:2]}/{sha256}.png")
    original.write_bytes(b"<html>")
    answer = browser(library).get(f"/api/thumb/{sha256}.webp")
    assert answer.status_code == 404
    original.unlink()
    for path in (f"/api/thumb/{sha256}.webp", f"/api/image/{sha256}"):
        answer = browser(library).get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
        assert "is missing" in answer.json()["error"]
        assert "immutable" not in answer.headers.get("cache-control", "")
