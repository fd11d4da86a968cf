"""Which web addresses may be asked.

A site that dscore asks can answer with any address, for a picture or as a redirect, and so could make it ask this machine or the
local network. So an address is taken apart once, its host resolved once, every address of it checked, and the connection
goes to just these (`connection`), whatever the name means a moment later.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from dscore.errors import AddressError, FetchError

PORTS = {"http": 80, "https": 443}
MOST_CHARACTERS = 4096
SAFE = "/%:@!$&'()*+,;=~-._"
"""What stands in a path as it is."""

Resolve = Callable[[str, int], Sequence[str]]
"""From a host's name and a port to its IP addresses; raises OSError."""

_UNFIT = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_V4 = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")
# What an IPv6 address of these holds is another address, behind a gateway that somebody else runs, or none.
_CARRIERS = tuple(
    ipaddress.IPv6Network(net) for net in ("2002::/16", "2001::/32", "64:ff9b:1::/48", "::/96", "fec0::/10")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SPECIAL = tuple(ipaddress.IPv4Network(net) for net in ("192.0.0.0/24", "192.88.99.0/24"))


@dataclass(frozen=True, slots=True)
class Target:
    """A web address that may be asked: `path` with its query; connect to one of `addresses` and nowhere else."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str, int]:
        """What two addresses share that a key may be sent to alike."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The host as a header writes it, with the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The address for people and logs: without the query, which may hold a key."""
        return f"{self.scheme}://{self.authority}{self.path.partition('?')[0]}"


def resolved(host: str, port: int) -> Sequence[str]:
    """What the system says; it understands `127.1` and `0x7f000001`, too."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def check(url: str, *, local_hosts: Collection[str] = (), resolve: Resolve = resolved) -> Target:
    """Take the address apart and resolve it, once.

    `local_hosts` are hosts (`nas.local`, or `127.0.0.1:8080` for one port) that may be on this machine or the local network.
    Raises AddressError before anything is sent, FetchError where the name cannot be found.
    """
    scheme, host, port, path = take_apart(url)
    if _looks_numeric(host) and not _V4.fullmatch(host):
        raise AddressError(f"The address {shown(url)} writes its host as a number. Write it as a name, or as 1.2.3.4.")
    try:
        addresses = tuple(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host} cannot be found. Check its name, and the connection.", again=True) from error
    is_local = bool({host, f"{host}:{port}"} & {name.lower() for name in local_hosts})
    if not is_local and (not addresses or not all(is_public(address) for address in addresses)):
        raise AddressError(
            f"{host} is on this machine or the local network, and dscore asks public sites only. "
            f'If you meant it, name it in settings.toml: local_hosts = ["{host}"]'
        )
    return Target(scheme, host, port, path, addresses)


def shown(url: str) -> str:
    """An address that may be anything, for people: without query, name and password, at most 200 characters."""
    text = re.sub(r"//[^/]*@", "//", url.partition("?")[0].partition("#")[0])
    return "".join(char if char.isprintable() else "�" for char in text)[:200]


def take_apart(url: str) -> tuple[str, str, int, str]:
    """Scheme, host (lower case, IDNA), port, path with query; raises AddressError. Nothing is resolved."""
    if len(url) > MOST_CHARACTERS or _UNFIT.search(url):
        raise AddressError(f"{shown(url)} is no web address: it is too long, or holds blanks or backslashes.")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressError(f"{shown(url)} is no web address.") from error
    if scheme not in PORTS:
        raise AddressError(f"{shown(url)} does not begin with http:// or https://, and dscore asks no other addresses.")
    if parts.username is not None or parts.password is not None:
        raise AddressError(f"The address {shown(url)} holds a name or a password; dscore sends none that way.")
    path = quote(parts.path or "/", safe=SAFE)
    query = "?" + quote(parts.query, safe=f"{SAFE}?[]") if parts.query else ""
    return scheme, _host(host, url), PORTS[scheme] if port is None else _port(port, url), path + query


def is_host(text: str) -> bool:
    """Whether `local_hosts` may hold it: a host, or a host and its port, written as `check` looks for them."""
    bare = f"[{text}]" if text.count(":") > 1 else text
    try:
        _, host, port, path = take_apart(f"http://{bare}")
    except AddressError:
        return False
    return path == "/" and text.lower() in {host, f"{host}:{port}"}


def _host(host: str, url: str) -> str:
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host.replace("%", "zone")))  # an interface of this machine is no site
        except ValueError as error:
            raise AddressError(f"The host of {shown(url)} is no address.") from error
    try:
        name = host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError as error:
        raise AddressError(f"The host of {shown(url)} is no name that a site can have.") from error
    if not _HOST.fullmatch(name):
        raise AddressError(f"The host of {shown(url)} is no name that a site can have.")
    return name


def _port(port: int, url: str) -> int:
    if not port:
        raise AddressError(f"{shown(url)} asks for port 0, which there is not.")
    return port


def _looks_numeric(host: str) -> bool:
    """As browsers decide it: by the last part."""
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network: no loopback, private, link-local, shared, multicast or reserved one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)))
        if any(found in net for net in _CARRIERS):
            return False
    elif any(found in net for net in _SPECIAL):
        return False
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or found.is_loopback
    )
