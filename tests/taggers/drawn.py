"""A model's labels in the WD order, and random scores for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dscore.models import Category
from dscore.taggers.base import Label

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATINGS = tuple(Label(name, Category.RATING) for name in ("general", "sensitive", "questionable", "explicit"))
LABELS = (
    *RATINGS,
    *(Label(f"tag_{n}", Category.GENERAL) for n in range(40)),
    Label("^_^", Category.GENERAL),
    *(Label(f"name_{n}_(series)", Category.CHARACTER) for n in range(10)),
)


def drawn(pictures: int, *, labels: int = len(LABELS), seed: int = 1) -> NDArray[np.float32]:
    """Scores, float32 [pictures, labels], most of them low, as models give them; some are exactly 0.35."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.3, 0.8, (pictures, labels)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.05] = np.float32(0.35)
    return scores
