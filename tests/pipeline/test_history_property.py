"""Random edits by a person and by taggers, undone and redone in any order, against a plain model of the rules.

`HYPOTHESIS_PROFILE=thorough` runs 2,000 examples instead of a few hundred.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from dscore.catalog import changes, datasets, tags
from dscore.catalog.connection import Database, open_catalog, writing
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.models import Category, Mode
from dscore.pipeline import curate, reverts, rules
from dscore.pipeline.operations import Operation
from dscore.pipeline.render import rendered
from dscore.pipeline.retagging import twin_key
from tests.catalog.made import add_item
from tests.pipeline import plain_model as plain
from tests.pipeline.plain_model import FIRST, IMPORT, NAMES, SECOND, Item, World

EXAMPLES = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 300
ITEMS = ("a", "b", "c")
WHO = (IMPORT, plain.PERSON, FIRST, SECOND)
TRIGGERS = ("", "hero", "solo")

REGEXES = (
    ("^long.hair$", "solo, hair"),
    ("^(hair|solo)$", r"red dress, \1"),
    (r"^(solo|:D|red dress)$", r"\1, hair, :d"),
    ("(?i)^LONG hair$", ""),
    ("^:D$", ":d"),
)

names = st.sampled_from(NAMES)
some_names = st.lists(names, min_size=1, max_size=3, unique=True)
queries = st.sampled_from(["", "", "solo", "name:a", "-long_hair"])
operations = st.one_of(
    st.builds(
        lambda tags, position: Operation("add", ", ".join(tags), position=position),
        some_names,
        st.sampled_from(["start", "end"]),
    ),
    st.builds(
        lambda tags: Operation("remove", ", ".join(tags)), st.lists(names | st.just("*hair"), min_size=1, max_size=2)
    ),
    st.builds(
        lambda old, new: Operation("replace", old, ", ".join(new)), names, st.lists(names, max_size=3, unique=True)
    ),
    st.sampled_from([Operation("replace", old, new, regex=True) for old, new in REGEXES]),
    st.sampled_from([Operation("replace", "cat", new, where="prose") for new in ("dog", "big dog")]),
    st.sampled_from([Operation("replace", "dog", "cat", where="prose")]),
    st.sampled_from([Operation("sort", by=by) for by in ("name", "frequency", "score")]),
    st.sampled_from([Operation(kind) for kind in ("dedupe", "standardise", "trash", "restore")]),
    st.builds(lambda word: Operation("trigger", word), st.sampled_from(TRIGGERS)),
    st.sampled_from([Operation("mark", mark) for mark in ("keep", "reject", "none")]),
    st.sampled_from([Operation("stars", stars) for stars in ("0", "1", "5")]),
)
edits = st.tuples(st.just("edit"), operations, queries)
runs = st.tuples(
    st.just("tag"),
    st.sampled_from([FIRST, SECOND]),
    st.sampled_from(["skip", "append", "merge", "overwrite"]),
    st.dictionaries(names, st.integers(50, 1000), max_size=4),
    queries,
)
undos = st.tuples(st.just("undo"), st.integers(0, 30))
redos = st.just(("redo",))
steps = st.lists(st.one_of(edits, edits, runs, undos, redos), min_size=1, max_size=14)
items = st.lists(
    st.tuples(
        st.dictionaries(names, st.lists(st.sampled_from(WHO), min_size=1, max_size=2), max_size=5),
        st.sampled_from(["", "a cat", "cat and dog"]),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


@dataclass
class Stage:
    """A real catalog, open for looking, that each example empties and fills anew."""

    library: Library
    db: Database
    dataset_id: int
    tag_ids: dict[str, int]
    source_ids: dict[str, int]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    library = Library(tmp_path_factory.mktemp("history") / "library")
    with open_catalog(library) as db:
        dataset_id = datasets.ensure(db, "set").id
        tag_ids = tags.intern(db, dict.fromkeys(NAMES, Category.GENERAL))
        assert sorted(tag_ids, key=tag_ids.__getitem__) == list(NAMES)
        taggers = {name: tags.source(db, "tagger", name) for name in (FIRST, SECOND)}
        yield Stage(library, db, dataset_id, tag_ids, {plain.PERSON: 1, IMPORT: 2, **taggers})


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(start=items, steps=steps)
def test_every_edit_undo_and_redo_does_what_the_plain_rules_say(
    stage: Stage, start: list[Any], steps: list[Any]
) -> None:
    world = _fill(stage, start)
    first = _seen(stage)
    assert first == _expected(world)
    ids: list[int] = []
    for step in steps:
        before, kind = _seen(stage), step[0]
        if kind == "edit":
            _edit(stage, world, ids, step[1], step[2])
        elif kind == "tag":
            _tag(stage, world, ids, step[1:])
        elif kind == "undo" and ids:
            _undo(stage, world, ids, step[1] % len(ids), before)
        elif kind == "redo":
            _redo(stage, world, ids)
        assert _seen(stage) == _expected(world), step
        assert _history(stage) == _expected_history(world, ids), step
        _check_invariants(stage)
    _undo_all(stage, world, ids, first)


def _fill(stage: Stage, start: list[Any]) -> World:
    db = stage.db
    found: dict[str, Item] = {}
    with writing(db):
        db.execute("delete from change")
        db.execute("delete from item")
        db.execute("delete from tag_count")
        db.execute("update dataset set trigger = '', trigger_position = 'start'")
        for name, (item_tags, text) in zip(ITEMS, start, strict=False):
            item_id = add_item(db, stage.dataset_id, name)
            item = found[name] = Item()
            for place, (tag, sources) in enumerate(item_tags.items(), 1):
                tag_id, claims = stage.tag_ids[tag], {source: _score(source, place) for source in sources}
                item.tags[tag] = (place, claims)
                db.execute(
                    "insert into item_tag (item_id, tag_id, position) values (?, ?, ?)", (item_id, tag_id, place)
                )
                db.executemany(
                    "insert into item_tag_source (item_id, tag_id, source_id, score) values (?, ?, ?, ?)",
                    [(item_id, tag_id, stage.source_ids[source], score) for source, score in claims.items()],
                )
            if text:
                item.prose = (text, IMPORT)
                db.execute("insert into prose (item_id, text, source_id) values (?, ?, 2)", (item_id, text))
    return World(found, {"trigger": "", "trigger_position": "start"})


def _score(source: str, place: int) -> int | None:
    return 900 - place if source in {FIRST, SECOND} else None


def _edit(stage: Stage, world: World, ids: list[int], operation: Operation, query: str) -> None:
    dataset = datasets.by_id(stage.db, stage.dataset_id)
    preview = curate.preview(stage.db, dataset, operation, query=query)
    applied = curate.apply(stage.library, dataset, operation, query=query)
    scope = _scope(world, operation, query)
    wanted = world.edit(scope, _rule(world, operation, query), _settings(operation, query))
    assert (applied.change_id is None) == (wanted is None)
    if wanted is None or applied.change_id is None:
        assert applied.changed == preview.changed == 0
        return
    change = world.history[wanted]
    assert applied.changed == preview.changed == (len(scope) if change.settings else len(change.after))
    assert {one.item_id: one.after for one in preview.examples}.items() <= _captions(stage).items()
    ids.append(applied.change_id)


def _captions(stage: Stage) -> dict[int, str]:
    dataset = datasets.by_id(stage.db, stage.dataset_id)
    all_ids = [row[0] for row in stage.db.execute("select id from item")]
    return {one.item_id: text for chunk in rendered(stage.db, dataset, all_ids) for one, text in chunk}


def _scope(world: World, operation: Operation, query: str) -> list[str]:
    def is_found(name: str, item: Item) -> bool:
        if item.trashed != (operation.kind == "restore"):
            return False
        keys = {plain.key(tag) for tag in item.tags}
        return {"": True, "solo": "solo" in keys, "name:a": name == "a", "-long_hair": "long hair" not in keys}[query]

    return [name for name, item in world.items.items() if is_found(name, item)]


def _settings(operation: Operation, query: str) -> dict[str, str]:
    return {"trigger": operation.text, "trigger_position": "start"} if operation.kind == "trigger" and not query else {}


def _rule(world: World, operation: Operation, query: str) -> Any:
    listed = tuple(operation.text.split(", "))
    match operation.kind:
        case "add":
            return plain.add(listed, at_start=operation.position == "start")
        case "remove":
            keys = {plain.key(tag) for tag in listed}
            return plain.replace(
                lambda tag: (
                    () if plain.key(tag) in keys or ("*hair" in keys and plain.key(tag).endswith("hair")) else None
                ),
                inherit=False,
            )
        case "replace":
            return _replace_rule(operation)
        case "sort":
            return plain.sort(_order(world, operation.by))
        case "dedupe":
            return plain.dedupe
        case "standardise":
            return plain.replace(lambda tag: ("long hair",) if tag == "long_hair" else None, inherit=True)
        case "trigger":
            return plain.put("trigger", operation.text if query else None)
        case "mark":
            return plain.put("mark", None if operation.text == "none" else operation.text)
        case "stars":
            return plain.put("stars", int(operation.text))
        case _:
            return plain.put("trashed", operation.kind == "trash")


def _replace_rule(operation: Operation) -> Any:
    if operation.where == "prose":
        return plain.prose(operation.text, operation.new)

    def fate(tag: str) -> tuple[str, ...] | None:
        if operation.regex:
            text = re.sub(operation.text, operation.new, tag)
        else:
            text = operation.new if plain.key(tag) == plain.key(operation.text) else tag
        return None if text == tag else tuple(text.split(", ")) if text else ()

    return plain.replace(fate, inherit=False)


def _order(world: World, by: str) -> Any:
    used = [tag for item in world.items.values() if not item.trashed for tag in item.tags]
    return {
        "name": lambda _, tag: (plain.key(tag), tag),
        "frequency": lambda _, tag: (-used.count(tag), plain.key(tag), tag),
        "score": lambda item, tag: -plain.best_score(item, tag),
    }[by]


def _tag(stage: Stage, world: World, ids: list[int], run: tuple[str, str, dict[str, int], str]) -> None:
    source, mode, found, query = run
    scope = _scope(world, Operation("dedupe"), query)
    wanted = world.edit(scope, plain.tagger(source, mode, found))
    chosen = [(stage.tag_ids[tag], score) for tag, score in found.items()]
    taggers = tags.machine_sources(stage.db)
    twins = {number: twin_key(name) for name, number in stage.tag_ids.items()}
    item_ids = dict(stage.db.execute("select name, id from item").fetchall())
    written = changes.record(
        stage.db,
        changes.Draft(stage.dataset_id, "tag", source),
        [item_ids[name] for name in scope],
        lambda state: rules.tag_by_model(
            state, chosen, source=stage.source_ids[source], mode=Mode(mode), taggers=taggers, twin=twins.__getitem__
        ),
        also=lambda db, written: changes.close_change(db, written.change_id),
    )
    assert (written.change_id is None) == (wanted is None)
    if written.change_id is not None:
        ids.append(written.change_id)


def _undo(stage: Stage, world: World, ids: list[int], number: int, before: Any) -> None:
    change = world.history[number]
    dataset = datasets.by_id(stage.db, stage.dataset_id)
    if change.undone and len(change.undone_on) == len(change.after):
        with pytest.raises(WrongUseError):
            reverts.undo(stage.library, dataset, ids[number])
        return
    whole = not change.undone
    left = world.undo(number)
    reverted = reverts.undo(stage.library, dataset, ids[number])
    event(f"undo left {len(left)} of {len(change.after)}")
    assert set(reverted.left_names) == left
    if whole and not left:  # then redo gives what was before, and this undo again what is now
        now = _seen(stage)
        assert reverts.redo(stage.library, dataset).change.id == ids[number]
        assert _seen(stage) == before
        reverts.undo(stage.library, dataset, ids[number])
        assert _seen(stage) == now


def _redo(stage: Stage, world: World, ids: list[int]) -> None:
    dataset = datasets.by_id(stage.db, stage.dataset_id)
    number = world.redo()
    if number is None:
        with pytest.raises(WrongUseError):
            reverts.redo(stage.library, dataset)
        return
    assert reverts.redo(stage.library, dataset).change.id == ids[number]


def _undo_all(stage: Stage, world: World, ids: list[int], first: Any) -> None:
    dataset = datasets.by_id(stage.db, stage.dataset_id)
    for change_id, change in zip(reversed(ids), reversed(world.history), strict=True):
        if not change.undone or len(change.undone_on) < len(change.after):
            reverted = reverts.undo(stage.library, dataset, change_id)
            assert not reverted.left, "everything later is undone"
    assert _seen(stage) == first


def _seen(stage: Stage) -> Any:
    """All that can be edited, from the tables."""
    db = stage.db
    seen: dict[str, Any] = {
        name: {
            "tags": {},
            "vetoes": set(),
            "prose": None,
            "trigger": trigger,
            "trashed": away,
            "mark": mark,
            "stars": stars,
        }
        for name, trigger, away, mark, stars in db.execute(
            "select name, trigger, trashed_at is not null, mark, stars from item"
        )
    }
    who = {source_id: name for name, source_id in stage.source_ids.items()}
    for name, tag, place, source, score in db.execute(
        """select item.name, tag.name, position, source_id, score from item_tag join item on item.id = item_tag.item_id
        join tag on tag.id = tag_id left join item_tag_source using (item_id, tag_id)"""
    ):
        seen[name]["tags"].setdefault(tag, (place, {}))[1][who[source]] = score
    for name, tag in db.execute(
        "select item.name, tag.name from item_veto join item on item.id = item_id join tag on tag.id = tag_id"
    ):
        seen[name]["vetoes"].add(tag)
    for name, text, source in db.execute("select item.name, text, source_id from prose join item on item.id = item_id"):
        seen[name]["prose"] = (text, who[source])
    return seen, db.execute("select trigger, trigger_position from dataset").fetchone()


def _expected(world: World) -> Any:
    parts = ("tags", "vetoes", *plain.PARTS)
    return {name: {part: getattr(item, part) for part in parts} for name, item in world.items.items()}, (
        world.settings["trigger"],
        world.settings["trigger_position"],
    )


def _history(stage: Stage) -> Any:
    return [(one.id, one.state, one.items, one.left) for one in changes.listed(stage.db, stage.dataset_id)]


def _expected_history(world: World, ids: list[int]) -> Any:
    return [
        (
            id_,
            "undone" if one.undone else "complete",
            len(one.after),
            len(one.after) - len(one.undone_on) if one.undone else 0,
        )
        for id_, one in reversed(list(zip(ids, world.history, strict=True)))
    ]


def _check_invariants(stage: Stage) -> None:
    for nothing in (
        """select 1 from item_tag where not exists
            (select 1 from item_tag_source s where s.item_id = item_tag.item_id and s.tag_id = item_tag.tag_id)""",
        "select 1 from item_tag join item_veto using (item_id, tag_id)",
        """select dataset_id, tag_id, count(*) from item_tag join item on item.id = item_id
            where trashed_at is null group by 1, 2 except select dataset_id, tag_id, items from tag_count""",
        """select tag_id, items from tag_count where items <> (select count(*) from item_tag join item on item.id = item_id
            where trashed_at is null and tag_id = tag_count.tag_id)""",
        "pragma foreign_key_check",
    ):
        assert stage.db.execute(nothing).fetchall() == []
