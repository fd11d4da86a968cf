"""Measurements; `make bench` runs them all. Nothing here is a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, the value, its unit, and the goal as words."""

    name: str
    value: float
    unit: str
    goal: str
