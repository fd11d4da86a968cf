"""For which trainer, and what it gets: all that can be chosen of an export."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dscore.catalog.connection import Database
from dscore.catalog.datasets import Dataset
from dscore.exporters.base import ExportOptions
from dscore.exporters.registry import EXPORTERS, exporter
from dscore.pipeline.export import rejected_among
from dscore.pipeline.render import rendered
from pages.components import export_target
from pages.components.words import counted

TITLES = {"kohya": "kohya sd-scripts", "plain": "Another trainer"}

TEMPLATES: dict[str, str | None] = {
    "As the dataset says": None,
    "Tags": "{trigger}, {tags}",
    "Sentences": "{trigger}, {prose}",
    "Tags, then sentences": "{trigger}, {tags}. {prose}",
    "Sentences, then tags": "{trigger}, {prose} {tags}",
}
"""How captions are put together: one dataset gives tags for SDXL and sentences for Flux."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An export as it is asked for; `folder` is its name among the library's exports."""

    form: str
    options: ExportOptions
    template: str | None
    folder: str
    rejected: bool = False


def draw(db: Database, dataset: Dataset, ids: tuple[int, ...]) -> Wanted:
    """Draw the choice and give it. Raises WrongUseError for a folder's name that will not do."""
    form = st.radio(
        "For",
        list(EXPORTERS),
        format_func=lambda name: TITLES.get(name, name),
        captions=[exporter(name).description for name in EXPORTERS],
        key="export-form",
        persist_state="session",
    )
    repeats, resolution = _numbers() if form == "kohya" else (10, 1024)
    template = _template(db, dataset, ids)
    folder, replace = export_target.choose(dataset, form)
    names, extension, refuse = _advanced()
    options = ExportOptions(
        dataset=dataset.name,
        names=names,
        caption_extension=extension,
        empty_captions="refuse" if refuse else "omit",
        replace=replace,
        repeats=repeats,
        resolution=resolution,
    )
    return Wanted(form, options, template, folder, rejected=_rejected(db, dataset, ids))


def _rejected(db: Database, dataset: Dataset, ids: tuple[int, ...]) -> bool:
    """Whether rejected pictures come along; asked only where there are some."""
    found = len(rejected_among(db, dataset, ids))
    return found > 0 and st.toggle(
        f"With the {counted(found, 'picture')} that you rejected", key="export-rejected", persist_state="session"
    )


def _numbers() -> tuple[int, int]:
    left, right = st.columns(2)
    repeats = left.number_input(
        "Repeats",
        min_value=1,
        max_value=1000,
        value=10,
        key="export-repeats",
        help="How often each picture is shown in one epoch.",
        persist_state="session",
    )
    resolution = right.number_input(
        "Resolution",
        min_value=64,
        max_value=8192,
        value=1024,
        step=64,
        key="export-resolution",
        help="What the model trains at: 512 for SD 1.5, 1024 for SDXL and Flux.",
        persist_state="session",
    )
    return int(repeats), int(resolution)


def _template(db: Database, dataset: Dataset, ids: tuple[int, ...]) -> str | None:
    """The choice, each with the first picture's caption as it would be."""
    examples = []
    for template in TEMPLATES.values():
        first = next(rendered(db, dataset, ids[:1], template=template), [])
        examples.append(first[0][1] if first else "")
    chosen = st.selectbox("Captions", list(TEMPLATES), key="export-template", persist_state="session")
    text = examples[list(TEMPLATES).index(chosen)]
    st.text(f"{text[:160]}{'…' if len(text) > 160 else ''}" if text else "The first picture has no caption then.")
    return TEMPLATES[chosen]


def _advanced() -> tuple[str, str, bool]:
    with st.expander("Advanced"):
        names = st.segmented_control(
            "Names of files",
            ["numbered", "kept"],
            format_func={"numbered": "Numbers", "kept": "As they came"}.__getitem__,
            default="numbered",
            required=True,
            key="export-names",
            help="Numbers are the same in every export, and no trainer mistakes them.",
            persist_state="session",
        )
        extension = st.segmented_control(
            "Captions end in", [".txt", ".caption"], default=".txt", required=True, key="export-extension",
            persist_state="session",
        )  # fmt: skip
        refuse = st.toggle("Stop where a picture has no caption", key="export-refuse", persist_state="session")
    return names or "numbered", extension or ".txt", refuse
