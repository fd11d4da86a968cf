"""Items laid out as files: each picture's name and format, its caption, and what to warn of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from dscore.errors import ExportError
from dscore.exporters.base import ExportOptions, PictureFormat, PlannedPicture
from dscore.exporters.captions import caption_bytes, caption_line
from dscore.exporters.names import kept_stems, listed, numbered_stems
from dscore.models import ExportItem

LONGEST_PATH = 240
"""Characters; Windows takes 259, and a trainer adds names of its own."""

_EXTENSIONS: dict[str, tuple[str, PictureFormat]] = {
    "jpeg": (".jpg", "jpeg"),
    "png": (".png", "png"),
    "webp": (".webp", "webp"),
}
_SPLIT_WORDS = frozenset(
    ("train", "training", "test", "testing", "eval", "evaluation", "dev", "val", "valid", "validation")
)
_WORD_BREAK = re.compile(r"[-._ 0-9]+")
_MASK_SUFFIXES = ("-masklabel", "-condlabel")


def place_pictures(
    items: Sequence[ExportItem], options: ExportOptions, *, folder: str = ""
) -> tuple[PlannedPicture, ...]:
    """One file per item in `folder` ("" is the root), in the items' order, each with its caption.

    Raises ExportError if there is no item, or one without a caption where the options refuse that.
    """
    if not items:
        raise ExportError("There is nothing to export: no picture was chosen.")
    _refuse_empty(items, options)
    prefix = f"{folder}/" if folder else ""
    stems = _stems(items, options)
    return tuple(
        _place(item, prefix + stem, options.caption_extension) for item, stem in zip(items, stems, strict=True)
    )


def output_format(item: ExportItem) -> tuple[str, PictureFormat | None]:
    """The extension of an item's file, and the format it must be re-encoded to (None: copied as it is).

    kohya ignores GIF and TIFF, and trains a picture sideways that only EXIF turns upright.
    """
    if item.format not in _EXTENSIONS:
        return ".png", "png"
    extension, upright = _EXTENSIONS[item.format]
    return extension, None if item.orientation == 1 else upright


def warnings(pictures: Sequence[PlannedPicture], options: ExportOptions, *, target: Path) -> tuple[str, ...]:
    """Everything about these files that a trainer or a system may take amiss, one sentence each."""
    found = [
        _empty_captions(pictures),
        _joined_lines(pictures),
        _first_frames(pictures),
        _hard_links(options),
        _long_paths(pictures, target),
        _borrowed_captions(pictures, target, options.caption_extension),
    ]
    if options.names == "kept":
        found += [_masks(pictures), _splits(pictures), _prefixes(pictures)]
    return tuple(sentence for sentence in found if sentence)


def split_word(name: str) -> str:
    """The word in a name that makes Hugging Face's loader split the set there (`test`, `val`, …), or ""."""
    return next((word for word in _WORD_BREAK.split(name.lower()) if word in _SPLIT_WORDS), "")


def _stems(items: Sequence[ExportItem], options: ExportOptions) -> list[str]:
    repeated = [number for number, count in Counter(item.item_id for item in items).items() if count > 1]
    if repeated:
        raise ExportError(f"An item was given twice: {listed([str(number) for number in repeated])}.")
    if options.names == "kept":
        return kept_stems(item.name for item in items)
    return numbered_stems([item.item_id for item in items])


def _place(item: ExportItem, stem: str, caption_extension: str) -> PlannedPicture:
    extension, convert = output_format(item)
    caption = caption_bytes(item.caption)
    return PlannedPicture(
        item=item,
        path=stem + extension,
        convert=convert,
        caption_path=stem + caption_extension if caption else "",
        caption=caption,
    )


def _refuse_empty(items: Sequence[ExportItem], options: ExportOptions) -> None:
    if options.empty_captions != "refuse":
        return
    empty = [item.name for item in items if not caption_line(item.caption)]
    if empty:
        raise ExportError(
            f"{len(empty)} of {len(items)} pictures have no caption: {listed(empty)}. "
            "Tag or caption them, or allow pictures without a caption."
        )


def _about(names: Sequence[str], sentence: str) -> str:
    return sentence.format(count=len(names), names=listed(names)) if names else ""


def _empty_captions(pictures: Sequence[PlannedPicture]) -> str:
    return _about(
        [picture.item.name for picture in pictures if not picture.caption_path],
        "{count} pictures have no caption, so no caption file is written for them: {names}. "
        "kohya trains them with the class tokens, other trainers leave them out or stop.",
    )


def _joined_lines(pictures: Sequence[PlannedPicture]) -> str:
    return _about(
        [p.item.name for p in pictures if len(p.item.caption.strip().splitlines()) > 1],
        "{count} captions had several lines, which become one: {names}.",
    )


def _first_frames(pictures: Sequence[PlannedPicture]) -> str:
    return _about(
        [picture.item.name for picture in pictures if picture.item.frames > 1],
        "{count} pictures have several frames, of which the first counts: {names}.",
    )


def _hard_links(options: ExportOptions) -> str:
    if options.link != "hardlink":
        return ""
    return (
        "Hard links share their bytes with the library: a trainer or editor that writes into a picture "
        "of this export changes the library's original."
    )


def _long_paths(pictures: Sequence[PlannedPicture], target: Path) -> str:
    room = LONGEST_PATH - len(str(target)) - 1
    return _about(
        [p.path for p in pictures if max(len(p.path), len(p.caption_path)) > room],
        f"{{count}} paths are longer than {LONGEST_PATH} characters, which Windows may refuse: {{names}}. "
        "Export to a folder with a shorter path.",
    )


def _borrowed_captions(pictures: Sequence[PlannedPicture], target: Path, extension: str) -> str:
    """Pictures under kohya's rule for cut-out faces.

    For one without a caption it tries the whole path less its last four `_` parts.
    """
    root = f"{target.as_posix()}/"
    captions = {root + picture.caption_path for picture in pictures if picture.caption_path}

    def borrows(picture: PlannedPicture) -> bool:
        parts = (root + picture.path).rpartition(".")[0].split("_")
        return not picture.caption_path and "_".join(parts[:-4]) + extension in captions

    return _about(
        [picture.path for picture in pictures if borrows(picture)],
        "kohya takes another picture's caption for these, by their names: {names}. Use numbered names.",
    )


def _masks(pictures: Sequence[PlannedPicture]) -> str:
    return _about(
        [picture.path for picture in pictures if _stem(picture).endswith(_MASK_SUFFIXES)],
        "OneTrainer takes these for masks, by their names: {names}. Use numbered names.",
    )


def _splits(pictures: Sequence[PlannedPicture]) -> str:
    return _about(
        [picture.path for picture in pictures if split_word(_stem(picture))],
        "Hugging Face's loader takes these for splits, by their names: {names}. Use numbered names.",
    )


def _prefixes(pictures: Sequence[PlannedPicture]) -> str:
    return _about(
        [first for first, second in pairwise(sorted(map(_stem, pictures))) if second.startswith(first)],
        "Other names begin with these: {names}. kohya mixes up their sizes once it has cached latents. "
        "Use numbered names.",
    )


def _stem(picture: PlannedPicture) -> str:
    return picture.path.rpartition("/")[2].rpartition(".")[0]
