"""What models said of pictures, kept raw, so that thresholds can be moved for ever without a model."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dscore.catalog.connection import Database, writing
from dscore.models import Category


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the catalog knows, with its labels in the order of its scores."""

    id: int
    repo: str
    revision: str
    fingerprint: str
    labels: tuple[tuple[str, Category], ...]


def register(
    db: Database, *, kind: str, repo: str, revision: str, fingerprint: str, labels: Sequence[tuple[str, Category]]
) -> int:
    """The model's id; a model is the same where its files are."""
    query = "select id from model where kind = ? and repo = ? and fingerprint = ?"
    row = db.execute(query, (kind, repo, fingerprint)).fetchone()
    if row is None:
        with writing(db):
            db.execute(
                "insert or ignore into model (kind, repo, revision, fingerprint, labels) values (?, ?, ?, ?, ?)",
                (kind, repo, revision, fingerprint, json.dumps(labels, ensure_ascii=False)),
            )
        row = db.execute(query, (kind, repo, fingerprint)).fetchone()
    return int(row[0])


def preparation(db: Database, model_id: int) -> str:
    """How pictures were prepared when the model last scored some; "" before that."""
    return str(db.execute("select preparation from model where id = ?", (model_id,)).fetchone()[0])


def unscored(db: Database, model_id: int, preparation: str, job_id: int) -> int:
    """How many of a job's waiting pictures this model has not scored yet."""
    row = db.execute(
        """select count(*) from job_item join item on item.id = job_item.item_id
        left join prediction on prediction.image_id = item.image_id and model_id = ? and preparation = ?
        where job_id = ? and state = 'waiting' and prediction.image_id is null""",
        (model_id, preparation, job_id),
    ).fetchone()
    return int(row[0])


@dataclass(frozen=True, slots=True)
class Head:
    """A model without its labels; `preparation` is how pictures were prepared when it last scored some."""

    id: int
    repo: str
    preparation: str


def heads(db: Database, model_ids: Iterable[int]) -> list[Head]:
    """These models, by id; reading ten thousand labels takes longer than all the rest."""
    rows = db.execute(
        "select id, repo, preparation from model where id in (select value from json_each(?)) order by id",
        (json.dumps(list(model_ids)),),
    )
    return [Head(*row) for row in rows.fetchall()]


_COLUMNS = "select id, repo, revision, fingerprint, labels from model"


def models(db: Database) -> list[Model]:
    """Every model that has scored something here."""
    return [_model(row) for row in db.execute(f"{_COLUMNS} order by id").fetchall()]


def find(db: Database, model_id: int) -> Model | None:
    """The model of that id, or None."""
    row = db.execute(f"{_COLUMNS} where id = ?", (model_id,)).fetchone()
    return None if row is None else _model(row)


def _model(row: tuple[int, str, str, str, str]) -> Model:
    id_, repo, revision, fingerprint, labels = row
    return Model(id_, repo, revision, fingerprint, tuple((name, Category(kind)) for name, kind in json.loads(labels)))


def stored(db: Database, model_id: int, preparation: str, images: Iterable[int]) -> dict[int, bytes]:
    """Image id → packed scores, of those pictures that this model has scored."""
    rows = db.execute(
        """select image_id, scores from prediction where model_id = ? and preparation = ?
        and image_id in (select value from json_each(?))""",
        (model_id, preparation, json.dumps(list(images))),
    )
    return dict(rows.fetchall())


def scored(db: Database, model_id: int, preparation: str, items: Iterable[int]) -> list[int]:
    """Those of the items whose pictures this model has scored, by id."""
    rows = db.execute(
        """select item.id from json_each(?) wanted cross join item on item.id = wanted.value
        join prediction on prediction.image_id = item.image_id and model_id = ? and preparation = ? order by item.id""",
        (json.dumps(list(items)), model_id, preparation),
    )
    return [row[0] for row in rows]


def save(db: Database, model_id: int, preparation: str, scores: Iterable[tuple[int, bytes]]) -> None:
    """Keep packed scores, inside the caller's transaction."""
    db.execute("update model set preparation = ?1 where id = ?2 and preparation <> ?1", (preparation, model_id))
    db.executemany(
        "insert or replace into prediction (image_id, model_id, preparation, scores) values (?, ?, ?, ?)",
        [(image_id, model_id, preparation, packed) for image_id, packed in scores],
    )
