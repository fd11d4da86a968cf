"""Each thing that can be wrong with a machine gets its level and its cure; versions are made up, sentences are real."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dscore.pipeline import doctor_machine as machine
from dscore.taggers.probe import Tried

CARD = Tried(
    device="cuda", driver_cuda="13.1", gpus=("NVIDIA RTX 4090, 24 GB",),
    decode=5.0, prepare=15.0, fast=3.0, model="wd14-vit-v3", model_device="cuda", infer=8.0, batch=8,
)  # fmt: skip
NONE = replace(CARD, device="cpu", driver_cuda="", gpus=(), model_device="cpu", infer=300.0)


def test_two_runtimes_are_bad_and_both_go() -> None:
    _, level, found, cure = machine.packages({"onnxruntime": "1.27.0", "onnxruntime-gpu": "1.26.0"})
    assert (level, "hides CUDA" in found) == ("bad", True)
    assert cure == "pip uninstall -y onnxruntime onnxruntime-gpu, then pip install onnxruntime-gpu"
    assert machine.packages({})[1] == "bad"
    assert machine.packages({"onnxruntime-gpu": "1.31.1"})[1] == "good"


def test_no_driver_no_card_and_a_card() -> None:
    assert machine.card(NONE)[1] == "fair"
    level, found, cure = machine.card(replace(CARD, gpus=()))[1:]
    assert (level, "sees no card" in found, "CUDA_VISIBLE_DEVICES" in cure) == ("bad", True, True)
    assert machine.card(CARD)[1:3] == ("good", "NVIDIA RTX 4090, 24 GB; the driver runs CUDA up to 13.1.")


@pytest.mark.parametrize(
    ("driver", "runtime", "torch", "level", "said"),
    [
        ("13.1", "1.31.1", "13.0", "good", "built for CUDA 13, and torch for CUDA 13.0"),
        ("13.1", "1.31.1", "", "good", "torch is a build without CUDA"),
        ("12.8", "1.31.1", "12.8", "bad", "needs CUDA 13, and the driver runs CUDA 12.8 at most"),
        ("12.8", "1.26.0", "12.8", "good", "built for CUDA 12, and torch for CUDA 12.8"),
        ("13.1", "1.31.1", "12.8", "fair", "they share no libraries"),
        ("11.8", "1.26.0", "11.8", "bad", "needs CUDA 12"),
    ],
)
def test_the_three_cudas_are_compared(driver: str, runtime: str, torch: str, level: str, said: str) -> None:
    ((_, found_level, found, cure),) = machine.cuda(replace(CARD, driver_cuda=driver), runtime, torch)
    assert (found_level, said in found) == (level, True)
    assert bool(cure) == (level != "good")


def test_the_processor_in_spite_of_a_card_is_bad_and_names_the_library() -> None:
    _, level, found, cure = machine.session(replace(CARD, device="cpu", why="libcudnn.so.9 cannot be loaded"))
    assert (level, "libcudnn.so.9" in found, "onnxruntime-gpu[cuda,cudnn]" in cure) == ("bad", True, True)
    assert machine.session(CARD)[1] == "good"
    assert machine.session(NONE)[1:3] == ("good", "The processor, since there is no card.")
    assert machine.session(Tried(why="No module named 'onnxruntime'"))[1] == "bad"


def test_a_torchvision_of_another_torch_is_bad() -> None:
    def look(**given: str) -> tuple[str, str, str, str]:
        return machine.torch(CARD, given["torch"], torchvision=given["torchvision"], wants=given["wants"])

    level, found, cure = look(torch="2.13.0+cpu", torchvision="0.29.1", wants="2.14.0")[1:]
    assert (level, "BLIP cannot load" in found, "uninstall -y torchvision" in cure) == ("bad", True, True)
    assert look(torch="2.14.0+cu130", torchvision="0.29.1", wants="2.14.0")[1] == "good"
    assert look(torch="2.13.0", torchvision="", wants="")[1] == "good"
    assert machine.torch(CARD, "", torchvision="", wants="")[1] == "fair"
    assert machine.torch(replace(CARD, torch_error="no libc10"), "2.13.0", torchvision="", wants="")[1] == "bad"


@pytest.mark.parametrize(
    ("requirements", "wants"),
    [(["numpy", "torch==2.14.0"], "2.14.0"), (["torch (==2.13.0)"], "2.13.0"), (["torch>=2"], "")],
)
def test_the_torch_that_a_torchvision_was_made_for(requirements: list[str], wants: str) -> None:
    assert machine.pinned_torch(requirements) == wants


@pytest.mark.parametrize(("runtime", "major"), [("1.20.1", 12), ("1.26.4", 12), ("1.27.0", 13), ("1.31.1", 13)])
def test_the_cuda_of_a_wheel(runtime: str, major: int) -> None:
    assert machine.runtime_cuda(runtime) == major
