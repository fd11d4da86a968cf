"""What a captioner is: the promise that every backend keeps, and what is known of one before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from dscore.errors import WrongUseError

if TYPE_CHECKING:
    from PIL import Image

Precision = Literal["auto", "full", "half"]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a model on this machine puts its sentence into words.

    `beams` searches for the likeliest sentence; with `sample`, words are drawn instead, from the likeliest that together have
    `top_p` of the probability, by `seed`. Lengths are in the model's tokens, the prompt's among them, as kohya counts them.
    `repetition_penalty` is 1 where words may come again freely. The `prompt` begins the sentence, and is cut from it.
    """

    beams: int = 3
    sample: bool = False
    top_p: float = 0.9
    seed: int = 42
    min_length: int = 10
    max_length: int = 75
    repetition_penalty: float = 1.0
    prompt: str = ""

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("number of beams", self.beams, 1, 16),
            ("share of the likeliest words", self.top_p, 0.01, 1),
            ("shortest length", self.min_length, 0, 400),
            ("longest length", self.max_length, 2, 400),
            ("repetition penalty", self.repetition_penalty, 1, 5),
            ("seed", self.seed, 0, (1 << 32) - 1),
        ):
            if not least <= value <= most:
                raise WrongUseError(f"The {name} goes from {least:,} to {most:,}; {value:,} is outside.")
        if self.min_length > self.max_length:
            raise WrongUseError(f"The shortest length, {self.min_length}, is above the longest, {self.max_length}.")


@dataclass(frozen=True, slots=True)
class CaptionerSpec:
    """What is known of a captioner before anything is read or downloaded.

    `repo` is the hub's, "" for a local folder (then `folder` is set). `revision` is a commit, a tag, or a pull request of the
    hub (`refs/pr/50`). `size` is of the weights in bytes, about. `files` are all that it needs, the small ones first, so that
    a wrong revision shows at once. `backend` is "module:function", imported when the captioner is loaded.
    """

    name: str
    good_for: str
    files: tuple[str, ...]
    repo: str = ""
    revision: str = ""
    folder: Path | None = None
    size: int = 0
    licence: str = ""
    aliases: tuple[str, ...] = ()
    backend: str = "dscore.captioners.blip:load"


@dataclass(frozen=True, slots=True)
class CaptionerIdentity:
    """Which model wrote a caption: the hub's repository, the folder's name or the site; the full commit, or ""; and one
    SHA-256 over all that decides what it says."""

    source: str
    revision: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CaptionerFiles:
    """A captioner's files on this disk, complete and checked; `note` is a sentence for the user, or ""."""

    folder: Path
    identity: CaptionerIdentity
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked about one picture: the prompt, its gaps filled, and the seed of what is drawn by chance."""

    prompt: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Caption:
    """What came of one picture: the text, the prompt cut from it; or "", and the reason as a sentence.

    `remark` is a sentence about a caption that is there all the same.
    """

    text: str
    reason: str = ""
    remark: str = ""


class Captioner(Protocol):
    """A model that is ready. `prepare` may run in many threads at once, `caption` in one thread at a time."""

    @property
    def name(self) -> str:
        """The name it was asked for by, or the folder's."""

    @property
    def device(self) -> str:
        """What really runs: "cpu", "cuda", "cuda:1", or the site that is asked."""

    @property
    def note(self) -> str:
        """A sentence for the user on why it is that device and no other, or ""."""

    @property
    def batch(self) -> int:
        """How many pictures at once are best."""

    def prepare(self, image: Image.Image) -> Any:
        """The picture (8-bit RGB, upright, on white) as `caption` wants it."""

    def caption(self, pictures: list[Any], asks: list[Ask]) -> list[Caption]:
        """A caption for each prepared picture.

        Raises ModelMemoryError where fewer at once may do, else ModelError where it makes no sense to go on.
        """

    def stop(self) -> None:
        """From another thread, for good: end what is under way soon; its captions are thrown away."""
