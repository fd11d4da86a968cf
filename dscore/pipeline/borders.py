"""Pictures that came in before their borders were looked at: looked at now, from their thumbnails."""

from __future__ import annotations

from collections.abc import Iterator

from dscore.catalog import images
from dscore.catalog.connection import Database, wait_for_turn, writing
from dscore.catalog.datasets import Dataset
from dscore.config import Library
from dscore.media.thumbnails import thumbnail_path
from dscore.models import Progress

CHUNK = 200


def looking(library: Library, db: Database, dataset: Dataset, *, limit: int = -1) -> Iterator[Progress]:
    """Chunk by chunk, each kept at once; up to `limit` pictures. One whose thumbnail cannot be read is left for another time."""
    from PIL import Image, UnidentifiedImageError

    from dscore.media.borders import bare_hash
    from dscore.media.decode import HASH_SIDE

    waiting = images.without_bare(db, dataset.id, limit=limit)
    for first in range(0, len(waiting), CHUNK):
        yield Progress(first, len(waiting), "Looking for borders")
        found = {}
        for image, sha256 in waiting[first : first + CHUNK]:
            try:
                with Image.open(thumbnail_path(library.home, sha256)) as thumbnail:
                    found[image] = bare_hash(thumbnail.convert("RGB"), HASH_SIDE)
            except (OSError, UnidentifiedImageError, ValueError):
                continue
        with writing(db):
            images.keep_bare(db, found)
        wait_for_turn()


def look(library: Library, db: Database, dataset: Dataset, *, limit: int = -1) -> None:
    """The same without the steps between."""
    for _ in looking(library, db, dataset, limit=limit):
        pass
