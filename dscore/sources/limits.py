"""What a source may cost, and what an import of it needs on the disk."""

from dataclasses import dataclass

from dscore.models import Survey

THUMBNAIL_BYTES = 48 << 10  # a WebP of 384 px, rounded up
CATALOG_BYTES = 8 << 10  # rows and indexes of one item with its tags
HEADROOM_BYTES = 64 << 20  # journal, logs


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLimits:
    """Upper bounds, in bytes unless said otherwise; a larger picture, caption or archive is refused with its
    reason.

    `entries` and `archive_bytes` (the sum after unpacking) are for one archive; `ratio` is unpacked to packed
    size, and is asked of files of `ratio_from` bytes and more only: a small blank bitmap packs 1,000 to 1
    honestly.
    """

    entries: int = 200_000
    directory_bytes: int = 128_000_000
    picture_bytes: int = 512_000_000
    archive_bytes: int = 200_000_000_000
    caption_bytes: int = 1_000_000
    all_captions_bytes: int = 256_000_000
    ratio: int = 250
    ratio_from: int = 16 << 20


def needed_bytes(survey: Survey) -> int:
    """Free bytes that an import of all pictures takes at most: originals, thumbnails, catalog."""
    each = THUMBNAIL_BYTES + CATALOG_BYTES
    return survey.total_bytes + each * len(survey.pictures) + HEADROOM_BYTES
