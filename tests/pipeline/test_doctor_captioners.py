"""What can be wrong with BLIP gets its level and its cure; versions are made up, sentences are real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dscore.captioners.probe import Tried
from dscore.pipeline import doctor_captioners as captioners
from tests.commands import ROOT

BOTH = {"torch": "2.13.0", "transformers": "5.24.0"}
NO_CUDA = Tried(
    "cpu", "Runs on the CPU, since the installed torch has no CUDA (install the build for your card, see x)."
)


@pytest.mark.parametrize(
    ("tried", "installed", "cards", "level", "said", "cure"),
    [
        (Tried("cuda"), BOTH, True, "good", "The GPU, with torch 2.13.0 and transformers 5.24.0.", ""),
        (NO_CUDA, BOTH, False, "good", "since there is no card", ""),
        (NO_CUDA, BOTH, True, "fair", "5.24.0: the installed torch has no CUDA", "Install a build of torch"),
        (Tried("", "BLIP cannot be loaded: x."), BOTH, True, "bad", "BLIP cannot be loaded: x.", "--force-reinstall"),
        (
            Tried("", "No."),
            {**BOTH, "transformers": ""},
            False,
            "fair",
            "transformers is not installed",
            "pip install -r",
        ),
        (Tried("", "No."), dict.fromkeys(BOTH, ""), True, "fair", "torch and transformers are not", "pip install -r"),
    ],
)
def test_what_blip_runs_on(
    *, tried: Tried, installed: dict[str, str], cards: bool, level: str, said: str, cure: str
) -> None:
    topic, found_level, found, found_cure = captioners.blip(tried, installed, cards=cards)
    assert (topic, found_level, said in found) == ("BLIP runs on", level, True)
    assert found_cure.startswith(cure) or cure in found_cure
    assert bool(cure) == bool(found_cure)


def test_the_models_that_are_here_are_named() -> None:
    assert captioners.weights([])[2] == (
        "None is on this machine; the first run downloads its own: blip-large (1.9 GB) or blip-base (990 MB)."
    )
    assert captioners.weights(["blip-base"])[2] == ("On this machine: blip-base (990 MB); not yet blip-large (1.9 GB).")
    assert captioners.weights(["blip-large", "blip-base"])[2] == (
        "On this machine: blip-large (1.9 GB) and blip-base (990 MB)."
    )


def test_the_probe_says_in_a_sentence_why_blip_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "transformers.py").write_text("raise ImportError('operator torchvision::nms does not exist')\n")
    command = [sys.executable, "-m", "dscore.captioners.probe"]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    tried = Tried(**json.loads(ran.stdout))
    assert tried.device == ""
    assert tried.why.startswith("BLIP cannot be loaded: operator torchvision::nms does not exist. It needs torch")
