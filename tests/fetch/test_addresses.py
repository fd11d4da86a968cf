"""Which web addresses may be asked: the forms in which one can hide this machine, and the ways in which a name can lie."""

from __future__ import annotations

import pytest

from dscore.errors import AddressError, FetchError
from dscore.fetch.addresses import Target, check, is_host, is_public, resolved

FORBIDDEN = (
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/a.png",
    "https://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.0x1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://00000.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://localhost:8501/_stcore/health",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://127.0.0.1./",
    "http://127.255.255.254/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://3232235777/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://100.64.0.1/",
    "http://192.0.0.192/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://203.0.113.5/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:10.0.0.1]/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a00:1::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::a00:1]/",
    "http://[2001:0:53aa:64c:0:0:80ff:fffe]/",
    "http://[2001:db8::1]/",
    "http://[::1",
    "http://user:password@8.8.8.8/",
    "http://gelbooru.com@127.0.0.1/",
    "http://127.0.0.1\\@gelbooru.com/",
    "http://gelbooru.com\t.127.0.0.1/",
    "http://8.8.8.8:0/",
    "http://8.8.8.8:99999/",
    "http:///a.png",
    "http://../a.png",
    "http://a b/",
    "http://8.8.8.8/" + "a" * 5000,
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "gopher://8.8.8.8/1",
    "ftp://8.8.8.8/a.png",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//127.0.0.1/a.png",
    "/a.png",
    "",
)


def public(_host: str, _port: int) -> list[str]:
    return ["93.184.215.14"]


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_forbidden_address_is_refused_before_any_connection(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr("socket.socket.connect", connected)
    with pytest.raises(AddressError):
        check(url)


def test_there_are_sixty_of_them() -> None:
    assert len(set(FORBIDDEN)) >= 60


@pytest.mark.parametrize("name", ["localhost", "nas.local", "metadata.google.internal", "evil.example"])
def test_a_name_is_judged_by_what_it_resolves_to(name: str) -> None:
    with pytest.raises(AddressError):
        check(f"http://{name}/", resolve=lambda *_: ["127.0.0.1"])
    with pytest.raises(AddressError, match="local_hosts"):
        check(f"http://{name}/", resolve=lambda *_: ["93.184.215.14", "10.0.0.1"])
    with pytest.raises(AddressError):
        check(f"http://{name}/", resolve=lambda *_: [])


def test_a_name_that_cannot_be_found_may_be_found_later() -> None:
    def lost(*_: object) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(FetchError) as caught:
        check("https://nowhere.example/", resolve=lost)
    assert caught.value.again


def test_a_public_address_is_taken_apart_and_resolved_once() -> None:
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["93.184.215.14", "2606:2800:21f:cb07::1"]

    target = check("https://Gelbooru.com/index.php?page=dapi&tags=a+b%20c&x=é", resolve=resolve)
    assert target == Target(
        "https", "gelbooru.com", 443, "/index.php?page=dapi&tags=a+b%20c&x=%C3%A9", ("93.184.215.14", "2606:2800:21f:cb07::1")
    )  # fmt: skip
    assert asked == [("gelbooru.com", 443)]
    assert target.shown == "https://gelbooru.com/index.php"
    assert check("http://bücher.example:81/", resolve=public).authority == "xn--bcher-kva.example:81"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("64:ff9b::a00:1", False),
        ("no address", False),
    ],
)
def test_what_an_address_carries_is_what_counts(address: str, expected: bool) -> None:
    assert is_public(address) is expected


def test_a_host_that_the_settings_name_may_be_local_and_only_that() -> None:
    assert check("http://127.0.0.1:9/", local_hosts=["127.0.0.1"]).addresses == ("127.0.0.1",)
    assert check("http://127.0.0.1:9/", local_hosts=["127.0.0.1:9"]).port == 9
    assert check("http://nas.local/", local_hosts=["NAS.local"], resolve=lambda *_: ["10.0.0.9"]).host == "nas.local"
    for url in ("http://127.0.0.2:9/", "http://localhost:9/", "http://[::1]:9/", "http://2130706433:9/"):
        with pytest.raises(AddressError):
            check(url, local_hosts=["127.0.0.1"])
    with pytest.raises(AddressError):
        check("http://127.0.0.1:10/", local_hosts=["127.0.0.1:9"])


def test_the_system_resolves_this_machine() -> None:
    assert "127.0.0.1" in resolved("127.0.0.1", 80)


def test_a_refusal_tells_no_key() -> None:
    with pytest.raises(AddressError) as caught:
        check("http://name:canary@127.0.0.1/?api_key=canary")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("text", ["nas.local", "NAS.local:8080", "127.0.0.1", "127.0.0.1:80", "::1", "localhost"])
def test_a_local_host_is_named_as_it_is_looked_for(text: str) -> None:
    assert is_host(text)


@pytest.mark.parametrize(
    "text",
    ["", "http://nas.local", "nas.local/v1", "nas.local/", "nas.local?", "a b", "me@nas.local", "nas.local:x", "[::1]"],
)
def test_what_no_address_would_match_is_no_local_host(text: str) -> None:
    assert not is_host(text)
