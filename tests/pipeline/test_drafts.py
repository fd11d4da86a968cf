"""A caption as it is typed takes the prose that is typed, and the item's own template and trigger word."""

from __future__ import annotations

from pathlib import Path

import pytest

from dscore.catalog.connection import open_catalog, writing
from dscore.errors import NotFoundError
from dscore.pipeline.drafts import draft
from tests.catalog.made import make_library


def test_a_draft_is_what_the_trainer_would_read(tmp_path: Path) -> None:
    library = make_library(tmp_path, {"a": "solo"}, trigger="trg")
    with open_catalog(library) as db:
        with writing(db):
            db.execute("update item set trigger = 'own', template = '{prose} {tags}'")
        assert draft(db, 1, 1, "A girl.").caption == "own, A girl. solo"
        assert draft(db, 1, 1, "").tokens == 3
        with pytest.raises(NotFoundError):
            draft(db, 1, 2, "")
