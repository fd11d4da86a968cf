"""Uploads in chunks: they go on where they broke off, and what does not fit is refused."""

from __future__ import annotations

import hashlib
import http.client
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from starlette.testclient import TestClient

from dscore.config import HOME_VARIABLE, Library
from dscore.web import inbox
from tests.web.serving import ROOT, browser, free_port

MEGABYTE = 1 << 20


def begun(asking: TestClient, *, name: str = "set.zip", size: int = 10, **more: Any) -> dict[str, Any]:
    answer = asking.post("/api/uploads", json={"name": name, "size": size, **more})
    assert answer.status_code == 201
    state: dict[str, Any] = answer.json()
    return state


def test_an_upload_in_chunks_arrives_byte_for_byte(tmp_path: Path) -> None:
    library = Library(tmp_path)
    asking, content = browser(library), secrets.token_bytes(3 * MEGABYTE + 7)
    state = begun(asking, size=len(content))
    assert (state["offset"], state["finished"]) == (0, False)
    one = f"/api/uploads/{state['id']}"
    for start in range(0, len(content), MEGABYTE):
        state = asking.put(one, params={"offset": start}, content=content[start : start + MEGABYTE]).json()
    assert state["offset"] == len(content)
    assert asking.post(f"{one}/finish").json()["finished"] is True
    assert asking.post(f"{one}/finish").json()["finished"] is True
    assert asking.get(one).json()["finished"] is True
    (place,) = inbox.places(library, state["session"])
    assert Path(place).read_bytes() == content
    assert Path(place).name == "set.zip"


def test_a_broken_upload_goes_on_where_it_stopped(tmp_path: Path) -> None:
    asking = browser(Library(tmp_path))
    one = f"/api/uploads/{begun(asking)['id']}"
    asking.put(one, params={"offset": 0}, content=b"0123")
    assert asking.get(one).json()["offset"] == 4
    for wrong in (0, 3, 5, 10):
        answer = asking.put(one, params={"offset": wrong}, content=b"45")
        assert (answer.status_code, answer.json()["offset"]) == (409, 4)
        assert answer.json()["error"] == f"set.zip goes on at 4, not at {wrong}."
    assert asking.post(f"{one}/finish").status_code == 409
    assert asking.put(one, params={"offset": 4}, content=b"456789").json()["offset"] == 10
    assert asking.post(f"{one}/finish").status_code == 200
    assert asking.put(one, params={"offset": 10}, content=b"x").status_code == 409


@pytest.mark.parametrize("told", [True, False], ids=["its length told", "chunked"])
def test_more_than_was_said_is_refused_and_not_kept(tmp_path: Path, told: bool) -> None:
    asking = browser(Library(tmp_path))
    one = f"/api/uploads/{begun(asking)['id']}"
    asking.put(one, params={"offset": 0}, content=b"012")
    body = b"x" * 8
    answer = asking.put(one, params={"offset": 3}, content=body if told else iter([body[:4], body[4:]]))
    assert answer.status_code == 413
    assert answer.json()["error"] == "set.zip was said to have 10 bytes, and more came. Begin the upload anew."
    assert asking.get(one).json()["offset"] == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_said_and_the_upload_can_go_on(tmp_path: Path) -> None:
    library = Library(tmp_path)
    asking = browser(library)
    one = f"/api/uploads/{(state := begun(asking))['id']}"
    part = inbox.find(library, state["id"]).path
    part.unlink()
    part.symlink_to("/dev/full")
    answer = asking.put(one, params={"offset": 0}, content=b"0123456789")
    assert answer.status_code == 507
    assert "is full. Make room; the upload then goes on where it stopped." in answer.json()["error"]
    part.unlink()
    part.touch()
    assert asking.put(one, params={"offset": 0}, content=b"0123456789").status_code == 200


def test_what_cannot_fit_is_refused_at_once(tmp_path: Path) -> None:
    answer = browser(Library(tmp_path)).post("/api/uploads", json={"name": "a.zip", "size": 1 << 40})
    assert answer.status_code == 507
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize(
    "asked",
    [
        {"size": 1},
        {"name": "a"},
        {"name": "a", "size": -1},
        {"name": "a", "size": "x"},
        {"name": 3, "size": 1},
        {"name": "a", "size": 1 << 41},
        {"name": "a", "size": 1, "session": "../.."},
    ],
    ids=str,
)
def test_a_request_that_makes_no_sense_is_refused(tmp_path: Path, asked: dict[str, Any]) -> None:
    assert browser(Library(tmp_path)).post("/api/uploads", json=asked).status_code == 400
    assert not (tmp_path / "uploads").exists()


@pytest.mark.parametrize("name", ["x", "0" * 32 + "-" + "0" * 32, "..", "a" * 32])
def test_an_upload_that_is_none_is_said(tmp_path: Path, name: str) -> None:
    asking = browser(Library(tmp_path))
    assert asking.get(f"/api/uploads/{name}").status_code == 404
    assert asking.put(f"/api/uploads/{name}?offset=0", content=b"x").status_code in {404, 405}
    assert asking.delete(f"/api/uploads/{name}").status_code in {404, 405}


def test_an_upload_can_be_dropped_at_any_time(tmp_path: Path) -> None:
    library = Library(tmp_path)
    asking = browser(library)
    first = begun(asking, name="a.png", size=1)
    second = begun(asking, name="b.png", size=1, session=first["session"])
    asking.put(f"/api/uploads/{first['id']}", params={"offset": 0}, content=b"x")
    asking.post(f"/api/uploads/{first['id']}/finish")
    for one in (first, second):
        assert asking.delete(f"/api/uploads/{one['id']}").status_code == 204
        assert asking.get(f"/api/uploads/{one['id']}").status_code == 404
    assert list(library.uploads.iterdir()) == []


def test_an_empty_file_is_an_upload_too(tmp_path: Path) -> None:
    library = Library(tmp_path)
    asking = browser(library)
    state = begun(asking, name="a.txt", size=0)
    assert asking.post(f"/api/uploads/{state['id']}/finish").status_code == 200
    assert Path(inbox.places(library, state["session"])[0], "a.txt").read_bytes() == b""


@contextmanager
def server(home: Path) -> Iterator[tuple[int, psutil.Process]]:
    """The routes in a process of their own: its port, and the process."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "tests.web.serving:app",
        "--factory",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, HOME_VARIABLE: str(home)})
    try:
        until = time.monotonic() + 60
        while True:
            try:
                asked(port, "GET", "/api/jobs")
                break
            except ConnectionRefusedError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def asked(port: int, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body, {"Origin": f"http://127.0.0.1:{port}"})
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.slow
def test_200_megabytes_in_one_go_leave_the_memory_as_it_was(tmp_path: Path) -> None:
    block = secrets.token_bytes(MEGABYTE)
    with server(tmp_path) as (port, process):
        upload = inbox.begin(Library(tmp_path), name="big.zip", size=200 * MEGABYTE)
        before = process.memory_info().rss
        peaks, through = [before], threading.Event()

        def watch() -> None:
            while not through.wait(0.01):
                peaks.append(process.memory_info().rss)

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            blocks = (block for _ in range(200))
            status, _ = asked(port, "PUT", f"/api/uploads/{upload.id}?offset=0", blocks)
        finally:
            through.set()
            watching.join()
    assert status == 200
    assert max(peaks) - before < 60 * MEGABYTE
    with upload.path.open("rb") as file:
        expected = hashlib.sha256()
        for _ in range(200):
            expected.update(block)
        assert hashlib.file_digest(file, "sha256").hexdigest() == expected.hexdigest()


def test_what_came_before_the_connection_broke_is_kept(tmp_path: Path) -> None:
    with server(tmp_path) as (port, _):
        upload = inbox.begin(Library(tmp_path), name="big.zip", size=10 * MEGABYTE)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.putrequest("PUT", f"/api/uploads/{upload.id}?offset=0")
        connection.putheader("Origin", f"http://127.0.0.1:{port}")
        connection.putheader("Content-Length", str(10 * MEGABYTE))
        connection.endheaders(b"x" * (3 * MEGABYTE + 5))
        connection.close()
        until = time.monotonic() + 60
        while (offset := inbox.find(Library(tmp_path), upload.id).offset) < 3 * MEGABYTE and time.monotonic() < until:
            time.sleep(0.05)
        assert 3 * MEGABYTE <= offset <= 3 * MEGABYTE + 5
        while asked(port, "PUT", f"/api/uploads/{upload.id}?offset={offset}", b"y" * 5)[0] == 409:
            assert time.monotonic() < until
            time.sleep(0.05)
            offset = inbox.find(Library(tmp_path), upload.id).offset
        assert inbox.find(Library(tmp_path), upload.id).offset == offset + 5
