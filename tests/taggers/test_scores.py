from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dscore.errors import ModelError
from dscore.taggers.scores import FLOOR, pack, unpack


@given(arrays.arrays(np.float32, st.integers(0, 400), elements=st.floats(0, 1, width=32)))
def test_what_is_packed_comes_back_bit_for_bit(scores: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    indices, kept = unpack(pack(scores))
    assert indices.tolist() == [k for k, score in enumerate(scores) if score >= np.float32(FLOOR)]
    assert kept.tobytes() == scores[indices].tobytes()


def test_a_pair_takes_six_bytes_little_endian() -> None:
    scores = np.zeros(300, np.float32)
    scores[258] = 1
    assert pack(scores) == b"\x02\x01\x00\x00\x80\x3f"


def test_the_floor_itself_is_kept_and_the_last_index_fits() -> None:
    scores = np.zeros(1 << 16, np.float32)
    scores[-1] = np.float32(FLOOR)
    scores[0] = np.nextafter(np.float32(FLOOR), np.float32(0))
    indices, _ = unpack(pack(scores))
    assert indices.tolist() == [65_535]
    assert pack(scores, floor=0.9) == b""


def test_cut_bytes_are_refused() -> None:
    with pytest.raises(ModelError, match="damaged"):
        unpack(b"\x00" * 7)
