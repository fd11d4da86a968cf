"""File names that mean the same on Linux, Windows and macOS, and to every trainer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from dscore.text.names import fold_name, is_device

LONGEST_NAME = 100
"""UTF-8 bytes; leaves room for `_0768x1024_sdxl.npz` behind it on encrypted disks, which take 143."""

_FORBIDDEN = frozenset('<>:"/\\|?*.')
_PICTURE_SUFFIX = re.compile(r"\.(png|jpe?g|webp|gif|bmp|tiff?)$", re.IGNORECASE)
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def is_invisible(letter: str) -> bool:
    """Whether a letter is for machines only: controls, line ends, directions, halves of letters, unassigned ones."""
    return unicodedata.category(letter) in _INVISIBLE


def portable_name(name: str, *, fallback: str) -> str:
    """`name` as a file's stem or a folder's name; `fallback` where nothing of it is left.

    Dots go too: WebDataset cuts names at the first one, and Windows drops one at the end.
    """
    letters = unicodedata.normalize("NFC", name)
    safe = ("\0" if letter in _FORBIDDEN or is_invisible(letter) else letter for letter in letters)
    text = re.sub("\0+", "_", "".join(safe)).strip()
    text = text.encode()[:LONGEST_NAME].decode(errors="ignore").strip() or fallback
    return f"_{text}" if is_device(text) else text


def numbered_stems(numbers: Sequence[int]) -> list[str]:
    """Digits only, all of one width, 6 or more: kohya's cache lookup confuses names that begin alike."""
    width = max([6, *(len(str(number)) for number in numbers)])
    return [f"{number:0{width}d}" for number in numbers]


def kept_stems(names: Iterable[str]) -> list[str]:
    """Each name without its picture's extension, made portable; of equal ones the later become `pair_2`.

    Equal means on any disk. A name that somebody really has is never given to another.
    """
    own = [portable_name(_PICTURE_SUFFIX.sub("", name), fallback="picture") for name in names]
    reserved = {fold_name(stem) for stem in own}
    taken: set[str] = set()
    last: dict[str, int] = {}
    stems = []
    for stem in own:
        candidate = stem
        while fold_name(candidate) in taken or (candidate != stem and fold_name(candidate) in reserved):
            last[fold_name(stem)] = last.get(fold_name(stem), 1) + 1
            candidate = f"{stem}_{last[fold_name(stem)]}"
        taken.add(fold_name(candidate))
        stems.append(candidate)
    return stems


def listed(names: Sequence[str], *, most: int = 5) -> str:
    """A few names for a sentence, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
