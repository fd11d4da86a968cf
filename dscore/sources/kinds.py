"""What a file is by its name alone: a picture, a caption, an archive, a picture we cannot read, clutter."""

from enum import Enum, auto

PICTURE_EXTENSIONS = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
)
CAPTION_EXTENSIONS = (".txt", ".caption")  # the first that is there wins
ZIP_EXTENSIONS = frozenset((".zip", ".cbz"))
ARCHIVE_EXTENSIONS = ZIP_EXTENSIONS | frozenset(
    (".rar", ".cbr", ".7z", ".cb7", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".lz4", ".z01", ".001"),
)
READABLE = "JPG, PNG, WebP, GIF, BMP and TIFF"

_RAW = "a camera's raw file"
_LAYERED = "a painting program's own file"
UNREADABLE_PICTURES = {
    **dict.fromkeys((".heic", ".heif", ".hif"), "HEIC"),
    ".avif": "AVIF",
    ".jxl": "JPEG XL",
    **dict.fromkeys((".jp2", ".j2k", ".jpx"), "JPEG 2000"),
    **dict.fromkeys((".svg", ".svgz", ".eps", ".ai"), "a vector drawing"),
    **dict.fromkeys((".psd", ".psb", ".xcf", ".kra", ".clip", ".csp", ".sai", ".sai2", ".ora"), _LAYERED),
    **dict.fromkeys((".cr2", ".cr3", ".nef", ".arw", ".dng", ".orf", ".rw2", ".raf"), _RAW),
    **dict.fromkeys((".tga", ".dds", ".exr", ".hdr", ".ico", ".pcx", ".pbm", ".pgm", ".ppm"), "a rare format"),
}

_CLUTTER = frozenset(
    (
        "__macosx",
        ".ds_store",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        ".localized",
        "icon\r",
        "icon␍",
        "@eadir",
        "$recycle.bin",
    ),
)


class Kind(Enum):
    """What becomes of a file."""

    PICTURE = auto()
    CAPTION = auto()
    ARCHIVE = auto()
    UNREADABLE = auto()
    CLUTTER = auto()
    HIDDEN = auto()
    OTHER = auto()


_KINDS = {
    **dict.fromkeys(PICTURE_EXTENSIONS, Kind.PICTURE),
    **dict.fromkeys(CAPTION_EXTENSIONS, Kind.CAPTION),
    **dict.fromkeys(ARCHIVE_EXTENSIONS, Kind.ARCHIVE),
    **dict.fromkeys(UNREADABLE_PICTURES, Kind.UNREADABLE),
}


def extension(name: str) -> str:
    """The last extension in lower case with its dot, or ""; a leading dot starts no extension."""
    base = name.rpartition("/")[2]
    stem, dot, last = base.rpartition(".")
    return (dot + last).lower() if stem else ""


def kind_of(name: str) -> Kind:
    """By the name with `/` between folders; a file in a clutter or hidden folder is clutter or hidden."""
    if name.startswith("._") or "/._" in name or not _CLUTTER.isdisjoint(name.lower().split("/")):
        return Kind.CLUTTER
    if name.startswith(".") or "/." in name:
        return Kind.HIDDEN
    return _KINDS.get(extension(name), Kind.OTHER)


def unreadable_reason(name: str) -> str:
    """Why a picture of a format we do not read stays out."""
    return f"This is {UNREADABLE_PICTURES[extension(name)]}, which dscore cannot read; convert it to JPG or PNG."
