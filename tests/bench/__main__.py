"""`python -m tests.bench [NAME…]`: every module here that has `run`, or those that are named, as one table."""

from __future__ import annotations

import importlib
import operator
import os
import pkgutil
import platform
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable

import tests.bench
from tests.bench import Row

_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def main(names: list[str]) -> int:
    """Print the machine and the table; 1 where a goal is missed, 2 where a name is unknown."""
    benches = _benches()
    unknown = [name for name in names if name not in benches]
    if unknown:
        print(f"There is no bench “{unknown[0]}”. There are: {', '.join(benches)}.", file=sys.stderr)  # noqa: T201
        return 2
    print(machine())  # noqa: T201
    rows: list[Row] = []
    for name in names or benches:
        for row in benches[name]():
            rows.append(row)
            print(line(row), flush=True)  # noqa: T201
    return int(any(met(row) is False for row in rows))


def machine() -> str:
    """What the figures were taken on."""
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def line(row: Row) -> str:
    """A figure as a line of the table: what, value, goal, verdict."""
    verdict = {True: "met", False: "MISSED", None: ""}[met(row)]
    return f"{row.name:68} {row.value:10.2f} {row.unit:9} {row.goal:9} {verdict}".rstrip()


def met(row: Row) -> bool | None:
    """Whether the value is as the goal says; None where there is no goal."""
    goal = re.fullmatch(r"([<>]=?) *([\d.]+)", row.goal)
    return None if goal is None else bool(_COMPARE[goal[1]](row.value, float(goal[2])))


def _benches() -> dict[str, Callable[[], Iterable[Row]]]:
    names = sorted(module.name for module in pkgutil.iter_modules(tests.bench.__path__) if module.name != "__main__")
    modules = {name: importlib.import_module(f"tests.bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
