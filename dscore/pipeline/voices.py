"""What is asked of a captioner, and whose voice answers: a model on this machine, or one behind an address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from dscore.captioners import blip
from dscore.captioners.base import Captioner, CaptionerIdentity, Precision, Wording
from dscore.captioners.endpoint import Asking, Endpoint
from dscore.captioners.files import fetch_files
from dscore.captioners.registry import find_captioner, load_captioner
from dscore.catalog import captions
from dscore.catalog.connection import Database
from dscore.config import Library
from dscore.errors import WrongUseError
from dscore.fetch import secrets
from dscore.models import Mode, Progress
from dscore.taggers.gpus import devices

_GAP = re.compile(r"\{(tags|trigger)\}")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a captioner; with `again` it is asked anew, whatever it has said before. `batch` 0 is the best.

    With `asking` the model is one behind an address, by the name that it has there; else `wording` says how it speaks.
    """

    model: str
    wording: Wording = field(default_factory=Wording)
    asking: Asking | None = None
    mode: Mode = Mode.MERGE
    device: str = "auto"
    precision: Precision = "auto"
    batch: int = 0
    offline: bool = False
    again: bool = False

    def __post_init__(self) -> None:
        if len(devices(self.device, gpus=1)) > 1:
            raise WrongUseError(f'A captioner runs on one device; "{self.device}" are several.')
        if not self.model.strip():
            raise WrongUseError("Say which model is to caption.")

    def params(self) -> dict[str, object]:
        """As plain values, for the job."""
        values = {**asdict(self), "mode": self.mode.value}
        if self.asking is None:
            spec = find_captioner(self.model)
            values["model"] = str(spec.folder or spec.name)
        return values

    @property
    def name(self) -> str:
        """Under what its captions stand."""
        return find_captioner(self.model).name if self.asking is None else self.model

    @property
    def settings(self) -> str:
        """All that decides a caption beside the model, the picture and the prompt."""
        return blip.settings(self.wording, self.precision) if self.asking is None else self.asking.settings

    @property
    def prompt(self) -> str:
        """What is asked, or how the sentence begins; that for an address may have gaps."""
        return self.wording.prompt if self.asking is None else self.asking.prompt

    def digest(self, prompt: str) -> str:
        """Under what a caption is kept, beside its picture and model; `prompt` has its gaps filled."""
        return hashlib.sha256(f"{self.settings}\n{prompt}".encode()).hexdigest()

    def prompts(self, db: Database, dataset_id: int, items: Sequence[int]) -> dict[int, str]:
        """What is asked about each of the items, the gaps filled by its tags and trigger word."""
        if self.asking is None or not _GAP.search(self.prompt):
            return dict.fromkeys(items, self.prompt)
        found = [one for chunk in captions.layers(db, dataset_id, items) for one in chunk]
        return {
            one.item_id: fill(self.prompt, tags=", ".join(one.layers.tags), trigger=one.layers.trigger) for one in found
        }


def request_of(params: Mapping[str, object]) -> Request:
    """The request of a job's parameters."""
    values: dict[str, object] = {key: value for key, value in params.items() if key != "query"}
    wording, asking = values["wording"], values["asking"]
    assert isinstance(wording, dict)
    values |= {"mode": Mode(str(values["mode"])), "wording": Wording(**wording)}
    values["asking"] = Asking(**asking) if isinstance(asking, dict) else None
    return Request(**values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: a name for the history, which model it is, and how to have it ready."""

    name: str
    identity: CaptionerIdentity
    ready: Callable[[], Captioner]


def voice_of(library: Library, request: Request) -> Generator[Progress, None, Voice]:
    """Find or download the model, or the key for its address. Raises ModelError."""
    if request.asking is not None:
        return _behind_address(library, request.model, request.asking)
    spec, wording = find_captioner(request.model), request.wording
    files = yield from fetch_files(spec, hashes=library.hashes, offline=request.offline)
    return Voice(
        name=spec.name,
        identity=files.identity,
        ready=lambda: load_captioner(spec, files, wording, device=request.device, precision=request.precision),
    )


def _behind_address(library: Library, model: str, asking: Asking) -> Voice:
    key, hosts = secrets.endpoint_key(library, asking.site), library.settings().local_hosts
    return Voice(
        name=model,
        identity=asking.identity(model),
        ready=lambda: Endpoint(model, asking, key=key, local_hosts=hosts),
    )


def fill(prompt: str, *, tags: str, trigger: str) -> str:
    """The prompt with its gaps filled, each once: a tag may be called `{trigger}`."""
    return _GAP.sub(lambda gap: tags if gap[1] == "tags" else trigger, prompt)
