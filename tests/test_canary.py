"""A key in use is nowhere but in its file, whatever fails; `python -m tests.canary` does thirty runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.fetch.limits import Retries
from dscore.pipeline import booru, hub
from tests.canary import staged

QUICK = Retries(tries=2, first=0.01, busy=0.01, longest=1.0)
SOME = (
    "booru: another key",
    "booru: the question is repeated in the answer",
    "booru: the question stands in the posts",
    "hub: 403 at /tree/",
)


def test_a_key_is_in_no_byte_that_failing_runs_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    for module in (booru, hub):
        monkeypatch.setattr(module, "Retries", lambda: QUICK)
        monkeypatch.setattr(module, "WHILE_LOOKING", QUICK)
    with staged(tmp_path / "library") as stage:
        for case in SOME:
            assert stage.hear(stage.dscore(*stage.words(case), "--json")).code in {1, 2}, case
        assert stage.found() == []
        assert dict(stage.dscore.rows("select name, 1 from dataset"))  # it came as far as writing something
