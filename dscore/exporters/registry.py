"""The exporters by name; each is imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from dscore.errors import NotFoundError
from dscore.exporters.base import Exporter

EXPORTERS = {
    "kohya": "dscore.exporters.kohya:KohyaExporter",
    "plain": "dscore.exporters.plain:PlainExporter",
}


def exporter(name: str) -> Exporter:
    """The exporter of that name; raises NotFoundError."""
    if name not in EXPORTERS:
        raise NotFoundError(f"There is no export format “{name}”. Known are: {', '.join(EXPORTERS)}.")
    module, _, attribute = EXPORTERS[name].partition(":")
    return cast("Exporter", getattr(import_module(module), attribute)())
