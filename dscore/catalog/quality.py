"""What the checks of `quality` look at, read from the catalog in bulk, and what they find.

Nothing of it is kept in the catalog: a search by `check:blurred` is as right as the captions are now.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dscore.catalog import datasets, different, lengths
from dscore.catalog.connection import Database
from dscore.models import Category
from dscore.quality.checks import CAPTION_CHECKS, PICTURE_CHECKS
from dscore.quality.findings import Finding, run
from dscore.quality.subjects import Captions, Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray


_BITS = (1 << 64) - 1
_NONE = frozenset[int]()

MOST_KNOWN = 32
"""Findings that a process remembers."""

_known: dict[tuple[object, ...], Finding | None] = {}
_one_at_a_time = threading.Lock()


def picture_findings(db: Database, dataset_id: int) -> list[Finding]:
    """What is wrong with the dataset's pictures, the trash left out; in the order of the checks."""
    subject = pictures(db, dataset_id)
    return [found for check in PICTURE_CHECKS if (found := run(check, subject)) is not None]


def caption_findings(subject: Captions) -> list[Finding]:
    """What is wrong with these captions."""
    return [found for check in CAPTION_CHECKS if (found := run(check, subject)) is not None]


def finding(db: Database, dataset_id: int, code: str) -> Finding | None:
    """What this one check finds; None where all is well, and for a code that no check has.

    Remembered as long as nothing has changed, since a page asks for one search several times. Inside a transaction that has
    written something nothing is remembered: it may be taken back.
    """
    if db.in_transaction and db.total_changes:
        return _finding(db, dataset_id, code)
    key = (*_state(db, dataset_id), code)
    with _one_at_a_time:
        if key in _known:
            return _known[key]
    found = _finding(db, dataset_id, code)
    with _one_at_a_time:
        _known[key] = found
        while len(_known) > MOST_KNOWN:
            del _known[next(iter(_known))]
    return found


def _state(db: Database, dataset_id: int) -> tuple[object, ...]:
    """What differs as soon as anything does that a check looks at."""
    (path,) = db.execute("select file from pragma_database_list where name = 'main'").fetchone()
    sums = db.execute(
        """select (select rev from dataset where id = ?1), count(*), coalesce(sum(rev), 0), coalesce(sum(id * rev % 1000003), 0),
            (select coalesce(max(id), 0) || ' ' || coalesce(max(undo_number), 0) from change) from item where dataset_id = ?1""",
        (dataset_id,),
    ).fetchone()
    return (path, dataset_id, *sums, *moment(db, dataset_id))


def _finding(db: Database, dataset_id: int, code: str) -> Finding | None:
    for of_picture in PICTURE_CHECKS:
        if of_picture.code == code:
            return run(of_picture, pictures(db, dataset_id))
    for of_caption in CAPTION_CHECKS:
        if of_caption.code == code:
            return run(of_caption, captions(db, dataset_id))
    return None


def pictures(db: Database, dataset_id: int) -> list[Picture]:
    """The dataset's pictures by item id, outside the trash."""
    others, apart = _elsewhere(db, dataset_id), different.of_dataset(db, dataset_id)
    rows = db.execute(
        """select item.id, image.id, name, format, width, height, bytes, has_alpha, frames, phash,
            sharpness, brightness, dark, light, entropy, (select phash from image_bare where image_id = image.id)
        from item join image on image.id = image_id where dataset_id = ? and trashed_at is null order by item.id""",
        (dataset_id,),
    )
    found = map(Picture._make, ((*row, others.get(row[1], ()), apart.get(row[1], _NONE)) for row in rows.fetchall()))
    return [_unsigned(one) if one.phash < 0 or (one.bare or 0) < 0 else one for one in found]


def _unsigned(one: Picture) -> Picture:
    return one._replace(phash=one.phash & _BITS, bare=None if one.bare is None else one.bare & _BITS)


def _elsewhere(db: Database, dataset_id: int) -> dict[int, tuple[tuple[str, str], ...]]:
    """Image → (dataset, name) of the other datasets' items that show it; trash left out."""
    rows = db.execute(
        """select mine.image_id, dataset.name, other.name from item mine
        join item other on other.image_id = mine.image_id and other.dataset_id <> mine.dataset_id
        join dataset on dataset.id = other.dataset_id
        where mine.dataset_id = ? and mine.trashed_at is null and other.trashed_at is null and deleted_at is null
        order by dataset.name""",
        (dataset_id,),
    )
    found: dict[int, tuple[tuple[str, str], ...]] = {}
    for image, dataset, name in rows.fetchall():
        found[image] = (*found.get(image, ()), (dataset, name))
    return found


def captions(db: Database, dataset_id: int) -> Captions:
    """The dataset's captions as columns, outside the trash; tokens are counted where they are stale."""
    dataset = datasets.by_id(db, dataset_id)
    rows = db.execute(
        """select item.id, item.trigger, item.template, tokens from item
        left join caption_length c on c.item_id = item.id and c.rev = item.rev and style = ?
        where dataset_id = ? and trashed_at is null order by item.id""",
        (lengths.style_of(dataset), dataset_id),
    ).fetchall()
    items = [row[0] for row in rows]
    wanted = json.dumps(items)
    item, tag = _tags(db, wanted)
    names, categories = _vocabulary(db, np.flatnonzero(np.bincount(tag)).tolist())
    stale = [row[0] for row in rows if row[3] is None]
    fresh = {one.item_id: one.tokens for one in lengths.of(db, dataset_id, stale)} if stale else {}
    return Captions(
        items=np.array(items, np.int64),
        item=item,
        tag=tag,
        names=names,
        categories=categories,
        tokens=np.array([fresh.get(row[0], 0) if row[3] is None else row[3] for row in rows], np.int64),
        prose=_texts(db, wanted),
        trigger=dataset.trigger,
        template=dataset.style.template,
        triggers={row[0]: row[1] for row in rows if row[1] is not None},
        templates={row[0]: row[2] for row in rows if row[2] is not None},
        came=_came(db, wanted),
    )


def _tags(db: Database, wanted: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A line for each tag of each item; places are not read, since no check asks for them, and they cost three times as much."""
    row = db.execute(
        """select group_concat(w.item_id), group_concat(w.tag_id)
        from json_each(?) i cross join item_tag w on w.item_id = i.value""",
        (wanted,),
    ).fetchone()
    item, tag = (np.fromstring(text or "", np.int64, sep=",") for text in row)
    return item, tag


def _vocabulary(db: Database, tags: Sequence[int]) -> tuple[dict[int, str], dict[int, Category]]:
    rows = db.execute(
        "select id, name, category from tag where id in (select value from json_each(?))", (json.dumps(tags),)
    ).fetchall()
    return {row[0]: row[1] for row in rows}, {row[0]: Category(row[2]) for row in rows if row[2] != Category.GENERAL}


def _texts(db: Database, wanted: str) -> dict[int, str]:
    rows = db.execute(
        "select item_id, text from json_each(?) i cross join prose on item_id = i.value where trim(text) <> ''",
        (wanted,),
    )
    return dict(rows.fetchall())


def _came(db: Database, wanted: str) -> frozenset[int]:
    rows = db.execute("select item_id from json_each(?) i cross join original on item_id = i.value", (wanted,))
    return frozenset(row[0] for row in rows.fetchall())


def moment(db: Database, dataset_id: int) -> tuple[int, ...]:
    """What differs as soon as the dataset has other pictures, or they other names; edits of captions change nothing of it.

    Pictures in other datasets count, too, since a check looks for the same ones there; and what was said of alike ones.
    """
    row: tuple[int, ...] = db.execute(
        """select count(*), coalesce(sum(id), 0), coalesce(sum(id * id % 1000003), 0),
            (select count(*) from image_bare), (select count(*) from item where trashed_at is null),
            (select coalesce(max(id), 0) from item),
            (select count(*) from different_pair), (select coalesce(max(different_id), 0) from different_pair),
            (select coalesce(max(max(id), max(undo_number)), 0) from change where action = 'name')
        from item where dataset_id = ? and trashed_at is null""",
        (dataset_id,),
    ).fetchone()
    return row
