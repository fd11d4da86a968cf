"""What the catalog remembers of boorus: kinds of tags, posts that are gone, how far a search was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dscore.catalog.connection import Database
from dscore.catalog.job_lists import OPEN
from dscore.models import Category

OPEN_STATES = ", ".join(f"'{state}'" for state in OPEN)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a job has read its search: behind a post, or at a page; `note` says why it ended early."""

    post: int | None = None
    page: int = 0
    is_over: bool = False
    note: str = ""


def walk(db: Database, job_id: int) -> Walk:
    """Where the job stands; at the beginning where nothing was kept."""
    row = db.execute("select post, page, is_over, note from booru_walk where job_id = ?", (job_id,)).fetchone()
    return Walk() if row is None else Walk(row[0], row[1], bool(row[2]), row[3])


def keep_walk(db: Database, job_id: int, stands: Walk) -> None:
    """Inside the caller's transaction, with the pieces that were found."""
    db.execute(
        "insert or replace into booru_walk (job_id, post, page, is_over, note) values (?, ?, ?, ?, ?)",
        (job_id, stands.post, stands.page, stands.is_over, stands.note),
    )


def pieces(db: Database, job_id: int) -> tuple[set[str], int]:
    """(keys of the posts that the job has found, how many of them were not left out by a filter)."""
    rows = db.execute("select key, payload is not null from job_item where job_id = ?", (job_id,)).fetchall()
    return {key for key, _ in rows}, sum(taken for _, taken in rows)


def over(db: Database, job_id: int, keys: Iterable[str]) -> set[str]:
    """Those of the job's posts that are no longer waiting."""
    rows = db.execute(
        """select key from job_item where job_id = ? and state <> 'waiting'
            and key in (select value from json_each(?))""",
        (job_id, json.dumps(list(keys))),
    )
    return {row[0] for row in rows}


def wanted(db: Database) -> set[str]:
    """Keys of the posts whose files a job that is not over still waits for."""
    rows = db.execute(
        f"""select key from job_item join job on job.id = job_id
        where job.kind = 'booru' and job.state in ({OPEN_STATES}) and job_item.state = 'waiting'"""
    )
    return {row[0] for row in rows}


def in_dataset(db: Database, dataset_id: int, site: str) -> dict[int, bool]:
    """The site's posts that the dataset has → whether they lie in its trash."""
    rows = db.execute(
        """select json_extract(facts, '$.post'), trashed_at is not null from origin join item on item.id = item_id
        where dataset_id = ? and url <> '' and json_extract(facts, '$.site') = ?""",
        (dataset_id, site),
    )
    return {int(post): bool(trashed) for post, trashed in rows.fetchall() if post is not None}


def categories(db: Database, site: str, names: Iterable[str]) -> dict[str, Category]:
    """What the site has said of these tags, by the names that it uses."""
    rows = db.execute(
        "select name, category from booru_tag where site = ? and name in (select value from json_each(?))",
        (site, json.dumps(list(names))),
    )
    return {name: Category(category) for name, category in rows.fetchall()}


def keep_categories(db: Database, site: str, known: Mapping[str, Category]) -> None:
    """For good. Inside the caller's transaction."""
    db.executemany(
        "insert or replace into booru_tag (site, name, category) values (?, ?, ?)",
        [(site, name, category) for name, category in known.items()],
    )


def gone(db: Database, site: str) -> set[int]:
    """The site's posts whose files were not there any more."""
    return {row[0] for row in db.execute("select post from booru_gone where site = ?", (site,))}


def keep_gone(db: Database, site: str, job_id: int, *, reason: str) -> int:
    """Remember what the job has found gone; returns how many. Inside the caller's transaction."""
    rows = db.execute(
        "select cast(key as integer) from job_item where job_id = ? and state = 'skipped' and reason = ? and key <> ''",
        (job_id, reason),
    ).fetchall()
    db.executemany("insert or ignore into booru_gone (site, post) values (?, ?)", [(site, row[0]) for row in rows])
    return len(rows)


def newest(db: Database, dataset_id: int, site: str, tags: str) -> int | None:
    """The highest post that an import of this search has seen, where one has ended cleanly."""
    row = db.execute(
        """select max(json_extract(result, '$.newest')) from job where kind = 'booru' and dataset_id = ? and state = 'done'
            and json_extract(params, '$.search.site') = ? and json_extract(params, '$.search.tags') = ?""",
        (dataset_id, site, tags),
    ).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def highest(db: Database, job_id: int) -> int | None:
    """The highest post among the job's pieces."""
    row = db.execute(
        "select max(cast(key as integer)) from job_item where job_id = ? and key <> ''", (job_id,)
    ).fetchone()
    return None if row[0] is None else int(row[0])
