"""Loading a made captioner in a test, in one call."""

from __future__ import annotations

from pathlib import Path

from dscore.captioners.base import Precision, Wording
from dscore.captioners.blip import Blip
from dscore.captioners.files import fetch_files
from dscore.captioners.registry import find_captioner, load_captioner
from tests.taggers.loading import finished


def reloaded(folder: Path, wording: Wording, *, precision: Precision = "auto", device: str = "cpu") -> Blip:
    """The captioner that lies in the folder."""
    spec = find_captioner(folder)
    files = finished(fetch_files(spec, hashes=folder / "hashes.json"))
    captioner = load_captioner(spec, files, wording, device=device, precision=precision)
    assert isinstance(captioner, Blip)
    return captioner
