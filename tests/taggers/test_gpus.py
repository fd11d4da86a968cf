"""What `--device` stands for, and the driver's own words."""

from __future__ import annotations

import pytest

from dscore.errors import WrongUseError
from dscore.taggers.gpus import ask_driver, devices


@pytest.mark.parametrize(
    ("asked", "gpus", "found"),
    [
        ("auto", 0, ("auto",)),
        ("auto", 1, ("auto",)),
        ("auto", 3, ("auto", "cuda:1", "cuda:2")),
        ("cuda", 1, ("cuda",)),
        ("cuda", 2, ("cuda", "cuda:1")),
        ("cuda:1", 4, ("cuda:1",)),
        ("cuda:0, CUDA:2", 4, ("cuda:0", "cuda:2")),
        ("cpu", 4, ("cpu",)),
        ("cpu,cpu", 4, ("cpu", "cpu")),
    ],
)
def test_one_worker_for_each_device(asked: str, gpus: int, found: tuple[str, ...]) -> None:
    assert devices(asked, gpus=gpus) == found


@pytest.mark.parametrize("asked", ["tpu", "cuda:", "cuda:x", "cpu:1", "", "cuda,,cpu"])
def test_other_words_are_refused(asked: str) -> None:
    with pytest.raises(WrongUseError, match="auto, cpu, cuda"):
        devices(asked, gpus=1)


def test_the_driver_is_asked_without_torch() -> None:
    driver = ask_driver()
    assert driver.cuda is None or driver.cuda >= (11, 0)
    assert [gpu.number for gpu in driver.gpus] == list(range(len(driver.gpus)))
