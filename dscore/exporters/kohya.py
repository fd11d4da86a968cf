"""What kohya's sd-scripts read: a folder `10_name`, and a dataset.toml that says all of it in full."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import tomli_w

from dscore.config import Library
from dscore.errors import ExportError
from dscore.exporters.base import ExportOptions, ExportPlan, PlannedText, Writing
from dscore.exporters.layout import place_pictures, split_word, warnings
from dscore.exporters.names import LONGEST_NAME, is_invisible
from dscore.exporters.target import absolute
from dscore.exporters.write import write_export
from dscore.models import ExportItem
from dscore.text.tokens import LIMITS

SETTINGS = "dataset.toml"


class KohyaExporter:
    """`N_name/` with the pictures, and `dataset.toml` beside it."""

    name = "kohya"
    description = "A folder named by its repeats, and a dataset.toml"

    def plan(self, items: Sequence[ExportItem], options: ExportOptions, *, target: Path) -> ExportPlan:
        """Lay out everything without touching a disk; raises ExportError where it cannot be done."""
        target = absolute(target)
        if not all(map(_is_readable, str(target))):
            raise ExportError(f"kohya cannot read a path with quotes or control characters: {target}.")
        folder = subset_folder(options)
        pictures = place_pictures(items, options, folder=folder)
        settings = PlannedText(SETTINGS, dataset_toml(options, image_dir=target / folder).encode())
        notes = (*warnings(pictures, options, target=target), *_own_warnings(options, folder))
        return ExportPlan(self.name, target, options, pictures, (settings,), notes)

    def write(self, plan: ExportPlan, *, library: Library) -> Writing:
        """See `base.Exporter.write`."""
        return write_export(plan, library=library)


def subset_folder(options: ExportOptions) -> str:
    """`N_name`: kohya takes the number before the first `_` as repeats and the rest as class tokens."""
    return f"{options.repeats}_{_clean(options.dataset)}"


def dataset_toml(options: ExportOptions, *, image_dir: Path) -> str:
    """The text for --dataset_config; with it kohya does not read the folder's name, so all is said here.

    Only keys of the schema in `library/config_util.py` (an unknown one stops kohya). Its defaults allow 256
    to 1024 pixels per side, and a resolution outside those stops it; so the limits are written too.
    """
    dataset = {
        "resolution": options.resolution,
        "batch_size": options.batch_size,
        "enable_bucket": True,
        "min_bucket_reso": min(256, options.resolution // 64 * 64),
        "max_bucket_reso": options.resolution * 2 // 64 * 64,
        "bucket_reso_steps": 64,
    }
    subset = {
        "image_dir": image_dir.as_posix(),
        "num_repeats": options.repeats,
        "class_tokens": _class_tokens(options),
        "caption_extension": options.caption_extension,
        "shuffle_caption": options.shuffle_caption,
        "keep_tokens": options.keep_tokens,
    }
    return tomli_w.dumps({"datasets": [{**dataset, "subsets": [subset]}]})


def training_line(settings: Path, *, longest: int) -> str:
    """What to add to the command of kohya's training script; `longest` is the tokens of the longest caption.

    Without `--max_token_length` kohya reads 75 tokens and drops the rest; it cannot stand in the file.
    """
    line = f"--dataset_config {json.dumps(settings.as_posix(), ensure_ascii=False)}"
    limit = next((limit for limit in LIMITS if longest <= limit), LIMITS[-1])
    return line if limit == LIMITS[0] else f"{line} --max_token_length {limit}"


def cut_words(longer: Mapping[str, int]) -> str:
    """What a person should know of captions longer than 75 tokens: `longer` counts them by limit; "" where all fit."""
    first, *_, last = (longer.get(str(limit), 0) for limit in LIMITS)
    if not first:
        return ""
    are = "caption is" if first == 1 else "captions are"
    said = f"{first:,} {are} longer than the {LIMITS[0]} tokens that kohya reads without --max_token_length."
    return said + (f" Of {last:,} it drops the end all the same." if last else "")


def _clean(name: str) -> str:
    """As kohya's dataset tools clean a project's name, only that letters of every script stay."""
    text = re.sub(r"[^\w-]", "_", unicodedata.normalize("NFC", name)).strip("_")
    return text.encode()[:LONGEST_NAME].decode(errors="ignore") or "dataset"


def _class_tokens(options: ExportOptions) -> str:
    tokens = "".join(letter if _is_readable(letter) else " " for letter in options.class_tokens)
    return " ".join(tokens.split()) or _clean(options.dataset)


def _is_readable(letter: str) -> bool:
    """kohya reads with toml 0.10.2, which fails at an escaped quote and at escaped control characters."""
    return letter != '"' and not is_invisible(letter)


def _own_warnings(options: ExportOptions, folder: str) -> Iterator[str]:
    if options.shuffle_caption and options.keep_tokens == 0:
        yield "kohya will shuffle the trigger word too; set keep tokens to 1 to keep it first."
    if word := split_word(folder):
        yield f"Hugging Face's loader takes the folder {folder} for a split, because of “{word}”."
