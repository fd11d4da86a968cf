"""What a repository offers to import: loose pictures, each of its ZIPs, each split of parquet files or tars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dscore.errors import NoPicturesError, WrongUseError
from dscore.models import Skipped
from dscore.sources.hub.client import HubFile
from dscore.sources.hub.labels import is_label
from dscore.sources.kinds import ARCHIVE_EXTENSIONS, ZIP_EXTENSIONS, Kind, extension, kind_of
from dscore.sources.names import natural_key

SHOWN = 12
MOST_FOLDERS = 500

_SHARD = re.compile(r"([-_.]?\d+)?([-_.]of[-_.]\d+)?$")


class Layout(StrEnum):
    """How pictures are kept; the word is for people."""

    LOOSE = "pictures"
    ZIP = "ZIP"
    PARQUET = "parquet"
    TAR = "webdataset"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to import: `key` names it in a choice; `pictures` is None where only the bytes would tell."""

    key: str
    layout: Layout
    files: tuple[HubFile, ...]
    pictures: int | None = None

    @property
    def bytes(self) -> int:
        """To download."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Contents:
    """All offers of a repository, what cannot be opened, and the folders with loose pictures."""

    offers: tuple[Offer, ...]
    unsupported: tuple[Skipped, ...]
    folders: tuple[str, ...]


def contents(files: Iterable[HubFile], *, within: str = "") -> Contents:
    """Sort a repository's files; `within` is a folder (or one file) that is meant alone, or ""."""
    inside = [file for file in files if _is_within(file.path, within)]
    zips = [file for file in inside if extension(file.path) in ZIP_EXTENSIONS]
    tables = [file for file in inside if extension(file.path) == ".parquet" and not is_label(file.path)]
    tars = [file for file in inside if extension(file.path) == ".tar"]
    pictures = [file for file in inside if kind_of(file.path) is Kind.PICTURE]
    offers = [_loose(inside, files, pictures)] if pictures else []
    offers += [Offer(file.path, Layout.ZIP, (file,)) for file in zips]
    offers += _splits(tables, Layout.PARQUET, offers)
    offers += _splits(tars, Layout.TAR, offers)
    known = {file.path for offer in offers for file in offer.files}
    odd = [file.path for file in inside if extension(file.path) in ARCHIVE_EXTENSIONS and file.path not in known]
    unsupported = tuple(Skipped(path, _unsupported(path)) for path in odd)
    return Contents(tuple(offers), unsupported, _folders(pictures))


def _folders(pictures: Iterable[HubFile]) -> tuple[str, ...]:
    """All that hold pictures; of very many, the outer ones."""
    own = {file.path.rpartition("/")[0] for file in pictures}
    found = {folder for one in own for folder in _parents(f"{one}/")} - {""}
    while len(found) > MOST_FOLDERS and any("/" in folder for folder in found):
        found = {folder for folder in found if folder.count("/") < max(one.count("/") for one in found)}
    return tuple(sorted(found, key=natural_key)[:MOST_FOLDERS])


def chosen(found: Contents, picks: Sequence[str], *, repo: str) -> tuple[Offer, ...]:
    """The offers of these keys; without any the only one. Raises WrongUseError with what there is to choose."""
    if not found.offers:
        why = f"No images found in {repo}: it holds no pictures, ZIPs, parquet files or tars that dscore reads."
        raise NoPicturesError(why, skipped=tuple((line.name, line.reason) for line in found.unsupported))
    keys = {offer.key: offer for offer in found.offers}
    unknown = next((pick for pick in picks if pick not in keys), None)
    names = ", ".join([*keys][:SHOWN]) + (f" and {len(keys) - SHOWN:,} more" if len(keys) > SHOWN else "")
    if unknown is not None:
        raise WrongUseError(f"{repo} has no “{unknown}”. It has: {names}.")
    if not picks and len(keys) > 1:
        raise WrongUseError(
            f"{repo} holds more than one thing to import: {names}. Choose with --zip or --split (pictures: --split pictures); "
            "the same pictures often are in several."
        )
    return tuple(keys[pick] for pick in dict.fromkeys(picks)) if picks else found.offers


def _is_within(path: str, within: str) -> bool:
    return not within or path == within or path.startswith(f"{within.rstrip('/')}/")


def _loose(inside: Iterable[HubFile], files: Iterable[HubFile], pictures: Sequence[HubFile]) -> Offer:
    """With every file that may say a caption, those of parent folders too; other files are not downloaded."""
    wanted = {file.path: file for file in inside if _goes_with(file.path)}
    parents = {folder for file in pictures for folder in _parents(file.path)}
    for file in files:
        if is_label(file.path) and file.path.rpartition("/")[0] in parents:
            wanted.setdefault(file.path, file)
    return Offer("pictures", Layout.LOOSE, tuple(wanted.values()), len(pictures))


def _goes_with(path: str) -> bool:
    return kind_of(path) in {Kind.PICTURE, Kind.CAPTION} or (is_label(path) and not path.startswith(".cache/"))


def _parents(path: str) -> set[str]:
    parts = path.split("/")[:-1]
    return {"/".join(parts[:size]) for size in range(len(parts) + 1)}


def _splits(files: Sequence[HubFile], layout: Layout, before: Sequence[Offer]) -> list[Offer]:
    groups: dict[str, list[HubFile]] = {}
    for file in files:
        groups.setdefault(_split(file.path), []).append(file)
    taken = {offer.key for offer in before}
    in_order = sorted(groups.items(), key=lambda group: (group[0].rpartition("/")[2] != "train", group[0]))
    return [Offer(f"{key} ({layout})" if key in taken else key, layout, tuple(some)) for key, some in in_order]


def _split(path: str) -> str:
    """`data/train-00000-of-00002.parquet` → `train`; `default/test/0000.parquet` → `default/test`."""
    folder, _, base = path.rpartition("/")
    name = _SHARD.sub("", base[: -len(extension(base))])
    parts = [part for part in (folder if folder != "data" or not name else "", name) if part]
    return "/".join(parts) or "all"


def _unsupported(path: str) -> str:
    return f"A {extension(path)} archive, which dscore cannot open. Download and unpack it, and import the folder."
