"""A booru's answers by their shape: each that was seen, and each that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dscore.errors import AccessError, FetchError
from dscore.models import Category
from dscore.sources.booru.posts import MOST_POSTS, MOST_TAGS, TooDeepError, rating, read_categories, read_posts

BASE = "https://booru.test"
MD5 = "0123456789abcdef" * 2
POST: dict[str, Any] = {
    "id": 7, "md5": MD5, "width": 1334, "height": 1002, "rating": "general", "score": -2,
    "tags": "1girl grabbing_another&#039;s_arm &gt;_&lt;", "source": "https://a.test/?b=1&amp;c=2 | https://d.test",
    "file_url": "https://img4.booru.test/images/da/56/x.png", "image": "x.webm", "preview_url": "//img.booru.test/t/x.jpg",
    "has_children": "false", "sample_url": "", "post_locked": 0,
}  # fmt: skip
NOW = {"@attributes": {"limit": 1, "offset": 0, "count": 14_304_678}, "post": [POST]}


def answer(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_object_of_today() -> None:
    found = read_posts(answer(NOW), BASE)
    assert (found.count, found.is_list, found.unusable) == (14_304_678, False, 0)
    (post,) = found.posts
    assert post.tags == ("1girl", "grabbing_another's_arm", ">_<")
    assert post.source == "https://a.test/?b=1&c=2 | https://d.test"
    assert (post.id, post.md5, post.width, post.height, post.score, post.rating) == (7, MD5, 1334, 1002, -2, "general")
    assert post.extension == ".png"
    assert post.preview_url == "https://img.booru.test/t/x.jpg"


@pytest.mark.parametrize(
    ("body", "is_list"),
    [
        (answer({"@attributes": {"count": 1}, "post": POST}), False),
        (answer([POST]), True),
        (b"\xef\xbb\xbf" + answer([POST]), True),
        (b"  \n" + answer([POST]), True),
    ],
    ids=["one post as an object", "bare list", "byte order mark", "blanks"],
)
def test_older_shapes_are_the_same_post(body: bytes, is_list: bool) -> None:
    found = read_posts(body, BASE)
    assert found.posts == read_posts(answer(NOW), BASE).posts
    assert found.is_list == is_list


@pytest.mark.parametrize(
    "body", [b"", b" \n", b"[]", answer({"@attributes": {"limit": 100, "offset": 0, "count": 0}}), b"<posts/>"]
)
def test_nothing_found_is_no_trouble(body: bytes) -> None:
    assert read_posts(body, BASE).posts == ()


def test_xml_with_child_elements_and_with_attributes_is_the_same_post() -> None:
    inner = {name: POST[name] for name in ("id", "md5", "width", "height", "rating", "score", "file_url", "source")}
    escaped = {name: str(value).replace("&", "&amp;") for name, value in inner.items()}
    children = "".join(f"<{name}>{value}</{name}>" for name, value in escaped.items())
    attributes = " ".join(f'{name}="{value}"' for name, value in escaped.items())
    new = f'<?xml version="1.0"?><posts count="5"><post>{children}<tags>a b</tags></post></posts>'
    old = f'<posts count="5" offset="0"><post {attributes} tags=" a b "/></posts>'
    first, second = (read_posts(text.encode(), BASE) for text in (new, old))
    assert first == second
    assert first.count == 5
    assert (first.posts[0].tags, first.posts[0].id, first.posts[0].file_url) == (("a", "b"), 7, POST["file_url"])


@pytest.mark.parametrize(
    ("body", "error", "sentence"),
    [
        (b"Too deep! Pull it back some. Holy fuck.", TooDeepError, "no further pages"),
        (b'<response success="false" reason="Search error: API limited due to abuse."/>', TooDeepError, "no further"),
        (answer("Missing authentication. Go to api.rule34.xxx for more information"), AccessError, "wants a key"),
        (b"<error>Missing authentication. Go to it</error>", AccessError, "wants a key"),
        (b'<response success="false" reason="API disabled due to abuse."/>', FetchError, "locks this connection out"),
        (b'<response success="false" reason="No."/>', FetchError, "The site says: No."),
        (b"<!doctype html><html>Just a moment</html>", FetchError, "a web page instead of data"),
        (b"<html><body>Maintenance</body></html>", FetchError, "a web page instead of data"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><posts>&a;</posts>', FetchError, "a web page instead of data"),
        (b"<posts><post id=", FetchError, "cut or damaged"),
        (b'{"post": [', FetchError, "begins with"),
        (answer({"posts": [{"id": 1}]}), FetchError, "another language"),
        (answer({"success": False, "message": "no"}), FetchError, "another language"),
        (answer({"post": "none"}), FetchError, "no list of posts"),
        (b"17", FetchError, "no list of posts"),
        (b"[" * 100_000, FetchError, "no data"),
    ],
)
def test_what_is_no_list_of_posts_gets_its_own_sentence(body: bytes, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        read_posts(body, BASE)


def test_a_web_page_is_asked_for_again_and_a_refusal_is_not() -> None:
    for body, again in ((b"<html></html>", True), (b"half an {", True), (answer("Missing authentication."), False)):
        with pytest.raises(FetchError) as caught:
            read_posts(body, BASE)
        assert caught.value.again == again


@pytest.mark.parametrize("value", [None, 0, -1, "x", 1 << 60, True, "9" * 5000, [], 1.5])
def test_a_post_without_a_usable_number_is_left_out_and_counted(value: object) -> None:
    found = read_posts(answer([POST | {"id": value}, POST, "no post", None]), BASE)
    assert ([post.id for post in found.posts], found.unusable) == ([7], 3)


def test_hostile_values_become_nothing_at_all() -> None:
    odd = {
        "tags": None, "md5": "../../etc", "width": -5, "height": "wide", "score": None, "rating": 9, "source": ["x"],
        "file_url": "http://[::1", "preview_url": {"a": 1}, "tag_info": "x",
    }  # fmt: skip
    (post,) = read_posts(answer([POST | odd]), BASE).posts
    assert (post.tags, post.md5, post.width, post.height, post.score) == ((), "", 0, 0, 0)
    assert (post.rating, post.source, post.file_url, post.preview_url, post.kinds) == ("", "", "", "", {})
    many = POST | {"tags": " ".join(f"t{number}" for number in range(MOST_TAGS + 5)), "source": "x" * 5000}
    (post,) = read_posts(answer([many]), BASE).posts
    assert (len(post.tags), post.source) == (MOST_TAGS, "")
    found = read_posts(answer([POST] * (MOST_POSTS + 3)), BASE)
    assert (len(found.posts), found.unusable) == (MOST_POSTS, 3)


def test_the_oldest_engines_name_folder_and_file_only() -> None:
    old = {name: value for name, value in POST.items() if name not in {"file_url", "md5"}}
    old |= {"directory": 1234, "image": "a0" * 20 + ".jpeg", "hash": MD5}
    (post,) = read_posts(answer([old]), BASE).posts
    assert (post.file_url, post.md5) == (f"{BASE}/images/1234/{'a0' * 20}.jpeg", MD5)
    for hostile in ({"image": "../x.png"}, {"image": "x"}, {"directory": "../.."}, {"image": None}):
        assert read_posts(answer([old | hostile]), BASE).posts[0].file_url == ""


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("safe", "general"),
        ("Sensitive", "sensitive"),
        ("q", "questionable"),
        ("explicit", "explicit"),
        ("", ""),
        ("x", ""),
    ],
)
def test_ratings_are_words_of_today(word: str, meant: str) -> None:
    assert rating(word) == meant


def test_kinds_of_tags_in_every_shape() -> None:
    rows = [
        {"name": "saber_(fate)", "type": 4}, {"name": "another&#039;s", "type": "0"}, {"name": "old", "type": 6},
        {"name": "a", "type": "artist"}, {"name": 5, "type": 1}, "x", {"type": 1},
    ]  # fmt: skip
    known = {
        "saber_(fate)": Category.CHARACTER, "another's": Category.GENERAL, "old": Category.GENERAL, "a": Category.ARTIST,
    }  # fmt: skip
    assert read_categories(answer({"@attributes": {}, "tag": rows})) == known
    assert read_categories(answer(rows)) == known
    assert read_categories(answer({"tag": rows[0]})) == {"saber_(fate)": Category.CHARACTER}
    assert read_categories(b'<tags><tag name="b" type="3"/></tags>') == {"b": Category.COPYRIGHT}
    assert read_categories(b"<tags><tag><name>b</name><type>1</type></tag></tags>") == {"b": Category.ARTIST}
    assert read_categories(b"") == {}


def test_kinds_may_come_with_the_post() -> None:
    told = [{"tag": "1girl", "count": 9, "type": "tag"}, {"tag": "grabbing_another&#039;s_arm", "type": "character"}]
    (post,) = read_posts(answer([POST | {"tag_info": told}]), BASE).posts
    assert post.kinds == {"1girl": Category.GENERAL, "grabbing_another's_arm": Category.CHARACTER}
