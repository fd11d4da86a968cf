from __future__ import annotations

import pytest

from dscore.errors import WrongUseError
from dscore.text.pairs import split_pairs, split_scores


def test_the_last_sign_parts_a_pair_and_blanks_do_not_count() -> None:
    assert split_pairs("long hair = hair,\n=_==face, solo=, ,") == (
        ("long hair", "hair"),
        ("=_=", "face"),
        ("solo", ""),
    )
    assert split_pairs("") == ()
    assert split_scores("solo=0.6, >:= = .5") == (("solo", 0.6), (">:=", 0.5))


@pytest.mark.parametrize("text", ["solo", "=0.5", "a=1, b"])
def test_what_is_no_pair_is_a_sentence(text: str) -> None:
    with pytest.raises(WrongUseError, match="is no pair"):
        split_pairs(text)


def test_a_score_is_a_number() -> None:
    with pytest.raises(WrongUseError, match="The score for “solo” is “high”"):
        split_scores("solo=high")
