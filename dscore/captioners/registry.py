"""The captioners there are: those on the hub by name, and any local folder."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from dscore.captioners import layout
from dscore.captioners.base import Captioner, CaptionerFiles, CaptionerSpec, Precision, Wording
from dscore.errors import ModelError, NotFoundError
from dscore.text.paths import typed

HUB_FILES = (
    "config.json",
    "preprocessor_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    layout.WEIGHTS,
)
"""Of repositories of 5 GB, all that is needed: the same weights lie there as pickles and for TensorFlow, too."""

# Commit and size of large: programs that pin it. The head of base has its weights as a pickle only, which is never
# loaded; as safetensors they are in a pull request, which a library without pickles takes them from.
CAPTIONERS = (
    CaptionerSpec(
        name="blip-large",
        repo="Salesforce/blip-image-captioning-large",
        revision="353689b859fcf0523410b1806dace5fb46ecdf41",
        files=HUB_FILES,
        size=1_879_014_680,
        licence="bsd-3-clause",
        good_for="Photographs, in one sentence. Says more than base, and wants a GPU.",
        aliases=("blip-image-captioning-large", "Salesforce/blip-image-captioning-large"),
    ),
    CaptionerSpec(
        name="blip-base",
        repo="Salesforce/blip-image-captioning-base",
        revision="refs/pr/50",
        files=HUB_FILES,
        size=990_000_000,
        licence="bsd-3-clause",
        good_for="Photographs, in one short sentence. Half the size, and bearable without a GPU.",
        aliases=("blip-image-captioning-base", "Salesforce/blip-image-captioning-base"),
    ),
)

_BY_NAME = {known.casefold(): spec for spec in CAPTIONERS for known in (spec.name, *spec.aliases)}


def find_captioner(name_or_folder: str | Path) -> CaptionerSpec:
    """The captioner of a name (ours, the hub's with or without its owner), else of a folder.

    A name is tried first; `./NAME` is always a folder. Raises NotFoundError,
    WrongUseError for a path that none can have, ModelError where the folder is no captioner.
    """
    spec = _BY_NAME.get(str(name_or_folder).casefold())
    if spec is not None:
        return spec
    folder = typed(str(name_or_folder))
    if folder.is_dir():
        try:
            return _folder_spec(folder.resolve())
        except OSError as error:
            raise ModelError(f"The folder {folder} cannot be read: {error.strerror}. Check its rights.") from error
    if folder.is_absolute():
        raise NotFoundError(f"There is no folder {folder}. Name one with a BLIP model in it.")
    names = ", ".join(spec.name for spec in CAPTIONERS)
    raise NotFoundError(
        f'There is no captioner "{name_or_folder}". Give one of {names}, or a folder with a BLIP model in it.'
    )


def load_captioner(
    spec: CaptionerSpec,
    files: CaptionerFiles,
    wording: Wording,
    *,
    device: str = "auto",
    precision: Precision = "auto",
) -> Captioner:
    """Load the model with the spec's backend; only now are torch and transformers imported.

    `device`: "auto" (CUDA where it runs, else the CPU), "cpu", "cuda" or "cuda:1". `precision`: "auto" is half on CUDA.
    Raises ModelError, DeviceError.
    """
    module, _, function = spec.backend.partition(":")
    load = getattr(import_module(module), function)
    return cast("Captioner", load(spec, files, wording, device=device, precision=precision))


def _folder_spec(folder: Path) -> CaptionerSpec:
    files = layout.required(folder)
    return CaptionerSpec(
        name=folder.name or str(folder),
        folder=folder,
        files=files,
        size=(folder / layout.WEIGHTS).stat().st_size,
        good_for="A captioner of your own.",
    )
