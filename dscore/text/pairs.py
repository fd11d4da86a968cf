"""Pairs as a person types them: `solo=0.6, smile=0.25`."""

from __future__ import annotations

from dscore.errors import WrongUseError
from dscore.text.tags import split_tags


def split_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Each name with what stands behind its last `=`, since a name may hold one (`=_=`). Raises WrongUseError."""
    pairs = []
    for piece in split_tags(text):
        left, sign, right = piece.rpartition("=")
        if not sign or not left.strip():
            raise WrongUseError(f"“{piece}” is no pair; write “solo=0.6”: the tag, the sign, and what it gets.")
        pairs.append((left.strip(), right.strip()))
    return tuple(pairs)


def split_scores(text: str) -> tuple[tuple[str, float], ...]:
    """The same with a number behind each. Raises WrongUseError."""
    found = []
    for tag, score in split_pairs(text):
        try:
            found.append((tag, float(score)))
        except ValueError:
            raise WrongUseError(f"The score for “{tag}” is “{score}”; it is a number, such as 0.6.") from None
    return tuple(found)
