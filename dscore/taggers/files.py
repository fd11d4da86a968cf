"""A tagger's files, complete and proved: an explicit folder, else the local cache, else a download."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator, Mapping
from pathlib import Path

from filelock import FileLock

from dscore.errors import ModelError
from dscore.models import Progress
from dscore.taggers import hub
from dscore.taggers.base import ModelIdentity, TaggerFiles, TaggerSpec

CHUNK = 8 << 20


def fetch_files(
    spec: TaggerSpec,
    *,
    hashes: Path,
    cache: Path | None = None,
    endpoint: str | None = None,
    offline: bool = False,
) -> Generator[Progress, None, TaggerFiles]:
    """Find or download the files; yields progress in bytes, returns them with their hashes.

    `hashes` is a JSON file, made when it is missing: the first files of a commit are recorded there, and
    later ones must be the same. `cache` and `endpoint` are the hub client's own where they are None (HF_HOME,
    HF_ENDPOINT). With `offline` nothing is downloaded. Raises ModelError, DiskFullError. A folder is taken as
    it is: its identity is its content.
    """
    if spec.folder is not None:
        identity = yield from _identity(spec, spec.folder, source=spec.name, revision="")
        return TaggerFiles(spec.folder / spec.model_file, spec.folder / spec.labels_file, identity)
    snapshot = hub.find_snapshot(spec, cache=cache)
    if snapshot is None:
        if offline:
            raise ModelError(f"{spec.name} is not on this machine, and downloading was not allowed.")
        snapshot = yield from hub.download(spec, cache=cache, endpoint=endpoint)
    identity = yield from _identity(spec, snapshot.folder, source=spec.repo, revision=snapshot.commit)
    found = {spec.labels_file: identity.labels_sha256, spec.model_file: identity.model_sha256}
    for name, digest in found.items():
        hub.verify(snapshot, name, found=digest)
    check_identity(spec.repo, snapshot.commit, found, hashes=hashes, folder=snapshot.folder)
    note = "" if snapshot.pinned else unpinned(spec, snapshot.commit)
    return TaggerFiles(snapshot.folder / spec.model_file, snapshot.folder / spec.labels_file, identity, note)


def is_here(spec: TaggerSpec, *, cache: Path | None = None) -> bool:
    """Whether `fetch_files` would need no network."""
    return spec.folder is not None or hub.find_snapshot(spec, cache=cache) is not None


def check_identity(source: str, revision: str, found: Mapping[str, str], *, hashes: Path, folder: Path) -> None:
    """Record the hashes (name → SHA-256) of a new commit, else compare; raises ModelError naming both where they differ."""
    key = f"{source}@{revision}"
    hashes.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{hashes}.lock"):
        recorded = _read(hashes)
        known = {**found, **recorded.get(key, {})}  # a repository may hold more than one tagger
        if known != recorded.get(key):
            _write(hashes, {**recorded, key: known})
    for name, digest in found.items():
        expected = known[name]
        if expected != digest:
            raise ModelError(
                f"{name} of {key} is not the file that was used before: its SHA-256 is {digest}, "
                f"and {expected} was recorded in {hashes}. Delete {folder} to download it again; "
                "if you trust the new file, delete the record."
            )


def _read(hashes: Path) -> dict[str, dict[str, str]]:
    try:
        recorded = json.loads(hashes.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError(f"The record of model hashes {hashes} cannot be read ({error}). Delete it.") from error
    if not isinstance(recorded, dict) or not all(isinstance(value, dict) for value in recorded.values()):
        raise ModelError(f"{hashes} is not a record of model hashes. Delete it, or name another file.")
    return recorded


def _write(hashes: Path, recorded: dict[str, dict[str, str]]) -> None:
    part = hashes.with_name(f"{hashes.name}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(recorded, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    part.replace(hashes)


def _identity(
    spec: TaggerSpec, folder: Path, *, source: str, revision: str
) -> Generator[Progress, None, ModelIdentity]:
    model = yield from sha256_of(folder / spec.model_file)
    labels = yield from sha256_of(folder / spec.labels_file)
    return ModelIdentity(source, revision, model_sha256=model, labels_sha256=labels)


def sha256_of(path: Path) -> Generator[Progress, None, str]:
    """The file's SHA-256 in hex; yields progress in bytes. Raises ModelError where it cannot be read."""
    digest = hashlib.sha256()
    try:
        total = path.stat().st_size
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                yield Progress(file.tell(), total, f"Checking {path.name}")
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def unpinned(spec: hub.Wanted, commit: str) -> str:
    """What is to be said of a model that the cache has at another commit."""
    return (
        f"{spec.name} is used as it is in the local cache, at commit {commit[:12]} "
        f"and not at {spec.revision[:12]}, which would be downloaded."
    )
