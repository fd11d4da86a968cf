"""Copy, merge and split on a real catalog: nothing of a caption is lost on the way, and each can be undone."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dscore.catalog import datasets, jobs
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import curate, gathering, reverts, shelf
from dscore.pipeline.jobs import OnProgress
from dscore.pipeline.operations import Operation
from tests.catalog.made import add_item, ask, dataset_of, make_library
from tests.pipeline.half_way import killed

CAPTIONS = {"a": "cat, red", "b": "dog, red", "c": "cat, blue", "d": ""}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Four pictures with tags, a veto, prose, an original, an origin and a trigger word."""
    made = make_library(tmp_path / "library", CAPTIONS, trigger="sks")
    with open_catalog(made) as db, writing(db):
        db.execute("insert into item_veto (item_id, tag_id) values (1, 3)")
        db.execute("insert into prose (item_id, text, source_id) values (2, 'A dog.', 2)")
        db.execute("insert into original (item_id, text) values (2, 'dog,red. A dog.')")
        db.execute("insert into origin (item_id, source, path) select id, 'x.zip', 'in/' || name from item")
        db.execute("update origin set raw_name = 'ff' where item_id = 2")
        db.execute("""update origin set url = 'https://b.example/1', facts = '{"site": "b"}' where item_id = 3""")
    return made


PARTS = (
    ("item.name, image_id, item.key, item.template", ""),
    ("item.name, tag_id, position", "join item_tag on item_id = item.id"),
    ("item.name, tag_id, source_id, score", "join item_tag_source on item_id = item.id"),
    ("item.name, tag_id, 1", "join item_veto on item_id = item.id"),
    ("item.name, text, source_id", "join prose on item_id = item.id"),
    ("item.name, text, 1", "join original on item_id = item.id"),
    ("item.name, source, path, raw_name, url, facts", "join origin on item_id = item.id"),
)


def everything(library: Library, dataset: str) -> list[Any]:
    """All that items of a dataset have, by name."""
    whole = (
        "select {} from item join dataset on dataset.id = dataset_id {} where dataset.name = ? and {} order by 1, 2, 3"
    )
    return [ask(library, whole.format(columns, join, "item.trashed_at is null"), dataset) for columns, join in PARTS]


def names(library: Library, dataset: str) -> list[str]:
    return [row[0] for row in everything(library, dataset)[0]]


def test_a_copy_has_all_that_the_dataset_has_and_its_settings(library: Library) -> None:
    curate.apply(library, dataset_of(library), Operation("trash"), query="name:d")
    done = gathering.carry_out(library, gathering.plan_copy(library, dataset_of(library), "twin"))
    assert (done.came, done.there, done.state) == (3, 0, "done")
    assert everything(library, "twin") == everything(library, "set")
    twin = dataset_of(library, "twin")
    assert twin.trigger == "sks"
    counts = "select tag_id, items from tag_count where dataset_id = ? order by 1"
    assert ask(library, counts, twin.id) == ask(library, counts, dataset_of(library).id)


def test_editing_a_copy_leaves_the_dataset_alone(library: Library) -> None:
    before = everything(library, "set")
    gathering.carry_out(library, gathering.plan_copy(library, dataset_of(library), "twin"))
    curate.apply(library, dataset_of(library, "twin"), Operation("remove", "red"))
    assert everything(library, "set") == before
    assert everything(library, "twin") != before


def test_a_merge_keeps_captions_that_are_there_and_trigger_words_that_differ(library: Library) -> None:
    gathering.carry_out(library, gathering.plan_split(library, dataset_of(library), "cats", query="cat"))
    cats = dataset_of(library, "cats")
    curate.apply(library, cats, Operation("trigger", "kitty"))
    reverts.undo(library, dataset_of(library))  # the cats are back where they came from, too
    curate.apply(library, dataset_of(library), Operation("add", "mine"), query="name:a")
    done = gathering.carry_out(library, gathering.plan_merge(library, dataset_of(library), dataset_of(library, "cats")))
    assert (done.came, done.there) == (2, 2)
    rows = "select name, trigger from item where dataset_id = ? order by name"
    assert ask(library, rows, cats.id) == [("a", None), ("b", "sks"), ("c", None), ("d", "sks")]
    ((mine,),) = ask(library, "select id from tag where name = 'mine'")
    assert not [row for row in everything(library, "cats")[1] if row[1] == mine]
    reverts.undo(library, dataset_of(library, "cats"), done.change_id)
    assert names(library, "cats") == ["a", "c"]


def twin_with_other_tags(library: Library) -> None:
    """A copy without d; in it b is brown, and has no red any more; what is said of a and c is left as it is."""
    gathering.carry_out(library, gathering.plan_copy(library, dataset_of(library), "twin"))
    twin = dataset_of(library, "twin")
    curate.apply(library, twin, Operation("trash"), query="name:d")
    curate.apply(library, twin, Operation("add", "brown"), query="name:b")
    curate.apply(library, twin, Operation("remove", "red"), query="name:b")
    shelf.empty(library, shelf.look(library, dataset=twin))


def unite(library: Library, source: str, target: str) -> gathering.Gathered:
    plan = gathering.plan_merge(library, dataset_of(library, source), dataset_of(library, target), unite=True)
    return gathering.carry_out(library, plan)


def tags(library: Library, dataset: str) -> dict[str, list[str]]:
    rows = ask(
        library,
        """select item.name, tag.name from item join dataset on dataset.id = dataset_id
        left join item_tag on item_id = item.id left join tag on tag.id = tag_id
        where dataset.name = ? and trashed_at is null order by item.name, position""",
        dataset,
    )
    return {name: [tag for item, tag in rows if item == name and tag] for name, _ in rows}


def test_a_merge_can_unite_the_tags_of_what_is_in_both_and_is_undone_whole(library: Library) -> None:
    twin_with_other_tags(library)
    before, source = everything(library, "twin"), everything(library, "set")
    done = unite(library, "set", "twin")
    assert (done.came, done.there, done.united) == (1, 3, 0)  # red was removed there, and all else is there
    assert tags(library, "twin") == {"a": ["cat", "red"], "b": ["dog", "brown"], "c": ["cat", "blue"], "d": []}
    reverts.undo(library, dataset_of(library, "twin"), done.change_id)
    assert (everything(library, "twin"), everything(library, "set")) == (before, source)


def test_uniting_adds_tags_behind_and_sentences_where_there_are_none(library: Library) -> None:
    twin_with_other_tags(library)
    curate.apply(library, dataset_of(library), Operation("replace", "A dog.", "", where="prose"))
    with open_catalog(library) as db, writing(db):
        db.execute("delete from prose where item_id = 2")
    before = everything(library, "set")
    done = unite(library, "twin", "set")
    assert (done.came, done.there, done.united, done.state) == (0, 3, 1, "done")
    assert tags(library, "set")["b"] == ["dog", "red", "brown"]
    assert [row[:2] for row in everything(library, "set")[4]] == [("b", "A dog.")]
    said = ask(library, "select reason from job_item where job_id = (select max(id) from job) order by number")
    assert [row[0].rpartition("; ")[2] for row in said] == [
        "its caption there was kept.",
        "it has the tags of both now.",
        "its caption there was kept.",
    ]
    assert unite(library, "twin", "set").change_id is None
    reverts.undo(library, dataset_of(library), done.change_id)
    assert everything(library, "set") == before


def test_uniting_that_was_killed_between_its_two_steps_goes_on_under_one_change(library: Library) -> None:
    gathering.carry_out(library, gathering.plan_split(library, dataset_of(library), "cats", query="cat"))
    reverts.undo(library, dataset_of(library))
    curate.apply(library, dataset_of(library), Operation("add", "mine"))
    plan = gathering.plan_merge(library, dataset_of(library), dataset_of(library, "cats"), unite=True)
    job = gathering.submit(library, plan)
    with open_catalog(library) as db:
        db.execute(
            "create trigger killed before insert on item_tag when new.item_id in (select id from item "
            "where dataset_id = 2 and name = 'a') begin select raise(abort, 'killed'); end"
        )
        run = gathering.run(library, jobs.claim(db, job))
        with pytest.raises(sqlite3.IntegrityError, match="killed"):
            next(run)
        assert names(library, "cats") == ["a", "b", "c", "d"]
        db.execute("drop trigger killed")
        with writing(db):
            db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where id = ?", (job,))
    done = gathering.carry_out(library, plan)
    assert (done.came, done.there, done.united) == (2, 2, 2)
    assert tags(library, "cats")["a"] == ["cat", "red", "mine"]
    reverts.undo(library, dataset_of(library, "cats"), done.change_id)
    assert tags(library, "cats") == {"a": ["cat", "red"], "c": ["cat", "blue"]}


def test_names_that_are_taken_get_a_number_in_a_merge(library: Library) -> None:
    with open_catalog(library) as db:
        other = datasets.create(db, "other")
        with writing(db):
            item = add_item(db, other.id, "A")
    gathering.carry_out(library, gathering.plan_merge(library, other, dataset_of(library)))
    same = "select name from item where image_id = (select image_id from item where id = ?) and dataset_id = 1"
    assert ask(library, same, item) == [("A_2",)]


def test_a_split_moves_and_both_sides_can_be_undone(library: Library) -> None:
    before = everything(library, "set")
    done = gathering.carry_out(library, gathering.plan_split(library, dataset_of(library), "cats", query="cat"))
    assert names(library, "cats") == ["a", "c"]
    assert names(library, "set") == ["b", "d"]
    said = "select action, summary, items from change where id in (?, ?) order by id"
    assert ask(library, said, done.change_id, done.left_change_id) == [
        ("split", "split off set", 2),
        ("trash", "split off into cats", 2),
    ]
    reverts.undo(library, dataset_of(library), done.left_change_id)
    assert everything(library, "set") == before


def test_what_makes_no_sense_is_refused_and_makes_no_dataset(library: Library) -> None:
    source = dataset_of(library)
    with pytest.raises(WrongUseError, match="No picture matches"):
        gathering.plan_split(library, source, "x", query="unicorn")
    with pytest.raises(WrongUseError, match="All pictures match"):
        gathering.plan_split(library, source, "x", query="-unicorn")
    with pytest.raises(WrongUseError, match="already"):
        gathering.plan_copy(library, source, "SET")
    with pytest.raises(WrongUseError, match="itself"):
        gathering.plan_merge(library, source, source)
    assert ask(library, "select name from dataset") == [("set",)]


def test_what_is_in_the_trash_there_comes_back_with_the_tags_of_both(library: Library) -> None:
    split = gathering.plan_split(library, dataset_of(library), "cats", query="cat")
    gathering.carry_out(library, split)
    curate.apply(library, dataset_of(library, "cats"), Operation("add", "zebra"))
    before = everything(library, "set")
    done = unite(library, "cats", "set")
    assert (done.came, done.there, done.united, done.back) == (2, 0, 0, 0)
    assert tags(library, "set")["a"] == ["cat", "red", "zebra"]
    reverts.undo(library, dataset_of(library), done.change_id)
    assert everything(library, "set") == before


def test_what_comes_back_with_its_own_caption_is_counted(library: Library) -> None:
    gathering.carry_out(library, gathering.plan_split(library, dataset_of(library), "cats", query="cat"))
    done = gathering.carry_out(library, gathering.plan_merge(library, dataset_of(library, "cats"), dataset_of(library)))
    assert (done.came, done.there, done.back) == (2, 0, 2)


@pytest.fixture
def one_by_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """Whose pictures are gathered one at a time."""
    monkeypatch.setattr(gathering, "CHUNK", 1)
    return library


def test_a_copy_that_was_killed_goes_on_and_takes_what_came_since(one_by_one: Library) -> None:
    def copy(tell: OnProgress = lambda _: None) -> gathering.Gathered:
        plan = gathering.plan_copy(one_by_one, dataset_of(one_by_one), "twin")
        return gathering.carry_out(one_by_one, plan, on_progress=tell)

    killed(one_by_one, copy)
    with open_catalog(one_by_one) as db, writing(db):
        add_item(db, 1, "new")
    assert names(one_by_one, "twin") == ["a"]
    assert (copy().came, names(one_by_one, "twin")) == (5, ["a", "b", "c", "d", "new"])
    with pytest.raises(WrongUseError, match="already"):
        copy()


def test_what_was_edited_after_it_had_come_stays_also_when_the_split_was_killed(one_by_one: Library) -> None:
    def split(tell: OnProgress = lambda _: None) -> gathering.Gathered:
        plan = gathering.plan_split(one_by_one, dataset_of(one_by_one), "cats", query="cat")
        return gathering.carry_out(one_by_one, plan, on_progress=tell)

    killed(one_by_one, split)
    curate.apply(one_by_one, dataset_of(one_by_one), Operation("add", "mine"), query="name:a")
    split()
    assert (names(one_by_one, "cats"), names(one_by_one, "set")) == (["a", "c"], ["a", "b", "d"])


def test_a_split_that_was_killed_while_it_left_is_one_change_and_one_undo(
    one_by_one: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(one_by_one, "set")
    job = gathering.submit(one_by_one, gathering.plan_split(one_by_one, dataset_of(one_by_one), "cats", query="cat"))
    with monkeypatch.context() as patch, open_catalog(one_by_one) as db:
        turns = iter([None, None, None])  # two have come, one has left

        def turn() -> None:
            next(turns)

        patch.setattr(gathering, "wait_for_turn", turn)
        run = gathering.run(one_by_one, jobs.claim(db, job))
        with pytest.raises(RuntimeError, match="StopIteration"):
            list(run)
        with writing(db):
            db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where id = ?", (job,))
    done = gathering.carry_out(
        one_by_one, gathering.plan_split(one_by_one, dataset_of(one_by_one), "cats", query="cat")
    )
    assert names(one_by_one, "set") == ["b", "d"]
    assert ask(one_by_one, "select state, items from change where action = 'trash'") == [("complete", 2)]
    reverts.undo(one_by_one, dataset_of(one_by_one), done.left_change_id)
    assert everything(one_by_one, "set") == before
