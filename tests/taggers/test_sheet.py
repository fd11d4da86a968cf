from __future__ import annotations

import numpy as np
import pytest

from dscore.errors import ModelError
from dscore.taggers.scores import pack
from dscore.taggers.sheet import read_sheet
from tests.taggers.drawn import drawn


def test_a_sheet_holds_every_stored_score_bit_for_bit() -> None:
    rows = drawn(7)
    rows[3] = 0
    sheet = read_sheet([pack(row) for row in rows])
    again = np.zeros_like(rows)
    again[sheet.picture, sheet.label] = sheet.score
    assert sheet.pictures == 7
    assert np.array_equal(again, np.where(rows >= np.float32(0.05), rows, 0))


def test_scores_that_are_cut_are_a_sentence() -> None:
    with pytest.raises(ModelError, match="damaged; tag these pictures again"):
        read_sheet([pack(drawn(1)[0])[:-1]])
