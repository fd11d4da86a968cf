"""A Hugging Face hub on the loopback, for datasets: what the real one answers, with its headers, and faults on demand.

Trees come in pages, small files by a redirect on the same host, large ones (LFS) by one to another origin that must never see the
token. That `huggingface_hub`'s own client accepts it is a test.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest

from dscore.fetch.limits import Retries
from dscore.pipeline import hub as importing

COMMIT = "a1" * 20
LARGE = (".zip", ".parquet", ".tar", ".bin")
PAGE = 3
"""Entries of a tree in one answer; the real hub gives 1,000."""


@dataclass
class Repo:
    """A repository: its files, and who may read it."""

    files: dict[str, bytes]
    commit: str = COMMIT
    private: bool = False
    gated: bool = False
    disabled: bool = False
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    """An answer instead of the right one."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], hub: DatasetHub) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.hub = hub

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


class DatasetHub:
    """Repositories by name. `faults` answers the next questions whose path holds the word; `tokens` are good ones."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.tokens: set[str] = set()
        self.asked: list[str] = []
        self.seen_by_store: list[dict[str, str]] = []
        self.faults: list[tuple[str, Fault]] = []
        self.cut_after = 0  # bytes after which a large file breaks off
        self.cuts = 0  # how many of them do
        self.damaged = ""  # a file whose last byte is sent wrong
        self.store_at = ""  # where large files are said to lie, instead of the second server
        self.seconds_a_chunk = 0.0
        self.server, self.store = _Server(_Hub, self), _Server(_Store, self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def store_url(self) -> str:
        return self.store_at or f"http://127.0.0.1:{self.store.server_port}"

    @property
    def local_hosts(self) -> tuple[str, ...]:
        return tuple(f"127.0.0.1:{server.server_port}" for server in (self.server, self.store))

    def publish(self, repo: str, files: Mapping[str, bytes | str], **more: Any) -> Repo:
        content = {path: data.encode() if isinstance(data, str) else data for path, data in files.items()}
        self.repos[repo] = Repo(content, **more)
        return self.repos[repo]

    def loaded(self, path: str) -> int:
        """How often the bytes of a file were asked for, whole."""
        return sum(asked == f"BYTES {path}" for asked in self.asked)

    def next_fault(self, path: str) -> Fault | None:
        for place, (word, fault) in enumerate(self.faults):
            if word in path:
                del self.faults[place]
                return fault
        return None


@contextmanager
def serving() -> Iterator[DatasetHub]:
    """Both servers, until the block ends."""
    hub = DatasetHub()
    threads = [
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        for server in (hub.server, hub.store)
    ]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        for server, thread in zip((hub.server, hub.store), threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


@contextmanager
def serving_quickly(retries: Retries) -> Iterator[DatasetHub]:
    """The same, for an import without a token of the person's own, which waits as told and no longer."""
    with pytest.MonkeyPatch.context() as patch, serving() as hub:
        patch.delenv("HF_TOKEN", raising=False)
        patch.setattr(importing, "WHILE_LOOKING", retries)
        patch.setattr(importing, "Retries", lambda: retries)
        yield hub


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> DatasetHub:
        return cast("_Server", self.server).hub

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer()

    def answer(self) -> None:
        raise NotImplementedError

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_file(self, path: str, content: bytes, **headers: str) -> None:
        """The file or the part that was asked for."""
        size, asked = len(content), self.headers.get("Range") or ""
        if asked:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last) + 1 if last else size, size)
            headers["Content_Range"] = f"bytes {start}-{end - 1}/{size}"
        else:
            start, end = 0, size
        if self.command == "GET":
            self.hub.asked.append(f"{'PART' if asked else 'BYTES'} {path}")
        body = content[start:end]
        if self.hub.damaged == path:
            body = body[:-1] + bytes([body[-1] ^ 255])
        cut = self.hub.cuts > 0 and path.endswith(LARGE) and self.command == "GET" and len(body) > self.hub.cut_after
        if not cut:
            self.slowly(206 if asked else 200, body, **headers)
            return
        self.hub.cuts -= 1
        self.reply(206 if asked else 200, body[: self.hub.cut_after], Content_Length=str(len(body)), **headers)
        self.close_connection = True

    def slowly(self, status: int, body: bytes, **headers: str) -> None:
        if not self.hub.seconds_a_chunk or self.command == "HEAD":
            self.reply(status, body, Accept_Ranges="bytes", **headers)
            return
        self.reply(status, b"", Content_Length=str(len(body)), **headers)
        for place in range(0, len(body), 16_384):
            try:
                self.wfile.write(body[place : place + 16_384])
            except OSError:
                return
            time.sleep(self.hub.seconds_a_chunk)


class _Store(_Answers):
    """Where large files lie; it knows no tokens."""

    def answer(self) -> None:
        self.hub.seen_by_store.append(dict(self.headers.items()))
        owner, name, path = unquote(urlsplit(self.path).path).lstrip("/").split("/", 2)
        self.send_file(path, self.hub.repos[f"{owner}/{name}"].files[path])


class _Hub(_Answers):
    """The hub itself."""

    def answer(self) -> None:
        self.hub.asked.append(f"{self.command} {self.path}")
        if fault := self.hub.next_fault(self.path):
            self.reply(fault.status, b"", **{name.replace("-", "_"): value for name, value in fault.headers.items()})
            return
        words = [unquote(word) for word in urlsplit(self.path).path.strip("/").split("/")]
        match words:
            case ["api", "whoami-v2"]:
                self.whoami()
            case ["api", "datasets", owner, name, *rest]:
                self.about(f"{owner}/{name}", rest)
            case ["datasets", owner, name, "resolve", revision, *path]:
                self.resolve(f"{owner}/{name}", revision, "/".join(path))
            case ["api", "resolve-cache", "datasets", owner, name, revision, *path]:
                self.small(f"{owner}/{name}", revision, "/".join(path))
            case _:
                self.refuse(404, "RepoNotFound", "Repository not found")

    def refuse(self, status: int, code: str, message: str) -> None:
        self.reply(status, X_Error_Code=code, X_Error_Message=message)

    def opened(self, name: str, *, for_files: bool) -> Repo | None:
        """The repository, if the one who asks may have it; else the refusal is sent."""
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        repo = self.hub.repos.get(name)
        if token and token not in self.hub.tokens:
            self.refuse(401, "", "Invalid credentials in Authorization header")
        elif repo is None or (repo.private and token not in repo.readers):
            self.refuse(404 if token else 401, "RepoNotFound", "Repository not found")
        elif repo.disabled:
            self.refuse(403, "", "Access to this resource is disabled.")
        elif for_files and repo.gated and token not in repo.readers:
            self.refuse(403 if token else 401, "GatedRepo", "Access to this dataset is restricted")
        else:
            return repo
        return None

    def whoami(self) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token in self.hub.tokens:
            self.send_json({"type": "user", "name": "me", "orgs": [], "auth": {"type": "access_token"}})
        else:
            self.refuse(401, "", "Invalid credentials in Authorization header")

    def about(self, name: str, rest: list[str]) -> None:
        repo = self.opened(name, for_files=rest == ["auth-check"])
        if repo is None:
            return
        if rest == ["auth-check"]:
            self.reply(200)
        elif rest[:1] == ["tree"]:
            self.tree(repo, rest[1], "/".join(rest[2:]))
        elif rest[:1] == ["paths-info"] or (rest and rest[0] != "revision"):
            self.reply(404)
        elif rest and not self.has(repo, rest[1]):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {rest[1]}")
        else:
            self.send_json({
                "id": name, "sha": repo.commit, "private": repo.private, "gated": "auto" if repo.gated else False,
                "disabled": repo.disabled, "siblings": [{"rfilename": path} for path in repo.files], "tags": [],
                "lastModified": "2025-01-01T00:00:00.000Z", "createdAt": "2025-01-01T00:00:00.000Z", "likes": 0, "downloads": 0,
            })  # fmt: skip

    def has(self, repo: Repo, revision: str) -> bool:
        return revision in {repo.commit, "main", "v1.0", "refs/convert/parquet"}

    def send_json(self, value: Any, **headers: str) -> None:
        self.reply(200, json.dumps(value).encode(), Content_Type="application/json", **headers)

    def tree(self, repo: Repo, revision: str, below: str) -> None:
        if not self.has(repo, revision):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return
        folders = {path.rpartition("/")[0] for path in repo.files} - {""}
        entries: list[dict[str, Any]] = [
            {"type": "directory", "oid": "0" * 40, "size": 0, "path": path} for path in folders
        ]
        entries += [_entry(path, content) for path, content in repo.files.items()]
        entries = [entry for entry in entries if not below or entry["path"].startswith(f"{below}/")]
        query = parse_qs(urlsplit(self.path).query)
        start = int(query.get("cursor", ["0"])[0])
        headers = {}
        if start + PAGE < len(entries):
            base = f"{self.hub.url}{urlsplit(self.path).path}?recursive=True&expand=False&cursor={start + PAGE}"
            headers["Link"] = f'<{base}>; rel="next"'
        self.send_json(entries[start : start + PAGE], **headers)

    def resolve(self, name: str, revision: str, path: str) -> None:
        repo = self.opened(name, for_files=True)
        if repo is None:
            return
        if not self.has(repo, revision):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
            return
        if path not in repo.files:
            self.refuse(404, "EntryNotFound", "Entry not found")
            return
        content = repo.files[path]
        if path.endswith(LARGE):
            self.reply(
                302,
                Location=f"{self.hub.store_url}/{name}/{quote(path)}?signature=abc",
                X_Repo_Commit=repo.commit,
                X_Linked_Etag=f'"{hashlib.sha256(content).hexdigest()}"',
                X_Linked_Size=str(len(content)),
                ETag=f'"{hashlib.sha256(content).hexdigest()}"',
            )
        else:
            self.reply(307, Location=f"/api/resolve-cache/datasets/{name}/{revision}/{quote(path)}")

    def small(self, name: str, _: str, path: str) -> None:
        repo = self.opened(name, for_files=True)
        if repo is not None:
            content = repo.files[path]
            self.send_file(path, content, X_Repo_Commit=repo.commit, ETag=f'"{_blob(content)}"')


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _entry(path: str, content: bytes) -> dict[str, Any]:
    entry = {"type": "file", "oid": _blob(content), "size": len(content), "path": path}
    if path.endswith(LARGE):
        entry["lfs"] = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
    return entry
