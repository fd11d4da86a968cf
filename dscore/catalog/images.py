"""Pictures and the items that put them into datasets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dscore.catalog.clock import now
from dscore.catalog.connection import Database
from dscore.catalog.reads import columns
from dscore.models import DecodedImage, Origin
from dscore.text.parsing import ParsedCaption


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture that is on the disk: `file` below `images/`, size in bytes, and what its decode gave."""

    sha256: str
    file: str
    bytes: int
    decoded: DecodedImage


@dataclass(frozen=True, slots=True)
class NewItem:
    """A picture on its way into a dataset: what to call it, where it came from, the caption that came along.

    `raw_name` is the name's own bytes in hex, where `path` had to differ from them to be readable.
    """

    image_id: int
    name: str
    path: str
    caption: ParsedCaption | None = None
    original: str | None = None
    raw_name: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture ended: its item, under which name, and whether that is "new", was "there" or is "back" from the trash."""

    item_id: int
    name: str
    fate: str


def add_image(db: Database, stored: StoredImage) -> int:
    """The image's id; the same bytes are kept once."""
    one, measures = stored.decoded, stored.decoded.measures
    db.execute(
        """insert or ignore into image (sha256, file, format, width, height, bytes, mode, orientation, frames, has_alpha,
            phash, sharpness, brightness, dark, light, entropy, colour)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            stored.sha256, stored.file, one.format, one.width, one.height, stored.bytes, one.mode, one.orientation,
            one.frames, one.has_alpha, _signed(one.phash), measures.sharpness, measures.brightness, measures.dark,
            measures.light, measures.entropy, measures.colour,
        ),
    )  # fmt: skip
    image_id = int(db.execute("select id from image where sha256 = ?", (stored.sha256,)).fetchone()[0])
    keep_bare(db, {image_id: one.bare})
    return image_id


def keep_bare(db: Database, hashes: Mapping[int, int | None]) -> None:
    """Image id → the hash without borders, None: there are none. Inside the caller's transaction; gone images are left out."""
    db.executemany(
        "insert or replace into image_bare (image_id, phash) select ?1, ?2 where exists (select 1 from image where id = ?1)",
        [(image, hash_ if hash_ is None else _signed(hash_)) for image, hash_ in hashes.items()],
    )


def without_bare(db: Database, dataset_id: int, *, limit: int = -1) -> list[tuple[int, str]]:
    """(image id, sha256) of the dataset's pictures, outside the trash, that were never looked at for borders."""
    return db.execute(
        """select image.id, sha256 from item join image on image.id = image_id
        where dataset_id = ? and trashed_at is null and not exists (select 1 from image_bare where image_id = image.id)
        order by image.id limit ?""",
        (dataset_id, limit),
    ).fetchall()


def _signed(bits: int) -> int:
    return bits - (1 << 64) if bits >> 63 else bits


def place(db: Database, new: NewItem, *, dataset_id: int, fold: Callable[[str], str], source: str) -> Placement:
    """Put one picture into the dataset, inside the caller's transaction.

    A picture that is there already stays as it is; one in the trash is named "back" and is for the caller to take out.
    A name that is taken gets `_2`, `_3`, …
    """
    row = db.execute(
        "select id, name, trashed_at from item where dataset_id = ? and image_id = ?", (dataset_id, new.image_id)
    ).fetchone()
    if row is not None:
        return Placement(row[0], row[1], "there" if row[2] is None else "back")
    name = _free_name(db, dataset_id, new.name, fold)
    cursor = db.execute(
        "insert into item (dataset_id, image_id, name, key, added_at) values (?, ?, ?, ?, ?)",
        (dataset_id, new.image_id, name, fold(name), now()),
    )
    assert cursor.lastrowid is not None
    told = new.origin or Origin("")
    origin = (cursor.lastrowid, source, new.path, new.raw_name, told.url, json.dumps(dict(told.facts)))
    db.execute("insert into origin (item_id, source, path, raw_name, url, facts) values (?, ?, ?, ?, ?, ?)", origin)
    return Placement(cursor.lastrowid, name, "new")


def _free_name(db: Database, dataset_id: int, name: str, fold: Callable[[str], str]) -> str:
    """The name itself or with the next number; looks at some 25 names among 5,000 equal ones."""

    def is_taken(number: int) -> bool:
        key = fold(_numbered(name, number))
        row = db.execute("select 1 from item where dataset_id = ? and key = ?", (dataset_id, key)).fetchone()
        return row is not None

    free = 1
    while is_taken(free):
        free *= 2
    taken = free // 2
    while free - taken > 1:
        middle = (free + taken) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return _numbered(name, free)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"


def add_caption(
    db: Database, rows: Sequence[tuple[int, NewItem]], *, tag_ids: dict[str, int], source_id: int, template: str
) -> None:
    """Write the captions that came with new items: layers, and the text verbatim. Inside the caller's transaction."""
    captioned = [(item, new, new.caption) for item, new in rows if new.caption is not None]
    db.executemany(
        "insert into item_tag (item_id, tag_id, position) values (?, ?, ?)",
        [(item, tag_ids[tag], place) for item, _, caption in captioned for place, tag in enumerate(caption.tags, 1)],
    )
    db.executemany(
        "insert into item_tag_source (item_id, tag_id, source_id) values (?, ?, ?)",
        [(item, tag_ids[tag], source_id) for item, _, caption in captioned for tag in caption.tags],
    )
    db.executemany(
        "insert into prose (item_id, text, source_id) values (?, ?, ?)",
        [(item, caption.prose, source_id) for item, _, caption in captioned if caption.prose],
    )
    db.executemany(
        "insert into original (item_id, text) values (?, ?)",
        [(item, new.original) for item, new, _ in captioned if new.original is not None],
    )
    db.executemany(
        "update item set template = ? where id = ?",
        [(caption.template, item) for item, _, caption in captioned if _needs_own(caption, template)],
    )


def _needs_own(caption: ParsedCaption, template: str) -> bool:
    return bool(caption.tags and caption.prose) and caption.template != template.replace("{trigger}, ", "")


def names(db: Database, ids: Iterable[int]) -> tuple[str, ...]:
    """The items' names, by id."""
    rows = db.execute(
        "select name from item where id in (select value from json_each(?)) order by id", (json.dumps(list(ids)),)
    )
    return tuple(row[0] for row in rows)


def named(db: Database, ids: Iterable[int]) -> dict[int, str]:
    """Item id → name."""
    rows = db.execute(
        "select id, name from item where id in (select value from json_each(?))", (json.dumps(list(ids)),)
    )
    return dict(rows.fetchall())


@dataclass(frozen=True, slots=True)
class ImageDetails:
    """What an export must know of an item's picture."""

    file: str
    sha256: str
    format: str
    width: int
    height: int
    orientation: int
    frames: int


def details(db: Database, ids: Iterable[int]) -> dict[int, ImageDetails]:
    """By item id."""
    found = columns(
        db,
        ("id", "file", "sha256", "format", "width", "height", "orientation", "frames"),
        """select item.id, file, sha256, format, width, height, orientation, frames
        from item join image on image.id = item.image_id
        where item.id in (select value from json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return dict(zip(found[0], map(ImageDetails, *found[1:]), strict=True))


def known(db: Database) -> dict[str, tuple[int, str]]:
    """Every picture that the catalog has: sha256 → (image id, file)."""
    rows = db.execute("select sha256, id, file from image")
    return {sha256: (image_id, file) for sha256, image_id, file in rows}


def files(db: Database, ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Item id → (image id, file below images/)."""
    rows = db.execute(
        """select item.id, image.id, image.file from item join image on image.id = item.image_id
        where item.id in (select value from json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return {item: (image_id, file) for item, image_id, file in rows.fetchall()}


def total(db: Database) -> tuple[int, int]:
    """How many pictures the catalog has, and their bytes."""
    count, size = db.execute("select count(*), coalesce(sum(bytes), 0) from image").fetchone()
    return int(count), int(size)


def originals(db: Database, ids: Iterable[int]) -> dict[int, str]:
    """Item id → the caption that came with it, verbatim; those that came without one are left out."""
    rows = db.execute(
        "select item_id, text from original where item_id in (select value from json_each(?))", (json.dumps(list(ids)),)
    )
    return dict(rows.fetchall())


def origins(db: Database, ids: Iterable[int]) -> dict[int, Origin]:
    """Item id → what the site said that it comes from; those that come from no site are left out."""
    rows = db.execute(
        "select item_id, url, facts from origin where url <> '' and item_id in (select value from json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {item: Origin(url, json.loads(facts)) for item, url, facts in rows.fetchall()}


def find(db: Database, sha256: str) -> ImageDetails | None:
    """The picture with these bytes, or None."""
    row = db.execute(
        "select file, sha256, format, width, height, orientation, frames from image where sha256 = ?", (sha256,)
    ).fetchone()
    return None if row is None else ImageDetails(*row)


class Standing(NamedTuple):
    """How an item stands, beside its caption; `mark` is "keep", "reject" or None, `stars` 0 to 5."""

    rev: int
    trashed: bool
    mark: str | None
    stars: int


def standing(db: Database, ids: Iterable[int]) -> dict[int, Standing]:
    """How each of the items stands; unknown ids are left out."""
    found = columns(
        db,
        ("id", "rev", "trashed", "mark", "stars"),
        """select id, rev, trashed_at is not null as trashed, mark, stars from item
        where id in (select value from json_each(?))""",
        (json.dumps(list(ids)),),
    )
    return {
        item: Standing(rev, bool(trashed), mark, stars) for item, rev, trashed, mark, stars in zip(*found, strict=True)
    }


def in_dataset(db: Database, dataset_id: int, ids: Iterable[int]) -> set[int]:
    """Those of the items that are in the dataset, the trash included."""
    rows = db.execute(
        "select id from item where dataset_id = ? and id in (select value from json_each(?))",
        (dataset_id, json.dumps(list(ids))),
    )
    return {row[0] for row in rows}


def came_from(db: Database, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Item id → (its path where it came from, or "", and the day it came: 20261125)."""
    rows = db.execute(
        """select item.id, coalesce(origin.path, ''), replace(substr(added_at, 1, 10), '-', '')
        from json_each(?) wanted cross join item on item.id = wanted.value left join origin on item_id = item.id""",
        (json.dumps(list(ids)),),
    )
    return {item: (path, day) for item, path, day in rows.fetchall()}


def keys(db: Database, dataset_id: int, *, but: Iterable[int]) -> set[str]:
    """The folded names that the dataset's other items have, the trash included."""
    rows = db.execute(
        "select key from item where dataset_id = ? and id not in (select value from json_each(?))",
        (dataset_id, json.dumps(list(but))),
    )
    return {row[0] for row in rows}
