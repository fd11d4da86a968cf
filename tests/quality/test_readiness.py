"""The score and the coverage: what takes points, and what is said to be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dscore.quality.captions import missing, trigger_missing
from dscore.quality.findings import Check, Finding, Level, run
from dscore.quality.readiness import KINDS, Readiness, readiness
from dscore.quality.words import words
from dscore.text.query import parse_query
from tests.quality.test_tags import captions

FULL = (
    "looking at viewer, portrait, closed mouth, red dress, simple background",
    "from side, upper body, smile, white shirt, indoors",
    "from behind, cowboy shot, open mouth, school uniform, forest",
    "from above, full body, closed eyes, kimono, street",
    "from below, upper body, smile, armor, night",
)


def ready(number: int, kind: str = "character", *findings: Finding, trigger: str = "mychar") -> Readiness:
    texts = {item: FULL[item % len(FULL)] for item in range(1, number + 1)}
    return readiness(captions(texts, trigger=trigger), findings, kind)


def points(found: Readiness) -> dict[str, float]:
    return {reason.title: reason.points for reason in found.reasons}


def test_a_good_set_of_each_view_is_ready() -> None:
    found = ready(25)
    assert found.score == 100
    assert [axis.advice for axis in found.axes] == ["", "", "", "", ""]


def test_what_is_missing_is_said_with_its_number() -> None:
    texts = dict.fromkeys(range(1, 31), "looking at viewer, portrait") | {31: "from behind"}
    found = readiness(captions(texts), (), "character")
    angle = found.axes[0]
    assert angle.advice == "4 more from the side, 2 more from behind, 2 more from above, 2 more from below"
    behind = next(cell for cell in angle.cells if cell.name == "from behind")
    assert (behind.items, behind.query) == ((31,), '"from behind"')
    assert found.axes[3].advice == "2 kinds of it"
    assert "angle" in next(reason.words for reason in found.reasons if reason.title == "Coverage")


def test_too_few_pictures_no_captions_and_no_trigger_cost_points() -> None:
    assert points(ready(5))["Number"] == pytest.approx(25 / 3)
    assert ready(5).reasons[0].words.startswith("10 more pictures")
    assert points(ready(25, trigger=""))["Trigger word"] == 0
    bare = captions(dict.fromkeys(range(1, 21), "") | {21: "smile"}, trigger="mychar")
    found = readiness(bare, [], "character")
    assert points(found)["Captions there"] == pytest.approx(20 / 21)
    assert found.reasons[1].query == "is:uncaptioned"
    assert readiness(captions({}), [], "style").score == 0


def test_faults_cost_their_share_once() -> None:
    check = Check("blurred", Level.WARNING, "Blurred", "Soft.", missing)
    blurred = run(check, captions({1: "", 2: "", 3: ""}))
    assert blurred is not None
    found = ready(30, "character", blurred, replace(blurred, code="dark", title="Too dark"))
    assert points(found)["Pictures without faults"] == pytest.approx(18)
    reason = found.reasons[3]
    assert reason.query == "check:blurred or check:blurred"
    assert "3 of 30 have a fault: blurred 3, too dark 3." in reason.words


def test_sentences_alone_tell_nothing_of_the_coverage() -> None:
    prose = replace(captions(dict.fromkeys(range(1, 21), "")), prose=dict.fromkeys(range(1, 21), "A girl smiles."))
    assert readiness(prose, (), "character").reasons[-1].words == "Only tags tell it, and 20 captions have none."


def test_a_wrong_trigger_costs_its_share() -> None:
    wrong = run(
        Check("trigger-missing", Level.WARNING, "No trigger word", "None.", trigger_missing),
        replace(captions({1: "a", 2: "b"}, trigger="mychar"), triggers={1: ""}),
    )
    assert wrong is not None
    assert points(ready(20, "character", wrong))["Trigger word"] == pytest.approx(9.5)


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_can_be_filled_and_searched_for(kind: str) -> None:
    tags = [tag.replace("*", "big ") for axis in words().coverage[kind] for cell in axis.cells for tag in cell.tags]
    found = readiness(captions(dict(enumerate(tags, 1))), (), kind)
    for axis in found.axes:
        for cell in axis.cells:
            assert cell.items, (axis.title, cell.name)
            assert parse_query(cell.query)
