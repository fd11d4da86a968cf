"""A chat model on the loopback that answers as it is told, with every fault that one can have."""

from __future__ import annotations

import base64
import io
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from PIL import Image

from dscore.captioners import endpoint
from dscore.captioners.base import Ask, Caption
from dscore.captioners.endpoint import Asking, Endpoint
from dscore.errors import AddressError, ModelError, WrongUseError
from tests.captioners.test_replies import chat
from tests.fetch.servers import Act, Told, answer, in_turn, redirect, reset, told
from tests.made_captioners import photo

LOCAL = ("127.0.0.1",)
KEY = "sk-canary-0123456789"
CHAT = "/v1/chat/completions"


@pytest.fixture
def server() -> Iterator[Told]:
    with told() as server:
        server.acts[CHAT] = answer(chat("A cat."))
        yield server


def model(server: Told, *, key: str = "", **asking: Any) -> Endpoint:
    return Endpoint("llava", Asking(server.url, **asking), key=key, local_hosts=LOCAL)


def asked(captioner: Endpoint, number: int = 1, prompt: str = "What is it?") -> list[Caption]:
    """The captions of so many pictures, one after the other."""
    picture = captioner.prepare(photo(1))
    return [captioner.caption([picture], [Ask(prompt)])[0] for _ in range(number)]


def test_the_question_is_openais_with_the_picture_in_it(server: Told) -> None:
    assert asked(model(server, key=KEY, max_tokens=99, temperature=0.5)) == [Caption("A cat.")]
    path, headers = server.asked[0]
    question = json.loads(server.sent[0])
    text, picture = question.pop("messages")[0]["content"]
    assert (path, headers["authorization"]) == (CHAT, f"Bearer {KEY}")
    assert question == {"model": "llava", "max_tokens": 99, "temperature": 0.5, "stream": False}
    assert text == {"type": "text", "text": "What is it?"}
    assert picture["image_url"]["url"].startswith("data:image/jpeg;base64,")


def test_without_a_key_none_is_sent(server: Told) -> None:
    asked(model(server))
    assert "authorization" not in server.asked[0][1]


def test_a_large_picture_is_made_smaller_and_a_small_one_is_left(server: Told) -> None:
    captioner = model(server, side=256)
    for size, sent in (((1024, 512), (256, 128)), ((100, 60), (100, 60))):
        url = captioner.prepare(Image.new("RGB", size, "red"))
        assert Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).size == sent


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1/chat/completions"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1/chat/completions"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1/chat/completions"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/chat/completions"),
        ("https://x.org/v1/chat/completions", "https://x.org/v1/chat/completions"),
    ],
)
def test_a_base_address_is_written_as_people_write_it(url: str, address: str) -> None:
    assert Asking(url).chat == address


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"url": "ftp://x.org"}, AddressError, "does not begin with http"),
        ({"url": "127.0.0.1:11434"}, AddressError, "does not begin with http"),
        ({"url": "http://me:secret@x.org"}, AddressError, "holds a name or a password"),
        ({"url": f"http://x.org/v1?api_key={KEY}"}, AddressError, "has a query, which may hold a key"),
        ({"prompt": "  "}, WrongUseError, "the prompt is empty"),
        ({"max_tokens": 0}, WrongUseError, "number of tokens goes from 1"),
        ({"temperature": 3.0}, WrongUseError, "temperature goes from 0 to 2"),
        ({"side": 10}, WrongUseError, "longer side goes from 64"),
        ({"seconds": 0}, WrongUseError, "time for one answer goes from 1"),
        ({"at_once": 0}, WrongUseError, "questions at once goes from 1"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        Asking(**{"url": "http://x.org", **wrong})
    assert KEY not in str(caught.value)


def test_this_machine_is_asked_only_where_the_settings_name_it(server: Told) -> None:
    captioner = Endpoint("llava", Asking(server.url))
    with pytest.raises(ModelError, match=r'local network.*local_hosts = \["127\.0\.0\.1"\]'):
        asked(captioner)
    assert server.asked == []
    named = Endpoint("llava", Asking(server.url), local_hosts=(f"127.0.0.1:{server.server_port}",))
    assert asked(named) == [Caption("A cat.")]


def test_a_key_never_goes_in_the_clear_over_the_network() -> None:
    with pytest.raises(AddressError, match=r"x\.org would be sent your key in the clear"):
        Endpoint("llava", Asking("http://x.org"), key=KEY, local_hosts=LOCAL)
    Endpoint("llava", Asking("https://x.org"), key=KEY)


def test_a_redirect_gets_neither_picture_nor_key(server: Told) -> None:
    with told() as other:
        server.acts[CHAT] = redirect(f"{other.url}{CHAT}", status=307)
        (found,) = asked(model(server, key=KEY))
        assert "sends dscore on to another address" in found.reason
        assert other.asked == []


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (
            answer(b'{"error": {"message": "no key"}}', 401),
            r"does not let dscore in \(401\)\. It says: no key\. Give its key: ",
        ),
        (answer(b"", 403), r"does not let dscore in \(403\)"),
        (
            answer(b'{"error": {"message": "model \'llava\' not found"}}', 404),
            r'has no model "llava"\. It says: .* ollama pull llava',
        ),
        (answer(b"404 page not found", 404), r"has no chat at http://127.0.0.1:\d+/v1/chat/completions"),
        (answer(b"", 429, Retry_After="900"), r"wants 900 s of rest"),
    ],
)
def test_what_would_fail_for_every_picture_stops_at_the_first(server: Told, act: Act, says: str) -> None:
    server.acts[CHAT] = act
    with pytest.raises(ModelError, match=says):
        asked(model(server))
    assert len(server.asked) == 1


def silent(request: BaseHTTPRequestHandler) -> None:
    """Says nothing for a long time, or until the other side hangs up."""
    request.connection.settimeout(30)
    request.rfile.read(1)


def dripping(request: BaseHTTPRequestHandler) -> None:
    """Sends a blank now and then, for ever."""
    request.send_response(200)
    request.end_headers()
    for _ in range(300):
        request.wfile.write(b" ")
        time.sleep(0.1)


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (answer(b'{"error": {"message": "out of memory"}}', 500), r"could not answer \(500\)\. It says: out of memory\."),
        (answer(b'{"error": "this model sees no pictures"}', 400), r"could not answer \(400\)\. It says: this model sees no"),
        (answer(b"<html>hello</html>"), "no answer of a chat model"),
        (answer(b'{"choices": []}'), "no answer of a chat model"),
        (answer(chat(None)), "^$"),
        (answer(chat("<think>hm", finish="length")), "still thinking when its 300 tokens were used up"),
        (answer(b"half", Content_Length="400"), "cut short|broke off"),
        (answer(b"x" * 100, Content_Length="100", Content_Encoding="gzip"), "broke off|no answer of a chat model"),
        (reset, "reached|broke off"),
        (silent, "silent for too long|took longer than 1 s"),
        (dripping, "took longer than 1 s"),
    ],
)  # fmt: skip
def test_a_fault_is_a_sentence_about_this_picture_and_the_next_is_asked(server: Told, act: Act, says: str) -> None:
    server.acts[CHAT] = in_turn(act, answer(chat("A cat.")))
    first, second = asked(model(server, seconds=1.0), 2)
    assert first.text == ""
    assert re.search(says, first.reason), first
    assert second == Caption("A cat.")


def test_an_answer_without_end_is_not_taken(server: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "LONGEST_ANSWER", 1000)
    server.acts[CHAT] = answer(chat("a " * 5000))
    (found,) = asked(model(server))
    assert "sent more than the 1,000 bytes" in found.reason


def test_a_caption_that_was_cut_says_so(server: Told) -> None:
    server.acts[CHAT] = answer(chat("A cat sits on", finish="length"))
    assert asked(model(server)) == [Caption("A cat sits on", remark="It was cut at 300 tokens.")]


def test_a_busy_site_is_given_the_time_it_asks_for(server: Told) -> None:
    server.acts[CHAT] = in_turn(
        answer(b"", 429, Retry_After="1"), answer(b"", 503, Retry_After="0"), answer(chat("A cat."))
    )
    began = time.monotonic()
    assert asked(model(server)) == [Caption("A cat.")]
    assert time.monotonic() - began >= 1


def test_one_that_stays_busy_is_left_after_four_tries(server: Told) -> None:
    server.acts[CHAT] = answer(b"", 429, Retry_After="0")
    (found,) = asked(model(server))
    assert "is too busy (429), also after 4 tries" in found.reason
    assert len(server.asked) == 4


def test_several_failures_in_a_row_stop_the_job_and_some_in_between_do_not(server: Told) -> None:
    bad, good = answer(b"", 500), answer(chat("A cat."))
    server.acts[CHAT] = in_turn(bad, bad, good, bad, bad, good, bad)
    captioner = model(server)
    assert [bool(one.reason) for one in asked(captioner, 6)] == [True, True, False, True, True, False]
    with pytest.raises(ModelError, match=r"failed 3 times in a row, so the job has stopped\. The last time: .*\(500\)"):
        asked(captioner, 3)


def test_a_site_that_nobody_serves_is_said() -> None:
    captioner = Endpoint("llava", Asking("http://127.0.0.1:9"), local_hosts=LOCAL)
    (found,) = asked(captioner)
    assert "127.0.0.1 cannot be reached" in found.reason
    with pytest.raises(ModelError, match=r"3 times in a row.* Is the program running there, and the address right"):
        asked(captioner, 2)


def test_a_key_that_comes_back_is_taken_out(server: Told) -> None:
    server.acts[CHAT] = answer(json.dumps({"error": f"bad key {KEY}"}).encode(), 400)
    (found,) = asked(model(server, key=KEY))
    assert "It says: bad key …" in found.reason
    server.acts[CHAT] = answer(json.dumps({"error": f"bad key {KEY}"}).encode(), 401)
    with pytest.raises(ModelError) as caught:
        asked(model(server, key=KEY))
    assert KEY not in str(caught.value)


def test_several_at_once_come_back_in_order(server: Told) -> None:
    met = threading.Barrier(3, timeout=20)

    def act(request: BaseHTTPRequestHandler) -> None:
        met.wait()
        assert isinstance(request.server, Told)
        answer(chat("A cat."))(request)

    server.acts[CHAT] = act
    captioner = model(server, at_once=3)
    assert captioner.batch == 3
    picture = captioner.prepare(photo(1))
    assert captioner.caption([picture] * 3, [Ask("a"), Ask("b"), Ask("c")]) == [Caption("A cat.")] * 3


def test_stopping_breaks_off_the_question_under_way(server: Told) -> None:
    server.acts[CHAT] = silent
    captioner = model(server)
    timer = threading.Timer(0.3, captioner.stop)
    timer.start()
    began = time.monotonic()
    (found,) = asked(captioner)
    assert found.reason
    assert time.monotonic() - began < 10
