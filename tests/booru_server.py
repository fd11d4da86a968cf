"""A booru on loopback that behaves as the facts about gelbooru.com and its kin say, with faults that can be switched on."""

from __future__ import annotations

import hashlib
import html
import io
import json
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import quoteattr

from PIL import Image

KINDS = {"saber_(fate)": 4, "fate_(series)": 3, "some_artist": 1, "highres": 5, "1girl": 0, "grabbing_another's_arm": 0}
TOO_DEEP = 20_000


@lru_cache(maxsize=2048)
def picture(number: int) -> bytes:
    """A PNG of its own for each number, some 5 kB."""
    rng = random.Random(number)
    image = Image.frombytes("RGB", (48, 32 + number % 7), rng.randbytes(48 * (32 + number % 7) * 3))
    out = io.BytesIO()
    image.save(out, "png")
    return out.getvalue()


@dataclass
class Site:
    """What the site has, how it answers (`object`, `list`), and what goes wrong: fault → how often it still happens.

    File faults are by post: `html`, `wrong_md5`, `gone`, `cut` (post → times). `parts` are the places from which it was asked to
    go on, which it does where it `gives_parts`. With `echoes`, each post's source is the question itself.
    """

    posts: list[int]
    shape: str = "object"
    keys: tuple[str, str] | None = None
    api: Counter[str] = field(default_factory=Counter)
    html: set[int] = field(default_factory=set)
    wrong_md5: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    videos: set[int] = field(default_factory=set)
    cut: Counter[int] = field(default_factory=Counter)
    busy: Counter[int] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    whole: Counter[int] = field(default_factory=Counter)
    kept: dict[int, int] = field(default_factory=dict)
    retry_after: str = "0"
    parts: list[int] = field(default_factory=list)
    gives_parts: bool = True
    echoes: bool = False

    @property
    def good(self) -> set[int]:
        """Those that can come in."""
        return set(self.posts) - self.html - self.wrong_md5 - self.gone - self.videos

    def md5(self, number: int) -> str:
        """As the site lists it."""
        return (
            hashlib.md5(picture(number), usedforsecurity=False).hexdigest()
            if number not in self.wrong_md5
            else "0" * 32
        )

    def tags(self, number: int) -> str:
        """Escaped, as JSON holds them."""
        return html.escape(
            f"1girl saber_(fate) fate_(series) some_artist highres grabbing_another's_arm number_{number % 5}"
        )


def make_trouble(site: Site, *, posts: int) -> None:
    """So many posts (100 at least), and each fault: three files that fail, three gone, a video, and some that pass."""
    site.posts = list(range(1, posts + 1))
    site.html, site.wrong_md5, site.gone, site.videos = {7, 8}, {90}, {30, 31, 32}, {20}
    site.cut, site.busy = Counter({60: 2, 61: 1}), Counter({63: 1})
    site.api = Counter({"429": 1, "503": 1, "empty": 1})


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, site: Site) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.site, self.lock = site, threading.Lock()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


@contextmanager
def serving(site: Site) -> Iterator[Server]:
    """The site, until the block ends."""
    server = Server(site)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.close_connection = True
        site = self.server.site
        with self.server.lock:
            site.asked.append(self.path)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/images/"):
            self._file(site, int(re.findall(r"\d+", parts.path)[-1]))
        elif query.get("page") == "dapi":
            self._api(site, query)
        else:
            self._send(200, b"<!doctype html><html><body>A page</body></html>", "text/html")

    def _takes(self, faults: Counter[Any], name: object) -> bool:
        with self.server.lock:
            happens = faults[name] > 0
            faults[name] -= happens
        return happens

    def _api(self, site: Site, query: dict[str, str]) -> None:
        if site.keys and (query.get("user_id"), query.get("api_key")) != site.keys:
            if site.shape == "list":
                self._send(200, json.dumps("Missing authentication. Go to the site for more information").encode())
            else:
                self._send(401, b"")
        elif self._takes(site.api, "429"):
            self._send(429, b"", headers={"Retry-After": site.retry_after})
        elif self._takes(site.api, "503"):
            self._send(503, b"busy", "text/plain")
        elif self._takes(site.api, "echo"):
            self._send(200, json.dumps(f"Cannot read {self.path}").encode())
        elif self._takes(site.api, "reset"):
            self.connection.close()
        elif self._takes(site.api, "away"):
            self._send(302, b"", headers={"Location": f"http://10.0.0.1{self.path}"})
        elif self._takes(site.api, "html"):
            self._send(200, b"<html><body>Just a moment</body></html>", "text/html")
        elif query.get("s") == "tag":
            self._tags(site, query)
        else:
            self._posts(site, query)

    def _tags(self, site: Site, query: dict[str, str]) -> None:
        if site.shape == "list":
            self._send(200, b"")
            return
        rows = [
            {"id": 1, "name": html.escape(name), "count": 3, "type": KINDS.get(name, 0), "ambiguous": 0}
            for name in query.get("names", "").split()[:100]
            if not name.startswith("number_")
        ]
        self._send(200, json.dumps({"@attributes": {"limit": 100}, "tag": rows[::-1]}).encode())

    def _posts(self, site: Site, query: dict[str, str]) -> None:
        words = query.get("tags", "").split()
        limit, pid = min(100, int(query.get("limit", 100))), int(query.get("pid", 0))
        if pid * limit > TOO_DEEP:
            self._send(200, b"Too deep! Pull it back some. Holy fuck.", "text/html")
            return
        found = sorted((number for number in site.posts if _fits(number, words)), reverse="sort:id:asc" not in words)
        page = [] if self._takes(site.api, "empty") else found[pid * limit : (pid + 1) * limit]
        rows = [self._row(site, number) for number in page]
        if query.get("json") != "1":
            self._xml(rows, len(found))
        elif site.shape == "list":
            self._send(200, json.dumps(rows).encode() if rows else b"")
        else:
            body: dict[str, Any] = {"@attributes": {"limit": limit, "offset": pid * limit, "count": len(found)}}
            self._send(200, json.dumps(body | ({"post": rows} if rows else {})).encode())

    def _xml(self, rows: list[dict[str, Any]], count: int) -> None:
        rows = [{"md5" if name == "hash" else name: value for name, value in row.items()} for row in rows]
        posts = "".join(
            f"<post {' '.join(f'{name}={quoteattr(str(value))}' for name, value in row.items())}/>" for row in rows
        )
        self._send(200, f'<?xml version="1.0"?><posts count="{count}" offset="0">{posts}</posts>'.encode(), "text/xml")

    def _row(self, site: Site, number: int) -> dict[str, Any]:
        kind = "mp4" if number in site.videos else "png"
        source = f"{self.server.url}{self.path}" if site.echoes else "https://example.org/?a=1&amp;b=2"
        return {
            "id": number, "created_at": "Sat Sep 26 03:51:09 -0500 2026", "score": number % 9, "width": 48,
            "height": 32 + number % 7, "hash" if site.shape == "list" else "md5": site.md5(number), "directory": "da/56",
            "image": f"{number}.png", "rating": ("general", "sensitive", "explicit")[number % 3],
            "source": source, "change": 1790412670, "owner": "somebody", "creator_id": 1,
            "parent_id": 0, "sample": 0, "preview_height": 32, "preview_width": 48, "tags": site.tags(number), "title": "",
            "has_notes": "false", "has_comments": "false", "file_url": f"{self.server.url}/images/{number}.{kind}",
            "preview_url": f"{self.server.url}/images/thumbnail_{number}.png", "sample_url": "", "sample_height": 0,
            "sample_width": 0, "status": "active", "post_locked": 0, "has_children": "false",
        }  # fmt: skip

    def _file(self, site: Site, number: int) -> None:
        body = picture(number)
        if number in site.gone:
            self._send(404, b"gone", "text/html")
        elif number in site.html or not self.headers.get("Referer", "").startswith(self.server.url):
            self._send(200, b"<!doctype html><html>See the post</html>", "text/html")
        elif self._takes(site.busy, number):
            self._send(429, b"", headers={"Retry-After": site.retry_after})
        else:
            start = int((re.findall(r"bytes=(\d+)-", self.headers.get("Range", "")) or ["0"])[0])
            site.parts += [start] if start else []
            start = start if site.gives_parts else 0
            if start >= len(body):
                self._send(416, b"", headers={"Content-Range": f"bytes */{len(body)}"})
                return
            headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
            cut = self._takes(site.cut, number)
            if not cut:
                with self.server.lock:
                    site.whole[number] += 1
            self._send(206 if start else 200, body[start:], "image/png", headers=headers, cut=cut)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        *,
        headers: dict[str, str] | None = None,
        cut: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)


def _fits(number: int, words: list[str]) -> bool:
    for word in words:
        if found := re.fullmatch(r"id:([<>])(\d+)", word):
            if not (number < int(found[2]) if found[1] == "<" else number > int(found[2])):
                return False
        elif (word.startswith("-number_") and word == f"-number_{number % 5}") or word == "nothing":
            return False
    return True
