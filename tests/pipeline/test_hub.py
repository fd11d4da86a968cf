"""An import from the hub through trouble: paused, cancelled, killed, sent to forbidden places, and with a token to be kept."""

from __future__ import annotations

import hashlib
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from dscore.catalog import jobs as job_table
from dscore.catalog.connection import open_catalog
from dscore.errors import DiskFullError, FetchError, SourceError, WrongUseError
from dscore.fetch.limits import Retries
from dscore.models import Progress
from dscore.pipeline import hub as importing
from dscore.pipeline.hub import Choice, Found
from dscore.pipeline.jobs import run_here
from tests.commands import ROOT, Commands
from tests.dataset_hub import DatasetHub, Fault, serving_quickly
from tests.fetch.test_addresses import FORBIDDEN
from tests.hub_layouts import packed, picture, table
from tests.media.pictures import bytes_of

QUICK = Retries(tries=2, first=0.01, busy=0.01, longest=1.0)
KILLS = 2


@pytest.fixture
def hub() -> Iterator[DatasetHub]:
    with serving_quickly(QUICK) as served:
        yield served


@pytest.fixture
def dscore(tmp_path: Path, hub: DatasetHub) -> Commands:
    commands = Commands(tmp_path / "library")
    commands.library.save_settings(replace(commands.library.settings(), local_hosts=hub.local_hosts, decode_workers=1))
    return commands


def found(dscore: Commands, hub: DatasetHub) -> Found:
    return importing.look(dscore.library, "me/cats", endpoint=hub.url)


def run(dscore: Commands, hub: DatasetHub, on_progress: Callable[[Progress], None] = lambda _: None) -> str:
    """Import it here; returns the job's state."""
    plan = importing.plan(dscore.library, found(dscore, hub), Choice())
    job = run_here(
        dscore.library, "hub", dataset_id=plan.dataset.id, params=plan.params, items=lambda: (), on_progress=on_progress
    )
    return job.state


def asking(dscore: Commands, want: str) -> Callable[[Progress], None]:
    """Asks for it once, at the first byte."""
    asked: list[str] = []

    def on_progress(progress: Progress) -> None:
        if not asked and "Downloading" in progress.message:
            asked.append(want)
            with open_catalog(dscore.library) as db:
                job_table.ask(db, 1, want)

    return on_progress


def big(hub: DatasetHub) -> bytes:
    """A ZIP that takes seconds."""
    content = packed({f"{number}.png": picture(number) for number in range(4)} | {"padding": bytes(2_000_000)})
    hub.publish("me/cats", {"all.zip": content})
    hub.seconds_a_chunk = 0.03
    return content


def test_a_paused_download_stops_at_once_and_goes_on_where_it_was(dscore: Commands, hub: DatasetHub) -> None:
    content = big(hub)
    began = time.monotonic()
    assert run(dscore, hub, asking(dscore, "pause")) == "paused"
    assert time.monotonic() - began < len(content) / 16_384 * 0.03
    parts = list(dscore.library.hub.rglob("*.part"))
    assert [part.stat().st_size > 0 for part in parts] == [True]
    hub.seconds_a_chunk = 0.0
    dscore.good("jobs", "resume", 1)
    dscore.good("worker", "--until-idle")
    assert len(dscore.captions("cats")) == 4
    assert hub.loaded("all.zip") == 1
    assert not list(dscore.library.hub.iterdir())


def test_a_cancelled_download_leaves_nothing(dscore: Commands, hub: DatasetHub) -> None:
    big(hub)
    assert run(dscore, hub, asking(dscore, "cancel")) == "cancelled"
    assert not list(dscore.library.hub.iterdir())
    assert dscore.captions("cats") == {}


def test_a_wait_for_the_hub_is_said_and_can_be_broken_off_at_once(
    dscore: Commands, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "Retries", Retries)
    hub.publish("me/cats", {"one.png": picture(1)})
    hub.faults = [("/resolve/", Fault(429, {"RateLimit": '"resolvers";r=0;t=60'}))]
    asked = 0.0

    def on_progress(progress: Progress) -> None:
        nonlocal asked
        if not asked and "was asked too often (429)" in progress.message:
            asked = time.monotonic()
            with open_catalog(dscore.library) as db:
                job_table.ask(db, 1, "pause")

    assert run(dscore, hub, on_progress) == "paused"
    assert time.monotonic() - asked < 20.0  # of a minute; under 1 s on a machine with nothing else to do
    dscore.good("jobs", "resume", 1)
    dscore.good("worker", "--until-idle")
    assert len(dscore.captions("cats")) == 1


def test_killed_again_and_again_it_ends_the_same_and_loads_no_finished_file_twice(
    dscore: Commands, hub: DatasetHub
) -> None:
    files = {f"{number:02}.png": picture(number) for number in range(12)}
    hub.publish("me/cats", files | {f"{number:02}.txt": f"cat {number}" for number in range(12)})
    hub.seconds_a_chunk = 0.05
    command = [
        sys.executable,
        "-m",
        "dscore",
        "import",
        "hf:me/cats",
        "--endpoint",
        hub.url,
        "--home",
        str(dscore.home),
    ]
    chance, finished = random.Random(4), set[str]()
    for _ in range(KILLS):
        started = len(hub.asked)
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        goal = started + chance.randrange(3, 24)
        while len(hub.asked) < goal and process.poll() is None:
            time.sleep(0.005)
        process.kill()
        process.wait()
        again = {asked.partition(" ")[2] for asked in hub.asked[started:] if asked.startswith("BYTES")}
        assert not again & finished
        finished |= {path for path in hub.repos["me/cats"].files if stored(dscore, path)}
    hub.seconds_a_chunk = 0.0
    done = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert dscore.captions("cats") == {f"{number:02}": f"cat {number}" for number in range(12)}
    assert {row[0] for row in dscore.rows("select sha256 from image")} == {
        hashlib.sha256(content).hexdigest() for content in files.values()
    }
    assert not list(dscore.library.hub.iterdir())


def stored(dscore: Commands, path: str) -> bool:
    name = hashlib.sha256(path.encode()).hexdigest()[:40]
    return any(dscore.library.hub.glob(f"*/{name}"))


def test_a_disk_that_is_too_small_is_said_before_the_first_byte(
    dscore: Commands, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.publish("me/cats", {"one.png": picture(1)})
    seen = found(dscore, hub)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=10, used=5, free=5))
    with pytest.raises(DiskFullError, match="not enough room"):
        importing.plan(dscore.library, seen, Choice())
    assert not [asked for asked in hub.asked if asked.startswith("BYTES")]


def test_a_hub_that_cannot_be_reached_is_said(dscore: Commands, hub: DatasetHub) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
        settings = dscore.library.settings()
        dscore.library.save_settings(replace(settings, local_hosts=(*hub.local_hosts, nobody)))
        with pytest.raises(FetchError, match=r"cannot be reached\. Check the connection"):
            importing.look(dscore.library, "me/cats", endpoint=f"http://{nobody}")


@pytest.mark.parametrize("url", [url for url in FORBIDDEN if url])
def test_a_forbidden_endpoint_is_refused_before_any_connection(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connected(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    for way in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, way, connected)
    with pytest.raises((SourceError, WrongUseError)):
        importing.look(Commands(tmp_path).library, "me/cats", endpoint=url.rstrip("/"))


def naming(*paths: str) -> bytes:
    """A parquet of rows that only name their pictures, but for the last."""
    images: list[dict[str, object]] = [{"bytes": None, "path": path} for path in paths]
    images.append({"bytes": picture(9), "path": "inside.png"})
    return table({"image": images, "text": [f"cat {number}" for number in range(len(images))]})


def test_pictures_that_a_table_only_names_come_from_the_repository(dscore: Commands, hub: DatasetHub) -> None:
    names = ("img/0.png", "img/1.png", "gone.png")
    hub.publish("me/cats", {
        "data/train.parquet": naming(*names), "data/img/0.png": picture(0), "img/1.png": picture(1), "img/other.png": picture(2),
    })  # fmt: skip
    ran = dscore("import", "hf:me/cats", "--split", "train", "--endpoint", hub.url, "--json")
    assert ran.code == 1
    assert sorted(dscore.captions("cats").values()) == ["cat 0", "cat 1", "cat 3"]
    ((name, reason),) = dscore.rows("select name, reason from job_item where state not in ('done', 'there')")
    assert name == "gone.png"
    assert reason == (
        "gone.png has no picture in its bytes; its row names “gone.png”, which is no picture in the repository, "
        "or one that is too large."
    )
    assert (hub.loaded("data/img/0.png"), hub.loaded("img/1.png"), hub.loaded("img/other.png")) == (1, 1, 0)
    assert not list(dscore.library.hub.iterdir())


def test_a_named_picture_that_cannot_be_had_is_a_line_and_the_others_come_in(dscore: Commands, hub: DatasetHub) -> None:
    hub.publish("me/cats", {"train.parquet": naming("0.png"), "0.png": picture(0)})
    hub.faults = [("0.png", Fault(404, {"X-Error-Code": "EntryNotFound"}))]
    assert dscore("import", "hf:me/cats", "--split", "train", "--endpoint", hub.url).code == 1
    assert dscore.captions("cats") == {"inside": "cat 1"}
    ((reason,),) = dscore.rows("select reason from job_item where state not in ('done', 'there')")
    assert reason == "0.png names 0.png, which could not be downloaded."


def test_an_import_that_was_paused_among_named_pictures_goes_on_with_the_rest(
    dscore: Commands, hub: DatasetHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "Retries", Retries)
    monkeypatch.setattr(importing, "AT_ONCE", 1)
    files = {f"{number}.png": picture(number) for number in range(5)}
    hub.publish("me/cats", {"train.parquet": naming(*files), **files})
    hub.faults = [("3.png", Fault(429, {"RateLimit": '"resolvers";r=0;t=60'}))]
    plan = importing.plan(dscore.library, found(dscore, hub), Choice(picks=("train",)))
    asked: list[str] = []

    def on_progress(progress: Progress) -> None:
        if not asked and "was asked too often (429)" in progress.message:
            asked.append(progress.message)
            with open_catalog(dscore.library) as db:
                job_table.ask(db, 1, "pause")

    job = run_here(
        dscore.library, "hub", dataset_id=plan.dataset.id, params=plan.params, items=lambda: (), on_progress=on_progress
    )
    assert job.state == "paused"
    assert [stored(dscore, path) for path in files] == [True, True, True, False, False]
    dscore.good("jobs", "resume", 1)
    dscore.good("worker", "--until-idle")
    assert sorted(dscore.captions("cats").values()) == [f"cat {number}" for number in range(6)]
    assert [hub.loaded(path) for path in ("train.parquet", *files)] == [1] * 6


def noise() -> bytes:
    """A picture of 480 kB."""
    return bytes_of(Image.frombytes("RGB", (400, 400), random.Random(1).randbytes(480_000)), "PNG")


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({f"{number}.png": picture(number) for number in range(9)}, [f"{number}.png" for number in range(6)]),
        ({"all.zip": packed({"x": bytes(700_000), "a/1.png": picture(1), "2.png": b"no picture", "b.png": picture(3)})},
         ["a/1.png", "b.png"]),
        ({"broken.zip": b"PK no more"}, []),
        ({"noise.png": noise(), "no noise.png": bytes(200_000), "one.png": picture(1), "large.png": bytes((4 << 20) + 1)},
         ["noise.png", "one.png"]),
    ],
)  # fmt: skip
def test_the_first_pictures_are_seen_before_the_import(
    dscore: Commands, hub: DatasetHub, files: dict[str, bytes | str], names: list[str]
) -> None:
    hub.publish("me/cats", files)
    seen = found(dscore, hub)
    glimpses = importing.glimpses(dscore.library, seen, seen.contents.offers, most=6)
    assert list(glimpses) == names
    assert all(content.startswith(b"RIFF" if "noise" in name else b"\x89PNG") for name, content in glimpses.items())
    assert all(len(content) < 100_000 for content in glimpses.values())
    assert not any(asked in {"BYTES all.zip", "BYTES large.png"} for asked in hub.asked)
