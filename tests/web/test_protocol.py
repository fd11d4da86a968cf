"""What goes wrong is answered as a sentence, with a status that a script can tell apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dscore.config import Library
from dscore.errors import (
    BusyCatalogError,
    CatalogError,
    DiskFullError,
    DscoreError,
    ExportError,
    NotFoundError,
    WrongUseError,
)
from dscore.web.protocol import MAX_BODY, answer_error, number, text, texts
from tests.web.serving import browser


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WrongUseError("No."), 400),
        (NotFoundError("No."), 404),
        (BusyCatalogError("No."), 503),
        (CatalogError("No."), 500),
        (DiskFullError("No."), 507),
        (ExportError("No."), 500),
        (DscoreError("No."), 500),
    ],
)
def test_each_kind_of_error_has_its_status(error: DscoreError, status: int) -> None:
    answer = answer_error(None, error)  # type: ignore[arg-type]  # the request plays no part
    assert (answer.status_code, bytes(answer.body)) == (status, b'{"error":"No."}')


@pytest.mark.parametrize("value", ["-1", "1.5", "x", "", "²", "9" * 30, None, True, -1, 2.0, 11])
def test_a_number_is_a_whole_one_within_its_bounds(value: Any) -> None:
    with pytest.raises(WrongUseError, match=r"“n” should be a whole number from 0 to 10\."):
        number({"n": value}, "n", most=10)


def test_values_are_read_as_what_they_should_be() -> None:
    values = {"n": "7", "m": 8, "t": "a", "l": ["a", "b"]}
    assert (number(values, "n"), number(values, "m"), number(values, "x", default=3)) == (7, 8, 3)
    assert (text(values, "t"), text(values, "x", default="")) == ("a", "")
    assert (texts(values, "l"), texts(values, "x")) == (("a", "b"), ())
    for wrong in ("n", "l"):
        with pytest.raises(WrongUseError):
            texts({"l": [1], "n": "7"}, wrong)
    with pytest.raises(WrongUseError):
        text(values, "m")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 400), (b"\xff", 400), (b"[" * 100_000, 400), (b" " * (MAX_BODY + 1), 413)],
    ids=["empty", "cut", "a list", "no text", "nested", "long"],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes, status: int, tmp_path: Path) -> None:
    answer = browser(Library(tmp_path)).post("/api/edits", content=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_search_that_cannot_be_read_tells_where(tmp_path: Path) -> None:
    answer = browser(Library(tmp_path)).get("/api/items", params={"dataset": 1, "q": "solo width>=wide"})
    assert answer.status_code == 400
    assert (answer.json()["start"], answer.json()["end"]) != (0, 0)
    assert "wide" in answer.json()["error"]
