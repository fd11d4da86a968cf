"""A tiny BLIP, its words and weights by chance: the real code runs on it, and what it says depends on the picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("a", "picture", "of", "the", "woman", "man", "cat", "dog", "bird", "tree", "sea", "sky"),
    *("red", "blue", "green", "old", "young", "with", "and", "on", "in", "near", "two", "big"),
)
"""The vocabulary; the words that begin a sentence stand behind it, as in the real models."""

Layout = Literal["hub", "bare", "transformers"]
SIDE = 32


def make_captioner(folder: Path, *, layout: Layout = "hub", seed: int = 1, **text: Any) -> Path:
    """Write the model into the folder, made if missing; returns the folder.

    `layout`: as the hub's repositories have it, the same with `vocab.txt` alone, or as transformers 5 saves it.
    """
    import torch
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    BlipForConditionalGeneration(BlipConfig(**_config(**text))).save_pretrained(folder)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    if layout != "bare":
        BertTokenizer(vocab=str(vocabulary)).save_pretrained(folder)
    if layout == "hub":
        _write(folder / "special_tokens_map.json", {"pad_token": "[PAD]", "sep_token": "[SEP]"})
    if layout == "transformers":
        vocabulary.unlink()
        _write(folder / "processor_config.json", {"image_processor": LOOK, "processor_class": "BlipProcessor"})
    else:
        _write(folder / "preprocessor_config.json", LOOK)
    return folder


LOOK = {
    "do_normalize": True,
    "do_resize": True,
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_processor_type": "BlipImageProcessor",
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "resample": 3,
    "size": {"height": SIDE, "width": SIDE},
}


def _config(**text: Any) -> dict[str, Any]:
    narrow = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    return {
        "vision_config": {**narrow, "image_size": SIDE, "patch_size": 16, "initializer_range": 1.0},
        "text_config": {
            **narrow,
            "encoder_hidden_size": 32,
            "vocab_size": len(WORDS) + 2,
            "bos_token_id": len(WORDS),
            "eos_token_id": 2,
            "sep_token_id": WORDS.index("[SEP]"),
            "pad_token_id": 0,
            "max_position_embeddings": 64,
            "initializer_range": 0.6,
            **text,
        },
    }


def _write(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values), encoding="utf-8")


def photo(number: int, *, side: int = 40) -> Image.Image:
    """A picture of noise, another for each number."""
    return Image.fromarray(np.random.default_rng(number).integers(0, 256, (side, side + 8, 3), dtype=np.uint8))
