"""The taggers there are: those on the hub by name, and any local folder."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import cast

from dscore.errors import DeviceError, ModelError, ModelMemoryError, NotFoundError
from dscore.taggers.base import Tagger, TaggerFiles, TaggerSpec, Thresholds
from dscore.taggers.families import CL, FAMILIES, JOYTAG, PIXAI, WD, Family
from dscore.taggers.gpus import devices
from dscore.taggers.labels import columns
from dscore.taggers.preparation import Speed
from dscore.text.paths import typed

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

# Commits and sizes: what programs that pin them agree on; thresholds: the models' cards and spaces.
OTHER_TAGGERS = (
    TaggerSpec(
        name="pixai-v0.9",
        repo="deepghs/pixai-tagger-v0.9-onnx",
        revision="d8cf666911a2c3d10d586d7823259192313c7eb7",
        family=PIXAI.name,
        size=1_271_365_854,
        tags=13461,
        thresholds=PIXAI.thresholds,
        good_for="Newer characters, more of them than the WD taggers know; no rating. Wants a GPU.",
        licence="apache-2.0",
        aliases=("pixai-tagger-v0.9-onnx", "deepghs/pixai-tagger-v0.9-onnx"),
    ),
    TaggerSpec(
        name="joytag",
        repo="fancyfeast/joytag",
        revision="6b7f16331a6ccf0fdce37d5a9564715f6e772b22",
        family=JOYTAG.name,
        labels_file=JOYTAG.labels_file,
        size=366_116_154,
        tags=5813,
        thresholds=JOYTAG.thresholds,
        good_for="Photographs as well as drawings, with the boorus' words; does not tell characters from other tags.",
        licence="apache-2.0",
        aliases=("fancyfeast/joytag",),
    ),
    TaggerSpec(
        name="cl-tagger-v1",
        repo="cella110n/cl_tagger",
        revision="0b6e9b4e145b1423bfd1715119074a24a301b471",
        family=CL.name,
        model_file="cl_tagger_1_02/model.onnx",
        labels_file="cl_tagger_1_02/tag_mapping.json",
        size=1_425_860_192,
        thresholds=CL.thresholds,
        good_for="Series, artists and quality beside the usual tags. Wants a GPU.",
        licence="apache-2.0",
        aliases=("cl_tagger", "cella110n/cl_tagger"),
    ),
)

TAGGERS = (*WD_TAGGERS, *OTHER_TAGGERS)

_BY_NAME = {known.casefold(): spec for spec in TAGGERS for known in (spec.name, *spec.aliases)}


def find_tagger(name_or_folder: str | Path) -> TaggerSpec:
    """The tagger of a name (the guide's, the hub's with or without its owner), else of a folder.

    A name is tried first; `./NAME` is always a folder. Raises NotFoundError, WrongUseError for a path that none can
    have, ModelError where the folder is no tagger.
    """
    spec = _BY_NAME.get(str(name_or_folder).casefold())
    if spec is not None:
        return spec
    folder = typed(str(name_or_folder))
    if folder.is_dir():
        try:
            return _folder_spec(folder)
        except OSError as error:
            raise ModelError(f"The folder {folder} cannot be read: {error.strerror}. Check its rights.") from error
    if folder.is_absolute():
        raise NotFoundError(f"There is no folder {folder}. Name one with model.onnx and its list of tags.")
    names = ", ".join(spec.name for spec in TAGGERS)
    raise NotFoundError(
        f'There is no tagger "{name_or_folder}". Give one of {names}, or a folder with model.onnx and its list of tags.'
    )


def load_tagger(
    spec: TaggerSpec, files: TaggerFiles, *, device: str = "auto", threads: int = 0, speed: Speed = "exact"
) -> Tagger:
    """Load the model with the spec's backend; only now is the backend's library imported.

    `device`: "auto" (CUDA where it runs, else the CPU, with the reason in `note`), "cpu", "cuda" or "cuda:1".
    `threads`: how many the model may use on the CPU, 0 for all cores. Raises ModelError, DeviceError.
    """
    module, _, function = spec.backend.partition(":")
    load = getattr(import_module(module), function)
    return cast("Tagger", load(spec, files, device=device, threads=threads, speed=speed))


def load_on_all(
    spec: TaggerSpec, files: TaggerFiles, *, device: str = "auto", speed: Speed = "exact"
) -> tuple[Tagger, ...]:
    """The model once for each device that `device` stands for (see `gpus.devices`), one at least.

    The first one must load; a further GPU that does not is left out, and the others work without it.
    """
    first, *others = devices(device)
    taggers = [load_tagger(spec, files, device=first, speed=speed)]
    if first != "auto" or taggers[0].device != "cpu":
        for other in others:
            with suppress(DeviceError, ModelMemoryError):
                taggers.append(load_tagger(spec, files, device=other, speed=speed))
    return tuple(taggers)


def _folder_spec(folder: Path) -> TaggerSpec:
    family = family_of(folder)
    if family is None:
        others = " or ".join(kind.labels_file for kind in (JOYTAG, CL))
        model = "" if any(folder.glob("*.onnx")) else f"no {WD.model_files[0]} and "
        raise ModelError(
            f"The folder {folder} is no tagger: it has {model}no {WD.labels_file} (nor {others}).{_other_kind(folder)}"
        )
    model_file = next((name for name in family.model_files if (folder / name).is_file()), None)
    if model_file is None:
        raise ModelError(
            f"The folder {folder} is no tagger: it has no {' or '.join(family.model_files)}.{_other_kind(folder)}"
        )
    resolved = folder.resolve()
    return TaggerSpec(
        name=resolved.name or str(resolved),
        folder=resolved,
        family=family.name,
        model_file=model_file,
        labels_file=family.labels_file,
        size=(resolved / model_file).stat().st_size,
        thresholds=GUIDE if family is WD else family.thresholds,
        good_for="A tagger of your own.",
    )


def family_of(folder: Path) -> Family | None:
    """Which kind of tagger lies in a folder, by its list of tags."""
    for family in sorted(FAMILIES.values(), key=lambda family: not family.column):  # what is told apart goes first
        labels = folder / family.labels_file
        if labels.is_file() and (not family.column or family.column in columns(labels)):
            return family
    return None


def _other_kind(folder: Path) -> str:
    """Pickles could run code, and safetensors have no graph: said by name, never opened."""
    others = sorted(
        path.name for path in folder.iterdir() if path.suffix in {".bin", ".pt", ".pth", ".ckpt", ".safetensors"}
    )
    return f" {others[0]} is of a kind that is never loaded; look for the ONNX file of that model." if others else ""
