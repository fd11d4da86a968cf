"""Raw scores as they are stored: exact, in 6 bytes a tag, down to a floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dscore.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLOOR = 0.05  # below it nothing is stored, so no threshold can go lower
PAIR = np.dtype([("index", "<u2"), ("score", "<f4")])


def pack(scores: NDArray[np.float32], *, floor: float = FLOOR) -> bytes:
    """The scores [tags] from `floor` up: pairs of u16 index and float32 score, little-endian, by index."""
    kept = np.flatnonzero(scores >= np.float32(floor))
    pairs = np.empty(len(kept), PAIR)
    pairs["index"] = kept
    pairs["score"] = scores[kept]
    return pairs.tobytes()


def unpack(packed: bytes) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Indices and scores as they were packed, bit for bit. Raises ModelError where the bytes are cut."""
    if len(packed) % PAIR.itemsize:
        raise ModelError(f"Stored scores are damaged ({len(packed)} bytes); tag the picture again.")
    pairs = np.frombuffer(packed, PAIR)
    return pairs["index"].astype(np.uint16), pairs["score"].astype(np.float32)
