from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from dscore.errors import WrongUseError
from dscore.exporters.base import ExportOptions


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"names": "random"}, "numbered or kept"),
        ({"caption_extension": "txt"}, ".txt or .caption"),
        ({"link": "symlink"}, "copy or hardlink"),
        ({"empty_captions": "write"}, "omit or refuse"),
        ({"repeats": 0}, "1 or more"),
        ({"resolution": 32}, "64 or more"),
        ({"keep_tokens": -1}, "0 or more"),
    ],
)
def test_a_wrong_option_is_refused_with_what_it_can_be(options: dict[str, Any], word: str) -> None:
    with pytest.raises(WrongUseError, match=word):
        ExportOptions(**options)


def test_options_survive_a_job_as_plain_values() -> None:
    options = ExportOptions(dataset="My set", repeats=3, link="hardlink")
    assert ExportOptions(**asdict(options)) == options
