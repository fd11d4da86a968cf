"""What lies in the folder of a BLIP model, in the older layout of the hub's repositories and in that of transformers 5.

older: preprocessor_config.json · vocab.txt or tokenizer.json · transformers 5: processor_config.json · tokenizer.json
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dscore.errors import ModelError

CONFIG, WEIGHTS = "config.json", "model.safetensors"
IMAGES = ("preprocessor_config.json", "processor_config.json")
WORDS = ("tokenizer.json", "vocab.txt")
BESIDE = ("tokenizer_config.json", "special_tokens_map.json")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".h5")

BICUBIC = 3
CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class Look:
    """How a picture is made ready: stretched to (width, height) by a filter of Pillow's; then (x / 255 - mean) / std."""

    size: tuple[int, int]
    resample: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


def required(folder: Path) -> tuple[str, ...]:
    """The files of the captioner in the folder, the small ones first. Raises ModelError where it is none."""
    kind = _read(folder / CONFIG).get("model_type") if (folder / CONFIG).is_file() else None
    missing = [
        " or ".join(names)
        for names in ((CONFIG,), (WEIGHTS,), IMAGES, WORDS)
        if not any((folder / name).is_file() for name in names)
    ]
    if missing:
        raise ModelError(f"The folder {folder} is no captioner: it has no {', no '.join(missing)}.{_pickles(folder)}")
    if kind != "blip":
        raise ModelError(
            f'{folder / CONFIG} is of a model of the kind "{kind}", and only BLIP runs here; '
            "others can be asked over an address (Ollama, vLLM, LM Studio)."
        )
    found = [name for name in (CONFIG, *IMAGES, *BESIDE, *WORDS) if (folder / name).is_file()]
    return (*found, WEIGHTS)


def look_of(folder: Path) -> Look:
    """How the folder's model wants its pictures. Raises ModelError."""
    config = _read(folder / CONFIG)
    name = next(name for name in IMAGES if (folder / name).is_file())
    told = _read(folder / name)
    told = told.get("image_processor", told)
    try:
        side = int(config.get("vision_config", {}).get("image_size", 384))
        size = told.get("size", side)
        width, height = (size, size) if isinstance(size, int) else (int(size["width"]), int(size["height"]))
        mean = tuple(float(value) for value in told.get("image_mean") or CLIP_MEAN)
        std = tuple(float(value) for value in told.get("image_std") or CLIP_STD)
        look = Look((width, height), int(told.get("resample", BICUBIC)), mean, std)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{folder / name} does not say how pictures are made ready. Download it again.") from error
    if look.size != (side, side) or {len(mean), len(std)} != {3} or not all(std) or look.resample not in range(6):
        raise ModelError(
            f"{folder / name} makes pictures ready in a way that its model, for {side} x {side} pixels, does not take. "
            "Download it again."
        )
    return look


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error}. Download it again.") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} is no settings of a model. Download it again.")
    return found


def _pickles(folder: Path) -> str:
    """Pickles could run code: said by name, never opened."""
    others = sorted(path.name for path in folder.iterdir() if path.suffix in PICKLES)
    return f" {others[0]} is of a kind that is never loaded; look for the safetensors of that model." if others else ""
