"""A booru that is asked: searches page by page, counts, the kinds of tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from dscore.errors import AccessError, FetchError, StoppedError
from dscore.fetch.client import Answer, Fetcher
from dscore.fetch.limits import Limits, Pace
from dscore.models import Category
from dscore.sources.booru.posts import Found, Post, TooDeepError, read_categories, read_posts
from dscore.sources.booru.sites import known

PAGE = 100
"""Posts in one answer: the most that gelbooru.com gives, and less than the others do."""

NAMES = 100
"""Tags in one question about their kinds."""

EMPTY_TRIES = 4
API_LIMITS = Limits(bytes=32 << 20, seconds=90)
FIELDS = ("user_id", "api_key")

NO_MORE = "The site said that there are more posts, and gave none; what it gave is here."
TOO_DEEP = (
    "The site turns no further pages of a sorted search; what came until then is here. "
    "Without “sort:” in the tags there is no such end."
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a walk through a search stands: behind a post, or (for sorted searches) at a page."""

    post: int | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A step of a walk: posts, where it goes on, how many the search still finds (None: not said), and a note at its end."""

    posts: tuple[Post, ...]
    cursor: Cursor
    left: int | None = None
    note: str = ""
    unusable: int = 0


class Site:
    """One booru, asked through a fetcher at a pace; `keys` are its `user_id` and `api_key`."""

    def __init__(self, base: str, fetcher: Fetcher, *, keys: Mapping[str, str], pace: Pace) -> None:
        self.base, self.host = base, urlsplit(base).netloc.lower()
        self._known, self._fetcher, self._pace = known(self.host), fetcher, pace
        self._keys = {name: keys[name] for name in FIELDS if keys.get(name)}

    def require_keys(self) -> None:
        """Raises AccessError where the site is known to want keys, and there are none."""
        if self._known.keys_at and len(self._keys) < len(FIELDS):
            raise AccessError(
                f"{self.host} wants an API key and a user id. Log in there, copy both from {self._known.keys_at}, "
                f"and enter them on the Import page, under Gelbooru, or with: python -m dscore keys {self.host}"
            )

    def search(self, query: str, *, page: int = 0, limit: int = PAGE) -> Found:
        """One page of a search. Raises AccessError, TooDeepError, or FetchError after all tries."""
        asked: dict[str, object] = {"s": "post", "json": 1, "tags": query, "limit": limit, **self._known.asked}
        return self._read(asked | ({"pid": page} if page else {}))

    def count(self, query: str) -> int | None:
        """How many posts a search finds; engines that answer with a bare list tell it in XML only. None: not said."""
        try:
            return self._read({"s": "post", "tags": query, "limit": 1}).count
        except (AccessError, StoppedError):
            raise
        except FetchError:
            return None

    def categories(self, names: Sequence[str]) -> dict[str, Category]:
        """The kinds of at most `NAMES` tags, as far as the site knows them; engines that tell none give {}."""
        asked = {"s": "tag", "json": 1, "names": " ".join(names), "limit": NAMES}
        answer = self._fetcher.again(lambda: self._ask(asked))
        try:
            known = read_categories(answer.body)
        except FetchError:
            return {}
        return {name: known[name] for name in names if name in known}

    def walk(self, query: str, cursor: Cursor, *, newer_than: int | None = None) -> Iterator[Page]:
        """Page by page from the cursor on; ends where the search does.

        By number (`id:<…`), which has no end at 20,000 posts and does not shift while new ones arrive; searches with a sort of
        their own by pages. `newer_than`: only later posts, the oldest first.
        """
        paging = _Paging(query, newer_than)
        while True:
            try:
                found, note = self._page(paging, cursor)
            except TooDeepError:
                yield Page((), cursor, note=TOO_DEEP)
                return
            cursor = paging.after(cursor, found.posts)
            left = None if found.count is None else max(0, found.count - paging.behind(cursor, len(found.posts)))
            is_over = not found.posts or (left == 0 and not found.unusable)
            yield Page(found.posts, cursor, left=left, note=note, unusable=found.unusable)
            if is_over:
                return

    def _page(self, paging: _Paging, cursor: Cursor) -> tuple[Found, str]:
        """An empty page is asked for again where the site counts more, a few times: some send one in the middle."""
        query = paging.query(cursor)
        for number in range(1, EMPTY_TRIES + 1):
            found = self.search(query, page=cursor.page)
            if found.posts:
                return found, ""
            count = self.count(query) if found.is_list else found.count
            if not count or (paging.by_page and count <= cursor.page * PAGE):
                return found, ""
            if number < EMPTY_TRIES:
                self._fetcher.wait(0.5 * number)
        return found, NO_MORE

    def _read(self, asked: Mapping[str, object]) -> Found:
        def once() -> Found:
            return read_posts(self._ask(asked).body, self.base)

        return self._fetcher.again(once)

    def _ask(self, asked: Mapping[str, object]) -> Answer:
        query = urlencode({"page": "dapi", "q": "index", **asked, **self._keys})
        answer = self._fetcher.ask_once(
            f"{self._known.api or self.base}/index.php?{query}", limits=API_LIMITS, pace=self._pace
        )
        if answer.status in {401, 403}:
            raise AccessError(self._refused())
        if answer.status != 200:
            raise FetchError(f"{self.host} did not answer the search ({answer.status}). Check the site's address.")
        return answer

    def _refused(self) -> str:
        where = f" Both are at {self._known.keys_at}." if self._known.keys_at else ""
        if not self._keys:
            return f"{self.host} wants an API key and a user id.{where}"
        return (
            f"{self.host} did not accept the API key or the user id (it does not say which). "
            f"The user id is the number, not the name.{where}"
        )


class _Paging:
    """How a search is gone through."""

    def __init__(self, query: str, newer_than: int | None) -> None:
        words = query.split()
        sorts = [word.lower() for word in words if word.lower().startswith("sort:")]
        self.ascending = newer_than is not None or sorts[-1:] == ["sort:id:asc"]
        self.by_page = newer_than is None and any(not sort.startswith("sort:id") for sort in sorts)
        self._words = words if newer_than is None else [word for word in words if word.lower() not in sorts]
        if newer_than is not None:
            self._words += ["sort:id:asc", f"id:>{newer_than}"]
        self._bound = "id:>" if self.ascending else "id:<"

    def query(self, cursor: Cursor) -> str:
        if self.by_page or cursor.post is None:
            return " ".join(self._words)
        own = [word for word in self._words if not word.lower().startswith(self._bound)]
        return " ".join([*own, f"{self._bound}{cursor.post}"])

    def after(self, cursor: Cursor, posts: Sequence[Post]) -> Cursor:
        if self.by_page:
            return Cursor(page=cursor.page + 1)
        if not posts:
            return cursor
        edge = max if self.ascending else min
        return Cursor(post=edge(post.id for post in posts))

    def behind(self, cursor: Cursor, posts: int) -> int:
        """How many of those that the site has counted are behind the cursor: of a page by number, only its own."""
        return (cursor.page - 1) * PAGE + posts if self.by_page else posts
