"""A captioner's files, complete and proved: an explicit folder, else the local cache, else a download."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from pathlib import Path

from dscore.captioners.base import CaptionerFiles, CaptionerIdentity, CaptionerSpec
from dscore.errors import ModelError
from dscore.models import Progress
from dscore.taggers import hub
from dscore.taggers.files import check_identity, sha256_of, unpinned


def fetch_files(
    spec: CaptionerSpec,
    *,
    hashes: Path,
    cache: Path | None = None,
    endpoint: str | None = None,
    offline: bool = False,
) -> Generator[Progress, None, CaptionerFiles]:
    """Find or download the files; yields progress in bytes, returns where they are and which model they make.

    `hashes`, `cache`, `endpoint` and `offline` as in `taggers.files.fetch_files`. Raises ModelError, DiskFullError.
    """
    if spec.folder is not None:
        found = yield from _hashes(spec, spec.folder)
        return CaptionerFiles(spec.folder, _identity(spec.name, "", found))
    snapshot = hub.find_snapshot(spec, cache=cache)
    if snapshot is None:
        if offline:
            raise ModelError(f"{spec.name} is not on this machine, and downloading was not allowed.")
        snapshot = yield from hub.download(spec, cache=cache, endpoint=endpoint)
    found = yield from _hashes(spec, snapshot.folder)
    for name, digest in found.items():
        hub.verify(snapshot, name, found=digest)
    check_identity(spec.repo, snapshot.commit, found, hashes=hashes, folder=snapshot.folder)
    note = "" if snapshot.pinned else unpinned(spec, snapshot.commit)
    return CaptionerFiles(snapshot.folder, _identity(spec.repo, snapshot.commit, found), note)


def is_here(spec: CaptionerSpec, *, cache: Path | None = None) -> bool:
    """Whether `fetch_files` would need no network."""
    return spec.folder is not None or hub.find_snapshot(spec, cache=cache) is not None


def _hashes(spec: CaptionerSpec, folder: Path) -> Generator[Progress, None, dict[str, str]]:
    found = {}
    for name in spec.files:
        found[name] = yield from sha256_of(folder / name)
    return found


def _identity(source: str, revision: str, found: dict[str, str]) -> CaptionerIdentity:
    listed = "\n".join(f"{name} {digest}" for name, digest in sorted(found.items()))
    return CaptionerIdentity(source, revision, hashlib.sha256(listed.encode()).hexdigest())
