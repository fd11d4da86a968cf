"""What a captioner would say of a few pictures: just what a run then writes, with nothing written."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.captioners.endpoint import Asking
from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.models import Mode
from dscore.pipeline import caption_sampling
from dscore.pipeline.caption_sampling import Sample
from dscore.pipeline.voices import Request
from tests.captioners.test_replies import chat
from tests.catalog.made import dataset_of
from tests.commands import Commands
from tests.fetch.servers import Told, answer, told
from tests.made_captioners import photo
from tests.made_sets import fill
from tests.media.pictures import bytes_of

CHAT = "/v1/chat/completions"


@pytest.fixture
def server() -> Iterator[Told]:
    with told() as server:
        server.acts[CHAT] = answer(chat("A woman waves."))
        yield server


@pytest.fixture
def heap(dscore: Commands, tmp_path: Path) -> Commands:
    """Two pictures, the first with tags and sentences."""
    content: dict[str, bytes | str] = {f"p{number}.png": bytes_of(photo(number, side=64), "PNG") for number in range(2)}
    dscore.good(
        "import", fill(tmp_path / "heap", {**content, "p0.txt": "hat, sea. She smiles at us."}), "--dataset", "heap"
    )
    (dscore.home / "settings.toml").write_text('decode_workers = 1\nlocal_hosts = ["127.0.0.1"]\n')
    return dscore


def try_out(heap: Commands, request: Request, *items: int) -> None:
    """A try, to its end."""
    caption_sampling.submit(heap.library, dataset_of(heap.library, "heap"), request, items)
    heap.good("worker", "--until-idle")


def looked(heap: Commands, request: Request, *items: int) -> list[Sample]:
    with open_catalog(heap.library) as db:
        return caption_sampling.look(db, datasets.get(db, "heap"), request, items)


def asked(server: Told, **options: object) -> Request:
    return Request("llava", asking=Asking(server.url), **options)  # type: ignore[arg-type]


def test_a_try_keeps_what_is_said_and_writes_nothing(heap: Commands, server: Told) -> None:
    before = heap.captions("heap")
    assert looked(heap, asked(server), 1, 2) == []
    try_out(heap, asked(server), 1, 2)
    assert heap.captions("heap") == before
    assert [change["action"] for change in heap.good("history", "heap")] == ["import"]
    first, second = looked(heap, asked(server), 1, 2)
    assert (first.name, first.said, first.left, first.is_written) == (
        "p0",
        "A woman waves.",
        "She smiles at us.",
        False,
    )
    assert (second.name, second.left, second.is_written, second.remark) == ("p1", "A woman waves.", True, "")
    heap.good("caption", "heap", "--endpoint", server.url, "--model", "llava")
    assert len(server.sent) == 2
    assert heap.captions("heap")["p1"] == "A woman waves."


@pytest.mark.parametrize(
    ("mode", "left"),
    [
        (Mode.OVERWRITE, "A woman waves."),
        (Mode.APPEND, "She smiles at us. A woman waves."),
        (Mode.SKIP, "She smiles at us."),
    ],
)
def test_the_mode_says_what_a_run_would_leave(heap: Commands, server: Told, mode: Mode, left: str) -> None:
    try_out(heap, asked(server), 1)
    (sample,) = looked(heap, asked(server, mode=mode), 1, 2)
    assert sample.left == left


def test_another_question_is_another_try(heap: Commands, server: Told) -> None:
    ours = "Describe {trigger}. True: {tags}"
    request = Request("llava", asking=Asking(server.url, prompt=ours))
    try_out(heap, request, 1)
    assert json.loads(server.sent[0])["messages"][0]["content"][0]["text"] == "Describe . True: hat, sea"
    assert len(looked(heap, request, 1)) == 1
    assert looked(heap, asked(server), 1) == []
    assert looked(heap, Request("other", asking=Asking(server.url, prompt=ours)), 1) == []
    heap.good("edit", "heap", "add", "red dress")
    assert looked(heap, request, 1) == []


def test_a_fault_shows_before_anything_is_written(heap: Commands, server: Told) -> None:
    server.acts[CHAT] = answer(chat("A cat cat cat."))
    try_out(heap, asked(server), 2)
    (sample,) = looked(heap, asked(server), 2)
    assert sample.remark == "It says the same thing over and over."


def test_newer_files_in_a_folder_are_another_model(heap: Commands, tmp_path: Path) -> None:
    from dscore.captioners.base import Wording
    from tests.made_captioners import make_captioner

    folder = make_captioner(tmp_path / "tiny")
    request = Request(str(folder), wording=Wording(beams=1, min_length=2, max_length=8))
    try_out(heap, request, 1)
    assert len(looked(heap, request, 1)) == 1
    os.utime(folder / "config.json", (time.time() + 60, time.time() + 60))
    assert looked(heap, request, 1) == []


def test_four_pictures_are_chosen_all_over() -> None:
    assert caption_sampling.chosen(range(100)) == [0, 25, 50, 75]
    assert caption_sampling.chosen([7, 8]) == [7, 8]
    assert caption_sampling.chosen([]) == []
