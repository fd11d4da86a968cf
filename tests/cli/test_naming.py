"""Pictures renamed by command."""

from __future__ import annotations

from pathlib import Path

from tests.commands import Commands
from tests.made_sets import fill, scored


def test_a_dry_run_shows_the_names_and_rename_says_how_to_go_back(dscore: Commands, tmp_path: Path) -> None:
    dscore.good("import", fill(tmp_path / "pets", {f"{name}.png": scored({}, rest=ord(name)) for name in "abc"}))
    before = dscore.content()["item"]
    assert dscore("rename", "pets", "numbered", "--where", "name:a", "--dry-run").out.splitlines() == [
        "1 of 1 picture would be renamed; nothing was written.",
        "  a → pets_001",
    ]
    assert dscore.content()["item"] == before
    assert dscore("rename", "pets", "{name}-{n:02d}", "--start", "7").out == (
        "3 of 3 pictures renamed. To take it back: python -m dscore undo pets 2\n"
    )
    assert list(dscore.captions("pets")) == ["a-07", "b-08", "c-09"]
    assert dscore.good("rename", "pets", "source")["changed"] == 3
    assert list(dscore.captions("pets")) == ["a", "b", "c"]
    assert dscore("rename", "pets", "{secret}").code == 2
