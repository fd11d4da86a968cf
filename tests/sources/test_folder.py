"""A folder as a source."""

import os
import socket
import sys
from pathlib import Path

import pytest

from dscore.errors import SourceError
from dscore.sources.folder import FolderSource
from dscore.sources.limits import SourceLimits
from tests.sources.crafting import PNG, content, names, reasons

links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")


@pytest.fixture
def heap(tmp_path: Path) -> Path:
    """A folder `heap` inside `tmp_path`, with one good picture."""
    folder = tmp_path / "heap"
    folder.mkdir()
    _write(folder / "good.png")
    return folder


def _write(path: Path, data: bytes = PNG) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _open(folder: Path) -> FolderSource:
    return FolderSource(folder, SourceLimits())


def test_all_folders_below_are_read_in_natural_order_with_captions(heap: Path) -> None:
    for name in ("10.png", "9.JPG", "b/1.webp", "a/deep/er/2.gif"):
        _write(heap / name)
    _write(heap / "a/deep/er/2.txt", b"tag, other\n")
    source = _open(heap)
    survey = source.look()
    assert names(survey) == ["9.JPG", "10.png", "a/deep/er/2.gif", "b/1.webp", "good.png"]
    assert survey.pictures[2].caption
    assert survey.pictures[2].caption.text == "tag, other"
    assert not survey.skipped
    assert content(source, survey.pictures[2]) == PNG


def test_hidden_and_clutter_stay_out(heap: Path) -> None:
    for name in (".secret.png", ".git/x.png", "__MACOSX/x.png", "Thumbs.db", "._good.png"):
        _write(heap / name)
    survey = _open(heap).look()
    assert names(survey) == ["good.png"]
    assert survey.notes == ("1 hidden file left out (names that begin with a dot).",)


@links
def test_links_out_and_round_are_listed_and_not_followed(heap: Path, tmp_path: Path) -> None:
    _write(tmp_path / "outside" / "x.png")
    (heap / "out").symlink_to(tmp_path / "outside", target_is_directory=True)
    (heap / "round").symlink_to(heap, target_is_directory=True)
    (heap / "x.png").symlink_to(tmp_path / "outside" / "x.png")
    (heap / "gone.png").symlink_to(heap / "nothing")
    (heap / "within.png").symlink_to(heap / "good.png")
    source = _open(heap)
    survey = source.look()
    assert names(survey) == ["good.png", "within.png"]
    assert content(source, survey.pictures[1]) == PNG
    assert set(reasons(survey)) == {"out", "round", "x.png", "gone.png"}
    assert "link to a folder" in reasons(survey)["round"]
    assert "outside the folder" in reasons(survey)["x.png"]


@links
def test_a_folder_may_itself_be_a_link(heap: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(heap, target_is_directory=True)
    source = _open(tmp_path / "link")
    assert source.suggested_name == "heap"
    assert content(source, source.look().pictures[0]) == PNG


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes in folders there")
def test_a_pipe_or_a_socket_is_listed_and_never_opened(heap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(heap / "pipe.png")
    monkeypatch.chdir(heap)  # a socket's path is limited to about 100 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.png")
        survey = _open(heap).look()
    assert names(survey) == ["good.png"]
    assert all("a pipe, a socket or a device" in reason for reason in reasons(survey).values())
    assert len(survey.skipped) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a depth")
def test_folders_deeper_than_a_path_can_say_are_listed(heap: Path) -> None:
    folders = [os.open(heap, os.O_RDONLY)]
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=folders[-1])
        folders.append(os.open("d" * 200, os.O_RDONLY, dir_fd=folders[-1]))
    for folder in folders:
        os.close(folder)
    survey = _open(heap).look()
    assert names(survey) == ["good.png"]
    assert ["cannot be opened" in line.reason for line in survey.skipped] == [True]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="rights do not bind this user")
def test_a_folder_without_rights_is_listed(heap: Path) -> None:
    _write(heap / "closed" / "x.png")
    (heap / "closed").chmod(0)
    try:
        survey = _open(heap).look()
    finally:
        (heap / "closed").chmod(0o700)
    assert names(survey) == ["good.png"]
    assert "cannot be opened" in reasons(survey)["closed"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_not_utf_8_is_shown_and_read(heap: Path) -> None:
    _write(Path(os.fsdecode(os.fsencode(heap) + b"/\xff.png")))
    source = _open(heap)
    odd = next(picture for picture in source.look().pictures if picture.name != "good.png")
    assert (odd.name, odd.raw_name) == ("\ufffd.png", b"\xff.png".hex())
    assert content(source, odd) == PNG


def test_the_dataset_is_named_after_the_folder(heap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(heap)
    source = _open(Path())
    assert (source.label, source.suggested_name) == ("heap", "heap")
    source.close()


def test_the_root_of_a_disk_gives_a_name_too() -> None:
    assert _open(Path(Path.cwd().anchor)).suggested_name == "pictures"


def test_a_folder_that_cannot_be_opened_is_a_sentence(heap: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        _open(heap / "good.png")
