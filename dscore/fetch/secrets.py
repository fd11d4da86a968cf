"""Keys and tokens: from the environment, else from one file in the library that only its owner can read.

They are nowhere else: not in the catalog, settings, logs, errors, jobs or exports, and never on a command line.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from dscore.config import Library
from dscore.errors import WrongUseError

FILE = "keys.json"

ENVIRONMENT = {
    ("gelbooru.com", "user_id"): "GELBOORU_USER_ID",
    ("gelbooru.com", "api_key"): "GELBOORU_API_KEY",
    ("huggingface.co", "token"): "HF_TOKEN",
    ("api.openai.com", "api_key"): "OPENAI_API_KEY",
}
"""(site, field) → the variable that comes before the file."""

ENDPOINT = "DSCORE_ENDPOINT_KEY"
"""The variable whose key goes to whatever captioner's address one names, where nothing is kept for that address."""

PRIVATE = 0o600


def path(library: Library) -> Path:
    """The file; need not exist."""
    return library.home / FILE


def find(library: Library, site: str) -> dict[str, str]:
    """All that is known for the site, by field: `{"token": …}`. Raises WrongUseError where the file cannot be read."""
    known = _read(library).get(site, {})
    named = {field: os.environ.get(variable, "").strip() for (of, field), variable in ENVIRONMENT.items() if of == site}
    return known | {field: value for field, value in named.items() if value}


def endpoint_key(library: Library, site: str) -> str:
    """The key for a captioner behind an address (`api.openai.com`, `127.0.0.1:8000`); "" where there is none."""
    return find(library, site).get("api_key") or os.environ.get(ENDPOINT, "").strip()


def variables(site: str) -> tuple[str, ...]:
    """The site's variables that are set in the environment, where the file cannot change anything."""
    return tuple(name for (of, _), name in ENVIRONMENT.items() if of == site and os.environ.get(name, "").strip())


def sites(library: Library) -> tuple[str, ...]:
    """The sites that the file has keys for."""
    return tuple(sorted(_read(library)))


def save(library: Library, site: str, fields: Mapping[str, str]) -> None:
    """Keep these for the site, in place of what was kept for it; with no fields, nothing is kept any more."""
    known = _read(library)
    known.pop(site, None)
    if fields:
        known[site] = dict(fields)
    _write(library, known)


def _read(library: Library) -> dict[str, dict[str, str]]:
    file = path(library)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(_are_fields(fields) for fields in found.values()):
        # Without the cause: it would quote the file.
        raise WrongUseError(
            f"{file} cannot be read. Check its rights, or delete it and enter the keys again."
        ) from None
    return found


def _are_fields(fields: object) -> bool:
    return isinstance(fields, dict) and all(isinstance(value, str) for value in fields.values())


def _write(library: Library, known: Mapping[str, Mapping[str, str]]) -> None:
    """Whole or not at all, and never readable by others: it is made with its rights, before anything stands in it."""
    file = path(library)
    making = file.with_name(f"{FILE}.{uuid.uuid4().hex}.partial")
    try:
        library.home.mkdir(parents=True, exist_ok=True)
        # Windows knows no such rights; there the user's own folder keeps others out.
        descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            json.dump(known, out, indent=2)
            out.flush()
            os.fsync(out.fileno())
        making.replace(file)
    except OSError as error:
        making.unlink(missing_ok=True)
        raise WrongUseError(f"{file} cannot be written: {error.strerror}. Check its rights, and the disk.") from error
