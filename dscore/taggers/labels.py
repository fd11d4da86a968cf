"""Which tag each output of a model stands for, from the file that lies beside it: CSV, plain lines, or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dscore.errors import ModelError
from dscore.models import Category
from dscore.taggers.base import Label

# The boorus' own numbers; the WD models have 9, 0 and 4 only, PixAI 0 and 4.
CATEGORIES = {
    "0": Category.GENERAL,
    "1": Category.ARTIST,
    "3": Category.COPYRIGHT,
    "4": Category.CHARACTER,
    "5": Category.META,
    "9": Category.RATING,
}
# cl_tagger's words. What it says of quality, and of the program that drew a picture, is no content: meta.
WORDS = {
    **{category.value: category for category in Category},
    "quality": Category.META,
    "model": Category.META,
    "year": Category.META,
}
MOST_LABELS = 1 << 16  # stored scores number the tags in 16 bits


def read_labels(path: Path) -> tuple[Label, ...]:
    """The labels in the order of the model's outputs. Raises ModelError, which names the file and the line."""
    read = _READERS[path.suffix.casefold()]
    try:
        labels = read(path)
    except OSError as error:
        raise ModelError(f"The list of tags {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error, json.JSONDecodeError) as error:
        kind = {".csv": "CSV", ".txt": "one on each line", ".json": "JSON"}[path.suffix.casefold()]
        raise ModelError(f"{path} is not a list of tags ({kind} in UTF-8): {error}.") from error
    if not 0 < len(labels) <= MOST_LABELS:
        raise ModelError(f"{path} lists {len(labels):,} tags; a tagger has 1 to {MOST_LABELS:,}.")
    return labels


def columns(path: Path) -> tuple[str, ...]:
    """The names of a CSV's columns; none where it cannot be read as one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(next(csv.reader(file), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        return ()


def _from_csv(path: Path) -> tuple[Label, ...]:
    """`selected_tags.csv`, as CSV (some names are quoted) and as text (`null` is a tag, not a missing one)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, strict=True)
        missing = " and no ".join(sorted({"name", "category"} - set(rows.fieldnames or ())))
        if missing:
            raise ModelError(f"{path} is not a list of tags: it has no column {missing}.")
        return tuple(_label(row, path=path, line=rows.line_num) for row in rows)


def _label(row: dict[str, str], *, path: Path, line: int) -> Label:
    name, category = row["name"], row["category"]
    if not name or category is None:
        raise ModelError(f"{path}, line {line}: the tag has no name or no category. Download the file again.")
    if category not in CATEGORIES:
        known = ", ".join(f"{number} {known}" for number, known in CATEGORIES.items())
        raise ModelError(f'{path}, line {line}: the category "{category}" of {name} is not one of {known}.')
    return Label(name, CATEGORIES[category])


def _from_lines(path: Path) -> tuple[Label, ...]:
    """`top_tags.txt`: a name on each line, and nothing of categories; empty lines at the end are none."""
    lines = path.read_text(encoding="utf-8-sig").rstrip().splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise ModelError(f"{path}, line {number}: the tag has no name. Download the file again.")
    return tuple(Label(line.strip(), Category.GENERAL) for line in lines)


def _from_json(path: Path) -> tuple[Label, ...]:
    """`tag_mapping.json`: {"0": {"tag": …, "category": …}, …}, or {"idx_to_tag": …, "tag_to_category": …}."""
    content = json.loads(path.read_text(encoding="utf-8-sig"))
    try:
        pairs = _pairs(content)
        return tuple(_by_word(*pairs[number], path=path) for number in range(len(pairs)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{path} is not a list of tags: it should say the tag and the category of each number from 0 on."
        ) from error


def _pairs(content: Any) -> dict[int, tuple[str, str]]:
    if "idx_to_tag" in content:
        categories = content["tag_to_category"]
        return {int(number): (name, categories[name]) for number, name in content["idx_to_tag"].items()}
    return {int(number): (entry["tag"], entry["category"]) for number, entry in content.items()}


def _by_word(name: str, word: str, *, path: Path) -> Label:
    category = WORDS.get(word.casefold())
    if not name or category is None:
        raise ModelError(f'{path}: the category "{word}" of {name or "a tag"} is not one of {", ".join(WORDS)}.')
    return Label(name, category)


_READERS: dict[str, Callable[[Path], tuple[Label, ...]]] = {
    ".csv": _from_csv,
    ".txt": _from_lines,
    ".json": _from_json,
}
