"""Whether BLIP loads here and what it would run on: `python -m dscore.captioners.probe`; prints one JSON document.

In a process of its own, since it loads torch and transformers, and since a library that does not fit may take it down.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib import import_module

from dscore.captioners import blip
from dscore.errors import DscoreError


@dataclass(frozen=True, slots=True)
class Tried:
    """The device that BLIP would run on, or "" where it cannot be loaded; and why on no better one, or why not at all."""

    device: str = ""
    why: str = ""


def try_blip() -> Tried:
    """Import all that it needs, without a model."""
    try:
        torch, _ = blip.libraries()
        return Tried(*blip.device_for(torch, "auto", name="BLIP"))
    except DscoreError as error:
        return Tried("", str(error))


if __name__ == "__main__":
    import_module("warnings").simplefilter("ignore")
    print(json.dumps(asdict(try_blip())))  # noqa: T201
