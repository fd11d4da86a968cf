"""The Caption page: a try first, then the job, what came of it, and models behind an address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dscore.models import Mode
from tests.captioners.test_replies import chat
from tests.commands import Commands
from tests.fetch.servers import Told, answer, told
from tests.pages.work import NO_PATHS, after_job, chosen, clicked, good, opened, texts

CHAT = "/v1/chat/completions"
SAYS = "A woman waves at the sea."


@pytest.fixture
def server() -> Iterator[Told]:
    with told() as server:
        server.acts[CHAT] = answer(chat(SAYS))
        yield server


def asking(server: Told, *, allow: bool = True) -> AppTest:
    """The page with the endpoint of the test as captioner."""
    shown = opened("caption.py")
    shown.session_state["captioner-chosen"] = "endpoint"
    good(shown.run())
    good(shown.text_input(key="endpoint-url").set_value(server.url).run())
    good(shown.text_input(key="endpoint-model").set_value("llava").run())
    return clicked(shown, "endpoint-allow") if allow else shown


@pytest.mark.usefixtures("dscore")
def test_an_empty_library_leads_to_the_import() -> None:
    shown = opened("caption.py")
    assert "There are no pictures to caption yet." in texts(shown)
    assert [button.label for button in shown.button] == ["Import pictures"]


@pytest.mark.usefixtures("heap")
def test_a_model_that_is_not_here_says_how_much_is_downloaded() -> None:
    shown = opened("caption.py")
    assert "blip-large is downloaded first: 1.9 GB." in texts(shown)
    assert shown.button(key="caption-now").label == "Caption 8 pictures"
    assert shown.button(key="try-caption").label == "Try on 4 pictures"


@pytest.mark.usefixtures("heap")
def test_a_preset_sets_all_of_the_wording_and_a_change_is_said() -> None:
    shown = opened("caption.py")
    assert shown.number_input(key="wording-beams").value == 3
    chosen(shown, "wording-preset", "kohya")
    assert (shown.text_input(key="wording-prompt").value, shown.toggle(key="wording-sample").value) == (
        "a picture of",
        True,
    )
    assert (shown.number_input(key="wording-min_length").value, shown.number_input(key="wording-beams").disabled) == (
        5,
        True,
    )
    assert not any("Changed below." in text for text in texts(shown, "caption"))
    good(shown.number_input(key="wording-min_length").set_value(80).run())
    assert any("The shortest length, 80, is above the longest, 75" in text for text in texts(shown, "error"))
    assert shown.button(key="caption-now").disabled
    good(shown.number_input(key="wording-min_length").set_value(7).run())
    assert any("Changed below." in text for text in texts(shown, "caption"))


@pytest.mark.usefixtures("heap")
def test_a_folder_that_is_no_captioner_is_said(tmp_path: Path) -> None:
    (tmp_path / "no").mkdir()
    shown = opened("caption.py")
    shown.session_state["captioner-chosen"] = "own"
    good(shown.run())
    good(shown.text_input(key="captioner-folder").set_value(str(tmp_path / "no")).run())
    assert "is no captioner" in shown.error[0].value.replace("\\", "")
    assert "First fill in what this model needs, below." in texts(shown)
    assert shown.button(key="caption-now").disabled


@pytest.mark.usefixtures("heap")
@pytest.mark.parametrize("path", NO_PATHS)
def test_a_path_that_cannot_be_is_said(path: str) -> None:
    shown = opened("caption.py")
    shown.session_state["captioner-chosen"] = "own"
    good(shown.run())
    shown = chosen(shown, "captioner-folder", path)
    assert shown.error[0].value.startswith(("The path ", "There is no user"))
    assert shown.button(key="caption-now").disabled


def test_this_machine_is_asked_once_a_button_has_named_it(heap: Commands, server: Told) -> None:
    shown = asking(server, allow=False)
    assert any("dscore asks only those that you name" in text for text in texts(shown, "text"))
    assert shown.button(key="caption-now").disabled
    clicked(shown, "endpoint-allow")
    assert heap.library.settings().local_hosts == (f"127.0.0.1:{server.server_port}",)
    assert not shown.button(key="caption-now").disabled


def test_a_try_shows_what_is_said_and_the_job_writes_it_and_can_be_undone(heap: Commands, server: Told) -> None:
    before = heap.captions("heap")
    shown = clicked(asking(server), "try-caption")
    assert after_job(heap.library, "caption-sample").tally.done == 4
    good(shown.run())
    assert any("nothing is written yet" in text for text in texts(shown, "caption"))
    assert heap.captions("heap") == before
    clicked(shown, "caption-now")
    job = after_job(heap.library, "caption")
    assert (job.state, job.tally.done, job.tally.there) == ("done", 7, 1)
    good(shown.run())
    assert any("just now with llava: 7 changed, 1 unchanged." in text for text in texts(shown, "text"))
    assert heap.captions("heap")["p0"] == f"solo, smile. {SAYS}"
    assert len(server.sent) == 8
    later = opened("caption.py")
    assert (later.text_input(key="endpoint-url").value, later.text_input(key="endpoint-model").value) == (
        server.url,
        "llava",
    )
    good(clicked(shown, "undo-caption"))
    assert heap.captions("heap") == before


def test_what_is_worth_a_look_and_what_failed_is_listed_by_reason(heap: Commands, server: Told) -> None:
    server.acts[CHAT] = answer(chat("a cat cat cat"))
    shown = asking(server)
    chosen(shown, "caption-mode", Mode.OVERWRITE)
    assert any(
        "Overwrite replaces the sentences of 1 picture that no captioner wrote" in one
        for one in texts(shown, "warning")
    )
    clicked(shown, "caption-now")
    after_job(heap.library, "caption")
    good(shown.run())
    assert "8 pictures: It says the same thing over and over." in texts(shown, "text")
    assert any("8 worth a look" in text for text in texts(shown, "text"))
    server.acts[CHAT] = answer(b'{"error": "no model"}', 404)
    good(shown.toggle(key="caption-again").set_value(True).run())
    clicked(shown, "caption-now")
    assert after_job(heap.library, "caption").state == "failed"
    good(shown.run())
    assert any('has no model "llava"' in text.replace("\\", "") for text in texts(shown, "error"))


def test_a_key_is_kept_for_its_site_and_never_shown(heap: Commands, server: Told) -> None:
    shown = asking(server)
    shown.text_input(key="endpoint-key").set_value("sk-canary-1")
    keep = next(button for button in shown.button if button.label == "Keep it")
    good(keep.click().run())
    assert "One is known." in texts(shown, "text")
    assert "sk-canary-1" not in str([one.value for one in shown.text_input])
    assert (heap.home / "keys.json").exists()
    clicked(shown, "endpoint-forget")
    assert "None is known; programs on this machine want none." in texts(shown, "text")
