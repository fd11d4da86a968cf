"""The contract that every exporter keeps: the rules of a folder that all trainers read alike."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
from PIL import Image

from dscore.config import Library
from dscore.errors import NotFoundError
from dscore.exporters.base import ExportOptions
from dscore.exporters.manifest import MANIFEST, read_manifest
from dscore.exporters.registry import EXPORTERS, exporter
from dscore.models import ExportItem, Progress
from dscore.text.names import fold_name
from tests.exporters.conftest import Exporting, ItemMaker, tree

PICTURES = {".png", ".jpg", ".webp"}
every_exporter = pytest.mark.parametrize("kind", EXPORTERS)


@pytest.fixture
def heap(make_item: ItemMaker) -> list[ExportItem]:
    """One of each kind that an export may meet."""
    return [
        make_item(1, name="Pair.png"),
        make_item(2, name="pair.jpg", format="jpeg", caption="mychar, line\nbreak\n"),
        make_item(3, name="turned.jpg", format="jpeg", orientation=6),
        make_item(4, name="moving.gif", format="gif", frames=2),
        make_item(5, name="scan.tif", format="tiff"),
        make_item(6, name="old.bmp", format="bmp", caption=""),
        make_item(7, name="CON.webp", format="webp", caption="\ufeff猫, saber_(fate)"),
        make_item(8, name="a:b?.png"),
    ]


def pictures_of(files: dict[str, bytes]) -> list[PurePosixPath]:
    return [PurePosixPath(path) for path in files if PurePosixPath(path).suffix in PICTURES]


@every_exporter
def test_an_exporter_knows_its_name_and_says_what_it_is(kind: str) -> None:
    assert exporter(kind).name == kind
    assert exporter(kind).description


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="kohya, plain"):
        exporter("koyha")


@every_exporter
@pytest.mark.parametrize("names", ["numbered", "kept"])
def test_the_folder_is_portable(
    kind: str, names: str, heap: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(heap, tmp_path / "out", kind=kind, names=names)
    files = tree(tmp_path / "out")
    pictures = pictures_of(files)
    assert len(pictures) == len(heap)
    assert len({path.parent for path in pictures}) == 1
    assert len({fold_name(path.stem) for path in pictures}) == len(heap)
    assert all("." not in path.stem for path in pictures)
    beside = {PurePosixPath(path) for path in files} - set(pictures)
    for path in beside - {PurePosixPath("dataset.toml"), PurePosixPath(MANIFEST)}:
        assert path.suffix == ".txt"
        assert sum(path.with_suffix("") == picture.with_suffix("") for picture in pictures) == 1


@every_exporter
def test_numbered_names_are_the_items_own_numbers(
    kind: str, heap: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    export(heap[3:], tmp_path / "out", kind=kind)
    stems = {path.stem for path in pictures_of(tree(tmp_path / "out"))}
    assert stems == {f"{item.item_id:06d}" for item in heap[3:]}


@every_exporter
@pytest.mark.parametrize("extension", [".txt", ".caption"])
def test_captions_are_one_line_and_never_empty(
    kind: str, extension: str, heap: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    result = export(heap, tmp_path / "out", kind=kind, caption_extension=extension)
    captions = {path: text for path, text in tree(tmp_path / "out").items() if path.endswith(extension)}
    assert len(captions) == result.captions == len(heap) - 1
    for content in captions.values():
        assert re.fullmatch(r"\S.*", content.decode("utf-8"))
        assert not content.startswith(b"\xef\xbb\xbf")


@every_exporter
def test_pictures_are_upright_and_say_nothing_of_turning(
    kind: str, heap: list[ExportItem], export: Exporting, tmp_path: Path
) -> None:
    result = export(heap, tmp_path / "out", kind=kind)
    assert result.converted == 4
    for path in pictures_of(tree(tmp_path / "out")):
        with Image.open(tmp_path / "out" / path) as image:
            image.load()
            assert image.getexif().get(0x0112, 1) == 1
            assert image.size == ((16, 24) if path.stem == "000003" else (24, 16))
            assert {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[image.format or ""] == path.suffix


@every_exporter
def test_the_plan_is_what_is_written(kind: str, heap: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    plan = exporter(kind).plan(heap, ExportOptions(dataset="My set"), target=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    export(heap, tmp_path / "out", kind=kind)
    files = tree(tmp_path / "out")
    assert sorted(plan.paths()) == sorted(set(files) - {MANIFEST})
    assert {p.caption_path: p.caption for p in plan.pictures if p.caption_path}.items() <= files.items()
    assert {text.path: text.content for text in plan.texts}.items() <= files.items()


@every_exporter
def test_it_tells_its_progress_picture_by_picture(
    kind: str, heap: list[ExportItem], library: Library, tmp_path: Path
) -> None:
    chosen = exporter(kind)
    plan = chosen.plan(heap, ExportOptions(), target=tmp_path / "out")
    steps = list(chosen.write(plan, library=library))
    assert [(step.done, step.total) for step in steps] == [(n, 8) for n in range(1, 9)]
    assert all(isinstance(step, Progress) for step in steps)


@every_exporter
def test_the_manifest_lists_every_file(kind: str, heap: list[ExportItem], export: Exporting, tmp_path: Path) -> None:
    export(heap, tmp_path / "out", kind=kind)
    manifest = read_manifest(tmp_path / "out")
    assert manifest is not None
    assert {record.path for record in manifest.files} == set(tree(tmp_path / "out")) - {MANIFEST}
    assert {record.item for record in manifest.files if record.original} == {item.item_id for item in heap}
    assert manifest.exporter == kind
    assert manifest.dataset == "My set"
