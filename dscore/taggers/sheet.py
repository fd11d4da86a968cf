"""Stored scores of many pictures as three long columns, so that a slider moves all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dscore.errors import ModelError
from dscore.taggers.scores import PAIR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What one model said of `pictures` pictures: a line for each stored score, by picture and then by label.

    `picture` counts from 0, `label` is the model's output, `score` is 0 to 1; all [lines].
    """

    pictures: int
    picture: Numbers
    label: Numbers
    score: Floats


def read_sheet(packed: Sequence[bytes]) -> Sheet:
    """The sheet of pictures' packed scores, bit for bit. Raises ModelError where one of them is cut."""
    sizes = np.fromiter((len(one) for one in packed), np.int64, len(packed))
    if (sizes % PAIR.itemsize).any():
        raise ModelError("Stored scores are damaged; tag these pictures again.")
    pairs = np.frombuffer(b"".join(packed), PAIR)
    picture = np.repeat(np.arange(len(packed)), sizes // PAIR.itemsize)
    return Sheet(len(packed), picture, pairs["index"].astype(np.int64), pairs["score"].astype(np.float32))
