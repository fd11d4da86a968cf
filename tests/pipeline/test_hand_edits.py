"""An edit by hand does to an item what its person saw it do, whatever else is going on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.pipeline import reverts
from dscore.pipeline.hand_edits import HandEdit, edit_items
from tests.catalog.made import ask, dataset_of, make_library, tag_texts, whole_catalog


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, {"a": "solo, long hair, hat", "b": ""})


def done(library: Library, seq: int, *edits: HandEdit, client: str = "tab") -> dict[str, Any]:
    return edit_items(library, 1, edits, client=client, seq=seq)


@pytest.mark.parametrize(
    ("edit", "tags"),
    [
        (HandEdit(item=1, rev=1, add=("smile",)), "solo, long hair, hat, smile"),
        (HandEdit(item=1, rev=1, add=("smile, red  dress", "wink")), "solo, long hair, hat, smile, red dress, wink"),
        (HandEdit(item=1, rev=1, add=("solo",)), "solo, long hair, hat"),
        (HandEdit(item=1, rev=1, remove=("long hair",)), "solo, hat"),
        (HandEdit(item=1, rev=1, remove=("hair", "LONG HAIR")), "solo, long hair, hat"),
        (HandEdit(item=1, rev=1, remove=("solo",), add=("solo",)), "long hair, hat, solo"),
        (HandEdit(item=1, rev=1, order=("hat", "solo", "long hair")), "hat, solo, long hair"),
        (HandEdit(item=1, rev=1, order=("hat", "unknown")), "hat, solo, long hair"),
        (
            HandEdit(item=1, rev=1, add=("smile",), order=("smile", "hat", "long hair", "solo")),
            "smile, hat, long hair, solo",
        ),
    ],
)
def test_what_an_edit_does(library: Library, edit: HandEdit, tags: str) -> None:
    answer = done(library, 1, edit)
    assert tag_texts(library)["a"] == tags
    assert ", ".join(name for name, _ in answer["items"][0]["tags"]) == tags


def test_several_edits_of_one_item_are_done_one_after_the_other(library: Library) -> None:
    edits = [HandEdit(item=2, rev=1, add=(tag,)) for tag in ("zebra", "ant", "moth")]
    answer = done(library, 1, *edits, HandEdit(item=2, rev=1, remove=("ant",)))
    assert tag_texts(library)["b"] == "zebra, moth"
    assert (answer["items"][0]["rev"], ask(library, "select items, state from change")) == (2, [(1, "complete")])


def test_what_a_person_adds_is_theirs_and_what_they_remove_stays_out(library: Library) -> None:
    done(library, 1, HandEdit(item=1, rev=1, add=("smile",), remove=("hat",)))
    claims = "select source_id from item_tag_source join tag on tag.id = tag_id where name = ?"
    assert ask(library, claims, "smile") == [(1,)]
    assert ask(library, "select name from item_veto join tag on tag.id = tag_id") == [("hat",)]


def test_prose_is_written_and_taken_away(library: Library) -> None:
    done(library, 1, HandEdit(item=1, rev=1, prose=" A hat. "))
    assert ask(library, "select item_id, text, source_id from prose") == [(1, "A hat.", 1)]
    done(library, 2, HandEdit(item=1, rev=2, prose=""))
    assert ask(library, "select * from prose") == []


def test_marks_are_set_and_taken_away(library: Library) -> None:
    answer = done(library, 1, HandEdit(item=1, rev=1, mark="keep", stars=4))
    assert [(card["mark"], card["stars"], card["rev"]) for card in answer["items"]] == [("keep", 4, 2)]
    done(library, 2, HandEdit(item=1, rev=2, mark="none"))
    assert ask(library, "select mark, stars from item where id = 1") == [(None, 4)]
    for wrong in ({"mark": "great"}, {"stars": 6}):
        with pytest.raises(WrongUseError):
            HandEdit(item=1, rev=1, **wrong)


def test_undo_brings_everything_back(library: Library) -> None:
    before = whole_catalog(library)
    edit = HandEdit(item=1, rev=1, add=("smile",), remove=("solo",), order=("smile",), prose="A hat.", stars=5)
    done(library, 1, edit)
    reverts.undo(library, dataset_of(library))
    assert whole_catalog(library) == before


@pytest.mark.parametrize(
    ("edits", "summary"),
    [
        ([HandEdit(item=1, rev=1, add=("smile",), remove=("hat",))], "add “smile”, remove “hat”"),
        ([HandEdit(item=1, rev=1, prose="A."), HandEdit(item=2, rev=1, prose="B.")], "write the prose"),
        ([HandEdit(item=1, rev=1, order=("hat",))], "order the tags"),
        ([HandEdit(item=1, rev=1, mark="keep"), HandEdit(item=2, rev=1, stars=1)], "mark to keep, give 1 star"),
        ([HandEdit(item=2, rev=1, add=tuple("abcdef"))], "add “a, b, c, d and 2 more”"),
    ],
)
def test_the_history_says_what_was_done(library: Library, edits: list[HandEdit], summary: str) -> None:
    done(library, 1, *edits)
    assert ask(library, "select action, summary from change") == [("edit", summary)]


def test_the_clients_own_edits_count_as_seen_and_those_of_others_do_not(library: Library) -> None:
    for seq in (2, 1, 4, 3):
        assert done(library, seq, HandEdit(item=1, rev=1, add=(f"tag {seq}",)))["conflicts"] == []
    done(library, 1, HandEdit(item=1, rev=5, add=("theirs",)), client="other")
    (conflict,) = done(library, 5, HandEdit(item=1, rev=1, add=("mine",)))["conflicts"]
    assert conflict["mine"].endswith("tag 3, theirs, mine")
    assert conflict["theirs"]["caption"].endswith("tag 3, theirs")
    assert done(library, 6, HandEdit(item=1, rev=conflict["theirs"]["rev"], add=("mine",)))["conflicts"] == []


def test_a_client_of_long_ago_is_forgotten(library: Library) -> None:
    done(library, 1, HandEdit(item=1, rev=1, add=("smile",)), client="old")
    with open_catalog(library) as db, writing(db):
        db.execute("update client_edit set at = '2020-01-01T00:00:00+00:00'")
    done(library, 1, HandEdit(item=1, rev=2, add=("wink",)))
    assert ask(library, "select client from client_edit") == [("tab",)]
