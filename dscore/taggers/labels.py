"""selected_tags.csv: which tag each output of a model stands for."""

from __future__ import annotations

import csv
from pathlib import Path

from dscore.errors import ModelError
from dscore.models import Category
from dscore.taggers.base import Label

# The boorus' own numbers; the WD models have 9, 0 and 4 only.
CATEGORIES = {
    "0": Category.GENERAL,
    "1": Category.ARTIST,
    "3": Category.COPYRIGHT,
    "4": Category.CHARACTER,
    "5": Category.META,
    "9": Category.RATING,
}
MOST_LABELS = 1 << 16  # stored scores number the tags in 16 bits


def read_labels(path: Path) -> tuple[Label, ...]:
    """The labels in the file's order, which is the order of the model's outputs.

    Read as CSV (some names are quoted) and as text (`null` is a tag, not a missing one). Raises ModelError.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            missing = " and no ".join(sorted({"name", "category"} - set(rows.fieldnames or ())))
            if missing:
                raise ModelError(f"{path} is not a list of tags: it has no column {missing}.")
            labels = tuple(_label(row, path=path, line=rows.line_num) for row in rows)
    except OSError as error:
        raise ModelError(f"The list of tags {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ModelError(f"{path} is not a list of tags (CSV in UTF-8): {error}.") from error
    if not 0 < len(labels) <= MOST_LABELS:
        raise ModelError(f"{path} lists {len(labels):,} tags; a tagger has 1 to {MOST_LABELS:,}.")
    return labels


def _label(row: dict[str, str], *, path: Path, line: int) -> Label:
    name, category = row["name"], row["category"]
    if not name or category is None:
        raise ModelError(f"{path}, line {line}: the tag has no name or no category. Download the file again.")
    if category not in CATEGORIES:
        known = ", ".join(f"{number} {known}" for number, known in CATEGORIES.items())
        raise ModelError(f'{path}, line {line}: the category "{category}" of {name} is not one of {known}.')
    return Label(name, CATEGORIES[category])
