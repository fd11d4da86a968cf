"""Searching and editing by command: what is shown, and how to go back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.cli.editing import around
from tests.commands import Commands
from tests.made_sets import fill, scored


@pytest.fixture
def pets(dscore: Commands, tmp_path: Path) -> Commands:
    content = {f"{name}.png": scored({}, rest=rest) for rest, name in enumerate("abc")}
    dscore.good("import", fill(tmp_path / "pets", {**content, "a.txt": "cat, red", "b.txt": "dog, red"}))
    return dscore


def test_search_lists_captions_counts_all_and_says_what_it_left_out(pets: Commands) -> None:
    assert pets("search", "pets").out.splitlines() == [
        "3 pictures found",
        "a: cat, red",
        "b: dog, red",
        "c: (no caption)",
    ]
    assert pets("search", "pets", "red", "--limit", 1).out.splitlines() == [
        "2 pictures found",
        "a: cat, red",
        "… and 1 more; --limit lists more of them.",
    ]
    assert pets.good("search", "pets", "--tags")["tags"][0] == {"tag": "red", "category": "general", "items": 2}


HUGE = 10**25


def test_a_number_beyond_all_names_nothing_and_limits_nothing(pets: Commands) -> None:
    assert pets("undo", "pets", HUGE).err == f"There is no change {HUGE} in this dataset. “history” lists them.\n"
    for action in ("pause", "resume", "cancel"):
        ran = pets("jobs", action, HUGE)
        assert (ran.code, ran.err) == (2, f"There is no job {HUGE}. “jobs” lists them.\n")
    assert len(pets.good("search", "pets", "--limit", HUGE)["items"]) == 3
    assert len(pets.good("history", "pets", "--limit", HUGE)) == 1


def test_a_dry_run_shows_before_and_after_and_writes_nothing(pets: Commands) -> None:
    before = pets.content()
    ran = pets("edit", "pets", "replace", "red", "blue", "--dry-run")
    assert ran.out.splitlines()[:4] == [
        "2 of 3 pictures would change; nothing was written.",
        "a:",
        "  - cat, red",
        "  + cat, blue",
    ]
    assert pets.content()["item_tag"] == before["item_tag"]
    assert pets.content()["change"] == before["change"]


def test_an_edit_says_how_to_take_it_back(pets: Commands) -> None:
    ran = pets("edit", "pets", "remove", "red")
    assert ran.out == "2 of 3 pictures changed. To take it back: python -m dscore undo pets 2\n"
    assert pets("edit", "pets", "remove", "red").out == "0 of 3 pictures changed.\n"
    assert pets("edit", "pets", "remove", "red", "--where", "unicorn").out == "No picture matches.\n"


def test_undo_and_redo_say_how_many_pictures_are_gone_for_ever_with_exit_1(pets: Commands) -> None:
    added = pets.good("edit", "pets", "add", "good")["change"]
    trashed = pets.good("edit", "pets", "trash", "--where", "cat")["change"]
    pets.good("dataset", "empty-trash", "--yes")
    gone = "Gone for ever, since the trash was emptied: 1 picture.\n"
    ran = pets("undo", "pets", trashed)
    assert (ran.code, ran.out, ran.err) == (1, "Undone: put into the trash (0 pictures).\n", gone)
    ran = pets("undo", "pets", added, "--json")
    assert (ran.code, ran.json["items"], ran.json["left"], ran.json["gone"], ran.err) == (1, 2, 0, 1, gone)
    assert pets("redo", "pets").err == gone
    assert pets.captions("pets") == {"b": "dog, red, good", "c": "good"}
    marked = pets.good("edit", "pets", "stars", 4)["change"]
    assert pets.good("undo", "pets", marked)["gone"] == 0


def test_undo_leaves_later_work_and_names_it_with_exit_1(pets: Commands) -> None:
    added = pets.good("edit", "pets", "add", "good")["change"]
    pets.good("edit", "pets", "remove", "good", "--where", "cat")
    ran = pets("undo", "pets", added)
    assert ran.code == 1
    assert ran.out == "Undone: add “good” (2 pictures).\n"
    assert ran.err == "1 picture left alone, changed again since: a.\n"
    assert pets.captions("pets") == {"a": "cat, red", "b": "dog, red", "c": ""}


def test_undo_of_a_setting_is_of_the_whole_dataset(pets: Commands) -> None:
    pets.good("edit", "pets", "trigger", "hero")
    assert pets("undo", "pets").out == "Undone: set trigger word “hero”, start (the whole dataset).\n"
    assert pets("redo", "pets").out == "Done again: set trigger word “hero”, start (the whole dataset).\n"


def test_history_tells_the_state_of_each_change(pets: Commands) -> None:
    pets.good("edit", "pets", "trigger", "mine")
    pets.good("edit", "pets", "sort")
    pets.good("edit", "pets", "remove", "red")
    pets.good("undo", "pets")
    lines = [line.split("  ", 3)[-1].strip() for line in pets("history", "pets").out.splitlines()]
    assert lines[0].endswith("remove “red” (2 pictures), undone")
    assert lines[1].endswith("(the whole dataset)")
    assert lines[-1].endswith("import pets (3 pictures)")


def test_only_what_differs_of_two_long_captions_is_shown() -> None:
    long = "x" * 500
    assert around(f"{long}, red, {long}", f"{long}, blue, {long}") == (
        f"…{'x' * 58}, red, {'x' * 58}…",
        f"…{'x' * 58}, blue, {'x' * 58}…",
    )
    assert around("a", "trigger, a") == ("a", "trigger, a")
    assert around("a, a", "a") == ("a, a", "a")


def test_a_search_that_begins_with_a_dash_is_told_where_it_goes(pets: Commands) -> None:
    ran = pets("search", "pets", "-red")
    assert ran.code == 2
    assert "search NAME -- -hat" in ran.err
    assert pets.process("search", "pets", "--", "-red").out.splitlines()[0].endswith(" found")
    assert "No picture has the tag “redd”. Did you mean red" in pets("search", "pets", "redd").out
