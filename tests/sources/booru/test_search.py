"""What is asked of a booru: places as people write them, filters with their reasons, a job's parameters."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from dscore.errors import AddressError, WrongUseError
from dscore.models import Category
from dscore.sources.booru.posts import Post
from dscore.sources.booru.search import GELBOORU, Filters, Search, from_params, read_place, require_sense, site_address

POST = Post(7, "https://a.test/x.png", "", 800, 1200, "general", 3, "", ("1girl", "comic"))


@pytest.mark.parametrize(
    ("text", "site", "meant"),
    [
        ("saber_(fate) solo", "", ("saber_(fate) solo", GELBOORU)),
        ("  a,  b ", "safebooru.org", ("a b", "https://safebooru.org")),
        (
            "https://safebooru.org/index.php?page=post&s=list&tags=1girl+-comic%20rating%3ageneral",
            "gelbooru.com",
            ("1girl -comic rating:general", "https://safebooru.org"),
        ),
        ("https://gelbooru.com/", "", ("", GELBOORU)),
        ("https://api.rule34.xxx/index.php?tags=a", "", ("a", "https://rule34.xxx")),
    ],
)
def test_what_people_paste(text: str, site: str, meant: tuple[str, str]) -> None:
    assert read_place(text, site) == meant


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("gelbooru.com", GELBOORU),
        (" www.gelbooru.com/ ", GELBOORU),
        ("http://127.0.0.1:8080/index.php?page=post", "http://127.0.0.1:8080"),
        ("https://booru.test/sub/index.php", "https://booru.test/sub"),
        ("API.RULE34.XXX", "https://rule34.xxx"),
    ],
)
def test_a_site_by_any_of_its_addresses(text: str, base: str) -> None:
    assert site_address(text) == base


def test_what_is_no_site_is_refused() -> None:
    for text in ("ftp://a.test", "https://user:word@a.test", "two words.org", ""):
        with pytest.raises(AddressError):
            site_address(text)


@pytest.mark.parametrize(
    ("filters", "post", "reason"),
    [
        (Filters(), POST, ""),
        (Filters(), replace(POST, file_url=""), "no file"),
        (Filters(), replace(POST, file_url="https://a.test/x.webm"), "a video"),
        (Filters(), replace(POST, file_url="https://a.test/x.gif"), "may be animated"),
        (Filters(animated=True), replace(POST, file_url="https://a.test/x.gif"), ""),
        (Filters(), replace(POST, file_url="https://a.test/x.exe"), "does not read .exe"),
        (Filters(), replace(POST, file_url="https://a.test/x"), "without an extension"),
        (Filters(ratings=("general",)), POST, ""),
        (Filters(ratings=("explicit",)), POST, "rating is general"),
        (Filters(ratings=("general",)), replace(POST, rating=""), "not known"),
        (Filters(min_score=3), POST, ""),
        (Filters(min_score=4), POST, "score is under 4"),
        (Filters(min_side=800), POST, ""),
        (Filters(min_side=801), POST, "under 801 pixels"),
        (Filters(aspect=(0.5, 1.0)), POST, ""),
        (Filters(aspect=(1.0, 2.0)), POST, "not from 1 to 2"),
        (Filters(aspect=(1.0, 2.0)), replace(POST, width=0), ""),
        (Filters(excluded=("comic",)), POST, "has the tag comic"),
    ],
)
def test_each_filter_says_why(filters: Filters, post: Post, reason: str) -> None:
    said = filters.reason(post)
    assert reason in said
    assert bool(said) == bool(reason)


def test_a_search_survives_a_job() -> None:
    filters = Filters(ratings=("general",), aspect=(0.5, 2.0), excluded=("comic",), min_score=-3)
    search = Search(tags="a b", filters=filters, categories=(Category.ARTIST,), newer_than=5)
    assert from_params(json.loads(json.dumps(search.params()))) == search
    assert from_params(json.loads(json.dumps(Search(tags="a").params()))) == Search(tags="a")


def test_what_is_sent_and_what_its_dataset_would_be_called() -> None:
    search = Search(tags="rating:general -comic saber_(fate) solo", filters=Filters(excluded=("text",)))
    assert search.query == "rating:general -comic saber_(fate) solo -text"
    assert (search.suggested_name, search.label) == (
        "saber_(fate)", "gelbooru.com “rating:general -comic saber_(fate) solo”",
    )  # fmt: skip
    assert Search(tags="-comic").suggested_name == "gelbooru.com"


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (Search(tags="  "), "at least one tag"),
        (Search(tags="a" * 1001), "1,000 characters"),
        (Search(tags="a", limit=0), "from 1 to"),
        (Search(tags="a", filters=Filters(ratings=("safe",))), "Ratings are"),
        (Search(tags="a", filters=Filters(aspect=(2.0, 0.5))), "smaller to a larger"),
        (Search(tags="a", filters=Filters(aspect=(0.0, 0.5))), "smaller to a larger"),
    ],
)
def test_what_makes_no_sense_is_said(search: Search, sentence: str) -> None:
    with pytest.raises(WrongUseError, match=sentence):
        require_sense(search)
