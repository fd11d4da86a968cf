"""A hub on the loopback: what the client asks of the real one for two files, with faults on demand."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast
from urllib.parse import unquote

LARGE = {"model.onnx", "model.safetensors"}
"""Files whose etag is their SHA-256, and that faults are for."""


class Hub(ThreadingHTTPServer):
    """Repositories as {repo: {commit: folder}} with tags and heads in `refs`; each fault is an attribute."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.commits: dict[str, dict[str, Path]] = {}
        self.refs: dict[str, str] = {}
        self.asked: list[str] = []
        self.announced_size: int | None = None  # what HEAD says of model.onnx instead of its size
        self.cut_after: int | None = None  # bytes after which every GET breaks off
        self.cuts = 1_000  # how many GETs break off
        self.damaged = False  # one byte of model.onnx is sent wrong
        self.status = 0  # every answer is this error
        self.seconds_a_chunk = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def publish(self, repo: str, commit: str, folder: Path, *, ref: str = "main") -> None:
        """Show a folder's files as the commit of a repository, with a tag or head at it."""
        self.commits.setdefault(repo, {})[commit] = folder
        self.refs[f"{repo}@{ref}"] = commit

    def commit_of(self, repo: str, revision: str) -> str | None:
        return revision if revision in self.commits[repo] else self.refs.get(f"{repo}@{revision}")

    def gets(self, name: str) -> int:
        return sum(asked.startswith("GET") and asked.endswith(name) for asked in self.asked)


@contextmanager
def serving() -> Iterator[Hub]:
    """A hub that runs until the block ends."""
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> Hub:
        return cast("Hub", self.server)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._file(body=False)

    def do_GET(self) -> None:
        self._file(body=True)

    def _file(self, *, body: bool) -> None:
        self.hub.asked.append(f"{self.command} {self.path}")
        if self.hub.status:
            return self._error(self.hub.status, "")
        if listing := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commits/main", self.path.partition("?")[0]):
            return self._commits(listing[1])
        asked = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/([^/]+)", self.path)
        if asked is None or asked[1] not in self.hub.commits:
            return self._error(404, "RepoNotFound")
        commit = self.hub.commit_of(asked[1], unquote(asked[2]))
        if commit is None:
            return self._error(404, "RevisionNotFound")
        path = self.hub.commits[asked[1]][commit] / asked[3]
        if not path.is_file():
            return self._error(404, "EntryNotFound", commit)
        return self._send(path, commit, body=body)

    def _commits(self, repo: str) -> None:
        entries = [
            {"id": commit, "title": "", "message": "", "authors": [], "date": "2024-01-01T00:00:00.000Z"}
            for commit in self.hub.commits[repo]
        ]
        answer = json.dumps(entries).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _error(self, status: int, code: str, commit: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if code:
            self.send_header("X-Error-Code", code)
            self.send_header("X-Error-Message", code)
        if commit:
            self.send_header("X-Repo-Commit", commit)
        self.end_headers()

    def _send(self, path: Path, commit: str, *, body: bool) -> None:
        content = path.read_bytes()
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-").split("-")[0])
        large = path.name in LARGE
        etag = (hashlib.sha256 if large else hashlib.sha1)(content).hexdigest()
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", commit)
        self.send_header("Accept-Ranges", "bytes")
        size = len(content) - start
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if not body and large and self.hub.announced_size is not None:
            size = self.hub.announced_size
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if body:
            self._body(content[start:], large=large)

    def _body(self, content: bytes, *, large: bool) -> None:
        if large and self.hub.damaged:
            content = content[:-1] + bytes([content[-1] ^ 255])
        cut = self.hub.cut_after if large and self.hub.cuts > 0 else None
        if cut is not None:
            self.hub.cuts -= 1
            content = content[:cut]
        for place in range(0, len(content), 4096):
            self.wfile.write(content[place : place + 4096])
            time.sleep(self.hub.seconds_a_chunk if large else 0)
        if cut is not None:
            self.close_connection = True
