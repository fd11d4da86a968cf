"""The values that pass between the rooms of dscore; all frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Category(StrEnum):
    """A tag's category, by the boorus' own names."""

    GENERAL = "general"
    CHARACTER = "character"
    COPYRIGHT = "copyright"
    ARTIST = "artist"
    META = "meta"
    RATING = "rating"


class Mode(StrEnum):
    """What a tagger or captioner does to an item that has tags (or prose) already."""

    SKIP = "skip"
    APPEND = "append"
    MERGE = "merge"
    OVERWRITE = "overwrite"


class TriggerPosition(StrEnum):
    """Where the trigger word stands in a rendered caption."""

    START = "start"
    END = "end"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that did not go in: its name in the source, and the reason as a sentence."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """A caption found beside a picture: its text after decoding, with line ends as `\\n`.

    `encoding` is what the bytes were read as; `notes` says in plain words what reading changed.
    """

    name: str
    text: str
    encoding: str = "utf-8"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a site says of a picture: its address, and a few facts by name (site, post, md5, rating, score, source)."""

    url: str
    facts: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A picture in a source, not yet read.

    `key` finds it again in the same source (a ZIP's entry number, a path); `name` is for people, with `/`
    between folders; `size` is the declared size in bytes; `modified` is an ISO date or "". `raw_name` is the
    name's own bytes in hex, where `name` had to differ from them to be readable; else "". `tags` are those that a site gives,
    as a caption writes them.
    """

    key: str
    name: str
    size: int
    caption: CaptionFile | None = None
    notes: tuple[str, ...] = ()
    modified: str = ""
    raw_name: str = ""
    tags: tuple[tuple[str, Category], ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What a source holds, before anything is read in. found = pictures + skipped.

    `counts` is (extension with its dot or "", number) of every file seen, the commonest first.
    """

    pictures: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()

    @property
    def total_bytes(self) -> int:
        """Declared bytes of all pictures."""
        return sum(picture.size for picture in self.pictures)


@dataclass(frozen=True, slots=True)
class Measures:
    """What the one decode measured; see `media.quality` for each formula.

    `sharpness` is the variance of the Laplacian at 512 px (0 up; under 5 is blurred); `brightness`, `dark`, `light` are the mean,
    1st and 99th percentile of luma, 0 to 1; `entropy` is of the luma histogram, 0 to 8 bits; `colour` is the mean channel
    spread, 0 to 1 (0: grey).
    """

    sharpness: float
    brightness: float
    dark: float
    light: float
    entropy: float
    colour: float


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """All that one decode of a picture gives. Width and height are upright, after EXIF orientation.

    `format` is what the content is ("jpeg", "png", "webp", "gif", "bmp", "tiff"), `extension` its usual one with the dot;
    `orientation` is EXIF's 1 to 8; `frames` is 2 where there is more than one frame (never counted further); `phash` is
    unsigned 64 bit, `bare` the same without even borders (None: there are none); `thumbnail` is WebP, long side at most 384 px.
    """

    format: str
    extension: str
    width: int
    height: int
    mode: str
    orientation: int
    frames: int
    has_alpha: bool
    phash: int
    measures: Measures
    thumbnail: bytes
    notes: tuple[str, ...] = ()
    bare: int | None = None


@dataclass(frozen=True, slots=True)
class TagScore:
    """A tag that a model gave, with its score from 0 to 1; the name as the model's labels write it, with underscores."""

    name: str
    category: Category
    score: float


@dataclass(frozen=True, slots=True)
class Layers:
    """An item's caption in parts: the tags in order, as a caption writes them; the prose; the trigger word, or ""."""

    trigger: str = ""
    tags: tuple[str, ...] = ()
    prose: str = ""


@dataclass(frozen=True, slots=True)
class CaptionStyle:
    """How layers become one text. `seed` makes a random trigger place the same every time."""

    template: str = "{trigger}, {tags}. {prose}"
    trigger_position: TriggerPosition = TriggerPosition.START


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of long work: how many of how many are through, and a word on what is being done."""

    done: int
    total: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One picture to export, ready: where its bytes are, what they are, and its rendered caption (may be "")."""

    item_id: int
    name: str
    path: str
    sha256: str
    format: str
    width: int
    height: int
    orientation: int
    frames: int
    caption: str
    tags: tuple[str, ...] = field(default=())
