"""`tune`: its options, its words, and its answers to what cannot be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import Commands
from tests.made_sets import fill, scored, tagger

SCORES = {"1girl": 0.6, "long_hair": 0.9, "hair_ribbon": 0.4, "saber_(fate)": 0.8, "hatsune_miku": 0.5, "explicit": 0.7}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with one tagged picture in `set`, and one that came later and has no scores."""
    folder = tmp_path_factory.mktemp("tune")
    commands = Commands(folder / "library")
    commands.good("import", fill(folder / "set", {"a.png": scored(SCORES)}))
    commands.good("tag", "set", "--tagger", tagger(folder / "made"))
    commands.good("import", fill(folder / "more", {"b.png": scored({}, rest=1)}), "--dataset", "set")
    return commands.home


@pytest.fixture
def one(made: Path, tmp_path: Path) -> Commands:
    """A copy of it."""
    return Commands(shutil.copytree(made, tmp_path / "library"))


@pytest.mark.parametrize(
    ("options", "tags"),
    [
        ("--general 0.7 --character 0.7", "long hair, saber (fate)"),
        ("--general 0.5 --character 1", "long hair, 1girl"),
        ("--general 1 --per-tag long_hair=0.5", "long hair, saber (fate), hatsune miku"),
        ("--order model", "1girl, long hair, hair ribbon, hatsune miku, saber (fate)"),
        ("--characters-first --rating first", "explicit, saber (fate), hatsune miku, long hair, 1girl, hair ribbon"),
        ("--rating last --without character", "long hair, 1girl, hair ribbon, explicit"),
        ("--blacklist *hair,1girl", "saber (fate), hatsune miku, hair ribbon"),
        ("--replace 1girl=woman,long_hair=", "saber (fate), woman, hatsune miku, hair ribbon"),
        ("--brackets escaped --limit 2", r"long hair, saber \(fate\)"),
        ("--general 1 --character 1 --find-gap character", "saber (fate), hatsune miku"),
        ("--preset sd-scripts", "1girl, long_hair, hair_ribbon, hatsune_miku, saber_(fate)"),
        ("--preset sd-scripts --underscores space --general 0.5", "1girl, long hair, hatsune miku, saber (fate)"),
        ("--preset clean", "long hair, saber (fate), 1girl, hatsune miku"),
    ],
)
def test_options_choose_write_and_order(one: Commands, options: str, tags: str) -> None:
    before = one.tags("set")["a"]
    done = one.good("tune", "set", "--tagger", "made", *options.split())
    assert ", ".join(one.tags("set")["a"]) == tags
    assert (done["changed"], done["without_scores"]) == (1, 1)
    one.good("undo", "set", done["change"])
    assert one.tags("set")["a"] == before


def test_a_dry_run_shows_and_writes_nothing(one: Commands) -> None:
    before = one.content()
    ran = one("tune", "set", "--tagger", "made", "--general", 0.7, "--dry-run")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "1 of 2 captions would change; nothing was written."
    assert "1 picture without scores by made: run “tag” for them." in lines
    assert "       1 → 0        1girl" in lines
    assert any(line.startswith("  - ") for line in lines)
    assert one.content() == before
    seen = one.good("tune", "set", "--tagger", "made", "--general", 0.7, "--dry-run")
    assert (seen["losing"], seen["tags_before"], seen["tags_after"]) == (1, 5, 3)
    assert seen["examples"][0]["name"] == "a"


def test_the_blacklist_never_hides_the_trigger_and_says_so(one: Commands) -> None:
    one.good("edit", "set", "trigger", "solo")
    ran = one("tune", "set", "--tagger", "made", "--blacklist", "so*, 1girl")
    assert "The trigger word “solo” stays in every caption: the blacklist never hides it." in ran.out
    assert one.captions("set")["a"].startswith("solo, ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--tagger", "wd14-vit-v3"), "No scores by “wd14-vit-v3” are stored"),
        (("--tagger", "made", "--general", "high"), "neither a score from 0.05 to 1 nor “balanced”"),
        (("--tagger", "made", "--general", "2"), "The general threshold goes from 0.05 to 1; 2.0 is outside."),
        (("--tagger", "made", "--general", "balanced"), "needs one tagger whose balanced point is known"),
        (("--tagger", "made", "--per-tag", "solo"), "“solo” is no pair"),
        (("--tagger", "made", "--per-tag", "solo=x"), "The score for “solo” is “x”"),
        (("--tagger", "made", "--where", "name:b"), "No picture of “set” that “name:b” finds has scores by made."),
    ],
)
def test_what_cannot_be_is_a_sentence_and_changes_nothing(one: Commands, words: tuple[str, ...], sentence: str) -> None:
    before = one.content()
    ran = one("tune", "set", *words)
    assert ran.code == 2
    assert sentence in ran.err
    assert one.content() == before
