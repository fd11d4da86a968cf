"""What is known of single sites, as data; all others are told by the shape of their answers alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`api`: whom to ask, where that is not the site itself; `keys_at`: the page of one's keys, "" where none are wanted.

    `also` are the site's other names; `asked` goes along with each search.
    """

    api: str = ""
    keys_at: str = ""
    also: tuple[str, ...] = ()
    asked: Mapping[str, str] = field(default_factory=dict)


KNOWN = {
    "gelbooru.com": Known(
        keys_at="https://gelbooru.com/index.php?page=account&s=options",
        also=("www.gelbooru.com",),
    ),
    # It answers at another host since 2025, and tells the tags' kinds with the posts where it is asked to (its own API page).
    "rule34.xxx": Known(
        api="https://api.rule34.xxx",
        keys_at="https://rule34.xxx/index.php?page=account&s=options",
        also=("api.rule34.xxx", "www.rule34.xxx"),
        asked={"fields": "tag_info"},
    ),
}

_OTHERWISE = Known()
_NAMES = {other: host for host, known in KNOWN.items() for other in known.also}


def known(host: str) -> Known:
    """What is known of the site; nothing of most."""
    return KNOWN.get(host, _OTHERWISE)


def main_host(host: str) -> str:
    """The name under which a site's keys, posts and kinds of tags are kept."""
    return _NAMES.get(host.lower(), host)
