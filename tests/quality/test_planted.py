"""Three of each fault are all found, each by its own check, and no clean picture is named."""

from __future__ import annotations

import pytest

from dscore.catalog import quality, search
from dscore.catalog.connection import open_catalog
from dscore.quality.checks import CODES
from dscore.quality.findings import Finding
from dscore.text.query import parse_query
from tests.quality.planted import Planted, plant

ALSO = {
    "below-1024": {"below-512"},
    "spelling": {"doubled"},
    "doubled": {"spelling"},
    "short": {"empty"},
}
"""Faults that another check names as well, and is right to."""

ELSEWHERE_TESTED = {"leaking"}
"""What stands in nearly every caption cannot be planted beside clean ones."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return plant(tmp_path_factory.mktemp("planted") / "library")


@pytest.fixture(scope="module")
def findings(planted: Planted) -> dict[str, Finding]:
    with open_catalog(planted.library) as db:
        found = [*quality.picture_findings(db, 1), *quality.caption_findings(quality.captions(db, 1))]
    return {one.code: one for one in found}


def test_each_check_has_a_fault(planted: Planted) -> None:
    assert set(planted.faults) == set(CODES) - ELSEWHERE_TESTED


@pytest.mark.parametrize("code", sorted(set(CODES) - ELSEWHERE_TESTED))
def test_all_planted_are_found_and_nothing_else(code: str, planted: Planted, findings: dict[str, Finding]) -> None:
    found = set(findings[code].items)
    assert planted.faults[code] <= found
    others = {item for other in ALSO.get(code, ()) for item in planted.faults[other]}
    assert found - planted.faults[code] <= others


def test_no_clean_picture_is_named(planted: Planted, findings: dict[str, Finding]) -> None:
    named = {code: set(one.items) & planted.clean for code, one in findings.items()}
    assert {code: items for code, items in named.items() if items} == {}
    assert len(planted.clean) == 300


@pytest.mark.parametrize("code", ["blurred", "doubled", "duplicate", "long", "trigger-missing"])
def test_a_search_finds_what_the_check_names(code: str, planted: Planted, findings: dict[str, Finding]) -> None:
    with open_catalog(planted.library) as db:
        assert search.ids(db, 1, parse_query(f"check:{code}")) == list(findings[code].items)
        rest = search.count(db, 1, parse_query(f"-check:{code}"))
        assert rest + len(findings[code].items) == search.count(db, 1, parse_query(""))
