"""Hub files stand in the real cache layout, or come from a hub on the loopback; no other network is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dscore.captioners.files import fetch_files, is_here
from dscore.captioners.registry import HUB_FILES, find_captioner
from dscore.errors import ModelError
from tests.taggers.hub_server import Hub, serving
from tests.taggers.loading import finished

LARGE, BASE = find_captioner("blip-large"), find_captioner("blip-base")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {name: name.encode() * 100 for name in HUB_FILES}


def written(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    return folder


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    folder = written(tmp_path / "on the hub")
    with serving() as server:
        server.publish(LARGE.repo, LARGE.revision, folder)
        server.publish(BASE.repo, COMMIT, folder, ref=BASE.revision)
        yield server


@pytest.mark.parametrize(("spec", "commit"), [(LARGE, LARGE.revision), (BASE, COMMIT)], ids=["commit", "pull request"])
def test_only_what_is_needed_comes_from_the_hub_and_then_lies_in_the_cache(
    hub: Hub, tmp_path: Path, spec: object, commit: str
) -> None:
    assert spec in {LARGE, BASE}
    wanted = LARGE if spec is LARGE else BASE
    cache, hashes = tmp_path / "cache", tmp_path / "hashes.json"
    assert not is_here(wanted, cache=cache)
    files = finished(fetch_files(wanted, hashes=hashes, cache=cache, endpoint=hub.url))
    assert {path.name for path in files.folder.iterdir()} == set(HUB_FILES)
    assert (files.folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    assert (files.identity.source, files.identity.revision) == (wanted.repo, commit)
    assert hub.gets("pytorch_model.bin") == 0
    asked = len(hub.asked)
    assert is_here(wanted, cache=cache)
    assert finished(fetch_files(wanted, hashes=hashes, cache=cache, offline=True)) == files
    assert len(hub.asked) == asked


def test_a_cache_as_other_programs_leave_it_is_found(tmp_path: Path) -> None:
    written(tmp_path / f"models--{LARGE.repo.replace('/', '--')}" / "snapshots" / LARGE.revision)
    files = finished(fetch_files(LARGE, hashes=tmp_path / "hashes.json", cache=tmp_path, offline=True))
    assert files.identity.revision == LARGE.revision


def test_a_cache_with_the_pickle_alone_is_none(tmp_path: Path) -> None:
    folder = written(tmp_path / f"models--{LARGE.repo.replace('/', '--')}" / "snapshots" / LARGE.revision)
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="blip-large is not on this machine"):
        finished(fetch_files(LARGE, hashes=tmp_path / "hashes.json", cache=tmp_path, offline=True))


def test_other_weights_under_the_same_commit_are_refused(hub: Hub, tmp_path: Path) -> None:
    cache, hashes = tmp_path / "cache", tmp_path / "hashes.json"
    files = finished(fetch_files(LARGE, hashes=hashes, cache=cache, endpoint=hub.url))
    config = files.folder / "config.json"
    content = config.read_bytes()
    config.unlink()
    config.write_bytes(content + b" ")
    with pytest.raises(ModelError, match=r"config\.json of Salesforce/blip.* is not the file that was used before"):
        finished(fetch_files(LARGE, hashes=hashes, cache=cache))


def test_a_repository_without_safetensors_is_said_with_the_other_way(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "on the hub" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"on the hub lacks model\.safetensors or "):
        finished(fetch_files(LARGE, hashes=tmp_path / "hashes.json", cache=tmp_path / "cache", endpoint=hub.url))


def test_any_file_makes_another_model(tmp_path: Path) -> None:
    from tests.captioners.test_registry import laid

    first = finished(fetch_files(find_captioner(laid(tmp_path / "a")), hashes=tmp_path / "hashes.json"))
    same = finished(fetch_files(find_captioner(laid(tmp_path / "b")), hashes=tmp_path / "hashes.json"))
    other = laid(tmp_path / "c", tokenizer__json={"other": 1})
    third = finished(fetch_files(find_captioner(other), hashes=tmp_path / "hashes.json"))
    assert first.identity.fingerprint == same.identity.fingerprint != third.identity.fingerprint
