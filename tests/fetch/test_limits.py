from __future__ import annotations

import pytest

from dscore.fetch.limits import Retries, limit_reset, retry_after

NOON = 1_700_000_000.0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), ("0", 0), (None, None), ("", None), ("soon", None), ("-3", None),
     ("Tue, 14 Nov 2023 22:14:20 GMT", 60), ("Tue, 14 Nov 2023 22:00:00 GMT", 0)],
)  # fmt: skip
def test_a_wait_can_be_asked_for_in_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, at=NOON) == seconds


def test_waits_double_with_some_chance() -> None:
    retries = Retries()
    for number, middle in enumerate((1, 2, 4, 8), 1):
        assert middle * 0.75 <= retries.pause(number, None) <= middle * 1.25
    assert retries.pause(4, 3.0) == 3.0


@pytest.mark.parametrize(
    ("header", "seconds"), [('"api";r=0;t=55', 55.0), ('"api";r=0; t=1', 1.0), ("nonsense", None), (None, None)]
)
def test_the_hubs_own_limit_is_understood(header: str | None, seconds: float | None) -> None:
    assert limit_reset(header) == seconds
