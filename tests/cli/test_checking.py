from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog, writing
from tests.catalog.made import make_library
from tests.commands import Commands

LONG = ", ".join(f"thing {number}" for number in range(20))
CAPTIONS = {"a": f"cat, Cat, {LONG}", "b": f"hair, long hair, {LONG}", "c": f"tea; cup, {LONG}", "d": ""}


@pytest.fixture
def dscore(tmp_path: Path) -> Commands:
    """Captions with faults; the originals are there, and the pictures say nothing of themselves."""
    dscore = Commands(make_library(tmp_path / "library", CAPTIONS, trigger="mychar").home)
    path = dscore.library.image_path("x.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 100)
    return dscore


def codes(found: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {one["code"]: one["level"] for one in found["findings"]}


def test_findings_of_the_level_asked_for_are_exit_1(dscore: Commands) -> None:
    ran = dscore("check", "set", "--json")
    assert ran.code == 1
    found = codes(ran.json)
    assert (
        found.items() >= {"missing": "error", "doubled": "warning", "separator": "warning", "contained": "hint"}.items()
    )
    assert list(found.values()) == sorted(found.values(), key=["error", "warning", "hint"].index)
    assert (ran.json["pictures"], ran.json["level"]) == (4, "warning")
    for query, level, code in (("name:b", "error", 0), ("name:b", "hint", 1), ("name:d", "error", 1)):
        assert dscore("check", "set", "--where", query, "--level", level).code == code


def test_it_says_what_why_and_what_to_do(dscore: Commands) -> None:
    out = dscore("check", "set").out
    assert out.startswith("4 pictures checked. 1 error, ")
    assert "ERROR  No caption: 1 picture  [missing]" in out
    assert "See them: python -m dscore search set check:missing" in out
    assert "“tea; cup” should be “tea, cup”" in out
    assert "Part them by commas: python -m dscore check set --repair separator" in out


def test_a_repair_is_seen_done_and_undone(dscore: Commands) -> None:
    before = dscore.content()
    found = dscore.good("check", "set", "--repair", "separator", "--dry-run")
    assert found["changed"] == 1
    assert found["examples"][0]["after"].startswith("mychar, tea, cup")
    assert dscore.content()["change"] == before["change"]
    assert dscore.tags("set")["c"][0] == "tea; cup"
    done = dscore.good("check", "set", "--repair", "separator")
    assert dscore.tags("set")["c"][:2] == ["tea", "cup"]
    assert "separator" not in codes(dscore("check", "set", "--json").json)
    dscore.good("undo", "set", done["change"])
    assert dscore.tags("set")["c"][0] == "tea; cup"


@pytest.mark.parametrize(("code", "item", "tags"), [("doubled", "a", "cat"), ("contained", "b", "long hair")])
def test_repairs_keep_what_says_more(dscore: Commands, code: str, item: str, tags: str) -> None:
    dscore.good("check", "set", "--repair", code)
    assert dscore.tags("set")[item] == [tags, *LONG.split(", ")]


def test_a_gone_original_is_damage(dscore: Commands) -> None:
    dscore.library.image_path("x.png").write_bytes(b"x")
    found = dscore("check", "set", "--json", "--where", "name:a").json
    assert codes(found)["damaged"] == "error"
    assert "has 1 bytes instead of 100" in found["findings"][0]["cases"][0]["words"]


def test_a_limit_of_ones_own(dscore: Commands) -> None:
    assert "long" not in codes(dscore("check", "set", "--json").json)
    (long,) = (
        one for one in dscore("check", "set", "--json", "--tokens", 30).json["findings"] if one["code"] == "long"
    )
    assert (long["query"], long["pictures"]) == ("tokens>30", 3)


def test_wrong_use_is_one_sentence(dscore: Commands) -> None:
    for words, said in (
        (("--repair", "nonsense"), "There is no check “nonsense”"),
        (("--repair", "missing"), "no safe repair"),
        (("--repair", "blurred"), "finds nothing here"),
        (("--where", "( cat"), "never closed"),
    ):
        ran = dscore("check", "set", *words)
        assert (ran.code, said in ran.err) == (2, True), ran
    assert dscore("check", "nothing").code == 2


def test_what_is_well_is_said(tmp_path: Path) -> None:
    dscore = Commands(make_library(tmp_path / "library", {}).home)
    ran = dscore("check", "set")
    assert (ran.code, ran.out) == (0, "0 pictures checked. Nothing is wrong.\n")


def test_copies_are_seen_to_go_and_go(dscore: Commands) -> None:
    with open_catalog(dscore.library) as db, writing(db):
        db.execute("update image set phash = 7, entropy = 7, dark = 0, light = 1")
        db.execute("update image set phash = 77777777 where id > 2")
    found = dscore.good("check", "set", "--repair", "duplicate", "--dry-run")
    assert [(one["name"], one["after"]) for one in found["examples"]] == [("b", ""), ("d", "")]
    done = dscore.good("check", "set", "--repair", "duplicate")
    assert set(dscore.tags("set")) == {"a", "c"}
    dscore.good("undo", "set", done["change"])
    assert set(dscore.tags("set")) == set(CAPTIONS)


def test_readiness_is_said_with_what_is_missing(dscore: Commands) -> None:
    found = dscore("check", "set", "--for", "character", "--json").json["readiness"]
    assert (found["kind"], found["coverage"][0]["title"]) == ("character", "Angle")
    assert sum(reason["most"] for reason in found["reasons"]) == 100
    assert 0 < found["score"] < 100
    lines = dscore("check", "set", "--for", "style").out
    assert (
        f"Ready for a style: {dscore('check', 'set', '--for', 'style', '--json').json['readiness']['score']} of 100."
        in lines
    )
    assert "46 more pictures: a style wants 50 to 200" in lines
