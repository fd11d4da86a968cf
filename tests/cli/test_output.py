"""What all commands share: where the library is, JSON, errors as sentences, and that they start at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from dscore.cli import main
from dscore.cli.output import listed, local_time, undo_hint
from tests.commands import ROOT, Commands
from tests.made_sets import fill, scored

HEAVY = ("torch", "transformers", "onnxruntime", "numba", "streamlit", "pandas", "PIL", "numpy", "altair")


def test_datasets_answers_without_loading_what_is_heavy(dscore: Commands) -> None:
    """Only the first command of all, which makes the catalog, may load more."""
    dscore.good("datasets")
    code = (
        "import sys\nfrom dscore.cli import main\n"
        f"main(['datasets', '--home', {str(dscore.home)!r}], standalone_mode=False)\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_home_is_named_by_option_or_by_environment(tmp_path: Path) -> None:
    dscore = Commands(tmp_path / "named by option")
    ran = dscore.process("datasets", "--json")
    assert ran.json == {"home": str(dscore.home), "datasets": [], "in_trash": []}
    ran = dscore.process("datasets", "--json", "--home", tmp_path / "other")
    assert ran.json["home"] == str(tmp_path / "other")


def test_a_home_that_cannot_be_is_a_sentence(tmp_path: Path) -> None:
    fill(tmp_path, {"file": "x"})
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        ran = Commands(home)("datasets", "--json")
        assert ran.code == 2
        assert ran.json["error"] == ran.err.strip()
        assert "cannot be made" in ran.err


@pytest.fixture
def pets(dscore: Commands, tmp_path: Path) -> Commands:
    dscore.good("import", fill(tmp_path / "pets", {"a.png": scored({}), "a.txt": "cat, red"}))
    return dscore


@pytest.mark.parametrize(
    "words",
    [
        ("search", "pets", "cat ) x"),
        ("edit", "pets", "add", "x", "--where", "cat ) x"),
        ("tag", "pets", "--tagger", "wd14-vit-v3", "--where", "cat ) x"),
        ("export", "pets", "out", "--where", "cat ) x"),
    ],
    ids=lambda words: words[0],
)
def test_an_error_in_a_search_points_at_the_word(pets: Commands, words: tuple[str, ...]) -> None:
    ran = pets(*words, "--json")
    assert ran.code == 2
    assert ran.err.splitlines()[1:] == ["  cat ) x", "      ^"]
    assert (ran.json["query"], ran.json["start"], ran.json["end"]) == ("cat ) x", 4, 5)
    assert ran.json["error"] == ran.err.splitlines()[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("search", "nope"), "There is no dataset “nope”. There is none yet; import some pictures first."),
        (("import", "no-such.zip"), "no-such.zip does not exist. Check the name"),
        (("jobs", "pause"), "Say which job to pause: python -m dscore jobs pause ID"),
        (("jobs", "pause", 7), "There is no job 7. “jobs” lists them."),
        (("restore",), "There is no good backup in "),
        (("export", "nope"), "Missing argument 'DIR'."),
        (("edit", "nope", "paint"), "'paint' is not one of"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_an_error_is_a_sentence_with_exit_2_and_json_where_asked(
    dscore: Commands, words: tuple[object, ...], said: str
) -> None:
    ran = dscore(*words, "--json")
    assert ran.code == 2
    assert said in ran.err
    assert said in ran.json["error"]
    assert dscore(*words).out == ""


def test_wrong_use_of_a_known_dataset_says_what_to_do(pets: Commands) -> None:
    for words, said in {
        ("edit", "pets", "trash"): "with --where",
        ("edit", "pets", "replace", "cat"): "wants 2 words",
        ("undo", "pets", "99"): "There is no change 99",
        ("redo", "pets"): "There is nothing to redo",
        ("tag", "pets", "--tagger", "nope"): 'There is no tagger "nope". Give one of',
        ("import", str(pets.home)): "holds the library itself",
    }.items():
        ran = pets(*words)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


@pytest.mark.parametrize(
    ("name", "command"), list(main.commands.items()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_has_a_line_of_help(name: str, command: click.Command) -> None:
    assert command.help, name
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{name} {option.opts}"


def test_long_lists_are_cut_and_a_name_is_not_said_twice() -> None:
    assert list(listed([("a.png", "a.png is empty."), ("b.txt", "No picture.")], most=1)) == [
        "  a.png is empty.",
        "  and 1 more; --json lists them all",
    ]
    assert list(listed([("b.txt", "No picture.")])) == ["  b.txt: No picture."]


def test_hints_can_be_pasted_and_times_read() -> None:
    assert undo_hint("my set", 7) == " To take it back: python -m dscore undo 'my set' 7"
    assert undo_hint("set", None) == ""
    assert len(local_time("2026-01-02T03:04:05+00:00")) == len("2026-01-02 03:04")


def test_json_is_one_document_that_keeps_every_letter(pets: Commands) -> None:
    pets.good("edit", "pets", "add", "猫")
    ran = pets("search", "pets", "--json")
    assert "猫" in ran.out
    assert json.loads(ran.out)["items"][0]["caption"] == "cat, red, 猫"
