"""Tuning on a real catalog: what a preview says is what Apply does, and nothing that others said is lost."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from dscore.catalog import changes, datasets, jobs, search
from dscore.catalog.connection import open_catalog
from dscore.errors import NotFoundError, WrongUseError
from dscore.models import Mode, Progress
from dscore.pipeline import curate, reverts, tuning, tuning_preview
from dscore.pipeline import jobs as pipeline_jobs
from dscore.pipeline.jobs import perform
from dscore.pipeline.operations import Operation
from dscore.pipeline.tuning_desk import Desk, Tuning, lay_out, pick, voices
from dscore.pipeline.tuning_preview import Preview, Standing
from dscore.taggers.rules import ChoiceRules
from dscore.text.query import parse_query
from tests.bench.tuning import build
from tests.commands import Commands
from tests.pipeline.half_way import killed

FIRST = Tuning(("made 0",))
RULES = [
    Tuning(("made 0",), general=0.6),
    Tuning(("made 0",), general=0.2, rules=ChoiceRules(order="model", underscores="keep")),
    Tuning(("made 0",), rules=ChoiceRules(order="frequency", blacklist=("tag 1*",), rating="first")),
    Tuning(("made 0",), rules=ChoiceRules(replacements=(("tag 5", "mine"), ("tag 7", "tag 8")), limit=9)),
    Tuning(("made 0",), rules=ChoiceRules(mcut_general=True, characters_first=True)),
    Tuning(("made 1", "made 0"), blend="union", general=0.7),
    Tuning(("made 0", "made 1"), blend="mean", general=0.3),
]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures with the scores of two models, tags by one of them, some by a person and some removed by one."""
    home = tmp_path_factory.mktemp("tuning") / "library"
    library = build(home, pictures=60, labels=300)
    with open_catalog(library) as db:
        dataset = datasets.get(db, "heap")
    desk, _, seen = looked(Commands(home), FIRST)
    tuning.apply(library, desk, FIRST, seen.revs)
    for kind, text, query in (
        ("add", "tag 5, mine", "name:00000*"),
        ("remove", "tag 2, tag 3", "name:00002*"),
        ("add", "tag_4", "name:00003*"),
    ):
        curate.apply(library, dataset, Operation(kind, text), query=query)
    return home


@pytest.fixture
def heap(scored: Path, tmp_path: Path) -> Commands:
    """A copy of it."""
    with open_catalog(Commands(scored).library) as db:
        db.execute("vacuum into ?", (str(tmp_path / "catalog.db"),))
    return Commands(tmp_path)


def looked(commands: Commands, asked: Tuning, query: str = "") -> tuple[Desk, Standing, Preview]:
    with open_catalog(commands.library) as db:
        dataset = datasets.get(db, "heap")
        ids = search.ids(db, dataset.id, parse_query(query))
        desk = lay_out(db, dataset, pick(voices(db, dataset), asked.taggers), ids)
        standing = tuning_preview.stand(db, desk)
    return desk, standing, tuning_preview.preview(desk, standing, asked)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("number", range(len(RULES)))
def test_a_preview_tells_exactly_what_apply_does(heap: Commands, number: int, mode: Mode) -> None:
    asked = replace(RULES[number], mode=mode)
    before, captions, whole = heap.tags("heap"), heap.captions("heap"), heap.content()
    desk, _, seen = looked(heap, asked)
    with open_catalog(heap.library) as db:
        examples = tuning_preview.examples(db, desk, asked.mode, seen.chosen, list(seen.revs))
    assert heap.content() == whole
    done = tuning.apply(heap.library, desk, asked, seen.revs)
    after = heap.tags("heap")
    differing = [name for name in before if before[name] != after[name]]
    assert done.changed == seen.changed == len(differing)
    assert seen.gaining == sum(bool(set(after[name]) - set(before[name])) for name in before)
    assert seen.losing == sum(bool(set(before[name]) - set(after[name])) for name in before)
    assert seen.reordered == sum(set(after[name]) == set(before[name]) for name in differing)
    counts = [Counter(tag for tags in side.values() for tag in tags) for side in (before, after)]
    assert {move.name: (move.before, move.after) for move in seen.moves} == {
        tag: (counts[0][tag], counts[1][tag]) for tag in counts[0] | counts[1]
    }
    assert seen.tags == (counts[0].total(), counts[1].total())
    assert seen.bare[1] == sum(not tags for tags in after.values())
    now = heap.captions("heap")
    assert {one.name: (one.before, one.after) for one in examples} == {
        name: (captions[name], now[name]) for name in differing
    }
    if mode is not Mode.SKIP:
        assert looked(heap, asked)[2].changed == 0
    if differing:
        reverts.undo(heap.library, desk.dataset)
    assert heap.tags("heap") == before


def test_what_a_person_added_stays_and_what_a_person_removed_stays_out(heap: Commands) -> None:
    asked = Tuning(("made 0",), general=0.05, rules=ChoiceRules(underscores="keep"))
    desk, _, seen = looked(heap, asked)
    tuning.apply(heap.library, desk, asked, seen.revs)
    after = heap.tags("heap")
    for name in [name for name in after if name.startswith("00000")]:
        assert {"tag 5", "mine"} <= set(after[name])
        assert "tag_5" not in after[name]
    removed = heap.rows(
        "select item.name, tag.name from item_veto join item on item.id = item_id join tag on tag.id = tag_id"
    )
    assert removed
    for name, tag in removed:
        assert not {tag, tag.replace(" ", "_")} & set(after[name])


def test_the_claims_say_which_models_speak_for_a_tag(heap: Commands) -> None:
    asked = Tuning(("made 0", "made 1"), blend="intersection", general=0.3)
    desk, _, seen = looked(heap, asked)
    tuning.apply(heap.library, desk, asked, seen.revs)
    taggers = "select count(*) from item_tag_source s join source on source.id = source_id where kind = 'tagger'"
    ((claims,),), ((tags,),) = heap.rows(taggers), heap.rows(f"{taggers} and source.name = 'made 1'")
    assert claims == 2 * tags > 0


def test_a_large_one_is_a_job_with_one_change_and_says_the_same(
    heap: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Tuning(("made 0",), general=0.5, rules=ChoiceRules(order="frequency"))
    at_once = Commands(heap.home / "twin")
    at_once.home.mkdir()
    with open_catalog(heap.library) as db:
        db.execute("vacuum into ?", (str(at_once.library.catalog),))
    desk, _, seen = looked(at_once, asked)
    tuning.apply(at_once.library, desk, asked, seen.revs)
    monkeypatch.setattr(tuning, "CHUNK", 7)
    desk, _, seen = looked(heap, asked)
    done = tuning.apply(heap.library, desk, asked, seen.revs)
    assert done.changed == seen.changed > 7
    assert heap.tags("heap") == at_once.tags("heap")
    with open_catalog(heap.library) as db:
        latest, earlier = changes.listed(db, desk.dataset.id, limit=2)
        assert (latest.id, latest.state, latest.items, latest.action) == (
            done.change_id,
            "complete",
            done.changed,
            "tune",
        )
        assert earlier.action == "add"


def test_a_job_leaves_what_was_changed_meanwhile_and_lists_it(heap: Commands) -> None:
    asked = Tuning(("made 0",), general=0.6)
    desk, _, seen = looked(heap, asked)
    job_id = tuning.submit(heap.library, desk, asked, seen.revs)
    curate.apply(heap.library, desk.dataset, Operation("add", "just now"), query="name:000001")
    with open_catalog(heap.library) as db:
        held = jobs.claim(db, job_id)
    job = perform(heap.library, held, lambda _: None)
    assert (job.state, job.tally.skipped, job.tally.done) == ("partial", 1, seen.changed - 1)
    assert "just now" in heap.tags("heap")["000001"]


def test_a_job_that_was_paused_half_way_ends_as_if_it_never_was(
    heap: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Tuning(("made 0",), general=0.5, rules=ChoiceRules(order="frequency"))
    desk, _, seen = looked(heap, asked)
    done = tuning.apply(heap.library, desk, asked, seen.revs)
    expected = heap.tags("heap")
    reverts.undo(heap.library, desk.dataset, done.change_id)
    desk, _, seen = looked(heap, asked)
    monkeypatch.setattr(tuning, "CHUNK", 7)
    monkeypatch.setattr(pipeline_jobs, "ASK_SECONDS", 0)
    job_id = tuning.submit(heap.library, desk, asked, seen.revs)

    def pause(_: Progress) -> None:
        with open_catalog(heap.library) as db:
            jobs.ask(db, job_id, "pause")

    for on_progress, state in ((pause, "paused"), (lambda _: None, "done")):
        with open_catalog(heap.library) as db:
            if state == "done":
                jobs.ask(db, job_id, "resume")
            held = jobs.claim(db, job_id)
        assert perform(heap.library, held, on_progress).state == state
        assert (heap.tags("heap") == expected) is (state == "done")
    assert next(change["action"] for change in heap.good("history", "heap")) == "tune"


def test_only_the_pictures_that_a_search_finds_are_tuned(heap: Commands) -> None:
    before = heap.tags("heap")
    desk, _, seen = looked(heap, RULES[0], "name:00001*")
    tuning.apply(heap.library, desk, RULES[0], seen.revs)
    changed = {name for name, tags in heap.tags("heap").items() if tags != before[name]}
    assert changed
    assert all(name.startswith("00001") for name in changed)


def test_a_tuning_of_some_is_of_these_whatever_was_left_half_way(
    heap: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tuning, "CHUNK", 7)
    asked = Tuning(("made 0",), general=0.5)
    desk, _, seen = looked(heap, asked)
    killed(heap.library, lambda tell: tuning.apply(heap.library, desk, asked, seen.revs, on_progress=tell))
    before = heap.tags("heap")
    some, _, shown = looked(heap, asked, "name:00003*")
    assert tuning.apply(heap.library, some, asked, shown.revs, go_on=True).changed == shown.changed
    changed = {name for name, tags in heap.tags("heap").items() if tags != before[name]}
    assert changed
    assert all(name.startswith("00003") for name in changed)


def test_a_request_goes_through_a_jobs_parameters_unchanged() -> None:
    asked = replace(RULES[3], mode=Mode.APPEND, character=0.5)
    assert Tuning.of(json.loads(json.dumps(asked.params()))) == asked


def test_a_model_of_the_hub_goes_by_its_taggers_name_and_has_its_thresholds(heap: Commands) -> None:
    with open_catalog(heap.library) as db:
        db.execute("update model set repo = 'SmilingWolf/wd-eva02-large-tagger-v3' where repo = 'made 1'")
        known = voices(db, datasets.get(db, "heap"))
        found = pick(known, ["wd-eva02-large-tagger-v3"])[0]
    assert (found.name, found.thresholds.general) == ("wd14-eva02-large-v3", 0.5296)


def test_no_scores_is_a_sentence(heap: Commands) -> None:
    with open_catalog(heap.library) as db:
        known = voices(db, datasets.get(db, "heap"))
        assert [(voice.name, voice.pictures) for voice in known] == [("made 0", 60), ("made 1", 60)]
        with pytest.raises(NotFoundError, match=r"No scores by “wd14-vit-v3” are stored.* There are scores by made 0"):
            pick(known, ["wd14-vit-v3"])
    with pytest.raises(WrongUseError, match=r"general threshold goes from 0\.05 to 1"):
        Tuning(("a",), general=0.01)
    with pytest.raises(WrongUseError, match=r"solo threshold goes from 0\.05 to 1"):
        Tuning(("a",), rules=ChoiceRules(per_tag=(("solo", 2.0),)))
