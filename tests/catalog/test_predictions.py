from __future__ import annotations

from pathlib import Path

from dscore.catalog import jobs, predictions
from dscore.catalog.connection import open_catalog, writing
from dscore.models import Category

from .made import make_library

LABELS = [("long_hair", Category.GENERAL), ("初音", Category.CHARACTER)]


def test_scores_are_kept_by_model_and_preparation(tmp_path: Path) -> None:
    library = make_library(tmp_path / "library", {"one": "", "two": ""})
    with open_catalog(library) as db:
        model = predictions.register(db, kind="tagger", repo="a/b", revision="1", fingerprint="f", labels=LABELS)
        assert model == predictions.register(
            db, kind="tagger", repo="a/b", revision="2", fingerprint="f", labels=LABELS
        )
        other = predictions.register(db, kind="tagger", repo="a/b", revision="2", fingerprint="g", labels=LABELS)
        assert predictions.preparation(db, model) == ""
        with writing(db):
            items = [jobs.NewItem(item_id=n) for n in (1, 2)]
            job = jobs.enqueue(db, kind="tag", lane="device", dataset_id=1, params={}, items=items)
            predictions.save(db, model, "v1", [(1, b"old")])
            predictions.save(db, model, "v1", [(1, b"scores")])
        assert predictions.preparation(db, model) == "v1"
        assert predictions.stored(db, model, "v1", [1, 2]) == {1: b"scores"}
        assert predictions.stored(db, model, "v2", [1, 2]) == predictions.stored(db, other, "v1", [1]) == {}
        assert [predictions.unscored(db, model, how, job) for how in ("v1", "v2")] == [1, 2]
        assert [(one.id, one.labels) for one in predictions.models(db)] == [(n, tuple(LABELS)) for n in (model, other)]
