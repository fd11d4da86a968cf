"""The taggers there are: ten on the hub by name, and any local folder."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from dscore.errors import ModelError, NotFoundError
from dscore.taggers.base import Tagger, TaggerFiles, TaggerSpec, Thresholds

MODEL_FILE = "model.onnx"
LABELS_FILE = "selected_tags.csv"

GUIDE = Thresholds(general=0.35, character=0.35)
EVA02 = Thresholds(general=0.5296, character=0.5296)  # where its precision equals its recall, by the model's card


def _wd(
    name: str,
    repo: str,
    revision: str,
    *,
    megabytes: float,
    good_for: str,
    v2: bool = False,
    batch: int | None = None,
    thresholds: Thresholds = GUIDE,
) -> TaggerSpec:
    return TaggerSpec(
        name=name,
        repo=f"SmilingWolf/{repo}",
        revision=revision,
        size=round(megabytes * 1_000_000),
        tags=9083 if v2 else 10861,
        batch=batch,
        thresholds=thresholds,
        good_for=good_for,
        licence="apache-2.0",
        aliases=(repo, f"SmilingWolf/{repo}"),
    )


# Names, sizes, tags and commits: the models' cards. The cards ask for tagged releases rather than the head of
# the repository, so a tag stands where only the head's commit is known. Version 2 takes one picture at a
# time, but for swinv2 at v2.1.
WD_TAGGERS = (
    _wd(
        "wd14-vit-v2",
        "wd-v1-4-vit-tagger-v2",
        "v2.0",
        megabytes=373,
        v2=True,
        batch=1,
        good_for="General purpose: a balance of accuracy and speed.",
    ),
    _wd(
        "wd14-convnext-v2",
        "wd-v1-4-convnext-tagger-v2",
        "v2.0",
        megabytes=388,
        v2=True,
        batch=1,
        good_for="More accurate than vit-v2, and slower; what kohya's own script takes.",
    ),
    _wd(
        "wd14-convnextv2-v2",
        "wd-v1-4-convnextv2-tagger-v2",
        "v2.0",
        megabytes=388,
        v2=True,
        batch=1,
        good_for="A little more accurate than convnext-v2; what kohya's window takes.",
    ),
    _wd(
        "wd14-swinv2-v2",
        "wd-v1-4-swinv2-tagger-v2",
        "cdb0c7f",
        megabytes=455,
        v2=True,
        good_for="Complex scenes and compositions; slow.",
    ),
    _wd(
        "wd14-moat-v2",
        "wd-v1-4-moat-tagger-v2",
        "v2.0",
        megabytes=326,
        v2=True,
        batch=1,
        good_for="The most accurate of version 2, and the smallest file.",
    ),
    _wd(
        "wd14-vit-v3",
        "wd-vit-tagger-v3",
        "7f6b584d0bd3f55c4531f14ba3d4761b2bccdc0f",
        megabytes=378.53631,
        good_for="The fastest with the newer tags: the first choice for a large heap.",
    ),
    _wd(
        "wd14-swinv2-v3",
        "wd-swinv2-tagger-v3",
        "627aef9",
        megabytes=467,
        good_for="Complex scenes, with the newer tags; slower than vit-v3.",
    ),
    _wd(
        "wd14-convnext-v3",
        "wd-convnext-tagger-v3",
        "d39e46de298d27340111b64965e20b8185c407e6",
        megabytes=395,
        good_for="Between vit-v3 and swinv2-v3 in speed, with the newer tags.",
    ),
    _wd(
        "wd14-vit-large-v3",
        "wd-vit-large-tagger-v3",
        "ae469aa2e4706a3af08d3673cf73a11d1add314c",
        megabytes=1260,
        good_for="Accurate, with the newer tags; wants a GPU.",
    ),
    _wd(
        "wd14-eva02-large-v3",
        "wd-eva02-large-tagger-v3",
        "b25b82a03f7282e41aa2f257a52c7583b710bd1c",
        megabytes=1260,
        thresholds=EVA02,
        good_for="The most accurate; wants a GPU. Its scores run higher, so its thresholds do too.",
    ),
)

_BY_NAME = {known.casefold(): spec for spec in WD_TAGGERS for known in (spec.name, *spec.aliases)}


def find_tagger(name_or_folder: str | Path) -> TaggerSpec:
    """The tagger of a name (the guide's, the hub's with or without its owner), else of a folder.

    A name is tried first; `./NAME` is always a folder. Raises NotFoundError, ModelError where the folder is
    no tagger.
    """
    spec = _BY_NAME.get(str(name_or_folder).casefold())
    if spec is not None:
        return spec
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return _folder_spec(folder)
    names = ", ".join(spec.name for spec in WD_TAGGERS)
    raise NotFoundError(
        f'There is no tagger "{name_or_folder}". Give one of {names}, or a folder with {MODEL_FILE} and {LABELS_FILE}.'
    )


def load_tagger(spec: TaggerSpec, files: TaggerFiles, *, device: str = "auto", threads: int = 0) -> Tagger:
    """Load the model with the spec's backend; only now is the backend's library imported.

    `device`: "auto" (CUDA where it runs, else the CPU, with the reason in `note`), "cpu" or "cuda".
    `threads`: how many the model may use on the CPU, 0 for all cores. Raises ModelError, DeviceError.
    """
    module, _, function = spec.backend.partition(":")
    load = getattr(import_module(module), function)
    return cast("Tagger", load(spec, files, device=device, threads=threads))


def _folder_spec(folder: Path) -> TaggerSpec:
    model, labels = folder / MODEL_FILE, folder / LABELS_FILE
    missing = [path.name for path in (model, labels) if not path.is_file()]
    if missing:
        raise ModelError(
            f"The folder {folder} is no tagger: it has no {' and no '.join(missing)}.{_other_kind(folder)}"
        )
    resolved = folder.resolve()
    return TaggerSpec(
        name=resolved.name or str(resolved),
        folder=resolved,
        size=model.stat().st_size,
        thresholds=GUIDE,
        good_for="A tagger of your own.",
    )


def _other_kind(folder: Path) -> str:
    """Pickles could run code, and safetensors have no graph: said by name, never opened."""
    others = sorted(
        path.name for path in folder.iterdir() if path.suffix in {".bin", ".pt", ".pth", ".ckpt", ".safetensors"}
    )
    return f" {others[0]} is of a kind that is never loaded; look for the ONNX file of that model." if others else ""
