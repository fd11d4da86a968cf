"""What a tagger is: the promise that every backend keeps, and what is known of one before it is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from dscore.models import Category

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Pixels: TypeAlias = "NDArray[np.uint8]"
Scores: TypeAlias = "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class Label:
    """One output of a model: the tag's name as the model's file writes it, and its category."""

    name: str
    category: Category


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The scores, 0 to 1, from which a tag is taken: one for characters, one for all other categories."""

    general: float = 0.35
    character: float = 0.35


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model gave a score.

    `source` is the hub's repository or the folder's name, `revision` the full commit ("" for a folder); with
    the SHA-256 of both files.
    """

    source: str
    revision: str
    model_sha256: str
    labels_sha256: str

    @property
    def fingerprint(self) -> str:
        """One SHA-256 over both files' hashes: equal exactly when the bytes are, wherever they came from."""
        return hashlib.sha256(f"{self.model_sha256}\n{self.labels_sha256}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TaggerSpec:
    """What is known of a tagger before anything is read or downloaded.

    `repo` is the hub's, "" for a local folder (then `folder` is set). `revision` is a commit, whole or
    abbreviated, or a tag. `size` is of the model file in bytes, about: the hub's own answer decides before a
    download. `tags` and `batch` are 0 and None where only the file knows; `batch` is the fixed batch of the
    file, None if any will do. `family` is a name in `families.FAMILIES`; `model_file` and `labels_file` are
    paths in the repository or the folder. `backend` is "module:function", imported when the tagger is loaded.
    """

    name: str
    thresholds: Thresholds
    good_for: str
    repo: str = ""
    revision: str = ""
    folder: Path | None = None
    size: int = 0
    tags: int = 0
    batch: int | None = None
    licence: str = ""
    aliases: tuple[str, ...] = ()
    family: str = "wd"
    model_file: str = "model.onnx"
    labels_file: str = "selected_tags.csv"
    backend: str = "dscore.taggers.adapter:load_onnx"

    @property
    def files(self) -> tuple[str, str]:
        """What it needs, the small one first: a wrong revision shows at once."""
        return (self.labels_file, self.model_file)


@dataclass(frozen=True, slots=True)
class TaggerFiles:
    """A tagger's files on this disk, complete and checked; `note` is a sentence for the user, or ""."""

    model: Path
    labels: Path
    identity: ModelIdentity
    note: str = ""


class Tagger(Protocol):
    """A loaded model. `prepare` may run in many threads at once, `score` in one thread at a time."""

    @property
    def name(self) -> str:
        """The name it was asked for by, or the folder's."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """One for each output of the model, in the model's order."""

    @property
    def identity(self) -> ModelIdentity:
        """Which bytes give the scores."""

    @property
    def preparation(self) -> str:
        """The version of what `prepare` does; scores of two versions are never mixed."""

    @property
    def defaults(self) -> Thresholds:
        """The thresholds to offer first."""

    @property
    def size(self) -> int:
        """The side of the model's square input, in pixels."""

    @property
    def batch(self) -> int | None:
        """The most pictures that one run of the model takes, or None if any number will do."""

    @property
    def device(self) -> str:
        """What really runs, as the session says it: "cpu", "cuda" or "cuda:1"."""

    @property
    def note(self) -> str:
        """A sentence for the user on why it is that device and no other, or ""."""

    def prepare(self, image: Image.Image, out: Pixels) -> None:
        """Write the picture as the model wants it into `out`: uint8 [size, size, 3], in its own order of channels."""

    def score(self, batch: Pixels) -> Scores:
        """The scores, float32 [n, labels], 0 to 1, of uint8 [n, size, size, 3], n from 1.

        Raises ModelMemoryError where fewer at once may do, else ModelError.
        """
