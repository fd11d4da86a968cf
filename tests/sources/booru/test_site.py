"""A booru that is asked: its pages to the end, the places where they stop, keys, and who is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from dscore.errors import AccessError, FetchError
from dscore.fetch.client import Fetcher
from dscore.fetch.limits import Pace, Retries
from dscore.models import Category
from dscore.sources.booru import site as asking
from dscore.sources.booru.site import NO_MORE, TOO_DEEP, Cursor, Page, Site
from dscore.sources.booru.sites import KNOWN, Known
from tests import booru_server
from tests.booru_server import Server, serving
from tests.fetch.servers import answer, told

QUICK = Retries(first=0.001, busy=0.001)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """250 posts, three pages."""
    monkeypatch.setattr(asking, "EMPTY_TRIES", 2)
    with serving(booru_server.Site(posts=list(range(1, 251)))) as running:
        yield running


def site(url: str, **keys: str) -> Site:
    fetcher = Fetcher(local_hosts=("127.0.0.1",), secrets=keys.values(), retries=QUICK)
    return Site(url, fetcher, keys=keys, pace=Pace(0.0))


def numbers(pages: list[Page]) -> list[int]:
    return [post.id for page in pages for post in page.posts]


@pytest.mark.parametrize("shape", ["object", "list"])
def test_a_walk_goes_by_number_to_the_end_and_on_from_any_place(server: Server, shape: str) -> None:
    server.site.shape = shape
    pages = list(site(server.url).walk("1girl", Cursor()))
    assert numbers(pages) == list(range(250, 0, -1))
    assert not any("pid=" in path for path in server.site.asked)
    assert numbers(list(site(server.url).walk("1girl", pages[0].cursor))) == list(range(150, 0, -1))
    assert pages[-1].note == ""


def test_newer_posts_come_the_oldest_first(server: Server) -> None:
    assert numbers(list(site(server.url).walk("1girl", Cursor(), newer_than=120))) == list(range(121, 251))


@pytest.mark.parametrize("shape", ["object", "list"])
def test_an_empty_page_in_the_middle_is_asked_for_again(server: Server, shape: str) -> None:
    server.site.shape = shape
    walk = site(server.url).walk("1girl", Cursor())
    first = next(walk)
    server.site.api["empty"] = 1
    assert len(numbers([first, *walk])) == 250


def test_pages_that_stay_empty_are_given_up_and_said(server: Server) -> None:
    walk = site(server.url).walk("1girl", Cursor())
    first = next(walk)
    server.site.api["empty"] = 99
    pages = [first, *walk]
    assert len(numbers(pages)) == 100
    assert pages[-1].note == NO_MORE


def test_a_sorted_search_goes_by_pages_and_says_where_it_ends(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booru_server, "TOO_DEEP", 150)
    pages = list(site(server.url).walk("1girl sort:score", Cursor()))
    assert len(numbers(pages)) == 200
    assert pages[-1].note == TOO_DEEP
    assert any("pid=2" in path for path in server.site.asked)
    monkeypatch.setattr(booru_server, "TOO_DEEP", 20_000)
    pages = list(site(server.url).walk("1girl sort:score", Cursor()))
    assert (len(numbers(pages)), pages[-1].note) == (250, "")
    assert len(numbers(list(site(server.url).walk("1girl sort:id:asc", Cursor())))) == 250


@pytest.mark.parametrize("fault", ["429", "503", "html"])
def test_a_fault_that_passes_costs_nothing(server: Server, fault: str) -> None:
    server.site.api = Counter({fault: 3})
    assert len(numbers(list(site(server.url).walk("1girl", Cursor())))) == 250


@pytest.mark.parametrize(
    ("fault", "sentence"), [("429", "asked too often"), ("503", "trouble"), ("html", "a web page")]
)
def test_a_fault_that_stays_is_said(server: Server, fault: str, sentence: str) -> None:
    server.site.api = Counter({fault: 99})
    with pytest.raises(FetchError, match=sentence):
        site(server.url).search("1girl")
    assert len(server.site.asked) == QUICK.tries


@pytest.mark.parametrize("shape", ["object", "list"])
def test_keys_that_are_missing_or_wrong_are_told_apart(server: Server, shape: str) -> None:
    server.site.shape, server.site.keys = shape, ("12", "the-right-key")
    with pytest.raises(AccessError, match="wants a"):
        site(server.url).search("1girl")
    with pytest.raises(AccessError) as caught:
        site(server.url, user_id="12", api_key="a-wrong-key").search("1girl")
    assert "a-wrong-key" not in str(caught.value)
    assert site(server.url, user_id="12", api_key="the-right-key").search("1girl").posts


def test_a_count_that_only_xml_tells(server: Server) -> None:
    server.site.shape = "list"
    assert site(server.url).search("1girl").count is None
    assert site(server.url).count("1girl") == 250


def test_kinds_of_tags_where_the_site_tells_them(server: Server) -> None:
    names = ["saber_(fate)", "grabbing_another's_arm", "unknown"]
    assert site(server.url).categories(names)["saber_(fate)"] == Category.CHARACTER
    server.site.shape = "list"
    assert site(server.url).categories(names) == {}


def test_a_site_may_answer_at_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": 5, "file_url": "/images/5.png", "tags": "a", "tag_info": [{"tag": "a", "type": "artist"}]}]
    with told() as api, told() as pages:
        api.acts["/index.php"] = answer(json.dumps(rows).encode())
        host = pages.url.removeprefix("http://")
        monkeypatch.setitem(KNOWN, host, Known(api=api.url, keys_at="https://x.test", asked={"fields": "tag_info"}))
        with pytest.raises(AccessError, match=r"wants an API key and a user id.*on the Import page, under Gelbooru"):
            site(pages.url).require_keys()
        (post,) = site(pages.url, user_id="12", api_key="the-right-key").search("a").posts
        assert not pages.asked
    assert post.file_url == f"{pages.url}/images/5.png"
    assert post.kinds == {"a": Category.ARTIST}
    assert "fields=tag_info" in api.asked[0][0]
    assert "api_key=the-right-key" in api.asked[0][0]
