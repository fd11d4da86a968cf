"""A booru's answers, read by their shape: an object, a bare list, a text, XML of two kinds.

What a site sends is taken for nothing but text and numbers within bounds; a post that cannot be used is left out, and counted.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

from dscore.errors import AccessError, FetchError
from dscore.models import Category

MOST_POSTS = 1000
MOST_TAGS = 2000
MOST_ID = (1 << 53) - 1
MOST_SIDE = 1_000_000
LONG = 4096

RATINGS = ("general", "sensitive", "questionable", "explicit")
_RATING = {"g": "general", "s": "sensitive", "q": "questionable", "e": "explicit"}

CATEGORIES = {
    "0": Category.GENERAL, "1": Category.ARTIST, "3": Category.COPYRIGHT, "4": Category.CHARACTER, "5": Category.META,
    "general": Category.GENERAL, "tag": Category.GENERAL, "artist": Category.ARTIST, "copyright": Category.COPYRIGHT,
    "character": Category.CHARACTER, "metadata": Category.META, "meta": Category.META,
}  # fmt: skip
"""A tag's type as sites write it; one that is not here (6: deprecated) is a general tag."""

_MD5 = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[0-9A-Za-z_-]{1,80}\.[a-z0-9]{2,5}")
_FOLDER = re.compile(r"[0-9a-z]{1,8}(/[0-9a-z]{1,8}){0,2}")


class TooDeepError(FetchError):
    """The site turns no further pages for this search."""


@dataclass(frozen=True, slots=True)
class Post:
    """A picture on a booru. Tags and source are unescaped; `md5` is "" where the site gives none, `score` may be negative.

    `kinds` are those of its tags, where the site tells them with the post.
    """

    id: int
    file_url: str
    md5: str
    width: int
    height: int
    rating: str
    score: int
    source: str
    tags: tuple[str, ...]
    preview_url: str = ""
    kinds: Mapping[str, Category] = field(default_factory=dict)

    @property
    def extension(self) -> str:
        """Of the file, with its dot; the name that a post bears otherwise may say another."""
        return extension(self.file_url)


@dataclass(frozen=True, slots=True)
class Found:
    """One page: `count` is how many the search finds in all (None: not said), `unusable` posts could not be read."""

    posts: tuple[Post, ...] = ()
    count: int | None = None
    is_list: bool = False
    unusable: int = 0


def extension(url: str) -> str:
    """`.png` of an address; "" where its last part has none."""
    found = re.search(r"\.[A-Za-z0-9]{2,5}$", urlsplit(url).path)
    return found[0].lower() if found else ""


def read_posts(body: bytes, base: str) -> Found:
    """A page of posts. Raises AccessError where a key is wanted, TooDeepError, FetchError for all that is no answer."""
    document = read_document(body)
    if document is None:
        return Found(is_list=True)
    if isinstance(document, ET.Element):
        rows = [{child.tag: child.text or "" for child in row} or dict(row.attrib) for row in document.iter("post")]
        return _found(rows, base, count=_whole(document.get("count")), is_list=False)
    if isinstance(document, list):
        return _found(document, base, count=None, is_list=True)
    rows = document.get("post", [])
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list):
        raise FetchError("The site's answer holds no list of posts.")
    attributes = document.get("@attributes")
    count = _whole(attributes.get("count")) if isinstance(attributes, dict) else None
    return _found(rows, base, count=count, is_list=False)


def read_categories(body: bytes) -> dict[str, Category]:
    """Tag → category from an answer about tags; what cannot be read is left out."""
    document = read_document(body)
    if isinstance(document, ET.Element):
        rows: Any = [{child.tag: child.text or "" for child in row} or dict(row.attrib) for row in document.iter("tag")]
    else:
        rows = document.get("tag", []) if isinstance(document, dict) else document or []
    return _kinds([rows] if isinstance(rows, dict) else rows, "name")


def _kinds(rows: Any, name: str) -> dict[str, Category]:
    rows = rows[:MOST_TAGS] if isinstance(rows, list) else []
    found = (row for row in rows if isinstance(row, dict) and isinstance(row.get(name), str))
    return {html.unescape(row[name]): CATEGORIES.get(str(row.get("type")), Category.GENERAL) for row in found}


def read_document(body: bytes) -> Any:
    """The answer as a list, an object, an XML element, or None where it is empty. Raises what `read_posts` raises."""
    text = body.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if not text:
        return None
    if text.startswith("<"):
        return _xml(text)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        _refuse(text)
        raise FetchError(f"The site's answer is no data; it begins with: {_words(text)}", again=True) from error
    if isinstance(document, str):
        _refuse(document)
        raise FetchError(f"The site says: {_words(document)}")
    if not isinstance(document, dict | list):
        raise FetchError("The site's answer is no list of posts.")
    if isinstance(document, dict) and ("posts" in document or not {"post", "tag", "@attributes"} & set(document)):
        _refuse(str(document.get("message") or document.get("reason") or ""))
        raise FetchError("The site speaks another language than Gelbooru's; dscore cannot read it.")
    return document


def _xml(text: str) -> ET.Element:
    head = text[:200].lower()
    if "<!doctype" in text.lower() or "<!entity" in text.lower() or "<html" in head:
        raise FetchError("The site sent a web page instead of data. Check the site's address.", again=True)
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a document type there is nothing to expand
    except (ET.ParseError, ValueError) as error:
        raise FetchError("The site's answer is cut or damaged.", again=True) from error
    said = root.get("reason") or (root.text or "" if root.tag == "error" else "")
    if root.tag == "error" or root.get("success") == "false":
        _refuse(said)
        raise FetchError(f"The site says: {_words(said)}")
    return root


def _refuse(text: str) -> None:
    low = text.lower()
    if "too deep" in low or "api limited due to abuse" in low:
        raise TooDeepError("The site turns no further pages for this search.")
    if "authentication" in low:
        raise AccessError(f"The site wants a key. It says: {_words(text)}")
    if "exceeded maximum queries" in low or "disabled due to abuse" in low:
        raise FetchError(f"The site locks this connection out for now. It says: {_words(text)}")


def _words(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in html.unescape(text))
    return " ".join(shown.split())[:200]


def _found(rows: Iterable[object], base: str, *, count: int | None, is_list: bool) -> Found:
    posts, unusable = [], 0
    for number, row in enumerate(rows):
        post = _post(row, base) if isinstance(row, dict) and number < MOST_POSTS else None
        if post is None:
            unusable += 1
        else:
            posts.append(post)
    return Found(tuple(posts), count, is_list, unusable)


def _post(row: Mapping[str, Any], base: str) -> Post | None:
    number = _whole(row.get("id"))
    if number is None or not 0 < number <= MOST_ID:
        return None
    tags = html.unescape(_text(row.get("tags"), 1 << 20)).split()
    md5 = _text(row.get("md5")) or _text(row.get("hash"))
    return Post(
        id=number,
        file_url=_file_url(row, base),
        md5=md5 if _MD5.fullmatch(md5) else "",
        width=_side(row.get("width")),
        height=_side(row.get("height")),
        rating=rating(_text(row.get("rating"))),
        score=_whole(row.get("score")) or 0,
        source=html.unescape(_text(row.get("source"))),
        tags=tuple(dict.fromkeys(tag[:200] for tag in tags[:MOST_TAGS])),
        preview_url=_url(row.get("preview_url"), base),
        kinds=_kinds(row.get("tag_info"), "tag"),
    )


def rating(word: str) -> str:
    """One of RATINGS, or "" for none; the old engines' `safe` is general."""
    low = word.strip().lower()
    return "general" if low == "safe" else _RATING.get(low[:1], "")


def _file_url(row: Mapping[str, Any], base: str) -> str:
    """The oldest engines name folder and file only."""
    if "file_url" in row:
        return _url(row["file_url"], base)
    folder, name = str(row.get("directory", "")), _text(row.get("image"))
    return f"{base}/images/{folder}/{name}" if _FOLDER.fullmatch(folder) and _NAME.fullmatch(name) else ""


def _url(value: object, base: str) -> str:
    text = _text(value)
    try:
        return urljoin(f"{base}/", text) if text else ""
    except ValueError:
        return ""


def _text(value: object, most: int = LONG) -> str:
    return value.strip() if isinstance(value, str) and len(value) <= most else ""


def _side(value: object) -> int:
    number = _whole(value) or 0
    return number if 0 <= number <= MOST_SIDE else 0


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 16:
        return None
    try:
        return int(value)
    except ValueError:
        return None
