"""What limits the speed is named, with its cure; figures are made up, sentences are real."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dscore.pipeline import doctor_speed
from dscore.taggers.probe import Tried
from tests.pipeline.test_doctor_machine import CARD, NONE


@pytest.mark.parametrize(
    ("tried", "cores", "level", "said", "cure"),
    [
        (CARD, 16, "good", "the card is the limit", ""),
        (CARD, 2, "fair", "takes 125.0 pictures a second on the GPU, and 100 can be made ready", "--preparation fast"),
        (replace(CARD, fast=0.0), 2, "fair", "the card waits", "More cores"),
        (NONE, 16, "fair", "the model is the limit", "A GPU is"),
        (replace(CARD, model="", infer=0.0), 2, "good", "No tagger is on this machine yet", ""),
        (
            replace(CARD, model_error="It is broken."),
            2,
            "bad",
            "could not be tried: It is broken.",
            "Choose another tagger",
        ),
    ],
)
def test_the_limit_of_the_speed_is_named(tried: Tried, cores: int, level: str, said: str, cure: str) -> None:
    _, limit = doctor_speed.speed(tried, cores=cores)
    assert (limit[0], limit[1]) == ("What limits the speed", level)
    assert said in limit[2]
    assert cure in limit[3]
    assert bool(cure) == bool(limit[3])


def test_the_slow_resize_is_said_with_its_cure() -> None:
    ready, _ = doctor_speed.speed(replace(CARD, resize_error="No module named 'numba'"), cores=2)
    assert (ready[0], ready[1], ready[3]) == ("Making pictures ready", "fair", "pip install --force-reinstall numba")
    assert ready[2].endswith("times as long as numba's way: No module named 'numba'.")
    assert next(doctor_speed.speed(CARD, cores=2))[1] == "good"


def test_nothing_is_said_of_a_speed_that_was_not_measured() -> None:
    assert list(doctor_speed.speed(Tried(), cores=2)) == []
