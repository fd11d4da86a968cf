"""Words drawn by chance, for each picture by a seed of its own: so a caption is the same in whatever batch its picture comes.

`generate` of transformers draws a whole batch from one stream of numbers. Here the likeliest word is taken after noise of
Gumbel's kind was added to the logits of the likeliest words, which draws each with its probability (Gumbel 1954).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any


class Draw:
    """A logits processor for `generate`, to stand behind all others; one row a picture."""

    def __init__(self, seeds: Sequence[int], *, top_p: float) -> None:
        self._torch: Any = import_module("torch")
        self._top_p = top_p
        # On the CPU whatever the model runs on: the numbers of two devices differ.
        self._streams = [self._torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        """The logits, float [pictures, words], with the noise; words that are not likely enough are out."""
        del input_ids
        torch = self._torch
        logits = scores.float()
        ordered, places = logits.sort(descending=True)
        before = ordered.softmax(dim=-1).cumsum(dim=-1).roll(1, dims=-1)
        before[..., 0] = 0.0  # the likeliest word is never out
        out = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, places, before >= self._top_p)
        even = torch.stack([torch.rand(logits.shape[-1], generator=stream) for stream in self._streams])
        noise = -torch.log(-torch.log(even.clamp(1e-20, 1 - 1e-7)))
        return (logits + noise.to(logits.device)).masked_fill(out, float("-inf"))
