"""The doctor's eye for captioners: whether BLIP loads, what it would run on, and which of its models are here."""

from __future__ import annotations

from collections.abc import Iterator

from dscore.captioners.files import is_here
from dscore.captioners.probe import Tried
from dscore.captioners.registry import CAPTIONERS
from dscore.pipeline.doctor_machine import version
from dscore.pipeline.doctor_speed import Row
from dscore.text.sizes import readable_size


def findings(tried: Tried, *, cards: bool) -> Iterator[Row]:
    """`cards`: whether the machine has an NVIDIA card."""
    yield blip(tried, {name: version(name) for name in ("torch", "transformers")}, cards=cards)
    yield weights([spec.name for spec in CAPTIONERS if is_here(spec)])


def blip(tried: Tried, installed: dict[str, str], *, cards: bool) -> Row:
    """Its two packages, and the device; chat models behind an address need neither."""
    topic, missing = "BLIP runs on", [name for name, found in installed.items() if not found]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        found = (
            f"Nothing: {' and '.join(missing)} {are} not installed. Chat models behind an address caption all the same."
        )
        return topic, "fair", found, "pip install -r requirements.txt"
    names = " and ".join(f"{name} {found}" for name, found in installed.items())
    if not tried.device:
        return topic, "bad", f"Nothing, with {names}: {tried.why}", "pip install --force-reinstall -r requirements.txt"
    if tried.device != "cpu":
        return topic, "good", f"The GPU, with {names}.", ""
    if cards:
        return (
            topic, "fair", f"The processor, though there is a card, with {names}: {_reason(tried)}.",
            "Install a build of torch for your card: pytorch.org has the line for pip.",
        )  # fmt: skip
    return topic, "good", f"The processor, since there is no card, with {names}; blip-base is the quicker one.", ""


def _reason(tried: Tried) -> str:
    return tried.why.removeprefix("Runs on the CPU, since ").rstrip(".")


def weights(here: list[str]) -> Row:
    """What a first run would have to download."""
    topic = "BLIP's models"
    sizes = {spec.name: f"{spec.name} ({readable_size(spec.size)})" for spec in CAPTIONERS}
    if not here:
        return (
            topic,
            "good",
            f"None is on this machine; the first run downloads its own: {' or '.join(sizes.values())}.",
            "",
        )
    absent = [size for name, size in sizes.items() if name not in here]
    more = f"; not yet {' and '.join(absent)}" if absent else ""
    return topic, "good", f"On this machine: {' and '.join(sizes[name] for name in here)}{more}.", ""
