"""The hub's answers: about a repository, its files, and their bytes.

All goes through the checked client of `fetch`, so each hop of a redirect (small files: to the same host; large ones: to another)
is checked, the token stays with its host, and a download that broke off goes on where it stopped, also in another process.
The hub's own package can do neither of the last two for datasets; it also falls back to old snapshots of its cache silently.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from dscore.errors import AccessError, DiskFullError, FetchError, GoneError, SourceError
from dscore.fetch.client import Answer, Fetcher
from dscore.fetch.connection import Exchange
from dscore.fetch.limits import Limits, Retries
from dscore.sources.hub.address import OFFICIAL, Address

MOST_FILES = 200_000
SLOWEST = 50_000
"""Bytes a second that a download must reach on the whole."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_NEXT = re.compile(r"<([^>]+)>\s*;\s*rel=\"?next\"?")


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file at the commit; `sha256` where it is a large one, else `blob`, git's own SHA-1 of it (either may be "")."""

    path: str
    size: int
    sha256: str = ""
    blob: str = ""


class HubClient:
    """Asks one hub about one repository; `token` is "" where there is none."""

    def __init__(
        self, address: Address, token: str, *, local_hosts: Collection[str] = (), retries: Retries | None = None
    ) -> None:
        self.address, self._token = address, token
        self.fetcher = Fetcher(local_hosts=local_hosts, secrets=[token] if token else [], retries=retries)
        self._keys = {"Authorization": f"Bearer {token}"} if token else {}

    def commit(self) -> str:
        """The full commit that the revision is now. Raises a FetchError for each way not to be there."""
        answer = self._ask(f"{self.address.api}/revision/{quote(self.address.revision, safe='')}")
        info = self._json(answer)
        found = info.get("sha") if isinstance(info, dict) else None
        if not isinstance(found, str) or not _COMMIT.fullmatch(found):
            raise FetchError(f"{self.address.host} does not answer as a Hugging Face hub does.")
        if info.get("disabled"):
            raise self._disabled()
        return found

    def introduce(self) -> None:
        """Make sure that the hub knows the token; a mirror may not have this question. Raises AccessError, FetchError."""
        answer = self.fetcher.ask(f"{self.address.endpoint}/api/whoami-v2", keys=self._keys)
        if answer.status in {401, 403}:
            raise self._unknown_token()
        if answer.status not in {200, 404}:
            raise FetchError(f"{self.address.host} did not answer ({answer.status}). Try again later.", again=True)

    def authorize(self) -> None:
        """Make sure that files may be read: lists of gated repositories are public, their files are not.

        A mirror may not have this question; then the first file will tell.
        """
        answer = self.fetcher.ask(f"{self.address.api}/auth-check", keys=self._keys)
        unknown = answer.status == 404 and not answer.headers.get("x-error-code")
        if answer.status != 200 and not unknown:
            raise self._refusal(answer.status, answer.headers, "")

    def tree(self, commit: str) -> tuple[HubFile, ...]:
        """All files at the commit, page by page."""
        found: list[HubFile] = []
        url = f"{self.address.api}/tree/{commit}?recursive=True&expand=False"
        while url:
            answer = self._ask(url)
            page = self._json(answer)
            found += [file for entry in page if (file := _file(entry)) is not None] if isinstance(page, list) else []
            if len(found) > MOST_FILES:
                raise FetchError(f"{self.address.repo} holds over {MOST_FILES:,} files; dscore reads no more.")
            more = _NEXT.search(answer.headers.get("link", ""))
            url = self._own(urljoin(url, more[1])) if more else ""
        return tuple(found)

    def part(self, file: HubFile, commit: str, start: int, end: int) -> bytes:
        """Bytes `start` to `end` (not included) of a file."""

        def once() -> bytes:
            with self._opened(file, commit, start, end) as exchange:
                if exchange.status != 206 and (start or end < file.size):
                    raise FetchError(f"{exchange.target.host} does not give parts of files.")
                return b"".join(exchange.blocks())

        return self.fetcher.again(once)

    def download(self, file: HubFile, commit: str, target: Path, tell: Callable[[int], None]) -> None:
        """The whole file, checked; goes on with what a `.part` beside `target` holds. `tell` hears of bytes as they come.

        Raises FetchError, DiskFullError.
        """
        part = target.with_suffix(".part")
        spoiled = 0

        def once() -> None:
            nonlocal spoiled
            self._fill(file, commit, part, tell)
            if not _is_whole(file, part):
                tell(-part.stat().st_size)
                part.unlink()
                spoiled += 1
                raise FetchError(f"{file.path} arrived damaged; it was not kept.", again=spoiled < 2, wait=0.0)

        try:
            self.fetcher.again(once)
            part.replace(target)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFullError(f"The disk became full while {file.path} was downloaded. Make room.") from error
            raise SourceError(f"{file.path} could not be kept: {error.strerror}. Check the disk.") from error

    def _fill(self, file: HubFile, commit: str, part: Path, tell: Callable[[int], None]) -> None:
        start = part.stat().st_size if part.exists() else 0
        if start and start == file.size:
            return
        with self._opened(file, commit, start if start < file.size else 0, file.size) as exchange:
            goes_on = exchange.status == 206 and 0 < start < file.size
            tell(0 if goes_on else -start)
            with part.open("ab" if goes_on else "wb") as out:
                for block in exchange.blocks():
                    out.write(block)
                    tell(len(block))
        if part.stat().st_size < file.size:
            raise FetchError(f"The download of {file.path} was cut short.", again=True)

    @contextmanager
    def _opened(self, file: HubFile, commit: str, start: int, end: int) -> Iterator[Exchange]:
        headers = {"Range": f"bytes={start}-{end - 1}"} if start or end < file.size else {}
        limits = Limits(bytes=max(end - start, file.size) + 1, seconds=120 + (end - start) / SLOWEST)
        url = self.address.file(file.path, commit)
        with self.fetcher.opened(url, headers=headers, keys=self._keys, limits=limits) as exchange:
            if exchange.status not in {200, 206}:
                raise self._refusal(exchange.status, exchange.headers, file.path)
            yield exchange

    def _ask(self, url: str) -> Answer:
        answer = self.fetcher.ask(url, keys=self._keys)
        if answer.status != 200:
            raise self._refusal(answer.status, answer.headers, "")
        return answer

    def _own(self, url: str) -> str:
        """The next page of a list: on this hub, or the token would go elsewhere."""
        if not url.startswith(f"{self.address.endpoint}/"):
            raise FetchError(f"{self.address.host} continues its list on another site; it was not followed.")
        return url

    def _json(self, answer: Answer) -> Any:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise FetchError(f"{self.address.host} does not answer as a Hugging Face hub does.") from error

    def _unknown_token(self) -> AccessError:
        return AccessError(
            f"{self.address.host} does not accept the token. Make a new one at {OFFICIAL}/settings/tokens, or leave it out."
        )

    def _disabled(self) -> GoneError:
        return GoneError(f"{self.address.repo} was disabled by {self.address.host}; nobody can download it.")

    def _refusal(self, status: int, headers: Mapping[str, str], path: str) -> FetchError:
        """The hub's codes as sentences; which code comes when was found by asking it."""
        address, code = self.address, headers.get("x-error-code") or ""
        said = (headers.get("x-error-message") or "").lower()
        if code == "GatedRepo":
            return self._gated()
        if "disabled" in said:
            return self._disabled()
        if self._token and "credentials" in said:
            return self._unknown_token()
        if code == "RevisionNotFound":
            return GoneError(f"{address.repo} has no branch, tag or commit “{address.revision}”. Check its page.")
        if path and (code == "EntryNotFound" or status in {404, 410}):
            return GoneError(f"{path} is not in {address.repo} any more.")
        if code == "RepoNotFound" or status in {401, 404}:
            hint = "This token may not see it" if self._token else "If it is private, it wants a token"
            return AccessError(f"{address.repo} was not found on {address.host}. Check the name. {hint}.")
        if status == 403:
            return AccessError(
                f"{address.host} does not let {'this token' if self._token else 'you'} read {address.repo}."
            )
        return FetchError(f"{address.host} did not answer about {address.repo} ({status}).")

    def _gated(self) -> AccessError:
        page = self.address.page
        if self._token:
            return AccessError(
                f"{self.address.repo} is gated, and this token's user has no access. Ask for it at {page}"
            )
        return AccessError(
            f"{self.address.repo} is gated. Ask for access at {page} and give the token of your account."
        )


def _file(entry: object) -> HubFile | None:
    if not isinstance(entry, dict) or entry.get("type") != "file":
        return None
    path, size, large = entry.get("path"), entry.get("size"), entry.get("lfs")
    if not isinstance(path, str) or not isinstance(size, int) or size < 0:
        return None
    if isinstance(large, dict):
        return HubFile(path, size, sha256=str(large.get("oid") or "").removeprefix("sha256:"))
    return HubFile(path, size, blob=str(entry.get("oid") or ""))


def _is_whole(file: HubFile, path: Path) -> bool:
    """Whether it has its size, and the checksum that the hub gave."""
    if path.stat().st_size != file.size:
        return False
    if not file.sha256 and not file.blob:
        return True
    digest = hashlib.sha256() if file.sha256 else hashlib.sha1(usedforsecurity=False)
    if not file.sha256:
        digest.update(b"blob %d\0" % file.size)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest() == (file.sha256 or file.blob)
