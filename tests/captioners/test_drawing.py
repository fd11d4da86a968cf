"""Draws are fair, and each picture's own."""

from __future__ import annotations

import pytest


def test_words_come_as_often_as_they_are_likely_and_unlikely_ones_never() -> None:
    import torch

    from dscore.captioners.drawing import Draw

    shares = torch.tensor([0.5, 0.3, 0.15, 0.05])
    rows = 4000
    draw = Draw(range(rows), top_p=0.9)
    picked = draw(None, shares.log().repeat(rows, 1)).argmax(dim=-1)
    counts = torch.bincount(picked, minlength=4) / rows
    assert counts.tolist() == pytest.approx([0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0.0], abs=0.03)


def test_the_likeliest_word_is_never_out_and_what_is_forbidden_stays_so() -> None:
    import torch

    from dscore.captioners.drawing import Draw

    logits = torch.tensor([[9.0, 1.0, float("-inf")]] * 50)
    assert set(Draw(range(50), top_p=0.01)(None, logits).argmax(dim=-1).tolist()) == {0}
    assert 2 not in Draw(range(50), top_p=1.0)(None, logits).argmax(dim=-1).tolist()
