"""Datasets named, put into the trash and taken out again; and the trash emptied, the one thing that cannot be undone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dscore.catalog import changes, datasets, trash, versions
from dscore.catalog.changes import CHUNK, Draft
from dscore.catalog.connection import Database, open_catalog, wait_for_turn, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.trash import GoneImage
from dscore.config import Library
from dscore.errors import WrongUseError


@dataclass(frozen=True, slots=True)
class Trash:
    """What emptying would delete for ever: pictures in datasets' trash, and datasets with all their pictures and versions.

    `held` pictures stay in the trash, since the versions `holders` have them.
    """

    datasets: tuple[Dataset, ...]
    items: int
    whole: tuple[Dataset, ...] = ()
    whole_items: int = 0
    held: int = 0
    holders: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to delete."""
        return not self.items and not self.whole


@dataclass(frozen=True, slots=True)
class Emptied:
    """What is gone: pictures of datasets, datasets, and the files that nobody had any more."""

    items: int
    datasets: int
    files: int
    bytes: int


def rename(library: Library, dataset: Dataset, name: str) -> Dataset:
    """Give a dataset another name, as a change that can be undone; raises WrongUseError where it is taken."""
    with open_catalog(library) as db:
        draft = _renaming(dataset, name)
        datasets.require_free(db, draft.settings["name"], but=dataset.id)
        changes.set_columns(db, draft)
        return datasets.by_id(db, dataset.id)


def _renaming(dataset: Dataset, name: str) -> Draft:
    name = datasets.checked_name(name)
    return Draft(dataset.id, "rename", f"rename the dataset {dataset.name} to {name}", {"name": name})


def delete(library: Library, dataset: Dataset) -> None:
    """Put a dataset into the trash with all it has; raises WrongUseError while a job is about it."""
    with open_catalog(library) as db, writing(db):
        trash.require_idle(db, dataset.id)
        datasets.trash(db, dataset.id)


def restore(library: Library, name: str, *, new_name: str = "") -> Dataset:
    """Take the dataset of that name that was deleted last out of the trash, under its name or another.

    Another name is a change that can be undone, like any. Raises WrongUseError where the name is taken.
    """
    with open_catalog(library) as db:
        found = datasets.find_trashed(db, name)
    return take_back(library, found, new_name=new_name)


def take_back(library: Library, found: Dataset, *, new_name: str = "") -> Dataset:
    """Take just this dataset out of the trash, where several of its name may be; as `restore` does."""
    with open_catalog(library) as db:
        found = datasets.by_id(db, found.id)
        draft = _renaming(found, new_name or found.name)
        with writing(db):
            datasets.take_out(db, found.id)
            if changes.dataset_delta(db, draft):
                changes.close_change(db, changes.open_change(db, draft))
            else:
                datasets.fit_key(db, found.id)
        return datasets.by_id(db, found.id)


def look(library: Library, *, dataset: Dataset | None = None, deleted: Dataset | None = None) -> Trash:
    """What there is to delete for ever: of one dataset's trash, of one deleted dataset, or (with neither) everything."""
    with open_catalog(library) as db:
        there = [dataset] if dataset is not None else [] if deleted is not None else datasets.listed(db)
        whole = [deleted] if deleted is not None else [] if dataset is not None else datasets.trashed(db)
        inside = [one for one in there if trash.items(db, one.id, limit=1)]
        number = sum(len(trash.items(db, one.id)) for one in inside)
        held = [versions.holders(db, one.id) for one in there]
        return Trash(
            tuple(inside),
            number,
            tuple(whole),
            sum(len(trash.all_items(db, one.id)) for one in whole),
            held=sum(count for count, _ in held),
            holders=tuple(name for _, names in held for name in names),
        )


def empty(library: Library, found: Trash) -> Emptied:
    """Delete it for ever, chunk by chunk; what was taken out of the trash since the look stays.

    Raises WrongUseError while a job runs, and where more is there than the look has found.
    """
    gone: list[GoneImage] = []
    items = emptied = 0
    with open_catalog(library) as db:
        whole = [one for one in found.whole if trash.is_deleted(db, one.id)]
        inside = _said(found.items, [trash.items(db, one.id) for one in found.datasets])
        inside += _said(found.whole_items, [trash.all_items(db, one.id) for one in whole])
        for dataset in whole:
            _forget_versions(db, dataset)
        for chunk in _chunks(inside):
            items += _delete(db, chunk, gone)
        for dataset in whole:
            with writing(db):
                trash.require_quiet(db)
                emptied += trash.delete_dataset(db, dataset.id)
        files, size = _forget(library, db, gone)
    return Emptied(items, emptied, files, size)


def _said(number: int, there: Sequence[Sequence[int]]) -> list[int]:
    """What is there, of each dataset; raises WrongUseError where the person was asked about less."""
    ids = [item for of_one in there for item in of_one]
    if len(ids) > number:
        raise WrongUseError("More was put into the trash meanwhile. Look at it again, and empty it then.")
    return ids


def _forget_versions(db: Database, dataset: Dataset) -> None:
    with writing(db):
        trash.require_quiet(db)
        for version in versions.listed(db, dataset.id) if trash.is_deleted(db, dataset.id) else ():
            versions.delete(db, version.id)


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + CHUNK] for first in range(0, len(ids), CHUNK))


def _delete(db: Database, ids: Sequence[int], gone: list[GoneImage]) -> int:
    """Delete what of these is still in the trash, and say how many; adds the pictures that nobody has then."""
    with writing(db):
        trash.require_quiet(db)
        there = trash.still_there(db, ids)
        gone += trash.delete_items(db, there)
    wait_for_turn()
    return len(there)


def _forget(library: Library, db: Database, gone: Sequence[GoneImage]) -> tuple[int, int]:
    """Remove the files, while the lock keeps any import from beginning; what one is about stays for the sweep of orphans."""
    from dscore.media.thumbnails import thumbnail_path  # brings Pillow along, which other commands start without

    files = size = 0
    for first in range(0, len(gone), CHUNK):
        with contextlib.suppress(WrongUseError), writing(db):
            trash.require_quiet(db)
            for image in trash.still_gone(db, gone[first : first + CHUNK]):
                path = library.image_path(image.file)
                with contextlib.suppress(OSError):  # gone already, or open in another program: a later sweep takes it
                    size += path.stat().st_size
                    path.unlink()
                    files += 1
                with contextlib.suppress(OSError):
                    thumbnail_path(library.home, image.sha256).unlink()
    return files, size
