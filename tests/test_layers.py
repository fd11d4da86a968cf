"""The walls of the house: imports go one way, Streamlit stays in the pages, SQL in the catalog."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "dscore"

# What each room may import of dscore, besides itself.
FOUNDATION = {"errors", "models", "config"}
MAY_IMPORT = {
    "errors": set(),
    "models": set(),
    "config": {"errors"},
    "media": FOUNDATION,
    "text": FOUNDATION,
    "quality": FOUNDATION | {"media", "text"},
    "catalog": FOUNDATION | {"text", "quality"},
    "fetch": FOUNDATION,
    "sources": FOUNDATION | {"media", "text", "fetch"},
    "taggers": FOUNDATION | {"media", "text"},
    "captioners": FOUNDATION | {"media", "text", "fetch", "taggers"},
    "exporters": FOUNDATION | {"media", "text"},
    "pipeline": FOUNDATION
    | {"media", "text", "quality", "catalog", "fetch", "sources", "taggers", "captioners", "exporters"},
}
MAY_IMPORT["worker"] = MAY_IMPORT["pipeline"] | {"pipeline"}
MAY_IMPORT["cli"] = MAY_IMPORT["worker"] | {"worker"}
MAY_IMPORT["web"] = MAY_IMPORT["pipeline"] | {"pipeline", "worker"}
MAY_IMPORT["__main__"] = {"cli"}

HEAVY = {"torch", "transformers", "onnxruntime", "numba"}
POSIX_ONLY = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "posix", "syslog", "crypt", "readline"}
SQL = re.compile(
    r"^\s*(select\s.+\sfrom|insert\s+(or\s+\w+\s+)?into|update\s+\w+\s+set\s|delete\s+from|pragma)\s",
    re.IGNORECASE | re.DOTALL,
)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            if node.module == "dscore":
                yield from ((f"dscore.{alias.name}", node) for alias in node.names)
            else:
                yield node.module or "", node


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        return
    for name, _ in imports(ast.parse(path.read_text(encoding="utf-8"))):
        top, _, rest = name.partition(".")
        assert top != "streamlit", f"{path} imports streamlit"
        if top == "dscore" and rest and rest != "__version__":
            other = rest.split(".")[0]
            assert other == own or other in MAY_IMPORT[own], f"{path} imports dscore.{other}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_libraries_are_imported_only_where_they_work(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for name, _ in imports(statement):
                assert name.split(".")[0] not in HEAVY, f"{path} imports {name} when it is itself imported"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_needs_a_posix_system(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name, _ in imports(ast.parse(text)):
        assert name.split(".")[0] not in POSIX_ONLY, f"{path} imports {name}, which Windows does not have"
    assert "/proc/" not in text
    assert "os.fork" not in text


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_lives_in_the_catalog_only(path: Path) -> None:
    if room(path) == "catalog":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert not SQL.match(node.value), f"{path}:{node.lineno} holds SQL"


def test_every_room_is_known() -> None:
    rooms = {room(path) for path in modules()} - {"__init__"}
    assert rooms == set(MAY_IMPORT)


def test_python_is_one_that_is_promised() -> None:
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
