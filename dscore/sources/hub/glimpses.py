"""The first pictures of what a repository offers, where a few small questions give them: loose ones, and those in a ZIP."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from dscore.errors import SourceError
from dscore.sources.hub.client import HubClient, HubFile
from dscore.sources.hub.offers import Layout, Offer
from dscore.sources.hub.remote import opened
from dscore.sources.inflate import unpack
from dscore.sources.kinds import Kind, kind_of
from dscore.sources.limits import SourceLimits
from dscore.sources.names import display_name
from dscore.sources.zip_directory import LOCAL, ZipEntry, read_directory

MOST_BYTES = 4 << 20
"""A larger picture is not loaded just to be looked at."""

LARGEST_HEADER = LOCAL.size + 2 * 65_535
"""Before an entry's bytes: what is fixed, a name, and extra fields."""

Ask = Callable[[], bytes]


def first_pictures(
    client: HubClient, commit: str, offers: Sequence[Offer], limits: SourceLimits, *, most: int
) -> dict[str, Ask]:
    """Names of at most so many pictures, with what asks for their bytes (and raises SourceError); {} of other layouts."""
    readers = {Layout.LOOSE: _loose, Layout.ZIP: _zipped}
    found: dict[str, Ask] = {}
    for offer in offers:
        read = readers.get(offer.layout)
        found.update(islice(read(client, commit, offer, limits), most - len(found)) if read else ())
    return found


def _loose(client: HubClient, commit: str, offer: Offer, _: SourceLimits) -> Iterator[tuple[str, Ask]]:
    for file in offer.files:
        if kind_of(file.path) is Kind.PICTURE and 0 < file.size <= MOST_BYTES:
            yield display_name(file.path), partial(client.part, file, commit, 0, file.size)


def _zipped(client: HubClient, commit: str, offer: Offer, limits: SourceLimits) -> Iterator[tuple[str, Ask]]:
    file = offer.files[0]
    try:
        directory = read_directory(opened(client, file, commit), file_size=file.size, label=file.path, limits=limits)
    except SourceError:
        return  # the preview says what is wrong with it
    for entry, limit in zip(directory.entries, directory.limits, strict=True):
        name = display_name(entry.name)
        if kind_of(name) is Kind.PICTURE and 0 < entry.size <= MOST_BYTES and not entry.encrypted:
            yield name, partial(_unpacked, client, file, commit, entry, limit)


def _unpacked(client: HubClient, file: HubFile, commit: str, entry: ZipEntry, limit: int) -> bytes:
    """By one question for all that may belong to it."""
    end = min(limit, entry.offset + entry.packed + LARGEST_HEADER)
    stream = io.BytesIO(client.part(file, commit, entry.offset, end))
    here = replace(entry, offset=0)
    return b"".join(unpack(stream, here, limit=end - entry.offset, where=display_name(entry.name)))
