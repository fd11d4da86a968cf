"""The six commands that are killed, each with a library made ready for it and the phases that it goes through."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
from PIL import Image

from dscore.catalog.connection import open_catalog, writing
from dscore.config import Library
from tests.captioners.test_replies import chat
from tests.fetch.servers import Handler, Told, answer, told
from tests.made_models import make_tagger

PICTURES = 200
ITEMS = 20_000
ANSWER = 0.02  # seconds that a sentence takes
REPLACE = ("edit", "first", "replace", "tag 1", "tag of another name")


@dataclass(frozen=True, slots=True)
class Scene:
    """A command on a copy of `ready`; `work` marks one piece of work in the log, `first_write` where writing begins."""

    name: str
    ready: Path
    command: tuple[str, ...]
    phases: tuple[str, ...]
    work: str
    first_write: str = "transaction begins"

    def copy(self, home: Path) -> Library:
        """The library as it is before the command."""
        if home.exists():
            shutil.rmtree(home)
        shutil.copytree(self.ready, home)
        return Library(home)


def make_scene(name: str, folder: Path, *, pictures: int = PICTURES, items: int = ITEMS) -> Scene:
    """The scene of that command, with all that it needs made below the folder."""
    ready = folder / "ready"
    return SCENES[name](ready, folder, items if name in {"edit", "undo"} else pictures)


def _import(ready: Path, folder: Path, pictures: int) -> Scene:
    heap = make_heap(folder / "heap", pictures)
    ready.mkdir()
    phases = ("receiving", "decoding", "keeping", "settling", "commit begins")
    return Scene("import", ready, ("import", str(heap), "--dataset", "pics"), phases, "decoding", "receiving")


def _tag(ready: Path, folder: Path, pictures: int) -> Scene:
    tagger = make_tagger(folder / "tagger")
    _run("import", str(make_heap(folder / "heap", pictures)), "--dataset", "pics", home=ready)
    return Scene("tag", ready, ("tag", "pics", "--tagger", str(tagger)), ("scored", "commit begins"), "scored")


def _caption(ready: Path, folder: Path, pictures: int) -> Scene:
    _run("import", str(make_heap(folder / "heap", pictures)), "--dataset", "pics", home=ready)
    Library(ready).save_settings(replace(Library(ready).settings(), local_hosts=("127.0.0.1",)))
    command = ("caption", "pics", "--endpoint", _chat_model().url, "--model", "made", "--at-once", "2")
    return Scene("caption", ready, command, ("captioned", "commit begins"), "captioned")


@cache
def _chat_model() -> Told:
    """It says something else of each picture, and lives as long as this process."""
    living = ExitStack()
    atexit.register(living.close)
    server = living.enter_context(told())

    def describe(request: BaseHTTPRequestHandler) -> None:
        assert isinstance(request, Handler)
        time.sleep(ANSWER)
        picture = hashlib.sha256(request.body).hexdigest()[:8]
        answer(chat(f"A square whose colours are called {picture}."))(request)

    server.acts["/v1/chat/completions"] = describe
    return server


def _edit(ready: Path, _: Path, items: int) -> Scene:
    return Scene("edit", make_catalog(ready, items), REPLACE, ("computing", "commit begins"), "computing")


def _undo(ready: Path, _: Path, items: int) -> Scene:
    _run(*REPLACE, home=make_catalog(ready, items))
    return Scene("undo", ready, ("undo", "first"), ("computing", "commit begins"), "computing")


def _export(ready: Path, folder: Path, pictures: int) -> Scene:
    _run("import", str(make_heap(folder / "heap", pictures)), "--dataset", "pics", home=ready)
    _run("export", "pics", str(ready / "exports" / "pics"), home=ready)
    _run("edit", "pics", "add", "newer", home=ready)
    command = ("export", "pics", "{home}/exports/pics", "--replace")
    return Scene("export", ready, command, ("copying", "syncing", "swapping"), "copying", "copying")


SCENES: dict[str, Callable[[Path, Path, int], Scene]] = {
    "import": _import,
    "tag": _tag,
    "caption": _caption,
    "edit": _edit,
    "undo": _undo,
    "export": _export,
}


def make_heap(folder: Path, pictures: int) -> Path:
    """A folder of small pictures, two of three with a caption."""
    folder.mkdir(parents=True)
    for number in range(pictures):
        generator = np.random.default_rng(number)
        colours = Image.fromarray(generator.integers(0, 256, (4, 4, 3), dtype=np.uint8))
        colours.resize((64, 64), Image.Resampling.NEAREST).save(folder / f"{number:04}.png")
        if number % 3:
            words = f"picture, number {number}, group {number % 7}"
            (folder / f"{number:04}.txt").write_text(words, encoding="utf-8")
    return folder


def make_catalog(home: Path, items: int) -> Path:
    """A library with a dataset "first" of so many items, without pictures; all have tag 1, each second tag 2."""
    with open_catalog(Library(home)) as db, writing(db):
        db.execute("insert into dataset (id, name, key, created_at) values (1, 'first', 'first', '')")
        db.executemany(
            "insert into tag (id, name, key) values (?1, 'tag ' || ?1, 'tag ' || ?1)", [(tag,) for tag in range(1, 5)]
        )
        db.executemany(
            """insert into image (id, sha256, file, format, width, height, bytes, mode, phash)
            values (?1, ?1, ?1, 'png', 64, 64, 1, 'RGB', 0)""",
            [(item,) for item in range(1, items + 1)],
        )
        db.execute(
            "insert into item (id, dataset_id, image_id, name, key, added_at) select id, 1, id, id, id, '' from image"
        )
        for tag in range(1, 5):
            db.execute("insert into item_tag select id, ?1, ?1 from item where id % ?1 = 0", (tag,))
        db.execute("insert into item_tag_source (item_id, tag_id, source_id) select item_id, tag_id, 2 from item_tag")
    return home


def _run(*command: str, home: Path) -> None:
    subprocess.run([sys.executable, "-m", "dscore", *command, "--home", str(home)], check=True, capture_output=True)
