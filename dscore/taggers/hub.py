"""A model's files from the Hugging Face hub: found in the client's own cache, or downloaded into it.

The cache is shared with every other program that uses the client, so a model that one of them has is never
loaded twice.
"""

from __future__ import annotations

import errno
import re
import shutil
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from dscore.errors import DiskFullError, ModelError
from dscore.models import Progress

ABBREVIATED = re.compile(r"[0-9a-f]{7,39}")
TIMEOUT = 10.0  # seconds until the hub has to answer
STALE = 3600.0  # seconds after which a part that nobody writes to is a killed run's


class Wanted(Protocol):
    """What is asked of the hub: a tagger's spec, or a captioner's."""

    @property
    def name(self) -> str:
        """What people call the model."""

    @property
    def repo(self) -> str:
        """`owner/name`."""

    @property
    def revision(self) -> str:
        """A commit, whole or abbreviated, a tag, or a pull request (`refs/pr/50`)."""

    @property
    def size(self) -> int:
        """Bytes of the last file, where the hub does not say."""

    @property
    def files(self) -> tuple[str, ...]:
        """All that is needed; the small ones first, so that a wrong revision shows at once."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All files at one commit, in the client's cache; `pinned` if it is the one that the spec asks for."""

    folder: Path
    commit: str
    pinned: bool = True


@dataclass(frozen=True, slots=True)
class _Remote:
    """A file on the hub: its name, its size in bytes, its SHA-256 or "" where the hub gives none."""

    name: str
    size: int
    sha256: str


def find_snapshot(spec: Wanted, *, cache: Path | None = None) -> Snapshot | None:
    """What the cache has: the pinned commit, else the head that it knows, else None; without any network."""
    root = _repo_folder(spec, cache)
    for commit, pinned in _cached_commits(root, spec.revision):
        folder = root / "snapshots" / commit
        if commit and all((folder / name).is_file() for name in spec.files):
            return Snapshot(folder, commit, pinned=pinned)
    return None


def download(
    spec: Wanted, *, cache: Path | None = None, endpoint: str | None = None
) -> Generator[Progress, None, Snapshot]:
    """Download the files at the pinned commit; yields progress in bytes, about five times a second.

    Closing the generator stops the download. Raises ModelError at once where the hub cannot be reached (the
    client itself would try for 23 s), DiskFullError before the first byte where they do not fit.
    """
    root = _repo_folder(spec, cache)
    with _explained(spec, endpoint):
        commit = _resolve(spec, endpoint)
        remotes = [_remote(spec, commit, name, endpoint) for name in spec.files]
    missing = [remote for remote in remotes if not (root / "snapshots" / commit / remote.name).is_file()]
    _check_room(spec, root, sum(remote.size for remote in missing))
    _sweep(root)
    total, done = sum(remote.size for remote in missing), 0
    for remote in missing:
        for part in _download_file(spec, commit, remote, cache=cache, endpoint=endpoint):
            yield Progress(done + part, total, f"Downloading {remote.name} of {spec.repo}")
        done += remote.size
    if spec.revision != commit and not ABBREVIATED.fullmatch(spec.revision):
        _remember(root / "refs" / spec.revision, commit)
    return Snapshot(root / "snapshots" / commit, commit)


def _client(part: str = "") -> Any:
    """The hub's client, imported when it is needed; untyped, since its types differ between versions."""
    return import_module(f"huggingface_hub.{part}".rstrip("."))


def cache_folder() -> Path:
    """Where the client keeps what it downloads (HF_HOME)."""
    return Path(_client("constants").HF_HUB_CACHE)


def _repo_folder(spec: Wanted, cache: Path | None) -> Path:
    return (cache or cache_folder()) / f"models--{spec.repo.replace('/', '--')}"


def _cached_commits(root: Path, revision: str) -> Iterator[tuple[str, bool]]:
    """Commits to look for, and whether each is the pinned one; the client documents the cache's layout."""
    yield revision, True
    yield _ref(root, revision), True
    if ABBREVIATED.fullmatch(revision):
        yield from ((path.name, True) for path in sorted(root.glob(f"snapshots/{revision}*")))
    yield _ref(root, "main"), False


def _ref(root: Path, name: str) -> str:
    ref = root / "refs" / name
    return ref.read_text(encoding="utf-8").strip() if ref.is_file() else ""


def _remember(ref: Path, commit: str) -> None:
    """Note which commit a tag is, where the client would: it was asked for the commit, and so did not."""
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_text(commit, encoding="utf-8")


def _resolve(spec: Wanted, endpoint: str | None) -> str:
    """The full commit of a tag, a full or an abbreviated commit; the hub itself knows no abbreviated ones."""
    abbreviated = ABBREVIATED.fullmatch(spec.revision) is not None
    commit = _metadata(spec, "main" if abbreviated else spec.revision, spec.files[0], endpoint).commit_hash or ""
    if not abbreviated or commit.startswith(spec.revision):
        return commit
    for past in _client().HfApi(endpoint=endpoint).list_repo_commits(spec.repo):
        if past.commit_id.startswith(spec.revision):
            return str(past.commit_id)
    raise ModelError(f"The hub has no commit {spec.revision} of {spec.repo} any more.{_other_way(spec)}")


def _remote(spec: Wanted, commit: str, name: str, endpoint: str | None) -> _Remote:
    metadata = _metadata(spec, commit, name, endpoint)
    size = metadata.size if metadata.size is not None else spec.size
    etag = metadata.etag or ""  # of a large file the hub's etag is its SHA-256
    return _Remote(name, size, etag if re.fullmatch(r"[0-9a-f]{64}", etag) else "")


def _metadata(spec: Wanted, revision: str, name: str, endpoint: str | None) -> Any:
    url = _client().hf_hub_url(spec.repo, name, revision=revision, endpoint=endpoint)
    return _client().get_hf_file_metadata(url, timeout=TIMEOUT, endpoint=endpoint)


def _check_room(spec: Wanted, root: Path, needed: int) -> None:
    disk = next(folder for folder in (root, *root.parents) if folder.exists())
    free = shutil.disk_usage(disk).free
    if needed > free:
        raise DiskFullError(
            f"{spec.name} needs {needed / 1e6:,.1f} MB in {root.parent}, and {free / 1e6:,.1f} MB are free. "
            f"Free {(needed - free) / 1e6:,.1f} MB, or set HF_HOME to a folder on another disk."
        )


def _sweep(root: Path) -> None:
    """Remove a killed run's parts: the client gives each a new name and never goes on with an old one."""
    for part in root.glob("blobs/*.incomplete"):
        if time.time() - part.stat().st_mtime > STALE:
            part.unlink(missing_ok=True)


def _download_file(
    spec: Wanted, commit: str, remote: _Remote, *, cache: Path | None, endpoint: str | None
) -> Iterator[int]:
    """Yields the bytes so far; the work is in a daemon thread, so leaving never waits for the network."""
    meter = _Meter()
    options = {"cache_dir": cache, "endpoint": endpoint, "tqdm_class": meter.bar_class()}
    fetch = partial(_client().hf_hub_download, spec.repo, remote.name, revision=commit, **options)
    future = _in_daemon(fetch)
    try:
        while not future.done():
            meter.changed.wait(0.2)
            meter.changed.clear()
            yield min(meter.bytes, remote.size)
    finally:
        meter.stopped = True
    with _explained(spec, endpoint):
        path = Path(future.result())
        if path.stat().st_size != remote.size:
            _refuse(path, f"{path} is {path.stat().st_size:,} bytes, and {remote.size:,} on the hub.")
    yield remote.size


def verify(snapshot: Snapshot, name: str, *, found: str) -> None:
    """Refuse, and remove, a large file whose SHA-256 is not the one that its name in the cache says."""
    path = (snapshot.folder / name).resolve()
    if re.fullmatch(r"[0-9a-f]{64}", path.name) and path.name != found:
        _refuse(
            snapshot.folder / name,
            f"{name} arrived damaged: its SHA-256 is {found}, and {path.name} on the hub.",
        )


def _refuse(path: Path, why: str) -> None:
    path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    raise ModelError(f"{why} It was removed; start again to download it.")


def _in_daemon(work: Callable[[], str]) -> Future[str]:
    future: Future[str] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  - future.result() raises it again
            future.set_exception(error)

    threading.Thread(target=run, name="model-download", daemon=True).start()
    return future


class _StoppedError(Exception):
    """Raised inside the client to end a download that nobody wants any more."""


class _Meter:
    """Bytes as the client's progress bars count them; of two for one file, the one that is further."""

    def __init__(self) -> None:
        self.bytes = 0
        self.stopped = False
        self.changed = threading.Event()

    def bar_class(self) -> Any:
        """A silent progress bar of the kind that the client asks for."""
        meter = self

        class Bar(_client("utils").tqdm):  # type: ignore[misc]  # any version's class will do
            counted = 0

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **{**options, "disable": True})

            def update(self, n: float | None = 1) -> bool | None:
                if meter.stopped:
                    raise _StoppedError
                self.counted += int(n or 0)
                meter.bytes = max(meter.bytes, self.counted)
                meter.changed.set()
                return None

        return Bar


def _other_way(spec: Wanted) -> str:
    names = [name.rpartition("/")[2] for name in reversed(spec.files)]
    what = " and ".join(names) if len(names) < 3 else f"{names[0]} and the small files beside it"
    return f" Or put {what} into a folder, and give that folder."


@contextmanager
def _explained(spec: Wanted, endpoint: str | None) -> Iterator[None]:
    """Turn the client's errors into sentences."""
    errors = _client("errors")
    try:
        yield
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"The hub has no revision {spec.revision} of {spec.repo}.{_other_way(spec)}") from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"The hub does not show {spec.repo}: it is gone, private or wants a login (`hf auth login`).{_other_way(spec)}"
        ) from error
    except errors.EntryNotFoundError as error:
        raise ModelError(
            f"{spec.repo} on the hub lacks {' or '.join(reversed(spec.files))}: it is not the model that it was."
        ) from error
    except (OSError, RuntimeError, errors.HTTPError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise DiskFullError(f"The disk became full while {spec.repo} was downloaded. Free some room.") from error
        host = endpoint or _client("constants").ENDPOINT
        raise ModelError(
            f"{spec.repo} could not be downloaded from {host}: {_first_line(error)} "
            f"Check the connection, or set HF_ENDPOINT to a mirror.{_other_way(spec)}"
        ) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{lines[0].rstrip('.')}." if lines else f"{type(error).__name__}."
