"""Pictures for measuring: JPEGs of 1024² with the detail of a drawing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def drawn(folder: Path, count: int) -> list[Path]:
    """Waves, edges and a little noise."""
    seed = np.random.default_rng(1)
    y, x = np.mgrid[:1024, :1024] / 1024
    paths = []
    for number in range(count):
        waves = [np.sin(6.3 * ((number + k) * x + k * y)) > 0.2 for k in (1, 2, 3)]
        pixels = np.stack(waves, axis=-1) * 180 + 60 * x[:, :, None] + seed.normal(0, 2, (1024, 1024, 3))
        path = folder / f"{number}.jpg"
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGB").save(path, quality=90)
        paths.append(path)
    return paths
