"""Sizes in words."""

import pytest

from dscore.text.sizes import readable_size


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (48_200, "48.2 kB"),
        (999_499, "999 kB"),
        (999_500, "1 MB"),
        (379_000_000, "379 MB"),
        (1_500_000_000, "1.5 GB"),
        (5_000_000_000_000_000, "5,000 TB"),
    ],
)
def test_a_size_is_readable_in_powers_of_1000(size: int, text: str) -> None:
    assert readable_size(size) == text
