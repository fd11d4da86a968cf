"""The doctor's eye for speed: how many pictures a second can be made ready, and how many the model takes."""

from __future__ import annotations

from collections.abc import Iterator

from dscore.taggers.probe import Tried

Row = tuple[str, str, str, str]
"""Topic, level ("good", "fair" or "bad"), what was found, what to do."""


def speed(tried: Tried, *, cores: int) -> Iterator[Row]:
    """Pictures a second that can be made ready, and that the model takes; the smaller one is the limit."""
    exact, fast = tried.decode + tried.prepare, tried.decode + tried.fast
    if not tried.decode:
        return
    ready = (
        f"A JPEG of 1024 x 1024 takes {tried.decode:.1f} ms to decode and {tried.prepare:.1f} ms to make ready for a tagger"
        + (f" ({tried.fast:.1f} ms quickly)" if tried.fast else "")
        + f": {cores * 1000 / exact:,.0f} a second on {_cores(cores)}."
    )
    topic = "Making pictures ready"
    if tried.resize_error:
        slow = f" Pillow resizes them, which takes two and a half times as long as numba's way: {tried.resize_error}."
        yield topic, "fair", ready + slow, "pip install --force-reinstall numba"
    else:
        yield topic, "good", ready, ""
    yield _limit(tried, supply=cores * 1000 / exact, quick=cores * 1000 / fast if tried.fast else 0.0)


def _limit(tried: Tried, *, supply: float, quick: float) -> Row:
    topic = "What limits the speed"
    if tried.model_error:
        return (
            topic,
            "bad",
            f"{tried.model} could not be tried: {tried.model_error}",
            "Choose another tagger, or download it again.",
        )
    if not tried.model:
        return topic, "good", "No tagger is on this machine yet, so its speed could not be tried.", ""
    takes = 1000 / tried.infer
    words = f"{tried.model} takes {takes:,.1f} pictures a second on the {_device(tried.model_device)}"
    if tried.model_device == "cpu":
        return (
            topic,
            "fair",
            f"{words}: the model is the limit.",
            "A GPU is some 25 times as quick; wd14-vit-v3 is the quickest tagger.",
        )
    if takes <= supply:
        return topic, "good", f"{words}: the card is the limit, as it should be.", ""
    cure = (
        f"Take the quick preparation (--preparation fast): {quick:,.0f} a second can then be made ready."
        if quick > supply
        else "More cores would help."
    )
    return topic, "fair", f"{words}, and {supply:,.0f} can be made ready: the card waits for the processor.", cure


def _device(device: str) -> str:
    return "processor" if device == "cpu" else "GPU"


def _cores(cores: int) -> str:
    return "1 core" if cores == 1 else f"{cores} cores"
