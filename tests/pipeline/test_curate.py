from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dscore.catalog import changes, jobs, tags
from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Category, Mode
from dscore.pipeline import curate, pieces, reverts, rules
from dscore.pipeline.jobs import OnProgress, submit
from dscore.pipeline.operations import Operation
from dscore.pipeline.render import rendered
from dscore.worker import work
from tests.catalog.made import add_item, ask, dataset_of, item_ids, make_library, tag_texts, whole_catalog
from tests.pipeline.edited import edited, one
from tests.pipeline.half_way import killed

GUIDE = "1girl, solo, long hair, hair ribbon, red dress, solo focus"
LARGE = changes.CHUNK * 2 + 500


def captions(library: Library) -> dict[str, str]:
    with open_catalog(library) as db:
        dataset = dataset_of(library)
        ids = [row[0] for row in db.execute("select id from item where trashed_at is null order by id")]
        return {one.name: text for chunk in rendered(db, dataset, ids) for one, text in chunk}


def states_of_changes(library: Library) -> list[str]:
    return [row[0] for row in ask(library, "select state from change order by id")]


# The seed's bugs, each by its name.


def test_removing_long_hair_leaves_hair_ribbon(tmp_path: Path) -> None:
    library = one(tmp_path, GUIDE, trigger="mychar")
    edited(library, "remove", "long hair")
    assert captions(library) == {"a": "mychar, 1girl, solo, hair ribbon, red dress, solo focus"}


def test_removing_solo_leaves_solo_focus(tmp_path: Path) -> None:
    library = one(tmp_path, GUIDE)
    edited(library, "remove", "solo")
    assert captions(library) == {"a": "1girl, long hair, hair ribbon, red dress, solo focus"}


def test_removing_red_merges_no_tags(tmp_path: Path) -> None:
    library = one(tmp_path, "red, red dress, dark red")
    edited(library, "remove", "red")
    assert captions(library) == {"a": "red dress, dark red"}


def test_adding_the_trigger_twice_keeps_it_once(tmp_path: Path) -> None:
    library = one(tmp_path, GUIDE)
    edited(library, "trigger", "mychar")
    assert edited(library, "trigger", "mychar") == curate.Applied(None, 0, 1)
    edited(library, "add", "mychar")
    assert captions(library) == {"a": f"mychar, {GUIDE}"}


def test_trigger_on_an_empty_caption_leaves_no_comma(tmp_path: Path) -> None:
    library = one(tmp_path, "")
    edited(library, "trigger", "mychar")
    assert captions(library) == {"a": "mychar"}


def test_replacing_hair_touches_no_other_hair_tag(tmp_path: Path) -> None:
    library = one(tmp_path, "hair, long hair, very long hair, hair ribbon")
    edited(library, "replace", "hair", "blonde")
    assert captions(library) == {"a": "blonde, long hair, very long hair, hair ribbon"}


def test_replacing_long_hair_leaves_very_long_hair(tmp_path: Path) -> None:
    library = one(tmp_path, "very long hair, long hair")
    edited(library, "replace", "long hair", "short hair")
    assert captions(library) == {"a": "very long hair, short hair"}


@pytest.mark.parametrize("kind", ["sort", "dedupe", "standardise"])
def test_sort_and_dedupe_keep_the_trigger_first(tmp_path: Path, kind: str) -> None:
    library = one(tmp_path, "solo, zelda_dress, 1girl, Solo", trigger="zelda")
    edited(library, kind)
    assert captions(library)["a"].startswith("zelda, ")


def test_removing_the_trigger_word_takes_the_tag_and_never_the_trigger(tmp_path: Path) -> None:
    library = one(tmp_path, "mychar, solo", trigger="mychar")
    assert edited(library, "remove", "mychar, my*").changed == 1
    assert (captions(library), tag_texts(library)) == ({"a": "mychar, solo"}, {"a": "solo"})


@pytest.mark.parametrize("written", ["long hair", "long_hair", " Long  Hair ", "x, long_hair"])
def test_blacklist_with_blanks_matches(tmp_path: Path, written: str) -> None:
    library = one(tmp_path, "solo, long hair, long_hair, hair")
    edited(library, "remove", written)
    assert tag_texts(library) == {"a": "solo, hair"}


# What each edit does.

EDITS: list[tuple[tuple[str, ...], dict[str, Any], str, str]] = [
    (("add", "new, b"), {}, "a, b", "a, b, new"),
    (("add", "new, b"), {"position": "start"}, "a, b", "new, a, b"),
    (("remove", "*hair*"), {}, "hair, long hair, chair, hat", "hat"),
    (("remove", "hair*"), {}, "hair, long hair, hair ribbon", "long hair"),
    (("replace", "b", "x, y"), {}, "a, b, c", "a, x, y, c"),
    (("replace", "b", "c"), {}, "a, b, c", "a, c"),
    (("replace", "c", "a"), {}, "a, b, c", "a, b"),
    (("replace", "b", "C"), {}, "a, b, c", "a, C, c"),
    (("replace", "b", "cat ear"), {}, "a, b, Cat_Ear", "a, cat ear"),
    (("replace", "Long Hair", "hair"), {}, "long hair, long_hair, solo", "hair, solo"),
    (("replace", "long_hair", "long hair"), {}, "solo, long_hair, long hair", "solo, long hair"),
    (("replace", "b"), {}, "a, b, c", "a, c"),
    (("replace", r"^(.+) hair$", r"\1 fur"), {"regex": True}, "long hair, red hair, hair", "long fur, red fur, hair"),
    (("replace", r"^(?P<x>.+) hair$", r"hair, \g<x>"), {"regex": True}, "long hair, solo", "hair, long, solo"),
    (("replace", r"^(\w+) (\w+)$", r"\1, \2"), {"regex": True}, "zz top, aa bb, mm, hat", "zz, top, aa, bb, mm, hat"),
    (("replace", "hair"), {"regex": True}, "hair, long hair, solo", "long, solo"),
    (("sort",), {}, "c, B, a", "a, B, c"),
    (("dedupe",), {}, "Solo, cat_ear, solo, cat ear, :D, :d", "Solo, cat_ear, :D, :d"),
    (("standardise",), {}, "long_hair, ^_^, 1girl, long hair", "long hair, ^_^, 1girl"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "fields", "before", "after"), EDITS, ids=[f"{' '.join(e[0])}: {e[2]}" for e in EDITS]
)
def test_edit(tmp_path: Path, words: tuple[str, ...], fields: dict[str, Any], before: str, after: str) -> None:
    library = one(tmp_path, before)
    start = whole_catalog(library)
    edited(library, *words, **fields)
    assert tag_texts(library) == {"a": after}
    reverts.undo(library, dataset_of(library))
    assert whole_catalog(library) == start


@pytest.mark.parametrize(
    ("words", "fields", "before"),
    [(words, fields, before) for words, fields, before, _ in EDITS if words[:2] != ("replace", "hair")],
)
def test_an_edit_done_twice_changes_nothing_the_second_time(
    tmp_path: Path, words: tuple[str, ...], fields: dict[str, Any], before: str
) -> None:
    library = one(tmp_path, before)
    edited(library, *words, **fields)
    assert edited(library, *words, **fields).change_id is None


def test_sort_by_frequency_and_by_score(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x, y, z", "b": "z, y", "c": "z"})
    edited(library, "sort", by="frequency")
    assert tag_texts(library) == {"a": "z, y, x", "b": "z, y", "c": "z"}
    tag(library, {"x": 300, "y": 900, "z": 500})
    edited(library, "sort", by="score")
    assert tag_texts(library)["a"] == "y, z, x"


def tag(library: Library, scores: dict[str, int], *, mode: Mode = Mode.APPEND, name: str = "wd") -> int | None:
    """What a tagger's run writes, on every item."""
    with open_catalog(library) as db:
        source = tags.source(db, "tagger", name)
        ids = tags.intern(db, dict.fromkeys(scores, Category.GENERAL))
        found = [(ids[tag], score) for tag, score in scores.items()]
        taggers = tags.machine_sources(db)
        return changes.record(
            db,
            changes.Draft(1, "tag", "tag"),
            list(item_ids(library).values()),
            lambda state: rules.tag_by_model(state, found, source=source, mode=mode, taggers=taggers, twin=str),
            also=lambda db, written: changes.close_change(db, written.change_id),
        ).change_id


def test_prose_is_replaced_exactly_or_by_pattern(tmp_path: Path) -> None:
    library = one(tmp_path, "solo")
    with open_catalog(library) as db, writing(db):
        db.execute("insert into prose values (1, 'A cat and a cat.', 2)")
    edited(library, "replace", "cat", "dog", where="prose")
    assert captions(library) == {"a": "solo. A dog and a dog."}
    edited(library, "replace", r"a dog", "one", where="prose", regex=True)
    assert captions(library) == {"a": "solo. A dog and one."}
    edited(library, "replace", ".*", "", where="prose", regex=True)
    assert captions(library) == {"a": "solo"}


@pytest.mark.parametrize(
    ("words", "fields", "says"),
    [
        (("replace", "(", "x"), {"regex": True}, "cannot be read"),
        (("replace", "(a)", r"\2"), {"regex": True}, "does not fit the pattern"),
        (("replace", "(a|aa)+$", "x"), {"regex": True}, "was stopped"),
        (("replace", "a, b", "x"), {}, "more than one tag"),
        (("replace", " , ", "x"), {}, "Say what to replace"),
        (("add", " , "), {}, "at least one tag"),
        (("remove", ""), {}, "at least one tag"),
        (("trigger", "a, b"), {}, "cannot hold a comma"),
        (("add", "x"), {"position": "middle"}, "no position"),
        (("sort",), {"by": "size"}, "no order"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    tmp_path: Path, words: tuple[str, ...], fields: dict[str, Any], says: str
) -> None:
    library = one(tmp_path, "a" * 5000 + "b")
    with pytest.raises(WrongUseError, match=says):
        edited(library, *words, **fields)
    assert ask(library, "select count(*) from change") == [(0,)]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(WrongUseError, match="is no edit"):
        Operation("explode")


# The trigger.


def test_the_trigger_of_all_replaces_items_own(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x", "b": "y"})
    start = whole_catalog(library)
    assert edited(library, "trigger", "own", query="name:a").changed == 1
    assert captions(library) == {"a": "own, x", "b": "y"}
    assert edited(library, "trigger", "hero", position="end").changed == 2
    assert captions(library) == {"a": "x, hero", "b": "y, hero"}
    reverts.undo(library, dataset_of(library))
    assert captions(library) == {"a": "own, x", "b": "y"}
    reverts.undo(library, dataset_of(library))
    assert whole_catalog(library) == start


def test_the_same_trigger_for_all_counts_only_items_that_had_their_own(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x", "b": "y"}, trigger="hero")
    edited(library, "trigger", "own", query="name:a")
    applied = edited(library, "trigger", "hero")
    assert (applied.changed, applied.same) == (1, 1)


def test_the_position_of_the_trigger_is_a_setting_of_all(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    with pytest.raises(WrongUseError, match="whole dataset"):
        edited(library, "trigger", "hero", query="name:a", position="end")


def test_undoing_an_older_trigger_leaves_a_later_one(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    ids = [edited(library, "trigger", word).change_id for word in ("hero", "villain", "hero")]
    reverts.undo(library, dataset_of(library), ids[0])
    assert captions(library) == {"a": "hero, x"}


def test_redo_of_an_older_trigger_leaves_a_later_one(tmp_path: Path) -> None:
    library = one(tmp_path, "x")
    first = edited(library, "trigger", "hero").change_id
    edited(library, "trigger", "")
    reverts.undo(library, dataset_of(library), first)
    reverts.redo(library, dataset_of(library))
    assert captions(library) == {"a": "x"}


def test_a_later_trigger_goes_back_to_what_stood_before_an_older_one_that_was_undone(tmp_path: Path) -> None:
    library = one(tmp_path, "x", trigger="first")
    older = edited(library, "trigger", "second").change_id
    edited(library, "trigger", "third")
    reverts.undo(library, dataset_of(library), older)
    assert captions(library) == {"a": "third, x"}
    reverts.undo(library, dataset_of(library))
    assert captions(library) == {"a": "first, x"}
    reverts.redo(library, dataset_of(library))
    reverts.redo(library, dataset_of(library))
    reverts.undo(library, dataset_of(library))
    assert captions(library) == {"a": "second, x"}


# Preview and apply.

OPERATIONS = [
    Operation("add", "x"),
    Operation("remove", "b*"),
    Operation("replace", "b", "y, z"),
    Operation("sort"),
    Operation("dedupe"),
    Operation("standardise"),
    Operation("trigger", "hero"),
    Operation("trash"),
    Operation("restore"),
]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.kind)
@pytest.mark.parametrize("query", ["", "b"])
def test_a_dry_run_says_what_apply_does(tmp_path: Path, operation: Operation, query: str) -> None:
    library = make_library(tmp_path, {"a": "c, b, B, a_a", "b": "a, b", "c": "a", "d": "b"})
    edited(library, "trash", query="name:d")
    start = whole_catalog(library)
    with open_catalog(library) as db:
        preview = curate.preview(db, dataset_of(library), operation, query=query)
    assert whole_catalog(library) == start
    if preview.changed or preview.dataset_changes:
        bound = curate.apply(library, dataset_of(library), operation, query=query, revs=preview.revs)
        assert bound.changed == preview.changed
        bound_result = whole_catalog(library)
        reverts.undo(library, dataset_of(library))
        assert whole_catalog(library) == start
    applied = curate.apply(library, dataset_of(library), operation, query=query)
    assert (applied.changed, applied.changed + applied.same) == (preview.changed, preview.scope)
    if preview.changed:
        assert whole_catalog(library) == bound_result
    after = captions(library)
    assert {one.name: one.after for one in preview.examples if one.name in after}.items() <= after.items()


def test_apply_does_just_what_the_preview_showed_and_lists_what_changed_meanwhile(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x", "b": "x", "c": "y"})
    operation = Operation("replace", "x", "z")
    with open_catalog(library) as db:
        revs = curate.preview(db, dataset_of(library), operation).revs
    edited(library, "add", "mine", query="name:a")
    edited(library, "add", "x", query="name:c")
    applied = curate.apply(library, dataset_of(library), operation, revs=revs)
    assert (applied.changed, applied.same, applied.stale) == (1, 0, (item_ids(library)["a"],))
    assert tag_texts(library) == {"a": "x, mine", "b": "z", "c": "y, x"}


def test_restore_finds_only_what_is_in_the_trash(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "x", "b": "x", "c": "y"})
    edited(library, "trash", query="x")
    assert edited(library, "restore", query="y") == curate.Applied(None, 0, 0)
    assert edited(library, "restore", query="x name:b").changed == 1
    assert list(tag_texts(library)) == ["b", "c"]
    assert edited(library, "restore").changed == 1


# Claims and vetoes.


def test_what_a_person_removed_no_tagger_brings_back(tmp_path: Path) -> None:
    library = one(tmp_path, "")
    for mode in (Mode.MERGE, Mode.APPEND, Mode.OVERWRITE):
        tag(library, {"hat": 900, "cat": 800})
        edited(library, "remove", "hat")
        tag(library, {"hat": 950, "cat": 800}, mode=mode, name=f"tagger {mode}")
        assert tag_texts(library) == {"a": "cat"}


def test_what_a_person_added_stays_when_the_tagger_no_longer_finds_it(tmp_path: Path) -> None:
    library = one(tmp_path, "")
    tag(library, {"hat": 900, "cat": 800}, mode=Mode.MERGE)
    edited(library, "add", "hat")
    tag(library, {"dog": 900}, mode=Mode.MERGE)
    assert tag_texts(library) == {"a": "hat, dog"}


# Large edits.


@pytest.fixture
def large(tmp_path: Path) -> Library:
    return make_library(tmp_path, {f"{number:05}": "x, y" for number in range(LARGE)})


def test_a_large_edit_is_one_change_and_one_undo(large: Library) -> None:
    start = whole_catalog(large)
    applied = edited(large, "replace", "x", "z")
    assert (applied.changed, applied.same, states_of_changes(large)) == (LARGE, 0, ["complete"])
    assert reverts.undo(large, dataset_of(large)).items == LARGE
    assert whole_catalog(large) == start
    assert reverts.redo(large, dataset_of(large)).items == LARGE
    assert set(tag_texts(large).values()) == {"z, y"}


def test_a_large_edit_that_is_cancelled_is_partial_and_can_be_undone_and_redone(large: Library) -> None:
    start = whole_catalog(large)
    cancelled(large, "edit", {"operation": operation_params("replace", "x", "z"), "everything": True, "query": ""})
    half = whole_catalog(large)
    assert states_of_changes(large) == ["partial"]
    assert 0 < list(tag_texts(large).values()).count("z, y") < LARGE
    reverts.undo(large, dataset_of(large))
    assert (whole_catalog(large), states_of_changes(large)) == (start, ["undone"])
    reverts.redo(large, dataset_of(large))
    assert (whole_catalog(large), states_of_changes(large)) == (half, ["partial"])


def test_a_large_undo_that_is_cancelled_is_partial_and_goes_on(large: Library) -> None:
    start = whole_catalog(large)
    change = edited(large, "replace", "x", "z").change_id
    done = whole_catalog(large)
    cancelled(large, "revert", {"change": change, "redo": False})
    assert states_of_changes(large) == ["partial"]
    reverts.undo(large, dataset_of(large))
    assert whole_catalog(large) == start
    reverts.redo(large, dataset_of(large))
    assert (whole_catalog(large), states_of_changes(large)) == (done, ["complete"])


def operation_params(*words: str) -> dict[str, object]:
    kind, text, new = words
    return {"kind": kind, "text": text, "new": new, "position": "", "by": "name", "where": "tags", "regex": False}


def cancelled(library: Library, kind: str, params: dict[str, object]) -> None:
    """A job whose first chunk is done when somebody cancels it."""
    with open_catalog(library) as db:
        ids = [row[0] for row in db.execute("select id from item order by id")]
        job = submit(library, kind, dataset_id=1, params=params, items=pieces.batches(ids))
        held = jobs.claim(db, job)
        step(library, held)
        with writing(db):
            db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where id = ?", (job,))
        jobs.ask(db, job, "cancel")


def step(library: Library, held: jobs.Held) -> None:
    run = {"edit": curate.run_edit, "revert": reverts.run}[held.kind](library, held)
    next(run)
    run.close()


def test_a_large_edit_that_was_killed_goes_on_to_the_same_end(large: Library) -> None:
    params: dict[str, object] = {"operation": operation_params("replace", "x", "z"), "everything": True, "query": ""}
    with open_catalog(large) as db:
        ids = [row[0] for row in db.execute("select id from item order by id")]
        job = submit(large, "edit", dataset_id=1, params=params, items=pieces.batches(ids))
        step(large, jobs.claim(db, job))
        with writing(db):
            db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where id = ?", (job,))
    assert states_of_changes(large) == ["open"]
    assert [
        one["state"] for one in work(large, until_idle=True, on_progress=lambda _: None, on_job=lambda _: None)
    ] == ["done"]
    assert (states_of_changes(large), set(tag_texts(large).values())) == (["complete"], {"z, y"})


def half_way(library: Library, query: str = "", only: set[int] | None = None) -> None:
    """The first chunk has z, and the rest of what the search finds not yet."""

    def add(tell: OnProgress) -> None:
        curate.apply(library, dataset_of(library), Operation("add", "z"), query=query, only=only, on_progress=tell)

    killed(library, add)


def with_z(library: Library) -> set[str]:
    return {name for name, text in tag_texts(library).items() if "z" in text}


def test_the_same_edit_goes_on_with_what_was_killed_and_takes_what_came_since(large: Library) -> None:
    half_way(large)
    with open_catalog(large) as db, writing(db):
        add_item(db, 1, "new")
    assert 0 < len(with_z(large)) < LARGE
    done = edited(large, "add", "z")
    assert (done.changed, states_of_changes(large), len(with_z(large))) == (LARGE + 1, ["complete"], LARGE + 1)
    reverts.undo(large, dataset_of(large))
    assert with_z(large) == set()


@pytest.mark.parametrize("seen", [True, False])
def test_an_edit_of_chosen_pictures_is_of_these_whatever_was_left_half_way(large: Library, *, seen: bool) -> None:
    half_way(large, only=set(item_ids(large).values()))
    before, last = with_z(large), item_ids(large)[f"{LARGE - 1:05}"]
    asked = Operation("add", "z")
    with open_catalog(large) as db:
        revs = curate.preview(db, dataset_of(large), asked, only={last}).revs if seen else None
    done = curate.apply(large, dataset_of(large), asked, only={last}, revs=revs)
    assert (done.changed, with_z(large) - before) == (1, {f"{LARGE - 1:05}"})


def test_what_a_preview_showed_is_done_and_no_more(large: Library) -> None:
    half_way(large, "x")
    edited(large, "remove", "x", query="-name:00000 -name:02499")
    before = with_z(large)
    with open_catalog(large) as db:
        looked = curate.preview(db, dataset_of(large), Operation("add", "z"), query="x")
    assert looked.changed == 1
    done = curate.apply(large, dataset_of(large), Operation("add", "z"), query="x", revs=looked.revs)
    assert (done.changed, with_z(large) - before) == (1, {"02499"})


def test_undo_ends_an_edit_that_was_left_half_way(large: Library) -> None:
    start = whole_catalog(large)
    params: dict[str, object] = {"operation": operation_params("replace", "x", "z"), "everything": True, "query": ""}
    with open_catalog(large) as db:
        ids = [row[0] for row in db.execute("select id from item order by id")]
        job = submit(large, "edit", dataset_id=1, params=params, items=pieces.batches(ids))
        step(large, jobs.claim(db, job))
        with pytest.raises(WrongUseError, match="still being made"):
            reverts.undo(large, dataset_of(large))
        with writing(db):
            db.execute("update job set owner = 'nobody:1:1', lease_until = 0 where id = ?", (job,))
    reverts.undo(large, dataset_of(large))
    assert work(large, until_idle=True, on_progress=lambda _: None, on_job=lambda _: None) == []
    assert whole_catalog(large) == start


def test_a_trigger_for_a_large_dataset_is_set_by_a_job_without_items(large: Library) -> None:
    operation = Operation("trigger", "hero")
    with open_catalog(large) as db:
        preview = curate.preview(db, dataset_of(large), operation)
    assert (preview.changed, dict(preview.revs)) == (LARGE, {})
    curate.submit(large, dataset_of(large), operation, query="", only=None, revs=preview.revs)
    work(large, until_idle=True, on_progress=lambda _: None, on_job=lambda _: None)
    assert dataset_of(large).trigger == "hero"
