"""Versions: what was frozen stays as it was, differences are exact, and going back can itself be undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore import worker
from dscore.catalog import jobs
from dscore.catalog import versions as table
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.versions import Version
from dscore.config import Library
from dscore.errors import NotFoundError, WrongUseError
from dscore.models import Progress
from dscore.pipeline import comparison, curate, gathering, naming, reverts, shelf, versions
from dscore.pipeline.comparison import Difference
from dscore.pipeline.operations import Operation
from tests.catalog.made import add_item, ask, dataset_of, make_library, tag_texts, whole_catalog
from tests.pipeline.half_way import killed

CAPTIONS = {"a": "cat, red", "b": "dog, red", "c": "cat, blue", "d": ""}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    made = make_library(tmp_path / "library", CAPTIONS, trigger="sks")
    with open_catalog(made) as db, writing(db):
        db.execute("insert into item_veto (item_id, tag_id) values (1, 3)")
        db.execute("insert into prose (item_id, text, source_id) values (2, 'A dog.', 2)")
    return made


def edit(library: Library, kind: str, text: str = "", new: str = "", *, where: str = "tags", query: str = "") -> None:
    curate.apply(library, dataset_of(library), Operation(kind, text, new, where=where), query=query)


def freeze(library: Library, name: str) -> Version:
    made = versions.freeze(library, dataset_of(library), name)
    assert made is not None
    return made


def compared(library: Library, before: Version, after: Version | None = None) -> Difference:
    with open_catalog(library) as db:
        return comparison.difference(db, dataset_of(library), before, after)


def go_back(library: Library, version: Version) -> versions.Returned:
    with open_catalog(library) as db:
        way = versions.way_back(db, dataset_of(library), version)
    return versions.carry_out(library, way)


def test_much_is_frozen_by_a_job_that_goes_on_where_it_stopped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dscore.pipeline.versions.CHUNK", 1)
    monkeypatch.setattr("dscore.catalog.versions.CHUNK", 1)
    job = versions.submit_freeze(library, dataset_of(library), "first")
    with open_catalog(library) as db:
        work = versions.run_freeze(library, jobs.claim(db, job))
    assert [next(work).done for _ in range(2)] == [1, 2]
    work.close()
    with open_catalog(library) as db, writing(db):
        db.execute("update job set state = 'queued', owner = null")
    worker.work(library, lanes=["disk"], until_idle=True, on_progress=lambda _: None, on_job=lambda _: None)
    assert ask(library, "select state, result from job") == [("done", '{"version": "first", "items": 4}')]
    edit(library, "remove", "red")
    second = versions.freeze(library, dataset_of(library), "second")  # the same, in this process
    assert second is not None
    assert compared(library, second).words == "no difference"
    with pytest.raises(WrongUseError, match="There is a version"):
        versions.freeze(library, dataset_of(library), "SECOND")


def test_a_difference_says_what_came_went_and_changed(library: Library) -> None:
    first = freeze(library, "first")
    assert compared(library, first).words == "no difference"
    edit(library, "remove", "red")
    edit(library, "trash", query="name:d")
    with open_catalog(library) as db, writing(db):
        add_item(db, first.dataset_id, "e")
    second = freeze(library, "second")
    edit(library, "add", "late")
    found = compared(library, first, second)
    assert found.words == "+1 picture, 1 picture gone, 2 captions changed"
    assert [(one.name, one.before, one.after) for one in found.changed] == [
        ("a", "sks, cat, red", "sks, cat"),
        ("b", "sks, dog, red. A dog.", "sks, dog. A dog."),
    ]
    assert compared(library, second, first).words == "+1 picture, 1 picture gone, 2 captions changed"
    assert compared(library, second).words == "4 captions changed"


def test_a_setting_of_the_dataset_changes_every_caption(library: Library) -> None:
    first = freeze(library, "first")
    edit(library, "trigger", "other")
    assert [one.after for one in compared(library, first).changed] == [
        *("other, cat, red", "other, dog, red. A dog.", "other, cat, blue", "other")
    ]


def test_a_difference_tells_all_that_going_back_changes(library: Library) -> None:
    first = freeze(library, "first")
    edit(library, "mark", "keep", query="name:a")
    edit(library, "stars", "1", query="name:a or name:b")
    edit(library, "add", "cat", query="name:c")
    with open_catalog(library) as db:
        plan = naming.plan(db, dataset_of(library), "x_{n}", query="name:d")
        db.execute("update dataset set lora_type = 'style'")
    naming.apply(library, plan)
    found = compared(library, first)
    assert found.words == (
        "1 picture renamed, 2 pictures with other marks or stars, 1 caption the same but for who wrote or removed what, "
        "another kind of LoRA"
    )
    assert [(one.before, one.after) for one in found.renamed] == [("d", "x_1")]
    assert [(one.name, one.before, one.after) for one in found.marked] == [
        *(("a", "no mark", "keep, 1 star"), ("b", "no mark", "1 star"))
    ]
    assert (found.changed, found.hands, found.settings) == ((), (3,), {"lora_type": (None, "style")})
    assert compared(library, first, freeze(library, "second")) == found
    assert go_back(library, first).changed == 4
    assert compared(library, first).empty


def test_going_back_restores_all_and_is_one_change_that_undo_takes_back(library: Library) -> None:
    before = whole_catalog(library)
    first = freeze(library, "first")
    edit(library, "trigger", "other")
    edit(library, "remove", "red")
    edit(library, "replace", "A dog", "The dog", where="prose")
    edit(library, "add", "blue", query="name:a")
    edit(library, "trash", query="name:d")
    with open_catalog(library) as db, writing(db):
        new = add_item(db, first.dataset_id, "e")
    late = whole_catalog(library)
    done = go_back(library, first)
    assert (done.stale, done.state) == ((), "done")
    assert ask(library, "select id from item where trashed_at is not null") == [(new,)]
    with open_catalog(library) as db, writing(db):
        db.execute("delete from item where id = ?", (new,))
    assert whole_catalog(library) == before
    with open_catalog(library) as db, writing(db):
        db.execute("update item set id = id where id = 1")
    assert compared(library, first).words == "no difference"
    reverts.undo(library, dataset_of(library), done.change_id)
    without = {
        name: [row for row in rows if row[0] != new or name in {"dataset", "counts"}] for name, rows in late.items()
    }
    assert whole_catalog(library) == without


def test_what_somebody_changed_since_the_look_is_left_and_named(library: Library) -> None:
    first = freeze(library, "first")
    edit(library, "remove", "red")
    with open_catalog(library) as db:
        way = versions.way_back(db, dataset_of(library), first)
    edit(library, "add", "mine", query="name:a")
    done = versions.carry_out(library, way)
    assert (done.stale, done.changed, done.state) == (("a",), 1, "partial")


def test_the_same_version_is_no_way_back_and_no_name_serves_twice(library: Library) -> None:
    first = freeze(library, "First")
    with open_catalog(library) as db:
        with pytest.raises(WrongUseError, match="just as it was"):
            versions.way_back(db, dataset_of(library), first)
        with pytest.raises(NotFoundError, match="There are: First"):
            table.get(db, first.dataset_id, "x")
    with pytest.raises(WrongUseError, match="already"):
        freeze(library, "FIRST")


def test_what_a_version_holds_is_not_emptied_until_the_version_is_forgotten(library: Library) -> None:
    first = freeze(library, "first")
    edit(library, "trash", query="name:d or name:a")
    found = shelf.look(library)
    assert (found.items, found.held, found.holders) == (0, 2, ("first",))
    assert shelf.empty(library, found).items == 0
    go_back(library, first)
    assert len(ask(library, "select 1 from item where trashed_at is null")) == 4
    edit(library, "trash", query="name:d")
    versions.delete(library, first)
    assert shelf.empty(library, shelf.look(library)).items == 1
    assert ask(library, "select count(*) from frozen_item") == [(0,)]


def test_a_second_version_keeps_only_what_changed(library: Library) -> None:
    first, kept = freeze(library, "first"), "select count(*) from frozen_item"
    edit(library, "add", "new", query="name:a")
    second = freeze(library, "second")
    assert ask(library, kept) == [(5,)]
    versions.delete(library, first)
    assert ask(library, kept) == [(4,)]
    assert compared(library, second).words == "no difference"


def test_a_deleted_dataset_goes_with_its_versions(library: Library) -> None:
    gathering.carry_out(library, gathering.plan_copy(library, dataset_of(library), "twin"))
    freeze(library, "first")
    shelf.delete(library, dataset_of(library))
    assert shelf.empty(library, shelf.look(library)).items == 4
    assert ask(library, "select (select count(*) from version), (select count(*) from frozen_item)") == [(0, 0)]
    assert len(ask(library, "select 1 from item")) == 4


def test_the_way_back_that_was_killed_takes_what_came_since(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dscore.pipeline.pieces.CHUNK", 1)
    first = freeze(library, "first")
    edit(library, "add", "mine")
    with open_catalog(library) as db:
        way = versions.way_back(db, dataset_of(library), first)
    killed(library, lambda tell: versions.carry_out(library, way, on_progress=tell))
    with open_catalog(library) as db, writing(db):
        add_item(db, 1, "new")
    go_back(library, first)
    assert compared(library, first).words == "no difference"
    assert ask(library, "select count(*) from job where kind = 'version'") == [(1,)]


def named(library: Library, pattern: str, *, query: str = "", start: int = 1) -> None:
    with open_catalog(library) as db:
        plan = naming.plan(db, dataset_of(library), pattern, query=query, start=start)
    naming.apply(library, plan)


@pytest.mark.parametrize("step", [-1, 1])
def test_going_back_and_its_undo_exchange_names_across_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr("dscore.pipeline.pieces.CHUNK", 2)
    monkeypatch.setattr("dscore.pipeline.reverts.CHUNK", 2)
    library = make_library(tmp_path, {f"n{number}": "cat" for number in range(2, 8)})
    first = freeze(library, "first")
    named(library, "n{n}", start=2 + step)
    edit(library, "add", "dog")
    late = whole_catalog(library)
    done = go_back(library, first)
    assert (done.changed, done.stale, compared(library, first).words) == (6, (), "no difference")
    assert reverts.undo(library, dataset_of(library), done.change_id).items == 6
    assert whole_catalog(library) == late


@pytest.mark.parametrize("in_trash", [False, True])
def test_going_back_takes_a_name_from_what_came_since(library: Library, *, in_trash: bool) -> None:
    first = freeze(library, "first")
    named(library, "x{n}", query="name:a")
    with open_catalog(library) as db, writing(db):
        new = add_item(db, first.dataset_id, "A")
        add_item(db, first.dataset_id, "a_2")
    if in_trash:
        edit(library, "trash", query="name:a*")
    late = whole_catalog(library)
    done = go_back(library, first)
    assert (done.stale, compared(library, first).words) == ((), "no difference")
    assert ask(library, f"select name from item where id = {new}") == [("A_3",)]
    reverts.undo(library, dataset_of(library), done.change_id)
    assert whole_catalog(library) == late


def test_a_version_from_before_names_were_part_of_a_state_keeps_them(library: Library) -> None:
    first = freeze(library, "first")
    with open_catalog(library) as db, writing(db):
        db.execute("update frozen_item set state = json_remove(state, '$.p.name')")
    edit(library, "remove", "red")
    assert compared(library, first).words == "2 captions changed"
    assert go_back(library, first).changed == 2
    assert ask(library, "select name from item order by id") == [("a",), ("b",), ("c",), ("d",)]


def test_a_version_that_is_forgotten_while_it_is_gone_back_to_sends_nothing_to_the_trash(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dscore.pipeline.pieces.CHUNK", 2)
    first = freeze(library, "first")
    edit(library, "remove", "red")
    edit(library, "add", "late")
    with open_catalog(library) as db:
        way = versions.way_back(db, dataset_of(library), first)

    def forget(step: Progress) -> None:
        if step.done == 2:
            versions.delete(library, first)

    with pytest.raises(NotFoundError, match="That version is gone"):
        versions.carry_out(library, way, on_progress=forget)
    assert ask(library, "select id from item where trashed_at is not null") == []
    reverts.undo(library, dataset_of(library))
    assert tag_texts(library) == {"a": "cat, late", "b": "dog, late", "c": "cat, blue, late", "d": "late"}


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_freeze_that_was_stopped_has_kept_does_not_keep_the_trash_full(
    library: Library, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    monkeypatch.setattr("dscore.catalog.versions.CHUNK", 2)
    with open_catalog(library) as db:
        next(table.keep(db, 1))  # killed here
    if whole:
        shelf.delete(library, dataset_of(library))
    else:
        edit(library, "trash", query="name:a or name:d")
    assert shelf.empty(library, shelf.look(library)).items == (4 if whole else 2)
    assert ask(library, "select count(*) from frozen_item") == [(0 if whole else 1,)]
