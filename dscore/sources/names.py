"""Names from outside made fit to be shown, to be an item's name, and to be compared."""

import unicodedata

import regex

from dscore.sources.kinds import PICTURE_EXTENSIONS, extension
from dscore.text.names import is_device

MAX_CHARACTERS = 120
MAX_BYTES = 200  # most disks take 255 bytes; the rest is for "_2" and an extension

_FORBIDDEN = regex.compile(r'[<>:"/\\|?*\p{Cc}\p{Cs}\p{Cn}\u2400-\u2421]')
# Direction marks and invisible blanks; the joiners U+200C and U+200D stay, emoji and Persian need them.
_INVISIBLE = regex.compile(r"[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u0080-\u009f]")
_CONTROL = regex.compile(r"[\x00-\x1f\x7f]")
_UNSHOWABLE = regex.compile(r"\p{Cs}")
_DIGITS = regex.compile(r"([0-9]+)")
# Windows drops blanks and control characters behind a name, so that ".. " is ".."
_OUTSIDE = regex.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.[\x00-\x20]*(?:[/\\]|$)")
_GRAPHEME = regex.compile(r"\X")


def points_outside(name: str) -> bool:
    """Whether a name leads out of its folder: `..`, an absolute path, a drive, a network share."""
    return _OUTSIDE.search(name) is not None


def display_name(name: str) -> str:
    """The name for people, `/` between folders: no direction marks, control characters as ␀ or ␊, NFC."""
    parts = (part for part in name.replace("\\", "/").split("/") if part not in {"", "."})
    joined = "/".join(parts)
    return joined if joined.isascii() and joined.isprintable() else _visible(joined)


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    text = _CONTROL.sub(lambda found: "␡" if found[0] == "\x7f" else chr(0x2400 + ord(found[0])), text)
    return unicodedata.normalize("NFC", _UNSHOWABLE.sub("\ufffd", text))


def item_name(source_name: str) -> str:
    """An item's name: folders and a picture's extension dropped; a valid stem everywhere, never empty."""
    base = display_name(source_name).rpartition("/")[2]
    suffix = extension(base)
    return safe_name(base[: -len(suffix)] if suffix in PICTURE_EXTENSIONS else base)


def safe_name(text: str, *, otherwise: str = "picture") -> str:
    """`text` as a stem that every system takes, at most 120 characters and 200 bytes; or `otherwise`."""
    name = _FORBIDDEN.sub("_", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    name = _shortened(name.strip(" ").lstrip(".").strip(" ")).rstrip(" .")
    if not name:
        return otherwise
    return _shortened(f"_{name}") if is_device(name) else name


def _shortened(name: str) -> str:
    if len(name) <= MAX_CHARACTERS and len(name.encode()) <= MAX_BYTES:
        return name
    kept, characters, size = "", 0, 0
    for grapheme in _GRAPHEME.findall(name):
        characters, size = characters + len(grapheme), size + len(grapheme.encode())
        if characters > MAX_CHARACTERS or size > MAX_BYTES:
            break
        kept += grapheme
    return kept or name[: MAX_BYTES // 4]


def natural_key(name: str) -> tuple[tuple[tuple[int, str, str], ...], str]:
    """Sorts `2.png` before `10.png`, folder by folder, the same on every system."""
    chunks: list[tuple[int, str, str]] = []
    for part in name.split("/"):
        # digits compare by length, then as text: int() refuses more than 4,300 of them
        for chunk in _DIGITS.split(part.casefold()):
            number = chunk.lstrip("0") if chunk.isascii() and chunk.isdigit() else ""
            chunks.append((len(number), number, "" if number else chunk))
        chunks.append((-1, "", ""))
    return tuple(chunks), name
