"""What a user can name stands in the README or the docs."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click
import pytest

from dscore.captioners.presets import PRESETS
from dscore.captioners.registry import CAPTIONERS
from dscore.cli import main
from dscore.config import Settings
from dscore.exporters.registry import EXPORTERS
from dscore.models import Mode
from dscore.pipeline.operations import KINDS
from dscore.sources.registry import SOURCES
from dscore.taggers.registry import TAGGERS
from dscore.text.query_words import CHECKS, FIELDS, STATES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
SEARCH = (ROOT / "docs" / "search.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"python -m dscore {command}" in README or f"`{command}" in README


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_and_option_explains_itself(command: str) -> None:
    found = main.commands[command]
    assert found.help
    for option in found.params:
        if isinstance(option, click.Option):
            assert option.help, f"{command} {option.opts}"


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_is_in_the_readme(setting: str) -> None:
    assert f"`{setting}`" in README


@pytest.mark.parametrize("tagger", [spec.repo.rpartition("/")[2] for spec in TAGGERS])
def test_every_tagger_is_in_the_readme(tagger: str) -> None:
    assert tagger in README


@pytest.mark.parametrize("word", [*(spec.name for spec in CAPTIONERS), *(preset.name for preset in PRESETS)])
def test_every_captioner_and_preset_is_in_the_readme(word: str) -> None:
    assert f"`{word}`" in README


@pytest.mark.parametrize("word", [*EXPORTERS, *(mode.value for mode in Mode), *KINDS])
def test_every_exporter_mode_and_edit_is_in_the_readme(word: str) -> None:
    assert f"`{word}" in README


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_every_source_is_in_the_readme(source: str) -> None:
    assert {"zip": "ZIP", "folder": "folder", "files": "files"}[source] in README


@pytest.mark.parametrize("word", [*FIELDS, *STATES, *CHECKS])
def test_every_search_word_is_in_the_search_page(word: str) -> None:
    assert word in SEARCH


@pytest.mark.parametrize(
    "line",
    [line for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"],
)
def test_every_dependency_has_its_reason(line: str) -> None:
    name = line.split(">", maxsplit=1)[0].split("=", maxsplit=1)[0].strip()
    assert f"| {name} |" in DESIGN
    assert "<" in line, f"{name} has no capped major"


def test_the_project_stands_alone() -> None:
    for path in ROOT.rglob("*"):
        if (
            path.suffix not in {".py", ".md", ".toml", ".txt", ".sql", ".yml"}
            or ".venv" in path.parts
            or "build" in path.parts
        ):
            continue
        assert "../" + "shared" not in path.read_text(encoding="utf-8", errors="replace"), path
