"""What an exporter is: it plans every byte first, which a preview shows, and then writes that plan."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import ExportItem, Progress, Skipped

PictureFormat = Literal["png", "jpeg", "webp"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "names": ("numbered", "kept"),
    "caption_extension": (".txt", ".caption"),
    "link": ("copy", "hardlink"),
    "empty_captions": ("omit", "refuse"),
}
_LOWEST = {"repeats": 1, "resolution": 64, "batch_size": 1, "keep_tokens": 0}


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What a person may choose, in plain values, so that a job can keep it as JSON; raises WrongUseError.

    `dataset` is the dataset's name, which names kohya's folder. `names`: "numbered" gives each item its own
    number, never that of another, in every export; "kept" its name, made safe. `empty_captions`: "omit"
    writes no caption file for an item without a caption, "refuse" stops. `replace` allows an older export in
    the same folder to go. `class_tokens` is what kohya trains where a caption is missing, "" for the folder's
    own name. The rest goes into trainers' settings.
    """

    dataset: str = ""
    names: str = "numbered"
    caption_extension: str = ".txt"
    link: str = "copy"
    empty_captions: str = "omit"
    replace: bool = False
    repeats: int = 10
    class_tokens: str = ""
    resolution: int = 1024
    batch_size: int = 1
    shuffle_caption: bool = False
    keep_tokens: int = 0

    def __post_init__(self) -> None:
        for field, choices in _CHOICES.items():
            if getattr(self, field) not in choices:
                raise WrongUseError(f"“{field}” can be {' or '.join(choices)}, not “{getattr(self, field)}”.")
        for field, lowest in _LOWEST.items():
            if getattr(self, field) < lowest:
                raise WrongUseError(f"“{field}” must be {lowest} or more, not {getattr(self, field)}.")


@dataclass(frozen=True, slots=True)
class PlannedPicture:
    """One picture's file and its caption's, as paths from the export's root with `/`.

    `convert` is the format it is re-encoded to, upright, or None for a byte-for-byte copy; `caption_path` is
    "" where no caption file is written.
    """

    item: ExportItem
    path: str
    convert: PictureFormat | None = None
    caption_path: str = ""
    caption: bytes = b""


@dataclass(frozen=True, slots=True)
class PlannedText:
    """A file that the exporter itself composes, such as a trainer's settings."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """Every file to be written under `target` (absolute), except the manifest; nothing is written yet."""

    exporter: str
    target: Path
    options: ExportOptions
    pictures: tuple[PlannedPicture, ...]
    texts: tuple[PlannedText, ...] = ()
    warnings: tuple[str, ...] = ()

    def paths(self) -> Iterator[str]:
        """Each planned file, each picture with its caption behind it."""
        for picture in self.pictures:
            yield picture.path
            if picture.caption_path:
                yield picture.caption_path
        yield from (text.path for text in self.texts)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What became of a plan: what lies in `path` now, and what does not.

    `up_to_date`: the export was there already, whole and equal, and nothing was touched. pictures + left_out
    = planned; `converted` of the pictures were re-encoded; `captions` counts their files. `warnings` has what
    came up while writing; the plan has its own.
    """

    path: Path
    pictures: int
    captions: int
    converted: int
    left_out: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()
    up_to_date: bool = False


Writing = Generator[Progress, None, ExportResult]


class Exporter(Protocol):
    """One kind of export; `name` is what the command takes, `description` one line for people."""

    name: str
    description: str

    def plan(self, items: Sequence[ExportItem], options: ExportOptions, *, target: Path) -> ExportPlan:
        """Lay out everything without touching a disk; raises ExportError where it cannot be done."""
        ...

    def write(self, plan: ExportPlan, *, library: Library) -> Writing:
        """Write the plan: yields Progress per picture and returns the result (`result = yield from …`).

        Raises ExportError or DiskFullError, and then leaves the target as it was; so does closing the
        generator.
        """
        ...
