"""The files of posts: downloaded once, checked, and kept until the catalog has them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from dscore.errors import FetchError, GoneError, SourceError
from dscore.fetch.client import Fetcher, require_good
from dscore.fetch.connection import Exchange
from dscore.fetch.limits import Limits
from dscore.models import SourceFile, Survey
from dscore.sources.base import BLOCK_BYTES
from dscore.sources.booru.posts import extension

GONE = "Its file is not on the site any more."
MOST_BYTES = 256 << 20
LIMITS = Limits(bytes=MOST_BYTES, seconds=600.0)
HEADS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
"""What pictures that dscore reads begin with; anything else (a web page, say) is none."""


class BooruSource:
    """A job's posts, read by key; may be used by several threads, for different posts."""

    label = "a booru"
    suggested_name = "pictures"

    def __init__(self, base: str, fetcher: Fetcher, folder: Path) -> None:
        self._base, self._fetcher, self._folder = base, fetcher, folder
        self.read_out: set[str] = set()

    def look(self) -> Survey:
        """What it holds is found by the search, not by a look."""
        return Survey(())

    def read(self, file: SourceFile) -> Iterator[bytes]:
        """See `Source.read`; a file that was downloaded whole is not asked for again."""
        path = self._path(file)
        if not path.exists():
            self._download(file, path)
        try:
            with path.open("rb") as stream:
                while block := stream.read(BLOCK_BYTES):
                    yield block
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}.") from error
        self.read_out.add(file.key)

    def forget(self, keys: Collection[str]) -> None:
        """Delete the downloads of these posts."""
        self.read_out.difference_update(keys)
        self._drop(lambda key: key in keys)

    def keep_only(self, keys: Collection[str]) -> None:
        """Delete the downloads of all other posts: of jobs that were cancelled, say."""
        self._drop(lambda key: key not in keys)

    def _drop(self, goes: Callable[[str], bool]) -> None:
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if goes(path.name.partition("_")[0]):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Breaks off what is under way."""
        self._fetcher.interrupt()

    def _path(self, file: SourceFile) -> Path:
        """Its name is made of checked parts only."""
        md5, kind = _fact(file, "md5"), extension(_fact(file, "file"))
        md5 = md5 if re.fullmatch(r"[0-9a-f]{32}", md5) else "unchecked"
        return self._folder / f"{int(file.key)}_{md5}{kind}"

    def _download(self, file: SourceFile, path: Path) -> None:
        part = path.with_name(f"{path.name}.part")
        spoiled = 0

        def once() -> None:
            nonlocal spoiled
            self._fill(file, part)
            if trouble := _trouble(part, _fact(file, "md5")):
                part.unlink()  # so that no later try builds on it
                spoiled += 1
                raise FetchError(trouble, again=spoiled < 2, wait=0.0)

        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._fetcher.again(once)
            part.replace(path)
        except GoneError as error:
            raise GoneError(GONE) from error
        except OSError as error:
            raise SourceError(
                f"{part} cannot be written: {error.strerror}. Check the disk, and your rights."
            ) from error

    def _fill(self, file: SourceFile, part: Path) -> None:
        have = part.stat().st_size if part.exists() else 0
        headers = {"Referer": f"{self._base}/"} | ({"Range": f"bytes={have}-"} if have else {})
        with self._fetcher.opened(_fact(file, "file"), headers=headers, limits=LIMITS) as exchange:
            if exchange.status == 416:
                part.unlink(missing_ok=True)
                raise FetchError(f"{exchange.target.host} has another file than before.", again=True)
            require_good(exchange, "Its file")
            _refuse_pages(exchange)
            goes_on = exchange.status == 206 and exchange.headers.get("content-range", "").startswith(f"bytes {have}-")
            with part.open("ab" if goes_on else "wb") as out:
                for block in exchange.blocks():
                    out.write(block)


def _fact(file: SourceFile, name: str) -> str:
    return str(file.origin.facts.get(name, "")) if file.origin else ""


def _refuse_pages(exchange: Exchange) -> None:
    kind = exchange.headers.get("content-type", "").lower()
    if kind.startswith("text/") or "html" in kind or "json" in kind:
        raise FetchError("The site sent a web page instead of the picture.")


def _trouble(part: Path, md5: str) -> str:
    """Why it is not the picture that the site lists; "" where it is."""
    with part.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        found = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if not head.startswith(HEADS):
        return "What the site sent is no picture that dscore reads."
    if md5 and found != md5:
        return "What the site sent is not the file that it lists: its checksum (md5) differs."
    return ""
