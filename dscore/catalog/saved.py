"""Texts kept under a name for any dataset: recipes and filters. Names are told apart as those of datasets are."""

from __future__ import annotations

from dataclasses import dataclass

from dscore.catalog import datasets
from dscore.catalog.clock import now
from dscore.catalog.connection import Database, writing
from dscore.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table of saved texts: its name, its column, what people call one of them."""

    table: str
    column: str
    noun: str


RECIPES = Shelf("recipe", "steps", "recipe")
FILTERS = Shelf("saved_filter", "query", "saved filter")


@dataclass(frozen=True, slots=True)
class Saved:
    """One of them."""

    name: str
    text: str


def listed(db: Database, shelf: Shelf) -> list[Saved]:
    """All, by name."""
    return [Saved(*row) for row in db.execute(f"select name, {shelf.column} from {shelf.table} order by key")]


def find(db: Database, shelf: Shelf, name: str) -> Saved | None:
    """The one of that name, or None."""
    sql = f"select name, {shelf.column} from {shelf.table} where key = ?"
    row = db.execute(sql, (datasets.folded(name),)).fetchone()
    return None if row is None else Saved(*row)


def get(db: Database, shelf: Shelf, name: str) -> Saved:
    """The one of that name; raises NotFoundError with the names there are."""
    found = find(db, shelf, name)
    if found is None:
        names = ", ".join(one.name for one in listed(db, shelf))
        known = f"There are: {names}." if names else "There is none yet."
        raise NotFoundError(f"There is no {shelf.noun} “{name}”. {known}")
    return found


def save(db: Database, shelf: Shelf, name: str, text: str) -> None:
    """Keep the text; one of that name is replaced. Raises WrongUseError for a name that will not do."""
    name = datasets.checked_name(name, of=shelf.noun)
    with writing(db):
        db.execute(
            f"""insert into {shelf.table} (name, key, {shelf.column}, at) values (?, ?, ?, ?)
            on conflict (key) do update set {shelf.column} = excluded.{shelf.column}, at = excluded.at""",
            (name, datasets.folded(name), text, now()),
        )


def delete(db: Database, shelf: Shelf, name: str) -> None:
    """Forget it; raises NotFoundError."""
    found = get(db, shelf, name)
    with writing(db):
        db.execute(f"delete from {shelf.table} where key = ?", (datasets.folded(found.name),))
