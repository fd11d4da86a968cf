"""What is asked of a booru: the tags, the site, what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dscore.errors import WrongUseError
from dscore.fetch.addresses import take_apart
from dscore.models import Category
from dscore.sources.booru.posts import RATINGS, Post
from dscore.sources.booru.sites import KNOWN, main_host
from dscore.sources.kinds import PICTURE_EXTENSIONS
from dscore.sources.names import safe_name

GELBOORU = "https://gelbooru.com"
MOST = 1_000_000
VIDEOS = {".mp4", ".webm", ".zip", ".swf", ".mov", ".avi", ".mkv"}
ANIMATED = {".gif"}
KEPT = (Category.GENERAL, Category.CHARACTER, Category.COPYRIGHT, Category.ARTIST)
"""The kinds of tags that become captions; a booru's notes on the file (`highres`) teach a model nothing."""

_ENGINE = re.compile(r"/(index\.php)?/*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a post must be like. `min_side`: the shorter side, in pixels; `aspect`: width : height, from and to; 0: no bound."""

    ratings: tuple[str, ...] = ()
    min_score: int | None = None
    min_side: int = 0
    aspect: tuple[float, float] | None = None
    excluded: tuple[str, ...] = ()
    animated: bool = False

    def reason(self, post: Post) -> str:
        """Why the post stays out, as a sentence; "" where it may come in."""
        return next((reason for check in _CHECKS if (reason := check(self, post))), "")


def _file(filters: Filters, post: Post) -> str:
    if not post.file_url:
        return "The site gives no file for it."
    if post.extension in VIDEOS:
        return f"It is a video ({post.extension})."
    if post.extension in ANIMATED and not filters.animated:
        return f"It may be animated ({post.extension}); first frames were not asked for."
    if post.extension not in PICTURE_EXTENSIONS:
        return f"dscore does not read {post.extension or 'files without an extension'}."
    return ""


def _rating(filters: Filters, post: Post) -> str:
    if not filters.ratings or post.rating in filters.ratings:
        return ""
    return f"Its rating is {post.rating or 'not known'}."


def _score(filters: Filters, post: Post) -> str:
    if filters.min_score is None or post.score >= filters.min_score:
        return ""
    return f"Its score is under {filters.min_score}."


def _size(filters: Filters, post: Post) -> str:
    if not filters.min_side or min(post.width, post.height) >= filters.min_side:
        return ""
    return f"Its shorter side is under {filters.min_side} pixels."


def _aspect(filters: Filters, post: Post) -> str:
    if filters.aspect is None or not post.width or not post.height:
        return ""
    low, high = filters.aspect
    return "" if low <= post.width / post.height <= high else f"Its width : height is not from {low:g} to {high:g}."


def _tags(filters: Filters, post: Post) -> str:
    found = next((tag for tag in filters.excluded if tag in post.tags), None)
    return f"It has the tag {found}." if found else ""


_CHECKS: tuple[Callable[[Filters, Post], str], ...] = (_file, _rating, _score, _size, _aspect, _tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """An import from a booru: what to search, where, how many pictures at most, and what becomes of the tags.

    `newer_than` is a post's number: only later ones are looked at, the oldest of them first.
    """

    tags: str
    site: str = GELBOORU
    limit: int = 100
    filters: Filters = field(default_factory=Filters)
    categories: tuple[Category, ...] = KEPT
    underscores: str = "space"
    newer_than: int | None = None

    @property
    def host(self) -> str:
        """The site for people, and for the catalog: `gelbooru.com`, `127.0.0.1:8080`."""
        return urlsplit(self.site).netloc.lower()

    @property
    def label(self) -> str:
        """For the history: `gelbooru.com “1girl solo”`."""
        return f"{self.host} “{self.tags}”"

    @property
    def suggested_name(self) -> str:
        """A name for a dataset made of it."""
        words = [word for word in self.tags.split() if not re.match(r"[-{~(]|[a-z]+:", word)]
        return safe_name(words[0] if words else self.host, otherwise="pictures")

    @property
    def query(self) -> str:
        """The tags as they are sent: with those to leave out."""
        return " ".join([*self.tags.split(), *(f"-{tag}" for tag in self.filters.excluded)])

    def params(self) -> dict[str, Any]:
        """For a job."""
        return asdict(self)


def from_params(params: dict[str, Any]) -> Search:
    """The search of a job's parameters."""
    filters = dict(params["filters"])
    for name in ("ratings", "excluded", "aspect"):
        filters[name] = None if filters[name] is None else tuple(filters[name])
    kept = tuple(Category(kind) for kind in params["categories"])
    return Search(**{**params, "filters": Filters(**filters), "categories": kept})


def require_sense(search: Search) -> None:
    """Raises WrongUseError where nothing could come of it, AddressError for a site that is none."""
    take_apart(search.site)
    if not search.tags.split():
        raise WrongUseError("Name at least one tag: without one, a booru would give everything it has.")
    if len(search.query) > 1000:
        raise WrongUseError("The search is longer than 1,000 characters; boorus do not take that.")
    if not 1 <= search.limit <= MOST:
        raise WrongUseError(f"The number of pictures should be from 1 to {MOST:,}.")
    if set(search.filters.ratings) - set(RATINGS):
        raise WrongUseError(f"Ratings are {', '.join(RATINGS)}.")
    if search.filters.aspect and not 0 < search.filters.aspect[0] <= search.filters.aspect[1]:
        raise WrongUseError("The aspect goes from a smaller to a larger number, as 0.5 to 2.")


def read_place(text: str, site: str = "") -> tuple[str, str]:
    """(tags, base address of the site) of what a user pastes: tags, or the address of a search on a site."""
    text = text.strip()
    if re.match(r"(?i)https?://", text):
        parts = urlsplit(text)
        tags = " ".join(parse_qs(parts.query).get("tags", []))
        return tags.strip(), site_address(f"{parts.scheme}://{parts.netloc}{parts.path}")
    return " ".join(text.replace(",", " ").split()), site_address(site) if site else GELBOORU


def site_address(text: str) -> str:
    """A site's base address: `safebooru.org` and `https://safebooru.org/index.php` are https://safebooru.org."""
    text = text.strip().partition("?")[0]
    if "://" not in text:
        text = f"https://{text}"
    base = _ENGINE.sub("", text)
    host = take_apart(base)[1]
    return f"https://{main_host(host)}" if main_host(host) in KNOWN else base
