"""Datasets: what a person works on. Names are told apart as a case-insensitive disk tells them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from dscore.catalog.clock import now
from dscore.catalog.connection import Database, writing
from dscore.errors import NotFoundError, WrongUseError
from dscore.models import CaptionStyle, TriggerPosition

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset and how its captions are put together."""

    id: int
    name: str
    lora_type: str | None
    trigger: str
    style: CaptionStyle
    created_at: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a dataset holds: items outside the trash, how many of them have tags, prose, either; and the trash."""

    items: int
    tagged: int
    prose: int
    captioned: int
    trashed: int


_COLUMNS = "select id, name, lora_type, trigger, template, trigger_position, created_at from dataset"


def folded(name: str) -> str:
    """Two names that fold to the same are one, as on a disk that ignores case and Unicode forms."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name.strip()).casefold())


def find(db: Database, name: str) -> Dataset | None:
    """The dataset of that name, or None."""
    row = db.execute(f"{_COLUMNS} where key = ?", (folded(name),)).fetchone()
    return _dataset(row) if row else None


def get(db: Database, name: str) -> Dataset:
    """The dataset of that name; raises NotFoundError with the names there are."""
    found = find(db, name)
    if found is None:
        names = [dataset.name for dataset in listed(db)]
        known = f"There are: {', '.join(names)}." if names else "There is none yet; import some pictures first."
        raise NotFoundError(f"There is no dataset “{name}”. {known}")
    return found


def by_id(db: Database, dataset_id: int) -> Dataset:
    """The dataset with that id; raises NotFoundError."""
    row = db.execute(f"{_COLUMNS} where id = ?", (dataset_id,)).fetchone()
    if row is None:
        raise NotFoundError("That dataset is gone.")
    return _dataset(row)


def listed(db: Database) -> list[Dataset]:
    """All datasets, by name; those in the trash are left out."""
    return [_dataset(row) for row in db.execute(f"{_COLUMNS} where deleted_at is null order by key").fetchall()]


def _is_invisible(char: str) -> bool:
    """Emoji and Persian need the two joiners."""
    return unicodedata.category(char).startswith("C") and char not in "\u200c\u200d"


def ensure(db: Database, name: str) -> Dataset:
    """The dataset of that name, made where it does not exist."""
    found = find(db, name)
    if found is not None:
        return found
    name = checked_name(name)
    with writing(db):
        db.execute(
            "insert or ignore into dataset (name, key, created_at) values (?, ?, ?)", (name, folded(name), now())
        )
    return get(db, name)


def checked_name(name: str, *, of: str = "dataset") -> str:
    """The name as it is kept; raises WrongUseError for one that will not do, `of` a dataset or what else has names."""
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > MAX_NAME or any(_is_invisible(char) for char in name):
        raise WrongUseError(f"A {of}'s name has 1 to {MAX_NAME} visible characters; “{name[:40]}” will not do.")
    return name


def create(db: Database, name: str, *, like: Dataset | None = None) -> Dataset:
    """A new dataset, put together as `like` is; raises WrongUseError where the name is taken."""
    name = checked_name(name)
    with writing(db):
        require_free(db, name)
        db.execute("insert into dataset (name, key, created_at) values (?, ?, ?)", (name, folded(name), now()))
        if like is not None:
            db.execute(
                """update dataset set (lora_type, trigger, trigger_position, template) =
                    (select lora_type, trigger, trigger_position, template from dataset where id = ?) where key = ?""",
                (like.id, folded(name)),
            )
    return get(db, name)


def require_free(db: Database, name: str, *, but: int = 0) -> None:
    """Raise WrongUseError where a dataset besides `but` has the name."""
    found = find(db, name)
    if found is not None and found.id != but:
        raise WrongUseError(
            f"There is a dataset “{found.name}” already. Choose another name, or rename that one first."
        )


def fit_key(db: Database, dataset_id: int) -> None:
    """The name was set: no other may have it, unless the dataset is in the trash. Inside the caller's transaction."""
    name, deleted_at = db.execute("select name, deleted_at from dataset where id = ?", (dataset_id,)).fetchone()
    if deleted_at is not None:
        return
    require_free(db, name, but=dataset_id)
    db.execute("update dataset set key = ? where id = ?", (folded(name), dataset_id))


def trash(db: Database, dataset_id: int) -> None:
    """Put it into the trash, whole; its name is free for another. Inside the caller's transaction."""
    db.execute(
        "update dataset set deleted_at = ?, key = ? where id = ? and deleted_at is null",
        (now(), f"\x7f{dataset_id}", dataset_id),  # no name can be that
    )


def trashed(db: Database) -> list[Dataset]:
    """Those in the trash, the latest first."""
    rows = db.execute(f"{_COLUMNS} where deleted_at is not null order by deleted_at desc, id desc").fetchall()
    return [_dataset(row) for row in rows]


def find_trashed(db: Database, name: str) -> Dataset:
    """The one of that name that was deleted last; raises NotFoundError."""
    there = trashed(db)
    found = next((one for one in there if folded(one.name) == folded(name)), None)
    if found is None:
        known = f"There are: {', '.join(one.name for one in there)}." if there else "No dataset is."
        raise NotFoundError(f"No dataset “{name}” is in the trash. {known}")
    return found


def take_out(db: Database, dataset_id: int) -> None:
    """Out of the trash; its name is to be set, or fitted, in the same transaction. Inside the caller's transaction."""
    db.execute("update dataset set deleted_at = null where id = ?", (dataset_id,))


def adopt_template(db: Database, dataset_id: int, template: str) -> None:
    """How captions of a dataset that never had a picture are put together; one that had some keeps its own way."""
    with writing(db):
        db.execute(
            """update dataset set template = ?1 where id = ?2 and template <> ?1
            and not exists (select 1 from item where dataset_id = ?2)""",
            (template, dataset_id),
        )


def counts(db: Database, dataset_id: int) -> Counts:
    """How far the dataset is."""
    row = db.execute(
        """select coalesce(sum(trashed_at is null), 0), coalesce(sum(trashed_at is null and tagged), 0),
            coalesce(sum(trashed_at is null and sentences), 0),
            coalesce(sum(trashed_at is null and (tagged or sentences)), 0), coalesce(sum(trashed_at is not null), 0)
        from (select trashed_at, exists (select 1 from item_tag where item_id = item.id) as tagged,
                exists (select 1 from prose where item_id = item.id) as sentences
            from item where dataset_id = ?)""",
        (dataset_id,),
    ).fetchone()
    return Counts(*row)


def faces(db: Database, dataset_id: int, *, limit: int = 4) -> list[str]:
    """The sha256 of the dataset's first pictures outside the trash."""
    rows = db.execute(
        """select sha256 from item join image on image.id = image_id
        where dataset_id = ? and trashed_at is null order by item.id limit ?""",
        (dataset_id, limit),
    )
    return [row[0] for row in rows.fetchall()]


def _dataset(row: tuple[Any, ...]) -> Dataset:
    id_, name, lora_type, trigger, template, position, created_at = row
    return Dataset(id_, name, lora_type, trigger, CaptionStyle(template, TriggerPosition(position)), created_at)


def has_trigger(db: Database, dataset: Dataset) -> bool:
    """Whether the dataset has a trigger word, or one of its items has its own."""
    own = "select 1 from item where dataset_id = ? and trigger <> '' limit 1"
    return bool(dataset.trigger) or db.execute(own, (dataset.id,)).fetchone() is not None


def latest(db: Database) -> Dataset | None:
    """The dataset that was worked on last; None where there is none."""
    row = db.execute(
        """select dataset.id from dataset left join change on change.dataset_id = dataset.id
        where dataset.deleted_at is null group by dataset.id
        order by coalesce(max(change.at), dataset.created_at) desc, max(change.id) desc, dataset.id desc limit 1"""
    ).fetchone()
    return None if row is None else by_id(db, row[0])
