"""A foreign page gets nothing, by whatever door; the server's own pages get everything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.web.security import Guard, IsLoggedIn, content_security_policy, is_loopback, require_loopback
from tests.web.serving import HOST, application

OWN = f"http://{HOST}"
SOCKET = f"ws://{HOST}/stream"
ROUTES = [
    ("GET", "/api/thumb/" + "a" * 64 + ".webp"),
    ("GET", "/api/image/" + "a" * 64),
    ("GET", "/api/items?dataset=1"),
    ("GET", "/api/tags?dataset=1"),
    ("GET", "/api/jobs"),
    ("POST", "/api/jobs/1/cancel"),
    ("POST", "/api/edits"),
    ("POST", "/api/uploads"),
    ("GET", "/api/uploads/" + "a" * 32 + "-" + "b" * 32),
    ("PUT", "/api/uploads/" + "a" * 32 + "-" + "b" * 32 + "?offset=0"),
    ("POST", "/api/uploads/" + "a" * 32 + "-" + "b" * 32 + "/finish"),
    ("DELETE", "/api/uploads/" + "a" * 32 + "-" + "b" * 32),
]
FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8501", "Origin": "http://evil.example:8501"},
    {"Host": "127.0.0.1.evil.example:8501"},
    {"Host": "127.0.0.1:8501@evil.example"},
    {"Host": "", "Origin": OWN},
    {"Host": HOST, "Origin": "http://localhost:3000"},
    {"Host": HOST, "Origin": "http://127.0.0.1:3000"},
    {"Host": HOST, "Origin": "http://localhost:8501"},
    {"Host": HOST, "Origin": "http://evil.example"},
    {"Host": HOST, "Origin": "null"},
    {"Host": HOST, "Origin": ""},
    {"Host": HOST, "Origin": f"{OWN}.evil.example"},
    {"Host": HOST, "Origin": f"ftp://{HOST}"},
]


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def client(*, hosts: tuple[str, ...] = (), is_logged_in: IsLoggedIn | None = None, base: str = OWN) -> TestClient:
    """A server with a page, a route and a socket behind the guard."""
    routes = [
        Route("/", lambda _: PlainTextResponse("page"), methods=["GET", "POST"]),
        Route("/api/route", lambda _: PlainTextResponse("route"), methods=["GET", "POST"]),
        WebSocketRoute("/stream", _socket),
    ]
    guard = Middleware(Guard, hosts=hosts, is_logged_in=is_logged_in)
    return TestClient(Starlette(routes=routes, middleware=[guard]), base_url=base)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_foreign_page_gets_403_on_every_route(method: str, path: str, tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    asking = TestClient(application(library), base_url=OWN)
    for headers in FOREIGN:
        answer = asking.request(method, path, headers=headers)
        assert answer.status_code == 403, headers
        assert answer.json()["error"].endswith(".")
    assert asking.request(method, path, headers={"Origin": OWN}).status_code != 403
    assert not (library.home / "uploads").exists()


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_gets_no_socket(headers: Mapping[str, str]) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied, client().websocket_connect(SOCKET, headers=dict(headers)):
        pass
    assert denied.value.status_code == 403
    assert "Without a login" not in denied.value.text


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8501", "localhost:8501", "LOCALHOST:9000", "[::1]:8501", "localhost", "localhost.:80"]
)
def test_this_machine_is_served_by_each_of_its_names_on_any_port(host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}
    assert client().get("/", headers=headers).status_code == 200
    assert client().post("/api/route", headers=headers).status_code == 200
    with client().websocket_connect(SOCKET, headers=headers) as socket:
        assert socket.receive_text() == "hello"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("pictures.example", 200),
        ("a.b.tailnet.example:8501", 200),
        ("tailnet.example", 403),
        ("other.example", 403),
        ("*", 403),
    ],
)
def test_configured_names_are_served_and_no_others(host: str, status: int) -> None:
    guarded = client(hosts=("Pictures.Example", "*.tailnet.example", "*"))
    assert guarded.get("/", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("path", ["/", "/api/route"])
def test_whoever_changes_something_names_the_page_that_asks(path: str) -> None:
    assert client().post(path).status_code == 403
    assert client().post(path, headers={"Origin": OWN}).status_code == 200
    assert client().post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403)]
)
def test_a_route_is_not_for_the_pictures_and_links_of_other_pages(site: str, status: int) -> None:
    assert client().get("/api/route", headers={"Sec-Fetch-Site": site}).status_code == status
    assert client().get("/", headers={"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("name", ["Host", "Origin"])
def test_a_header_that_comes_twice_is_refused(name: str) -> None:
    twice = [("Host", HOST), ("Origin", OWN), (name, HOST if name == "Host" else OWN)]
    assert client().get("/", headers=twice).status_code == 403


def test_every_answer_says_what_may_be_loaded() -> None:
    for answer in (client().get("/"), client().get("/missing"), client().get("/", headers={"Host": "evil.example"})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "img-src 'self' data: blob:;" in policy
        assert "http" not in policy


def test_only_the_scripts_that_stand_in_the_page_may_run() -> None:
    digest = base64.b64encode(hashlib.sha256(b" run() ").digest()).decode()
    assert f"'sha256-{digest}'" in content_security_policy("<head><script> run() </script></head>")
    assert "sha256" not in content_security_policy()
    assert "'unsafe-eval'" not in content_security_policy()


def test_with_a_login_the_routes_are_for_those_who_have_logged_in() -> None:
    guarded = client(is_logged_in=lambda cookies: cookies.get("user") == "me", base="http://192.168.7.7:8501")
    host = {"Host": HOST}
    assert guarded.get("/api/route", headers=host).status_code == 401
    assert guarded.get("/api/route", headers=host | {"Cookie": "user=other"}).status_code == 401
    assert guarded.get("/api/route", headers=host | {"Cookie": "user=me"}).status_code == 200
    assert guarded.get("/", headers=host).status_code == 200  # the page asks for the login itself


def test_without_a_login_only_loopback_is_served() -> None:
    outside = client(base="http://192.168.7.7:8501")
    assert outside.get("/", headers={"Host": HOST}).status_code == 403


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("example.com", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_what_others_can_reach(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


@pytest.mark.parametrize("address", [None, "0.0.0.0", "192.168.1.4"])
def test_the_server_does_not_start_where_others_can_reach_it(address: str | None) -> None:
    with pytest.raises(WrongUseError, match=r"address = \"127\.0\.0\.1\".*login"):
        require_loopback(address)
    require_loopback("127.0.0.1")
