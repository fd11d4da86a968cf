"""`caption --endpoint`: a chat model on the loopback captions a dataset, whatever it does."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from dscore.catalog import job_lists, jobs
from dscore.catalog.connection import open_catalog
from tests.captioners.test_replies import chat
from tests.commands import Commands
from tests.fetch.servers import Act, Told, answer, in_turn, told
from tests.made_captioners import photo
from tests.made_sets import fill
from tests.media.pictures import bytes_of

CHAT = "/v1/chat/completions"
KEY = "sk-canary-0123456789"
GOOD = answer(chat("A woman waves."))


@pytest.fixture
def server() -> Iterator[Told]:
    with told() as server:
        server.acts[CHAT] = GOOD
        yield server


@pytest.fixture
def heap(dscore: Commands, tmp_path: Path) -> Commands:
    """Four pictures, the first with tags; this machine may be asked."""
    content: dict[str, bytes | str] = {f"p{number}.png": bytes_of(photo(number, side=64), "PNG") for number in range(4)}
    dscore.good("import", fill(tmp_path / "heap", {**content, "p0.txt": "hat, {trigger}, blue sky"}))
    dscore.good("edit", "heap", "trigger", "mychar")
    settings = dscore.home / "settings.toml"
    settings.write_text(settings.read_text() + 'local_hosts = ["127.0.0.1"]\n')
    return dscore


def prompts(server: Told) -> list[str]:
    return [json.loads(body)["messages"][0]["content"][0]["text"] for body in server.sent]


def words(server: Told, *more: object) -> tuple[object, ...]:
    return ("caption", "heap", "--endpoint", server.url, "--model", "llava:7b", *more)


def test_captions_become_prose_with_their_source_and_are_asked_once(heap: Commands, server: Told) -> None:
    ran = heap.good(*words(server))
    assert (ran["captioner"], ran["changed"], ran["failed"]) == ("llava:7b", 4, 0)
    assert ran["device"] == f"127.0.0.1:{server.server_port}"
    assert heap.captions("heap", "from:llava*")["p0"] == "mychar, hat, {trigger}, blue sky. A woman waves."
    assert heap.good(*words(server))["changed"] == 0
    assert len(server.sent) == 4
    heap.good(*words(server, "--again", "--where", "name:p0"))
    assert len(server.sent) == 5


def test_the_prompts_gaps_are_filled_for_each_picture_once(heap: Commands, server: Told) -> None:
    heap.good(*words(server, "--prompt", "Call her {trigger}. True: {tags}. {other}"))
    assert prompts(server)[0] == "Call her mychar. True: hat, {trigger}, blue sky. {other}"
    assert prompts(server)[1] == "Call her mychar. True: . {other}"
    heap.good("edit", "heap", "add", "red dress", "--where", "name:p1")
    heap.good(*words(server, "--prompt", "Call her {trigger}. True: {tags}. {other}"))
    assert prompts(server)[4:] == ["Call her mychar. True: red dress. {other}"]


def test_an_echo_of_the_prompt_is_flagged(heap: Commands, server: Told) -> None:
    server.acts[CHAT] = answer(chat("You asked: describe this picture for me, please. A cat."))
    ran = heap.good(*words(server, "--prompt", "Describe this picture for me, please."))
    assert ran["flagged"] == 4
    assert {one["reason"] for one in ran["flagged_pictures"]} == {"It repeats the prompt."}


def test_one_fault_is_listed_and_the_others_are_captioned(heap: Commands, server: Told) -> None:
    server.acts[CHAT] = in_turn(GOOD, answer(b"", 500), GOOD)
    ran = heap(*words(server), "--json")
    assert (ran.code, ran.json["changed"], ran.json["failed"]) == (1, 3, 1)
    assert ran.json["failed_pictures"] == [
        {"name": "p1", "reason": f"127.0.0.1:{server.server_port} could not answer (500)."}
    ]


def test_a_hung_endpoint_ends_in_a_sentence_and_what_was_done_stands(heap: Commands, server: Told) -> None:
    def silent(request: BaseHTTPRequestHandler) -> None:
        request.connection.settimeout(30)
        request.rfile.read(1)

    server.acts[CHAT] = in_turn(GOOD, silent)
    began = time.monotonic()
    ran = heap(*words(server, "--seconds", 1))
    assert ran.code == 2
    assert "failed 3 times in a row, so the job has stopped. The last time: " in ran.err
    assert time.monotonic() - began < 60
    server.acts[CHAT] = GOOD
    assert heap.good(*words(server, "--seconds", 1))["failed"] == 0
    assert set(heap.captions("heap", "is:described")) == {"p0", "p1", "p2", "p3"}


def test_a_job_that_waits_for_an_answer_can_be_paused_and_goes_on(heap: Commands, server: Told) -> None:
    def ask_for_a_pause(request: BaseHTTPRequestHandler) -> None:
        with open_catalog(heap.library) as db:
            (job,) = job_lists.unfinished(db)
            jobs.ask(db, job.id, "pause")
        request.connection.settimeout(60)
        request.rfile.read(1)

    server.acts[CHAT] = in_turn(GOOD, ask_for_a_pause, GOOD)
    began = time.monotonic()
    ran = heap(*words(server), "--json")
    assert (ran.code, ran.json["state"]) == (1, "paused")
    assert time.monotonic() - began < 30
    heap.good("jobs", "resume", ran.json["job"])
    heap.good("worker", "--until-idle")
    assert set(heap.captions("heap", "is:described")) == {"p0", "p1", "p2", "p3"}
    assert heap.good("history", "heap")[0]["items"] == 4


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (answer(b'{"error": "not found"}', 404), 'has no model "llava:7b"'),
        (answer(b'{"error": "key"}', 401), "does not let dscore in (401)"),
        (answer(b"", 429, Retry_After="3600"), "wants 3,600 s of rest"),
    ],
)
def test_what_fails_for_all_stops_at_once(heap: Commands, server: Told, act: Act, says: str) -> None:
    server.acts[CHAT] = act
    ran = heap(*words(server))
    assert (ran.code, len(server.asked)) == (2, 1)
    assert says in ran.err


def test_an_address_that_the_settings_do_not_name_is_not_asked(heap: Commands, server: Told) -> None:
    (heap.home / "settings.toml").unlink()
    ran = heap(*words(server))
    assert (ran.code, server.asked) == (2, [])
    assert 'name it in settings.toml: local_hosts = ["127.0.0.1"]' in ran.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--beams", 3), "--beams do not go with --endpoint."),
        (("--temperature", 9), "temperature goes from 0 to 2"),
        (("--prompt", ""), "the prompt is empty"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    heap: Commands, server: Told, options: tuple[object, ...], says: str
) -> None:
    ran = heap(*words(server, *options))
    assert (ran.code, server.asked) == (2, [])
    assert says in ran.err


def test_options_of_an_endpoint_need_one(heap: Commands) -> None:
    ran = heap("caption", "heap", "--model", "blip-large", "--max-tokens", 9, "--at-once", 2)
    assert (ran.code, ran.err) == (2, "--max-tokens, --at-once go with --endpoint.\n")


@pytest.mark.parametrize("kept", ["environment", "file"])
def test_the_key_is_sent_and_stands_nowhere_else(
    heap: Commands, server: Told, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from dscore.cli import main

    monkeypatch.delenv("DSCORE_ENDPOINT_KEY", raising=False)
    if kept == "environment":
        monkeypatch.setenv("DSCORE_ENDPOINT_KEY", KEY)
    else:
        asked = ["keys", f"127.0.0.1:{server.server_port}", "--endpoint", "--home", str(heap.home)]
        keeping = CliRunner().invoke(main, asked, input=f"{KEY}\n")
        assert (keeping.exit_code, KEY in keeping.output) == (0, False)
        assert (heap.home / "keys.json").stat().st_mode & 0o777 == 0o600
    server.acts[CHAT] = in_turn(GOOD, answer(json.dumps({"error": f"bad {KEY}"}).encode(), 400), GOOD)
    ran = heap(*words(server), "--json")
    assert server.asked[0][1]["authorization"] == f"Bearer {KEY}"
    assert KEY not in ran.out + ran.err
    for path in heap.home.rglob("*"):
        if path.is_file() and path.name != "keys.json":
            assert KEY.encode() not in path.read_bytes(), path
    if kept == "file":
        heap.good("keys", f"127.0.0.1:{server.server_port}", "--endpoint", "--forget")
        heap.good(*words(server, "--again"))
        assert "authorization" not in server.asked[-1][1]
