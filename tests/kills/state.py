"""What is in a library: whether all of it is whole, and all of it as one value that can be compared."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from PIL import Image

from dscore.catalog.connection import Database, open_catalog
from dscore.config import Library

CHANGING = {"added_at", "created_at", "started_at", "finished_at", "at", "owner", "lease_until", "fence", "trashed_at"}
"""Columns that no two runs have in common: times, and who did it."""

DONE = """select job_id, coalesce(listed.value, item_id) as item
    from job_item left join json_each(iif(items > 1 or item_id is null, payload, null)) listed where state = 'done'"""
"""The items of the pieces that are done, those too that one row stands for."""

NONE_OF = {
    "tags that nobody claims": """select * from item_tag where not exists (select 1 from item_tag_source s
        where s.item_id = item_tag.item_id and s.tag_id = item_tag.tag_id)""",
    "tag counts that are wrong": """select dataset_id, tag_id from (
        select dataset_id, tag_id, items from tag_count union all
        select dataset_id, tag_id, -count(*) from item_tag join item on item.id = item_id
        where trashed_at is null group by dataset_id, tag_id) group by dataset_id, tag_id having sum(items) <> 0""",
    "claims without their tag": """select item_id, tag_id from item_tag_source
        except select item_id, tag_id from item_tag""",
    "imported pieces without an item": """select job_item.name from job_item join job on job.id = job_id
        where kind = 'import' and job_item.state = 'done'
        and not exists (select 1 from origin where origin.path = job_item.name)""",
    "tagged pieces without scores": """select job_item.item_id from job_item join job on job.id = job_id
        join item on item.id = job_item.item_id where kind = 'tag' and job_item.state in ('done', 'there')
        and not exists (select 1 from prediction where prediction.image_id = item.image_id)""",
    "captioned pieces without a sentence": """select job_item.item_id from job_item join job on job.id = job_id
        join item on item.id = job_item.item_id where kind = 'caption' and job_item.state in ('done', 'there')
        and not exists (select 1 from sentence where sentence.image_id = item.image_id)""",
    "edited pieces without a delta": f"""select job.change_id, item from ({DONE}) join job on job.id = job_id
        where kind in ('edit', 'tag', 'caption') except select change_id, item_id from change_item""",
    "deltas without a piece that is done": f"""select change_id, item_id from change_item
        where change_id in (select change_id from job where kind in ('edit', 'tag', 'caption')) except
        select change_id, item from ({DONE}) join job on job.id = job_id""",
    "undone pieces that are not": f"""select job.change_id, item from ({DONE}) join job on job.id = job_id
        where kind = 'revert' except select change_id, item_id from change_item where undone""",
    "jobs that are over before their pieces": """select id from job where state in ('done', 'partial')
        and exists (select 1 from job_item where job_id = job.id and state = 'waiting')""",
}


def assert_whole(library: Library) -> None:
    """No half row, no half file under its final name."""
    with open_catalog(library) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("pragma foreign_key_check").fetchall() == []
        for what, query in NONE_OF.items():
            assert db.execute(query).fetchall() == [], what
        stored = db.execute("select file, sha256 from image").fetchall()
    if originals(library):
        here = originals(library)
        for file, sha256 in stored:
            assert here.get(file) == sha256, f"{file} is missing or damaged"
        for file, sha256 in here.items():
            assert Path(file).stem == sha256, f"{file} is half written"
    for path in sorted(library.thumbs.rglob("*.*")):
        with Image.open(path) as image:
            image.load()


def originals(library: Library) -> dict[str, str]:
    """File below images/ → the sha256 of what is in it; files on their way in are not looked at."""
    return {
        name: digest
        for name, digest in tree(library.images).items()
        if not name.startswith(library.incoming.name + "/")
    }


def tree(folder: Path) -> dict[str, str]:
    """Every file below the folder with its sha256."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(library: Library) -> dict[str, list[tuple[Any, ...]]]:
    """Every table, in order, without what no two runs have in common."""
    with open_catalog(library) as db:
        tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' order by name")]
        return {table: _rows(db, table) for table in tables if not table.startswith(("sqlite_", "_"))}


def _rows(db: Database, table: str) -> list[tuple[Any, ...]]:
    columns = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] not in CHANGING]
    # How fast it was and on what, where all scores were stored before a kill; an export killed before its mark is there already.
    columns = [
        f"json_remove({name}, '$.rate', '$.device', '$.note', '$.up_to_date')" if name == "result" else name
        for name in columns
    ]
    return sorted(db.execute(f"select {', '.join(columns)} from {table}").fetchall(), key=repr)


def pieces_through(library: Library) -> int:
    """How many pieces of jobs are marked as done with, in any way but a skip that was known beforehand."""
    with open_catalog(library) as db:
        (count,) = db.execute("select coalesce(sum(items), 0) from job_item where state <> 'waiting'").fetchone()
    return int(count)


def under_way(library: Library) -> int:
    """How many jobs have been begun and are not through."""
    with open_catalog(library) as db:
        (count,) = db.execute("select count(*) from job where state in ('queued', 'running')").fetchone()
    return int(count)
