from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from dscore.catalog import changes, datasets, job_lists, jobs
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.catalog.job_lists import Tally
from dscore.catalog.jobs import Held, Mark, NewItem
from dscore.config import Library
from dscore.errors import LeaseLostError, NotFoundError, WrongUseError

CLAIM = """
import sys, time
from pathlib import Path
from dscore.catalog import jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.jobs import Mark
from dscore.config import Library
from dscore.errors import DscoreError
library = Library(Path(sys.argv[1]))
jobs.LEASE_SECONDS = float(sys.argv[2])
try:
    with open_catalog(library) as db:
        held = jobs.claim(db, 1)
    print("claimed", flush=True)
    sys.stdin.readline()
    with open_catalog(library) as db, writing(db):
        jobs.mark(db, held, [Mark(1, "done")])
    print("marked", flush=True)
except DscoreError as error:
    print(type(error).__name__, flush=True)
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = Library(tmp_path / "library")
    with open_catalog(made) as db:
        datasets.ensure(db, "set")
    return made


def queued(db: Database, *, held: bool = False, **params: object) -> int:
    items = [
        NewItem(key="k1", name="one.png", payload={"size": 1}),
        NewItem(item_id=7),
        NewItem(name="x", reason="Bad."),
    ]
    with writing(db):
        return jobs.enqueue(db, kind="import", lane="disk", dataset_id=1, params=params, items=items, held=held)


def another(library: Library, *, lease: float = 30) -> subprocess.Popen[str]:
    """A process that claims job 1, and marks its first piece when it is told to go on."""
    command = [sys.executable, "-c", CLAIM, str(library.home), str(lease)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_processes_that_claim_one_job_one_has_it(library: Library) -> None:
    with open_catalog(library) as db:
        queued(db)
    processes = [another(library) for _ in range(3)]
    assert sorted(map(said, processes)) == ["WrongUseError", "WrongUseError", "claimed"]
    assert sorted(process.communicate("go\n")[0] for process in processes) == ["", "", "marked\n"]
    with open_catalog(library) as db:
        assert job_lists.tally(db, 1) == Tally(waiting=1, done=1, skipped=1)


def test_a_piece_that_stands_for_many_is_counted_by_its_items_and_lists_them_by_fate(library: Library) -> None:
    pieces = [NewItem(payload=[[5, 1], [6, 1], [7, 1], [8, 1]], items=4), NewItem(payload=[[9, 1]], items=1)]
    with open_catalog(library) as db:
        with writing(db):
            job = jobs.enqueue(db, kind="edit", lane="disk", dataset_id=1, params={}, items=pieces, held=True)
        held = jobs.held_by_me(db, job)
        first, second = jobs.waiting(db, job, limit=9)
        assert (first.number, first.items, second.number, second.items) == (1, 4, 5, 1)
        assert job_lists.tally(db, job) == Tally(waiting=5)
        with writing(db):
            jobs.settle(
                db, held, first, {("done", ""): [5, 7], ("there", ""): [], ("skipped", "Gone."): [6, 8]}, change_id=None
            )
        assert job_lists.tally(db, job) == Tally(waiting=1, done=2, skipped=2)
        assert job_lists.items_in(db, job, "skipped") == [6, 8]
        assert job_lists.reason_counts(db, job) == [("Gone.", 2)]
        assert [one.number for one in jobs.waiting(db, job, limit=9)] == [5]
        rows = db.execute("select number, payload, state, items from job_item order by number").fetchall()
        assert rows[:3] == [(1, "[5, 7]", "done", 2), (3, None, "skipped", 1), (4, None, "skipped", 1)]


def test_of_a_lost_job_no_piece_is_settled(library: Library) -> None:
    with open_catalog(library) as db:
        queued(db)
        held = jobs.claim(db, 1)
        (piece,) = jobs.waiting(db, 1, limit=1)
        with writing(db):
            db.execute("update job set fence = fence + 1")
        with pytest.raises(LeaseLostError), writing(db):
            jobs.settle(db, held, piece, {("done", ""): [7]}, change_id=None)
        assert job_lists.tally(db, 1).done == 0


def test_the_job_of_a_killed_process_is_free_at_once(library: Library) -> None:
    with open_catalog(library) as db:
        queued(db)
        process = another(library, lease=3600)
        assert said(process) == "claimed"
        assert job_lists.get(db, 1).state == "running"
        assert jobs.next_for(db, "disk") is None
        process.kill()
        process.communicate()
        assert job_lists.get(db, 1).state == "interrupted"
        assert jobs.next_for(db, "disk") == 1
        assert jobs.claim(db, 1).fence == 2


def test_a_process_that_slept_past_its_lease_writes_nothing_when_it_wakes(library: Library) -> None:
    with open_catalog(library) as db:
        queued(db)
        process = another(library, lease=0.2)
        assert said(process) == "claimed"
        psutil.Process(process.pid).suspend()
        time.sleep(0.3)
        held = jobs.claim(db, 1)
        psutil.Process(process.pid).resume()
        assert process.communicate("go\n")[0] == "LeaseLostError\n"
        assert job_lists.tally(db, 1).done == 0
        jobs.renew(db, held)


@pytest.mark.parametrize(
    ("state", "want", "after", "wanted"),
    [
        ("queued", "pause", "paused", None),
        ("queued", "cancel", "cancelled", None),
        ("queued", "resume", "queued", None),
        ("running", "pause", "running", "pause"),
        ("running", "cancel", "running", "cancel"),
        ("running", "resume", "running", None),
        ("interrupted", "pause", "paused", None),
        ("interrupted", "cancel", "cancelled", None),
        ("interrupted", "resume", "queued", None),
        ("paused", "pause", "paused", None),
        ("paused", "cancel", "cancelled", None),
        ("paused", "resume", "queued", None),
        *((state, want, None, None) for state in job_lists.CLOSED for want in ("pause", "cancel", "resume")),
    ],
)
def test_a_job_is_asked(library: Library, state: str, want: str, after: str | None, wanted: str | None) -> None:
    with open_catalog(library) as db:
        job = queued(db, held=state in {"running", "interrupted"})
        if state == "interrupted":
            db.execute("update job set lease_until = 0, want = 'cancel'")
        elif state not in {"running", "queued"}:
            db.execute("update job set state = ?", (state,))
        if after is None:
            with pytest.raises(WrongUseError, match=f"is {state}; it cannot"):
                jobs.ask(db, job, want)
            return
        assert jobs.ask(db, job, want).state == after
        assert jobs.wanted(db, job) == wanted
        assert (job_lists.get(db, job).finished_at is not None) == (after == "cancelled")


def test_a_pause_that_is_taken_back_in_time_is_forgotten(library: Library) -> None:
    with open_catalog(library) as db:
        job = queued(db, held=True)
        jobs.ask(db, job, "pause")
        jobs.ask(db, job, "resume")
        assert jobs.wanted(db, job) is None


def test_what_was_asked_of_a_process_that_died_is_obeyed_by_the_next(library: Library) -> None:
    with open_catalog(library) as db:
        job = queued(db, held=True)
        jobs.ask(db, job, "cancel")
        db.execute("update job set lease_until = 0")
        jobs.claim(db, job)
        assert jobs.wanted(db, job) == "cancel"


def test_a_cancelled_job_leaves_its_change_as_partial(library: Library) -> None:
    with open_catalog(library) as db:
        job = queued(db)
        with writing(db):
            change = changes.open_change(db, changes.Draft(1, "import", "import heap"))
            db.execute("update job set change_id = ?", (change,))
        jobs.ask(db, job, "cancel")
        assert changes.get(db, change, dataset_id=1).state == "partial"


def test_whoever_lost_a_job_can_do_nothing_with_it(library: Library) -> None:
    with open_catalog(library) as db:
        job = queued(db, held=True)
        held = jobs.held_by_me(db, job)
        jobs.ask(db, job, "cancel")
        jobs.ask(db, queued(db), "pause")
        db.execute("update job set lease_until = 0")
        newer = jobs.claim(db, queued(db))
        for lost in (Held(newer.id, "import", 1, {}, newer.owner, newer.fence - 1), Held(99, "import", 1, {}, "", 1)):
            with pytest.raises(LeaseLostError), writing(db):
                jobs.mark(db, lost, [Mark(1, "done")])
            with pytest.raises(LeaseLostError):
                jobs.renew(db, lost)
            with pytest.raises(LeaseLostError), writing(db):
                jobs.finish(db, lost, state="done")
        with writing(db):
            jobs.finish(db, newer, state="done", result={"imported": 1})
        assert job_lists.get(db, newer.id).result == {"imported": 1}
        assert held.fence == 1


def test_only_a_job_of_just_this_kind_is_gone_on_with(library: Library) -> None:
    with open_catalog(library) as db:
        queued(db)
        live = queued(db, held=True, places=["a"])
        dead = queued(db, held=True, places=["a"])
        db.execute("update job set lease_until = 0 where id = ?", (dead,))
        find = {"kind": "import", "dataset_id": 1}
        assert jobs.interrupted(db, params={"places": ("a",)}, **find) == dead  # type: ignore[arg-type]
        assert jobs.interrupted(db, params={"places": ["b"]}, **find) is None  # type: ignore[arg-type]
        assert jobs.interrupted(db, kind="tag", dataset_id=1, params={"places": ["a"]}) is None
        assert jobs.interrupted(db, kind="import", dataset_id=None, params={"places": ["a"]}) is None
        db.execute("update job set want = 'cancel' where id = ?", (dead,))
        assert jobs.interrupted(db, params={"places": ["a"]}, **find) is None  # type: ignore[arg-type]
        assert job_lists.get(db, live).state == "running"


def test_pieces_are_handed_out_in_order_and_counted(library: Library) -> None:
    with open_catalog(library) as db:
        job = queued(db, held=True)
        held = jobs.held_by_me(db, job)
        first, second = jobs.waiting(db, job, limit=10)
        assert (first.key, first.name, first.payload, second.item_id) == ("k1", "one.png", {"size": 1}, 7)
        assert jobs.waiting(db, job, limit=1) == [first]
        assert jobs.waiting(db, job, limit=1, after=first.number) == [second]
        with writing(db):
            jobs.mark(db, held, [Mark(1, "failed", "No memory.")])
        assert job_lists.tally(db, job) == Tally(waiting=1, skipped=1, failed=1)
        assert job_lists.tally(db, job).total == 3
        assert job_lists.reasons(db, job) == [("one.png", "No memory."), ("x", "Bad.")]
        assert job_lists.reasons(db, job, states=("skipped",), limit=1) == [("x", "Bad.")]
        assert job_lists.items_in(db, job, "waiting") == [7]


def test_ids_give_the_order_whatever_the_clock_says(library: Library) -> None:
    with open_catalog(library) as db:
        first, second, third = queued(db), queued(db), queued(db)
        for job, at in ((first, "2030-01-01"), (second, "1970-01-01"), (third, "2026-01-01")):
            db.execute("update job set created_at = ? where id = ?", (at, job))
        assert [job.id for job in job_lists.listed(db)] == [third, second, first]
        assert jobs.next_for(db, "disk") == first


def test_a_job_that_is_not_there_is_told_so(library: Library) -> None:
    with open_catalog(library) as db:
        for look in (job_lists.get, jobs.claim):
            with pytest.raises(NotFoundError, match="no job 5"):
                look(db, 5)
