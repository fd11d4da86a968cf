"""Who may talk to the server, and what its pages may load: one piece of middleware for HTTP and WebSocket alike.

A web page anywhere can send requests to a server on this machine, and can give that machine a name of its own (DNS rebinding).
Browsers say truly which host was asked for (Host) and which page asks (Origin, Sec-Fetch-Site), so these are checked.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dscore.errors import WrongUseError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
API = "/api/"
HARMLESS = {"GET", "HEAD"}

# What Streamlit 1.67 needs, found by leaving each away in Chromium: WebAssembly for its messages, `blob:` for the scripts of
# components, inline styles and data: for its tables' icons and fonts. Charts do without 'unsafe-eval'.
_POLICY = """default-src 'none'; script-src 'self' 'wasm-unsafe-eval' blob:{scripts}; style-src 'self' 'unsafe-inline';
    img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'self';
    frame-ancestors 'self'"""

IsLoggedIn = Callable[[Mapping[str, str]], bool]
"""Whether a request with these cookies comes from somebody who has logged in."""

_INLINE_SCRIPT = re.compile("<script>(.*?)</script>", re.DOTALL)
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:/?#@\\\s]+)(?::([0-9]{1,5}))?")


def require_loopback(address: str | None) -> None:
    """Raises WrongUseError for an address that others can reach; None is how Streamlit spells all of them."""
    if address is None or not is_loopback(address):
        raise WrongUseError(
            f"dscore would listen on {address or 'every address of this machine'}, where anybody in the network could use it. "
            'Set address = "127.0.0.1" in .streamlit/config.toml, or configure a login ([auth] in .streamlit/secrets.toml).'
        )


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach it."""
    if address.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def content_security_policy(page: str = "") -> str:
    """What pages may load: nothing from elsewhere, and no script but the server's own and those in the HTML of `page`."""
    scripts = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(page))
    hashes = "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in scripts)
    return " ".join(_POLICY.format(scripts=hashes).split())


class Guard:
    """Refuses with 403 what a foreign page or a foreign name for this machine asks, and sets every answer's headers.

    `hosts` are the names besides this machine's own that the server answers to; `*.name` takes what lies below a name. Any port
    will do: tunnels and containers have their own, and what keeps a page on another port out is that Origin and Host must
    be the very same. With `is_logged_in` the routes of `/api/` answer only those; without, only loopback is served at all.
    `page` is the HTML whose own scripts may run.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str] = (), is_logged_in: IsLoggedIn | None = None, page: str = ""
    ) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(page),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        self._hosts = {host.strip().strip("[]").lower().rstrip(".") for host in (*LOOPBACK, *hosts)} - {"", "*"}
        self._is_logged_in = is_logged_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, self._with_headers(send))
            return
        status, sentence = refusal
        await JSONResponse({"error": sentence}, status)(scope, receive, self._with_headers(send))

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        return sending

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = _only(headers, "host")
        if host is None or not self._answers_to(host):
            return 403, "This server does not answer to that name. Open it as http://localhost, with its port."
        if not _is_same_origin(headers, host):
            return 403, "A page of another site asked; only dscore's own pages may."
        is_harmless = scope["type"] == "websocket" or scope["method"] in HARMLESS
        if not is_harmless and "origin" not in headers and headers.get("sec-fetch-site") != "same-origin":
            return 403, "Whoever changes something must say which page asks (Origin)."
        is_api = scope["path"].startswith(API)
        if is_api and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
            return 403, "A page of another site asked; only dscore's own pages may."
        return self._login_refusal(scope, headers, is_api=is_api)

    def _login_refusal(self, scope: Scope, headers: Headers, *, is_api: bool) -> tuple[int, str] | None:
        if self._is_logged_in is None:
            address = (scope.get("server") or ("", None))[0]
            if not is_loopback(address):
                return 403, "Without a login, dscore serves this machine only."
        elif is_api and not self._is_logged_in(cookie_parser(headers.get("cookie", ""))):
            return 401, "Log in first: open dscore's first page."
        return None

    def _answers_to(self, host: str) -> bool:
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].strip("[]").rstrip(".")
        parents = (f"*.{'.'.join(name.split('.')[first:])}" for first in range(1, name.count(".") + 1))
        return name in self._hosts or any(parent in self._hosts for parent in parents)


def _only(headers: Headers, name: str) -> str | None:
    """The header where it is there exactly once."""
    values = headers.getlist(name)
    return values[0].strip().lower() if len(values) == 1 else None


def _is_same_origin(headers: Headers, host: str) -> bool:
    """Whether no page asks, or one of this very host and port; both headers leave the usual port of the scheme away."""
    if "origin" not in headers:
        return True
    scheme, separator, place = (_only(headers, "origin") or "").partition("://")
    return bool(separator) and scheme in {"http", "https"} and place == host
