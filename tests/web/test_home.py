"""The whole server, as `streamlit run Home.py` starts it."""

from __future__ import annotations

import base64
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPMessage
from pathlib import Path

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from dscore.config import HOME_VARIABLE
from tests.web.serving import ROOT, free_port


def streamlit(home: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "streamlit", "run", "Home.py", "--server.headless", "true", *options]
    environment = {**os.environ, HOME_VARIABLE: str(home), "PYTHONWARNINGS": ""}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@contextmanager
def served(home: Path, *options: str) -> Iterator[int]:
    """The port of a server that answers."""
    port = free_port()
    process = streamlit(home, "--server.port", str(port), "--server.fileWatcherType", "none", *options)
    try:
        until = time.monotonic() + 120
        while asked(port, "/_stcore/health") != 200:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(tmp_path_factory.mktemp("home")) as found:
        yield found


def answer(port: int, path: str, headers: Mapping[str, str]) -> tuple[int, HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest("GET", path, skip_host=True)
        for name, value in {"Host": f"127.0.0.1:{port}", **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        found = connection.getresponse()
        return found.status, found.headers, b"" if found.status == 101 else found.read()
    finally:
        connection.close()


def asked(port: int, path: str, **headers: str) -> int:
    try:
        return answer(port, path, headers)[0]
    except ConnectionRefusedError:
        return 0


def handshake(port: int, **headers: str) -> int:
    """The status that a WebSocket handshake with the pages gets; 101 is a yes."""
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
        "Sec-WebSocket-Protocol": "streamlit",
    }
    return asked(port, "/_stcore/stream", **upgrade, **headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_page_of_this_server_gets_its_socket(port: int, host: str) -> None:
    assert handshake(port, Host=f"{host}:{port}", Origin=f"http://{host}:{port}") == 101


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", "http://evil.example"),
        ("evil.example:{port}", "http://evil.example:{port}"),
        ("127.0.0.1:{port}", "http://localhost:3000"),
        ("127.0.0.1:{port}", "http://localhost:{port}"),
        ("127.0.0.1:{port}", "https://evil.example"),
        ("127.0.0.1:{port}", "null"),
    ],
)
def test_a_foreign_page_gets_neither_socket_nor_page_nor_route(port: int, host: str, origin: str) -> None:
    headers = {"Host": host.format(port=port), "Origin": origin.format(port=port)}
    assert handshake(port, **headers) == 403
    for path in ("/", "/_stcore/health", "/_stcore/host-config", "/api/jobs", "/api/items?dataset=1", "/media/x.png"):
        assert asked(port, path, **headers) == 403, path


def test_the_page_and_the_routes_come_from_one_server(port: int) -> None:
    status, headers, body = answer(port, "/", {})
    assert status == 200
    assert b"<title>Streamlit</title>" in body
    inline = re.findall(rb"<script>", body)
    policy = headers["Content-Security-Policy"]
    assert len(re.findall("'sha256-", policy)) == len(inline)
    assert answer(port, "/api/jobs", {})[2] == b'{"jobs":[]}'
    assert answer(port, "/api/items?dataset=1", {})[0] == 404


def test_the_server_refuses_an_address_that_others_can_reach(tmp_path: Path) -> None:
    process = streamlit(tmp_path, "--server.address", "0.0.0.0", "--server.port", str(free_port()))
    said, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "dscore would listen on 0.0.0.0" in said
    assert "Traceback" not in said
    assert not (tmp_path / "catalog.db").exists()


def test_with_a_login_it_serves_others_but_its_routes_only_who_has_logged_in(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\nredirect_uri = "http://localhost/oauth2callback"\ncookie_secret = "crumb"\n')
    with served(tmp_path, "--server.address", "0.0.0.0", "--secrets.files", str(secrets)) as port:
        assert asked(port, "/api/jobs") == 401
        for secret, is_in, status in (("crumb", "true", 200), ("crumb", "false", 401), ("other", "true", 401)):
            cookie = create_signed_value(secret, "_streamlit_user", f'{{"is_logged_in": {is_in}}}').decode()
            assert asked(port, "/api/jobs", Cookie=f"_streamlit_user={cookie}") == status
        assert asked(port, "/") == 200
        assert asked(port, "/api/jobs", Host="evil.example") == 403
