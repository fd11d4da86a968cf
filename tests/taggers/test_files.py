from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dscore.errors import ModelError
from dscore.taggers.base import ModelIdentity, TaggerFiles
from dscore.taggers.files import check_identity, fetch_files, is_here
from dscore.taggers.registry import find_tagger, load_tagger
from tests.made_models import make_tagger
from tests.taggers.hub_server import Hub, serving
from tests.taggers.loading import finished

SPEC = find_tagger("wd14-vit-v3")
FOUND = {"model.onnx": "1", "selected_tags.csv": "2"}
KEY = f"{SPEC.repo}@{SPEC.revision}"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving() as server:
        server.publish(SPEC.repo, SPEC.revision, make_tagger(tmp_path / "on the hub"))
        yield server


class Home:
    """A machine's own places: a cache, and the record of hashes."""

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "cache"
        self.hashes = folder / "state" / "hashes.json"

    def fetch(self, **options: Any) -> TaggerFiles:
        return finished(fetch_files(SPEC, hashes=self.hashes, cache=self.cache, **options))

    def recorded(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self.hashes.read_text())
        return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_is_taken_as_it_is_and_records_nothing(tmp_path: Path, home: Home) -> None:
    folder = make_tagger(tmp_path / "mine")
    files = finished(fetch_files(find_tagger(folder), hashes=home.hashes))
    expected = ModelIdentity("mine", "", sha256(folder / "model.onnx"), sha256(folder / "selected_tags.csv"))
    assert (files.identity, files.model, files.note) == (expected, folder / "model.onnx", "")
    assert not home.hashes.exists()


def test_a_download_is_recorded_and_the_next_start_needs_no_network(hub: Hub, home: Home) -> None:
    first = home.fetch(endpoint=hub.url)
    assert first.identity.revision == SPEC.revision
    assert home.recorded() == {
        KEY: {"model.onnx": first.identity.model_sha256, "selected_tags.csv": first.identity.labels_sha256}
    }
    asked = len(hub.asked)
    assert home.fetch(endpoint=hub.url) == first
    assert home.fetch(offline=True) == first
    assert len(hub.asked) == asked
    assert load_tagger(SPEC, first, device="cpu").name == "wd14-vit-v3"


def test_offline_without_the_files_is_refused(home: Home) -> None:
    assert not is_here(SPEC, cache=home.cache)
    with pytest.raises(ModelError, match="not on this machine"):
        home.fetch(offline=True)


def test_what_arrives_damaged_is_removed_and_the_next_start_gets_it_whole(hub: Hub, home: Home) -> None:
    hub.damaged = True
    with pytest.raises(ModelError, match="arrived damaged: its SHA-256 is") as caught:
        home.fetch(endpoint=hub.url)
    assert sha256(hub.commits[SPEC.repo][SPEC.revision] / "model.onnx") in str(caught.value)
    assert not is_here(SPEC, cache=home.cache)
    assert not home.hashes.exists()
    hub.damaged = False
    assert home.fetch(endpoint=hub.url).identity.revision == SPEC.revision


def test_other_bytes_under_the_same_commit_are_refused_naming_both(hub: Hub, home: Home, tmp_path: Path) -> None:
    first = home.fetch(endpoint=hub.url)
    make_tagger(tmp_path / "on the hub", size=64)
    home.cache = tmp_path / "another cache"
    with pytest.raises(ModelError, match=r"model\.onnx of .* is not the file that was used before") as caught:
        home.fetch(endpoint=hub.url)
    assert first.identity.model_sha256 in str(caught.value)
    assert sha256(tmp_path / "on the hub" / "model.onnx") in str(caught.value)
    assert home.recorded()[KEY]["model.onnx"] == first.identity.model_sha256


def test_another_commit_in_the_cache_is_used_and_said(home: Home) -> None:
    other = "0123456789abcdef0123456789abcdef01234567"
    root = home.cache / "models--SmilingWolf--wd-vit-tagger-v3"
    make_tagger(root / "snapshots" / other)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(other)
    files = home.fetch(offline=True)
    assert files.identity.revision == other
    assert "commit 0123456789ab" in files.note
    assert "7f6b584d0bd3" in files.note
    assert load_tagger(SPEC, files, device="cpu").note == files.note


def test_records_of_other_models_stay(tmp_path: Path) -> None:
    hashes = tmp_path / "hashes.json"
    for revision in ("a", "b"):
        check_identity("x", revision, FOUND, hashes=hashes, folder=tmp_path)
    assert sorted(json.loads(hashes.read_text())) == ["x@a", "x@b"]
    with pytest.raises(ModelError, match=r"selected_tags\.csv of x@b.*SHA-256 is 3, and 2 was recorded"):
        check_identity("x", "b", {**FOUND, "selected_tags.csv": "3"}, hashes=hashes, folder=tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"x@a": 1}'])
def test_a_damaged_record_is_named(tmp_path: Path, content: str) -> None:
    hashes = tmp_path / "hashes.json"
    hashes.write_text(content)
    with pytest.raises(ModelError, match=r"hashes\.json.* Delete it"):
        check_identity("x", "a", FOUND, hashes=hashes, folder=tmp_path)


def test_a_file_that_went_missing_is_named(tmp_path: Path, home: Home) -> None:
    spec = replace(find_tagger(make_tagger(tmp_path / "mine")), folder=tmp_path / "gone")
    with pytest.raises(ModelError, match=r"model\.onnx cannot be read"):
        finished(fetch_files(spec, hashes=home.hashes))
