"""Paths that people type: also those that a system will not even look at."""

from __future__ import annotations

from pathlib import Path

from dscore.errors import WrongUseError

_SHOWN = 120


def typed(text: str) -> Path:
    """The path that is meant, where `~` is the home folder. Raises WrongUseError as `reachable` does."""
    try:
        path = Path(text).expanduser()
    except RuntimeError as error:
        raise WrongUseError(f"There is no user's home folder behind {_short(text)}. Write the path in full.") from error
    return reachable(path)


def reachable(path: Path) -> Path:
    """The path itself, whether anything is there or not. Raises WrongUseError where that cannot be found out."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path
    except OSError as error:  # too long, no right to look, a ring of links
        raise WrongUseError(
            f"The path {_short(str(path))} cannot be used: {error.strerror}. Check it, or name another."
        ) from error
    except ValueError as error:  # a NUL, or half of a surrogate pair
        raise WrongUseError("The path has a character in it that no path can have. Type it anew.") from error
    return path


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
