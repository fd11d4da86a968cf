"""Webdataset tars: what belongs together, and what a hostile one gets."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from dscore.errors import SourceError, UnreadableImageError
from dscore.sources.hub.tars import TarSource
from dscore.sources.limits import SourceLimits
from tests.hub_layouts import PICTURES, tar


def source(path: Path, content: bytes, columns: tuple[str, ...] = (), limits: SourceLimits | None = None) -> TarSource:
    path.write_bytes(content)
    return TarSource(path, "train.tar", columns, limits or SourceLimits())


def test_a_picture_is_read_at_its_place_in_any_order(tmp_path: Path) -> None:
    opened = source(tmp_path / "a", tar({f"{name}.png": data for name, data in PICTURES.items()}))
    pictures = opened.look().pictures
    for picture in reversed(pictures):
        assert b"".join(opened.read(picture)) == PICTURES[picture.name.removesuffix(".png")]
    opened.close()


def test_a_chosen_column_goes_before_the_text_file(tmp_path: Path) -> None:
    members: dict[str, bytes | str] = {
        "1.png": PICTURES["one"],
        "1.txt": "from the text",
        "1.json": '{"tags": ["a", "b"], "caption": "c"}',
    }
    texts = {}
    choices: tuple[tuple[str, ...], ...] = ((), ("tags",))
    for columns in choices:
        opened = source(tmp_path / "a", tar(members), columns)
        caption = opened.look().pictures[0].caption
        assert caption is not None
        texts[columns] = caption.text
        opened.close()
    assert texts == {(): "from the text", ("tags",): "a, b"}


def test_links_and_names_that_lead_out_are_listed(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("link.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("../../out.png"))
        archive.addfile(tarfile.TarInfo("C:/out.png"))
    opened = source(tmp_path / "a", out.getvalue())
    survey = opened.look()
    assert survey.pictures == ()
    assert {line.name for line in survey.skipped} == {"link.png", "../../out.png", "C:/out.png"}
    opened.close()


def test_what_is_no_tar_or_too_many_or_cut_is_said(tmp_path: Path) -> None:
    opened = source(tmp_path / "a", b"<html>" * 500)
    with pytest.raises(SourceError, match="is no tar that can be read"):
        opened.look()
    opened.close()
    opened = source(tmp_path / "b", tar({"1.png": b"x", "2.png": b"y"}), limits=SourceLimits(entries=1))
    with pytest.raises(SourceError, match="the limit"):
        opened.look()
    opened.close()
    opened = source(tmp_path / "c", tar({"1.png": PICTURES["one"]}))
    picture = opened.look().pictures[0]
    opened.close()
    opened = source(tmp_path / "c", tar({"1.png": PICTURES["one"]})[:520])
    with pytest.raises(UnreadableImageError, match="cut off"):
        list(opened.read(picture))
    opened.close()
