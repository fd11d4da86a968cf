"""Odd captions through the whole road: they come out as they came, and no edit touches its neighbours."""

from __future__ import annotations

import pytest

from tests import evil_captions
from tests.commands import texts
from tests.evil_imports import Imported, good
from tests.made_sets import fill

Exported = tuple[Imported, dict[str, str], dict[str, str]]
"""The import, and the captions of an export before and after an edit."""


@pytest.fixture(scope="module")
def odd_captions(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A picture for each caption; exported as it came, and again after an edit of another tag."""
    folder = tmp_path_factory.mktemp("captions")
    captions = {name: text.encode() for name, text in evil_captions.PLAIN.items()}
    captions |= {name: content for name, (content, _) in evil_captions.CHANGED.items()} | evil_captions.EMPTY
    content: dict[str, bytes | str] = {f"{name}.txt": text for name, text in captions.items()}
    content |= {f"{name}.png": good(500 + n) for n, name in enumerate(captions)}
    content |= {
        "too long.png": good(490),
        "too long.txt": b"x" * (2 << 20),
        "sea.png": good(491),
        "sea.txt": b"sea " * 250_000,
    }
    imported = Imported(folder, fill(folder / "set", content))
    dscore = imported.dscore
    out = (folder / "before", folder / "after")
    for step, place in enumerate(out):
        if step:
            dscore.good("edit", "evil", "add", "added tag")
            dscore.good("edit", "evil", "replace", "added tag", "other tag")
        dscore.good("export", "evil", place, "--format", "plain", "--names", "kept")
    return imported, texts(out[0]), texts(out[1])


@pytest.mark.parametrize("name", [*evil_captions.PLAIN, *evil_captions.CHANGED])
def test_captions_come_out_as_they_came_and_an_edit_touches_nothing_else(odd_captions: Exported, name: str) -> None:
    _, before, after = odd_captions
    expected = evil_captions.PLAIN.get(name) or evil_captions.CHANGED[name][1]
    assert before[name] == expected
    if name in {"sentence", "mixed"}:
        assert (
            after[name]
            == {"sentence": f"other tag. {expected}", "mixed": expected.replace("solo", "solo, other tag")}[name]
        )
    else:
        assert after[name] == f"{expected}, other tag"


@pytest.mark.parametrize("name", evil_captions.EMPTY)
def test_captions_that_say_nothing_make_no_file(odd_captions: Exported, name: str) -> None:
    _, before, after = odd_captions
    assert name not in before
    assert after[name] == "other tag"


@pytest.mark.parametrize("name", evil_captions.CHANGED)
def test_what_reading_a_caption_changed_is_said(odd_captions: Exported, name: str) -> None:
    said = odd_captions[0].remarks.get(f"{name}.png", "")
    assert bool(said) == (name not in {"CRLF at the end", "CR"})


def test_a_caption_of_two_megabytes_is_listed_and_one_of_one_goes_in(
    odd_captions: Exported,
) -> None:
    imported, before, _ = odd_captions
    assert "A caption may have 1 MB; this is larger. Its picture goes in" in imported.skipped["too long.txt"]
    assert "too long.png" in imported.names
    assert before["sea"] == ("sea " * 250_000).strip()


def test_tags_with_marks_of_the_search_are_found_as_they_are(
    odd_captions: Exported,
) -> None:
    dscore = odd_captions[0].dscore
    for tag, name in {
        "100%": "percent",
        "'; drop table item; --": "sql",
        "<lora:style:0.8>": "lora",
        "nan": "null",
    }.items():
        found = dscore.good("search", "evil", f'"{tag}"')["items"]
        assert [item["name"] for item in found] == [name], tag
