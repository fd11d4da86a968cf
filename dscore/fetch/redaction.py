"""Keys taken out of every text that somebody may read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "…"
SHORT = 6
"""Shorter ones (a user's number, say) are taken out by their name only: they may stand anywhere by chance."""

_NAMED = re.compile(r"(?i)\b(api_?key|user_id|pass_hash|token|access_token|password|login)=[^&\s\"'<>]*")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]+")


class Redactor:
    """Knows the keys in use, and the names by which sites take them."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {
            form
            for secret in secrets
            if len(secret) >= SHORT
            for form in (secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/"))
        }
        self._forms = sorted(forms, key=len, reverse=True)

    def holds(self, text: str) -> bool:
        """Whether one of the keys stands in the text."""
        return any(form in text for form in self._forms)

    def scrub(self, body: bytes) -> bytes:
        """An answer that may repeat the question, without the keys in it."""
        for form in self._forms:
            body = body.replace(form.encode(), HIDDEN.encode())
        return body

    def clean(self, text: str) -> str:
        """The text without them, nor anything that is named as one."""
        for form in self._forms:
            text = text.replace(form, HIDDEN)
        return _BEARER.sub(rf"\1 {HIDDEN}", _NAMED.sub(rf"\1={HIDDEN}", text))
