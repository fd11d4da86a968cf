from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dscore.errors import DiskFullError, ModelError
from dscore.taggers.base import TaggerSpec
from dscore.taggers.hub import Snapshot, download, find_snapshot
from dscore.taggers.registry import find_tagger
from tests.made_models import make_tagger
from tests.taggers.hub_server import Hub, serving
from tests.taggers.loading import finished

PINNED = find_tagger("wd14-vit-v3")
COMMIT = PINNED.revision
OTHER = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving() as server:
        server.publish(PINNED.repo, COMMIT, make_tagger(tmp_path / "on the hub", padding=50_000))
        yield server


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def handmade(cache: Path, spec: TaggerSpec, commit: str, *, ref: str = "") -> Path:
    """A cache as other programs leave it: plain files in a snapshot, no blobs."""
    root = cache / f"models--{spec.repo.replace('/', '--')}"
    if ref:
        (root / "refs").mkdir(parents=True)
        (root / "refs" / ref).write_text(commit)
    return make_tagger(root / "snapshots" / commit)


def parts(cache: Path) -> list[Path]:
    return [path for path in cache.rglob("*") if path.suffix == ".incomplete"]


def test_both_files_arrive_whole_at_the_pinned_commit_and_progress_is_in_bytes(
    hub: Hub, cache: Path, tmp_path: Path
) -> None:
    steps = download(PINNED, cache=cache, endpoint=hub.url)
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            snapshot = end.value
            break
    assert snapshot == Snapshot(snapshot.folder, COMMIT, pinned=True)
    sizes = 0
    for name in ("model.onnx", "selected_tags.csv"):
        original = (tmp_path / "on the hub" / name).read_bytes()
        assert (snapshot.folder / name).read_bytes() == original
        sizes += len(original)
    assert (seen[-1].done, seen[-1].total) == (sizes, sizes)
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert "model.onnx of SmilingWolf/wd-vit-tagger-v3" in seen[-1].message
    assert find_snapshot(PINNED, cache=cache) == snapshot


@pytest.mark.parametrize("revision", ["v2.0", COMMIT[:7], COMMIT])
def test_a_tag_and_an_abbreviated_commit_find_the_whole_commit(hub: Hub, cache: Path, revision: str) -> None:
    hub.refs[f"{PINNED.repo}@v2.0"] = COMMIT
    spec = replace(PINNED, revision=revision)
    snapshot = finished(download(spec, cache=cache, endpoint=hub.url))
    assert snapshot.commit == COMMIT
    assert find_snapshot(spec, cache=cache) == snapshot


def test_an_abbreviated_commit_is_found_behind_the_head(hub: Hub, cache: Path, tmp_path: Path) -> None:
    hub.publish(PINNED.repo, OTHER, make_tagger(tmp_path / "newer", size=64))
    snapshot = finished(download(replace(PINNED, revision=COMMIT[:7]), cache=cache, endpoint=hub.url))
    assert snapshot.commit == COMMIT
    with pytest.raises(ModelError, match="no commit abcdef1 of"):
        finished(download(replace(PINNED, revision="abcdef1"), cache=cache, endpoint=hub.url))


@pytest.mark.parametrize(("ref", "pinned"), [("", True), ("main", False)])
def test_a_handmade_cache_is_found_without_a_network(cache: Path, ref: str, pinned: bool) -> None:
    commit = OTHER if ref else COMMIT
    folder = handmade(cache, PINNED, commit, ref=ref)
    assert find_snapshot(PINNED, cache=cache) == Snapshot(folder, commit, pinned=pinned)


def test_a_snapshot_with_one_of_the_files_is_none(cache: Path) -> None:
    (handmade(cache, PINNED, COMMIT) / "model.onnx").unlink()
    assert find_snapshot(PINNED, cache=cache) is None
    assert find_snapshot(PINNED, cache=cache / "nowhere") is None


def test_the_environment_says_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "home" / "hub"))
    folder = handmade(tmp_path / "home" / "hub", PINNED, COMMIT)
    assert find_snapshot(PINNED) == Snapshot(folder, COMMIT)


def test_an_unreachable_hub_is_said_at_once_with_the_other_ways(cache: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
    start = time.monotonic()
    with pytest.raises(ModelError, match=r"could not be downloaded from http.*HF_ENDPOINT.*folder"):
        finished(download(PINNED, cache=cache, endpoint=endpoint))
    assert time.monotonic() - start < 15  # the client alone takes 23


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"status": 503}, "could not be downloaded"),
        ({"status": 401}, "could not be downloaded|gone, private or wants a login"),
        ({"commits": {}}, "gone, private or wants a login"),
        ({"refs": {}}, "no revision v9 of"),
    ],
)
def test_the_hubs_refusals_become_sentences(hub: Hub, cache: Path, fault: dict[str, object], said: str) -> None:
    for name, value in fault.items():
        setattr(hub, name, value)
    with pytest.raises(ModelError, match=said):
        finished(download(replace(PINNED, revision="v9"), cache=cache, endpoint=hub.url))
    assert find_snapshot(PINNED, cache=cache) is None


def test_a_repository_without_the_model_is_no_tagger(hub: Hub, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "on the hub" / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"lacks model\.onnx or selected_tags\.csv"):
        finished(download(PINNED, cache=cache, endpoint=hub.url))


def test_too_little_room_is_known_before_the_first_byte(hub: Hub, cache: Path) -> None:
    hub.announced_size = 10**18
    with pytest.raises(DiskFullError, match=r"needs 1,000,000,000,00\d\.\d MB in .* are free.*HF_HOME"):
        finished(download(PINNED, cache=cache, endpoint=hub.url))
    assert hub.gets("model.onnx") == hub.gets("selected_tags.csv") == 0


def test_a_connection_cut_once_goes_on_where_it_was(hub: Hub, cache: Path, tmp_path: Path) -> None:
    hub.cut_after, hub.cuts = 20_000, 1
    snapshot = finished(download(PINNED, cache=cache, endpoint=hub.url))
    assert hub.gets("model.onnx") == 2
    assert (snapshot.folder / "model.onnx").read_bytes() == (tmp_path / "on the hub" / "model.onnx").read_bytes()


def test_a_connection_cut_for_ever_leaves_no_half_model_and_the_next_start_succeeds(hub: Hub, cache: Path) -> None:
    hub.cut_after = 0
    with pytest.raises(ModelError, match="could not be downloaded"):
        finished(download(PINNED, cache=cache, endpoint=hub.url))
    assert find_snapshot(PINNED, cache=cache) is None
    assert not parts(cache)
    hub.cut_after = None
    assert finished(download(PINNED, cache=cache, endpoint=hub.url)).pinned
    assert hub.gets("selected_tags.csv") == 1


def test_leaving_a_download_waits_for_nothing_and_leaves_no_model(hub: Hub, cache: Path) -> None:
    hub.seconds_a_chunk = 0.15  # two seconds in all
    steps = download(PINNED, cache=cache, endpoint=hub.url)
    while "model.onnx" not in next(steps).message:
        pass
    steps.close()
    (left,) = [thread for thread in threading.enumerate() if thread.name == "model-download"]
    left.join(10)
    assert find_snapshot(PINNED, cache=cache) is None
    assert not parts(cache)


def test_parts_of_a_killed_run_are_swept_and_those_of_a_running_one_stay(hub: Hub, cache: Path) -> None:
    blobs = cache / "models--SmilingWolf--wd-vit-tagger-v3" / "blobs"
    blobs.mkdir(parents=True)
    old, new = blobs / "abc.1.incomplete", blobs / "abc.2.incomplete"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    finished(download(PINNED, cache=cache, endpoint=hub.url))
    assert parts(cache) == [new]
