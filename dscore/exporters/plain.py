"""Pictures with their captions beside them, in one flat folder: what every trainer takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dscore.config import Library
from dscore.exporters.base import ExportOptions, ExportPlan, Writing
from dscore.exporters.layout import place_pictures, warnings
from dscore.exporters.target import absolute
from dscore.exporters.write import write_export
from dscore.models import ExportItem


class PlainExporter:
    """One flat folder."""

    name = "plain"
    description = "Pictures and captions side by side in one folder"

    def plan(self, items: Sequence[ExportItem], options: ExportOptions, *, target: Path) -> ExportPlan:
        """Lay out everything without touching a disk; raises ExportError where it cannot be done."""
        target = absolute(target)
        pictures = place_pictures(items, options)
        notes = warnings(pictures, options, target=target)
        return ExportPlan(self.name, target, options, pictures, warnings=notes)

    def write(self, plan: ExportPlan, *, library: Library) -> Writing:
        """See `base.Exporter.write`."""
        return write_export(plan, library=library)
