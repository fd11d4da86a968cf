"""The doctor on this very machine: the command, the trial run in a process of its own, the library and its disk."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from dscore.catalog import backup, connection
from dscore.config import Library, Settings
from dscore.pipeline import doctor
from dscore.pipeline.doctor import Level
from tests.commands import Commands
from tests.made_sets import fill, scored, tagger


@pytest.fixture
def tagged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A library whose last tagger was a made one."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    dscore = Commands(tmp_path / "library")
    dscore.good("import", fill(tmp_path / "heap", {"a.png": scored({"1girl": 0.9})}))
    dscore.good("tag", "heap", "--tagger", tagger(tmp_path / "made"), "--device", "cpu")
    return dscore


def _ending(tmp_path: Path, module: str, last_words: str) -> Path:
    """A folder with a module that takes the process down which loads it."""
    folder = tmp_path / "ending"
    folder.mkdir()
    (folder / f"{module}.py").write_text(f"import os\nos.write(2, {last_words.encode()!r})\nos._exit(139)\n")
    return folder


def test_the_command_tries_the_tagger_that_ran_last_and_loads_no_runtime_itself(
    tagged: Commands, tmp_path: Path
) -> None:
    before = {name for name in ("torch", "transformers") if name in sys.modules}
    ran = tagged("doctor", "--json")
    assert {name for name in ("torch", "transformers") if name in sys.modules} == before
    report = ran.json
    topics = {finding["topic"]: finding for finding in report["findings"]}
    assert ran.code == (1 if report["worst"] == "bad" else 0)
    assert report["tried"]["model"] == "made"
    assert [report["tried"][f"{what}_error"] for what in ("model", "torch", "resize")] == ["", "", ""]
    assert report["tried"]["device"] in {"cpu", "cuda"}
    assert report["captioning"]["device"] in {"cpu", "cuda"}
    assert topics["BLIP runs on"]["level"] != "bad"
    assert "None is on this machine" in topics["BLIP's models"]["found"]
    assert min(report["tried"][name] for name in ("decode", "prepare", "fast", "infer")) > 0
    assert "made takes" in topics["What limits the speed"]["found"]
    assert topics["Library"]["level"] == "good"
    assert str(tagged.home) in topics["Disk of the library"]["found"]
    assert "Python" in topics["Versions"]["found"]
    assert tmp_path.exists()


def test_a_tagger_that_broke_meanwhile_is_said(
    tagged: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(_ending(tmp_path, "transformers", "it is not asked for here")))
    (tmp_path / "made" / "model.onnx").write_bytes(b"nothing")
    ran = tagged("doctor")
    assert ran.code == 1
    assert "BAD   What limits the speed: made could not be tried: " in ran.out.replace(str(tmp_path / "made"), "made")
    assert "→ Choose another tagger" in ran.out


def test_the_tagger_to_try_is_one_that_is_here(tagged: Commands, tmp_path: Path) -> None:
    assert doctor.tagger_here(tagged.library) == str(tmp_path / "made")
    shutil.rmtree(tmp_path / "made")
    assert doctor.tagger_here(tagged.library) == ""


def test_a_trial_that_takes_its_process_down_is_one_finding(
    tagged: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(_ending(tmp_path, "onnxruntime", "libcudart.so.13: wrong ELF class")))
    report = doctor.examine(tagged.library)
    assert report.worst is Level.BAD
    (finding,) = (one for one in report.findings if one.level is Level.BAD)
    assert finding.found == "The trial run of a model ended with code 139: libcudart.so.13: wrong ELF class."
    assert [one.topic for one in report.findings if one is not finding] == [
        "BLIP runs on", "BLIP's models", "Library", "Disk of the library", "Disk of the models", "Versions",
    ]  # fmt: skip


def test_a_library_that_is_written_for_a_share_is_told_what_that_costs(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    library.save_settings(Settings(journal="truncate"))
    with connection.open_catalog(library):
        pass
    (finding,) = doctor._library(library)
    assert finding.level is Level.FAIR
    assert "pages wait while something is written" in finding.found
    assert "Look at the disk" in finding.cure


def test_a_backup_that_cannot_be_read_is_named_with_what_it_holds_up(tmp_path: Path) -> None:
    library = Library(tmp_path / "library")
    assert list(doctor._backups(library)) == []
    with connection.open_catalog(library):
        pass
    whole = backup.write(library)
    assert list(doctor._backups(library)) == []
    for number in range(5):
        (library.backups / f"bad-{number}.db").write_bytes(whole.read_bytes()[:5000])
    (finding,) = doctor._backups(library)
    assert finding.level is Level.FAIR
    assert finding.found.startswith(f"bad-0.db, bad-1.db, bad-2.db and 2 more in {library.backups} cannot be read.")
    assert "is not cleared away" in finding.found
    assert "delete it" in finding.cure


def test_a_disk_that_is_nearly_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for scarce, little, level in ((0.0, 1.0, Level.GOOD), (0.0, 1e18, Level.FAIR), (1e18, 1e18, Level.BAD)):
        monkeypatch.setattr(doctor, "SCARCE", scarce)
        monkeypatch.setattr(doctor, "LITTLE", little)
        found = list(doctor._disks(Library(tmp_path / "not there yet")))
        assert [one.level for one in found] == [level, level]
        assert all(bool(one.cure) == (level is not Level.GOOD) for one in found)
