"""Asking a site: redirects, tries, caps, the key."""

from __future__ import annotations

import gzip
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest
import trustme

from dscore.errors import AddressError, FetchError, GoneError
from dscore.fetch import connection
from dscore.fetch.client import Fetcher, require_good
from dscore.fetch.limits import Limits, Pace, Retries
from tests.fetch.servers import Told, answer, in_turn, redirect, reset, told

QUICK = Retries(first=0.001, busy=0.001)
LOCAL = ("127.0.0.1",)


@pytest.fixture
def server() -> Iterator[Told]:
    with told() as server:
        yield server


def fetcher(**options: object) -> Fetcher:
    return Fetcher(**{"local_hosts": LOCAL, "retries": QUICK, **options})  # type: ignore[arg-type]


def test_an_answer_is_whole(server: Told) -> None:
    server.acts["/a"] = answer(b"hello", Content_Type="text/plain")
    found = fetcher().ask(f"{server.url}/a?api_key=k")
    assert (found.status, found.body, found.headers["content-type"]) == (200, b"hello", "text/plain")
    assert found.url == f"{server.url}/a"
    assert server.asked[0][1]["user-agent"].startswith("dscore/")


@pytest.mark.parametrize("act", [reset, answer(status=500), answer(status=503), answer(status=408), answer(status=429),
                                 answer(b"half", Content_Length="9")])  # fmt: skip
def test_what_may_pass_is_tried_again(server: Told, act: object) -> None:
    server.acts["/a"] = in_turn(act, act, answer(b"there"))  # type: ignore[arg-type]
    assert fetcher().ask(f"{server.url}/a").body == b"there"
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_will_not_change_is_not_asked_again(server: Told, status: int) -> None:
    server.acts["/a"] = answer(b"", status)
    assert fetcher().ask(f"{server.url}/a").status == status
    assert len(server.asked) == 1


def test_after_five_tries_it_is_enough(server: Told) -> None:
    server.acts["/a"] = answer(status=503)
    with pytest.raises(FetchError, match="trouble"):
        fetcher().ask(f"{server.url}/a")
    assert len(server.asked) == 5


def test_the_wait_that_a_site_asks_for_is_kept(server: Told) -> None:
    server.acts["/a"] = in_turn(answer(status=429, Retry_After="1"), answer())
    began = time.monotonic()
    fetcher().ask(f"{server.url}/a")
    assert time.monotonic() - began >= 1
    server.acts["/b"] = answer(status=429, Retry_After="7200")
    with pytest.raises(FetchError, match="7,200 s"):
        fetcher().ask(f"{server.url}/b")
    assert [path for path, _ in server.asked].count("/b") == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.2/x", "http://2130706433/x", "http://[::1]/x", "http://169.254.169.254/x", "file:///etc/passwd",
        "http://user@127.0.0.1/x", "gopher://127.0.0.1/x", "http://localhost/x", "//10.0.0.1/x", "http://[::1",
    ],
)  # fmt: skip
def test_each_hop_of_a_redirect_is_checked(server: Told, location: str) -> None:
    server.acts["/a"] = redirect(location)
    with pytest.raises(AddressError):
        fetcher().ask(f"{server.url}/a")
    assert len(server.asked) == 1


def test_three_hops_are_followed_and_no_more(server: Told) -> None:
    for number in range(9):
        server.acts[f"/{number}"] = redirect(f"/{number - 1}") if number else answer(b"end")
    assert fetcher().ask(f"{server.url}/3").body == b"end"
    with pytest.raises(FetchError, match="3 times"):
        fetcher().ask(f"{server.url}/4")


def test_a_key_goes_to_no_other_host(server: Told) -> None:
    with told() as other:
        other.acts["/b"] = answer(b"there")
        server.acts["/a"] = redirect(f"{other.url}/b")
        fetcher().ask(f"{server.url}/a", keys={"Authorization": "Bearer canary123"}, headers={"Referer": "x"})
        assert server.asked[0][1]["authorization"] == "Bearer canary123"
        assert "authorization" not in other.asked[0][1]
        assert other.asked[0][1]["referer"] == "x"
        server.acts["/a"] = redirect(f"{other.url}/b?api_key=canary123")
        with pytest.raises(AddressError) as caught:
            fetcher(secrets=["canary123"]).ask(f"{server.url}/a?api_key=canary123")
        assert "canary123" not in str(caught.value)
        assert len(other.asked) == 1


def test_an_answer_that_is_too_long_is_cut_off_packed_or_not(server: Told) -> None:
    small = Limits(bytes=1 << 20)
    server.acts["/long"] = answer(b"x" * (2 << 20))
    server.acts["/bomb"] = answer(gzip.compress(b"\0" * (64 << 20)), Content_Encoding="gzip")

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 65536)

    server.acts["/endless"] = endless
    for path in ("/long", "/bomb", "/endless"):
        with pytest.raises(FetchError, match="more than"):
            fetcher().ask(server.url + path, limits=small)
    assert len(server.asked) == 3


@pytest.mark.parametrize("part", ["headers", "body", "chunks"])
def test_a_slow_drip_ends_when_its_time_is_up(server: Told, part: str) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        if part != "headers":
            request.send_response(200)
            name, value = ("Transfer-Encoding", "chunked") if part == "chunks" else ("Content-Length", "1000")
            request.send_header(name, value)
            request.end_headers()
        for _ in range(200):
            request.wfile.write(b"0")
            time.sleep(0.05)

    server.acts["/a"] = drip
    began = time.monotonic()
    with pytest.raises(FetchError, match="took longer"):
        fetcher(retries=Retries(tries=1)).ask(f"{server.url}/a", limits=Limits(seconds=0.4))
    assert time.monotonic() - began < 5


def test_silence_ends_too(server: Told) -> None:
    server.acts["/a"] = lambda _: time.sleep(1)
    with pytest.raises(FetchError, match="silent"):
        fetcher(retries=Retries(tries=1)).ask(f"{server.url}/a", limits=Limits(read_seconds=0.1))


def test_whoever_waits_can_be_stopped_at_once(server: Told) -> None:
    slow, waiting = fetcher(), fetcher(retries=Retries(busy=300))
    server.acts["/slow"] = lambda _: time.sleep(3)
    server.acts["/busy"] = answer(status=429)
    for one, path in ((slow, "/slow"), (waiting, "/busy")):
        before = len(server.asked)
        threading.Thread(target=_interrupt_once_asked, args=(one, server, before), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(FetchError):
            one.ask(server.url + path)
        assert time.monotonic() - began < 2.5


def _interrupt_once_asked(one: Fetcher, server: Told, before: int) -> None:
    while len(server.asked) <= before:
        time.sleep(0.01)
    one.interrupt()


def test_a_pace_is_shared() -> None:
    pace, waits = Pace(1.0), [0.0]
    for _ in range(3):
        pace.turn(waits.append)
    assert [round(wait) for wait in waits[1:]] == [1, 2]


def test_what_is_gone_is_told_from_what_is_refused(server: Told) -> None:
    server.acts["/no"] = answer(status=403)
    with pytest.raises(GoneError), fetcher().opened(f"{server.url}/lost") as exchange:
        require_good(exchange, "The picture")
    with pytest.raises(FetchError, match="403"), fetcher().opened(f"{server.url}/no") as exchange:
        require_good(exchange, "the picture")


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Iterator[trustme.CA]:
    authority = trustme.CA()
    with authority.cert_pem.tempfile() as path:
        monkeypatch.setenv("SSL_CERT_FILE", path)
        connection.tls.cache_clear()
        yield authority
    connection.tls.cache_clear()


def test_a_pinned_connection_still_proves_the_name(authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("booru.test").configure_cert(context)
    with told(context) as server:
        server.acts["/"] = answer(b"proved")
        asked: list[str] = []

        def resolve(host: str, _port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        local = fetcher(local_hosts=("booru.test", "other.test"), resolve=resolve)
        assert local.ask(f"https://booru.test:{server.server_port}/").body == b"proved"
        assert asked == ["booru.test"]
        with pytest.raises(FetchError, match="certificate"):
            local.ask(f"https://other.test:{server.server_port}/")


def test_no_step_down_from_https(authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with told(context) as safe, told() as unsafe:
        safe.acts["/"] = redirect(f"{unsafe.url}/")
        with pytest.raises(AddressError, match="https to http"):
            fetcher().ask(f"https://127.0.0.1:{safe.server_port}/")
        assert not unsafe.asked


def test_a_body_is_sent_once_and_any_answer_is_given(server: Told) -> None:
    server.acts["/a"] = answer(b"no", status=500, Retry_After="7")
    found = fetcher().post(f"{server.url}/a", b"question", headers={"Content-Type": "text/plain"}, keys={"X-Key": "k"})
    assert (found.status, found.body, found.headers["retry-after"]) == (500, b"no", "7")
    assert server.sent == [b"question"]
    ((_, headers),) = server.asked
    assert (headers["content-length"], headers["content-type"], headers["x-key"]) == ("8", "text/plain", "k")


def test_a_body_goes_to_no_other_address(server: Told) -> None:
    server.acts["/a"] = redirect("/b", status=308)
    with pytest.raises(FetchError, match="sends dscore on to another address"):
        fetcher().post(f"{server.url}/a", b"question")
    with pytest.raises(AddressError, match="local network"):
        fetcher(local_hosts=()).post(f"{server.url}/a", b"question")
    assert len(server.asked) == 1
