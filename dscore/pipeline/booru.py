"""Pictures from Gelbooru and boorus like it: a search is read page by page, then its files take the road of every import.

The ledger: found = new + already there + left out by a filter (why) + gone + failed (why).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from dscore.catalog import booru, changes, datasets, job_lists, jobs
from dscore.catalog.booru import Walk
from dscore.catalog.connection import open_catalog, writing
from dscore.catalog.datasets import Dataset
from dscore.catalog.jobs import Held, NewItem
from dscore.config import Library
from dscore.errors import FetchError, NoPicturesError, WrongUseError
from dscore.fetch import secrets
from dscore.fetch.client import Fetcher
from dscore.fetch.limits import Limits, Pace, Retries
from dscore.models import Category, Progress
from dscore.pipeline import ingest
from dscore.pipeline.attended import attended
from dscore.pipeline.glimpses import gathered
from dscore.pipeline.jobs import Work
from dscore.sources.booru.posts import Post
from dscore.sources.booru.search import Search, from_params, require_sense
from dscore.sources.booru.site import NAMES, Cursor, Page, Site
from dscore.sources.booru.source import GONE, HEADS, BooruSource
from dscore.text.tags import spaced

FOLDER = "booru"
IN_TRASH = "It lies in the dataset's trash, and was left there."
UNREADABLE = "The site's record of it cannot be read."
WHILE_LOOKING = Retries(tries=2, busy=5.0)
GLIMPSE = Limits(bytes=1 << 20, seconds=6.0)


@dataclass(frozen=True, slots=True)
class Preview:
    """The first posts of a search with why each would stay out (""), and how many it finds in all (None: not said)."""

    search: Search
    count: int | None
    posts: tuple[tuple[Post, str], ...]

    @property
    def fitting(self) -> int:
        """How many of the posts shown may come in."""
        return sum(not reason for _, reason in self.posts)


@dataclass(frozen=True, slots=True)
class Plan:
    """An import that is ready to begin."""

    dataset: Dataset
    params: dict[str, Any]


def look(library: Library, search: Search) -> Preview:
    """One page of the search; nothing is loaded or changed. Raises FetchError, AccessError, NoPicturesError."""
    require_sense(search)
    site = _site(library, search, _fetcher(library, search, WHILE_LOOKING))
    site.require_keys()
    found = site.search(search.query)
    count = found.count if found.count is not None else site.count(search.query)
    if not found.posts:
        raise NoPicturesError(f"{search.host} finds nothing for “{search.tags}”. Check the tags' spelling on the site.")
    return Preview(search, count, tuple((post, search.filters.reason(post)) for post in found.posts))


def glimpses(library: Library, seen: Preview, *, most: int) -> dict[int, bytes]:
    """Thumbnails of the first posts, by number, as the site sends them; one that could not be had is missing."""
    fetcher = _fetcher(library, seen.search, WHILE_LOOKING)
    headers = {"Referer": f"{seen.search.site}/"}

    def ask(post: Post) -> bytes:
        answer = fetcher.ask_once(post.preview_url, headers=headers, limits=GLIMPSE)
        if answer.status != 200 or not answer.body.startswith(HEADS):
            raise FetchError("The site sent no picture.")
        return answer.body

    asked = {post.id: partial(ask, post) for post, _ in seen.posts[:most] if post.preview_url}
    return gathered(fetcher, asked, at_once=library.settings().downloads)


def plan(library: Library, search: Search, *, dataset: str | None = None, only_newer: bool = False) -> Plan:
    """Make ready the dataset. `only_newer`: only posts since the last import of this search that ended cleanly."""
    require_sense(search)
    _site(library, search, _fetcher(library, search, WHILE_LOOKING)).require_keys()
    with open_catalog(library) as db:
        into = datasets.ensure(db, dataset or search.suggested_name)
        if only_newer:
            newest = booru.newest(db, into.id, search.site, search.tags)
            if newest is None:
                raise WrongUseError("No import of this search has ended cleanly yet. Import it once without --new.")
            search = replace(search, newer_than=newest)
    claims = ["booru", search.host]
    return Plan(into, {"search": search.params(), "label": search.label, "captions": "tags", "claims": claims})


def try_keys(library: Library, site: str, fields: Mapping[str, str]) -> None:
    """Ask the site for one post with these keys, and keep them where it answers. Raises AccessError, FetchError."""
    search = Search(tags="", site=site)
    fetcher = _fetcher(library, search, WHILE_LOOKING, keys=fields)
    Site(site, fetcher, keys=fields, pace=Pace(0.0)).search("", limit=1)
    secrets.save(library, search.host, fields)


def split_keys(user_id: str, api_key: str) -> dict[str, str]:
    """Both fields as pasted: each apart, or the site's one string `&api_key=…&user_id=…` in either."""
    for text in (user_id, api_key):
        found = parse_qs(text.strip().lstrip("?&"))
        if {"api_key", "user_id"} <= set(found):
            return {name: found[name][0].strip() for name in ("user_id", "api_key")}
    fields = {"user_id": user_id.strip(), "api_key": api_key.strip()}
    if not fields["user_id"].isdigit():
        raise WrongUseError("The user id is a number, not the name that you log in with. It stands beside the API key.")
    if not fields["api_key"] or any(char.isspace() for char in fields["api_key"]):
        raise WrongUseError("The API key is missing, or holds blanks. Copy it again.")
    return fields


def run(library: Library, held: Held) -> Work:
    """The job: read on in the search, then bring in whatever is waiting."""
    search = from_params(held.params["search"])
    fetcher = _fetcher(library, search, Retries())
    source = BooruSource(search.site, fetcher, library.home / FOLDER / search.host.replace(":", "_"))
    try:
        yield from attended(_run(library, held, search, fetcher, source), fetcher)
    except GeneratorExit:
        with open_catalog(library) as db:
            if jobs.wanted(db, held.id) == "cancel":
                source.forget(booru.pieces(db, held.id)[0])
        raise


def _run(library: Library, held: Held, search: Search, fetcher: Fetcher, source: BooruSource) -> Work:
    with contextlib.closing(source):
        with open_catalog(library) as db:
            source.keep_only(booru.wanted(db))
        yield from _gather(library, held, search, _site(library, search, fetcher))
        road = ingest.bring_in(
            library, held, source, readers=library.settings().downloads, unread="failed", finish=_finisher(search)
        )
        with contextlib.closing(road):
            for progress in road:
                with open_catalog(library) as db:
                    source.forget(booru.over(db, held.id, source.read_out))
                yield progress
        with open_catalog(library) as db:
            source.forget(booru.pieces(db, held.id)[0])


def _gather(library: Library, held: Held, search: Search, site: Site) -> Iterator[Progress]:
    """Write down the job's posts, page by page, each with where the search goes on."""
    assert held.dataset_id is not None
    with open_catalog(library) as db:
        stands = booru.walk(db, held.id)
        judge = _Judge(search, booru.in_dataset(db, held.dataset_id, search.host), booru.gone(db, search.host))
        seen, taken = booru.pieces(db, held.id)
    if stands.is_over:
        return
    cursor = Cursor(stands.post, stands.page)
    for page in site.walk(search.query, cursor, newer_than=search.newer_than):
        fresh = [post for post in page.posts if str(post.id) not in seen]
        chosen = judge.choose(fresh, search.limit - taken)
        kinds = _categories(library, search, site, [post for post, reason in chosen if not reason])
        pieces = [judge.piece(post, reason, kinds) for post, reason in chosen]
        pieces += [NewItem(name="a post", reason=UNREADABLE)] * page.unusable
        taken += sum(piece.payload is not None for piece in pieces)
        seen |= {piece.key for piece in pieces}
        is_over = taken >= search.limit or not page.posts
        _note(library, held, pieces, page, is_over=is_over)
        yield Progress(0, 0, f"Reading the search: {len(seen):,} posts")
        if is_over:
            return
    with open_catalog(library) as db, writing(db):
        booru.keep_walk(db, held.id, replace(booru.walk(db, held.id), is_over=True))


def _note(library: Library, held: Held, pieces: list[NewItem], page: Page, *, is_over: bool) -> None:
    with open_catalog(library) as db, writing(db):
        first = job_lists.tally(db, held.id).total + 1
        jobs.add_items(db, held.id, pieces, first=first)
        booru.keep_walk(db, held.id, Walk(page.cursor.post, page.cursor.page, is_over, page.note))
        jobs.mark(db, held, [])


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides what becomes of a post before it is asked for."""

    search: Search
    there: Mapping[int, bool]
    gone: set[int]

    def choose(self, posts: list[Post], most: int) -> list[tuple[Post, str]]:
        """(post, why it stays out) up to so many that may come in."""
        chosen: list[tuple[Post, str]] = []
        for post in posts:
            if most <= 0:
                break
            reason = GONE if post.id in self.gone else self.search.filters.reason(post)
            most -= not reason
            chosen.append((post, reason))
        return chosen

    def piece(self, post: Post, reason: str, kinds: Mapping[str, Category]) -> NewItem:
        """The job's piece; what the dataset has already is not asked for."""
        key, name = str(post.id), f"{self.search.host.partition(':')[0]}_{post.id}{post.extension}"
        if reason:
            return NewItem(key=key, name=name, reason=reason)
        if post.id in self.there:
            remark = IN_TRASH if self.there[post.id] else "It is in the dataset already."
            return NewItem(key=key, name=name, payload={}, reason=remark, state="there")
        return NewItem(key=key, name=name, payload=self._payload(post, kinds))

    def _payload(self, post: Post, kinds: Mapping[str, Category]) -> dict[str, object]:
        search = self.search
        write: Callable[[str], str] = spaced if search.underscores == "space" else str
        known = [(tag, kinds.get(tag, Category.GENERAL)) for tag in post.tags]
        ordered = sorted(known, key=lambda pair: pair[1] not in {Category.CHARACTER, Category.COPYRIGHT})
        facts = {
            "site": search.host, "post": post.id, "md5": post.md5, "rating": post.rating, "score": post.score,
            "source": post.source, "file": post.file_url,
        }  # fmt: skip
        return {
            "size": 0,
            "tags": [(write(tag), kind) for tag, kind in ordered if kind in search.categories],
            "origin": {"url": f"{search.site}/index.php?page=post&s=view&id={post.id}", "facts": facts},
        }


def _categories(library: Library, search: Search, site: Site, posts: list[Post]) -> dict[str, Category]:
    """The kinds of the posts' tags: those that the catalog knows, and the others asked for once, for good."""
    names = list(dict.fromkeys(tag for post in posts for tag in post.tags))
    with open_catalog(library) as db:
        known = booru.categories(db, search.host, names)
    known |= {tag: kind for post in posts for tag, kind in post.kinds.items()}
    missing = [name for name in names if name not in known]
    for first in range(0, len(missing), NAMES):
        asked = missing[first : first + NAMES]
        told = site.categories(asked)
        if not told:  # this engine tells no kinds
            break
        told = dict.fromkeys(asked, Category.GENERAL) | told
        with open_catalog(library) as db, writing(db):
            booru.keep_categories(db, search.host, told)
        known |= told
    return known


def _finisher(search: Search) -> Callable[[Library, Held], Progress]:
    def finish(library: Library, held: Held) -> Progress:
        with open_catalog(library) as db, writing(db):
            gone = booru.keep_gone(db, search.host, held.id, reason=GONE)
            tally, note = job_lists.tally(db, held.id), booru.walk(db, held.id).note
            changes.close_change(db, jobs.change_of(db, held.id))
            result = {
                "found": tally.total, "imported": tally.done, "already_there": tally.there,
                "filtered": tally.skipped - gone, "gone": gone, "failed": tally.failed,
                "note": note, "newest": booru.highest(db, held.id) or search.newer_than,
            }  # fmt: skip
            jobs.finish(db, held, state="partial" if tally.failed or note else "done", result=result)
        return Progress(tally.total, tally.total, "imported")

    return finish


def _fetcher(library: Library, search: Search, retries: Retries, *, keys: Mapping[str, str] | None = None) -> Fetcher:
    known = secrets.find(library, search.host) if keys is None else keys
    return Fetcher(local_hosts=library.settings().local_hosts, secrets=known.values(), retries=retries)


def _site(library: Library, search: Search, fetcher: Fetcher) -> Site:
    pace = Pace(library.settings().api_seconds)
    return Site(search.site, fetcher, keys=secrets.find(library, search.host), pace=pace)
