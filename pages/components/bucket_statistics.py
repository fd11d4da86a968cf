"""How kohya would bucket the pictures: which bucket, how much is cut or blown up, who is alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from dscore.media.buckets import PRESETS, Buckets, BucketSettings, Size
from dscore.pipeline.statistics import Statistics
from dscore.text import terms
from dscore.text.query import And, Compare, Or, Query
from pages.components import clickable, facts
from pages.components.findings import Asked
from pages.components.places import EXPLORE, go, link
from pages.components.trouble import spoken
from pages.components.words import counted

OWN = "Own settings"
MOST_SIZES = 120
"""Different sizes that one search can name; each takes two terms and some 30 characters."""


def draw(asked: Asked, found: Statistics) -> None:
    """The settings, then the buckets."""
    settings, batch_size, repeats = _settings()
    with spoken():
        buckets = facts.buckets(asked, settings, batch_size, repeats)
        _draw_figures(asked, found, buckets)
        if buckets.buckets:
            _draw_buckets(asked, found, buckets)


def _settings() -> tuple[BucketSettings, int, int]:
    with st.container(horizontal=True, vertical_alignment="top"):
        name = st.segmented_control(
            "For",
            [*PRESETS, OWN],
            key="buckets-for",
            default=next(iter(PRESETS)),
            required=True,
            persist_state="session",
        )
        batch_size = st.number_input("Batch size", 1, 1024, 1, key="buckets-batch", width=120, persist_state="session")
        repeats = st.number_input("Repeats", 1, 10_000, 1, key="buckets-repeats", width=120, persist_state="session")
    no_upscale = st.checkbox("Never enlarge (bucket_no_upscale)", key="buckets-no-upscale", persist_state="session")
    preset = PRESETS.get(name or "")
    if preset is not None:
        return BucketSettings(preset.resolution, preset.least, preset.most, no_upscale=no_upscale), batch_size, repeats
    with st.container(horizontal=True):
        numbers = [
            st.number_input(label, 1, 16_384, value, key=f"buckets-{label}", width=140, persist_state="session")
            for label, value in (
                ("Width", 1024),
                ("Height", 1024),
                ("Least side", 256),
                ("Most side", 2048),
                ("Steps", 64),
            )
        ]
    wide, high, least, most, steps = numbers
    return BucketSettings((wide, high), least, most, steps, no_upscale=no_upscale), batch_size, repeats


def _draw_figures(asked: Asked, found: Statistics, buckets: Buckets) -> None:
    number_of = _numbers(found)
    enlarged = [size for size, fit in buckets.fits.items() if fit.scale > 1]
    cropped = [size for size, fit in buckets.fits.items() if fit.cropped > 0.1]
    alone = [size for bucket in buckets.alone() for size in buckets.sizes_in(bucket)]
    with st.container(horizontal=True):
        st.metric("Buckets", f"{len(buckets.buckets):,}", width="content")
        st.metric("Batches an epoch", f"{buckets.batches:,}", width="content")
        for label, sizes in (
            ("Alone in a bucket", alone),
            ("Enlarged", enlarged),
            ("Cropped over 10 %", cropped),
            *([("kohya stops at", buckets.refused)] if buckets.refused else []),
        ):
            st.metric(label, f"{sum(number_of[size] for size in sizes):,}", width="content")
    with st.container(horizontal=True):
        for label, sizes in (
            ("alone", alone),
            ("enlarged", enlarged),
            ("cropped", cropped),
            ("refused", buckets.refused),
        ):
            if 0 < len(sizes) <= MOST_SIZES:
                link(EXPLORE, f"See those {label}", query=terms.also(asked.query, _of_sizes(sizes)))
    if buckets.refused:
        st.warning(
            "Pictures with a side under the steps stop kohya's training: put them into the trash, or let it enlarge them."
        )


def _draw_buckets(asked: Asked, found: Statistics, buckets: Buckets) -> None:
    grid = st.grid(2, min_column_width=320, gap="large")
    left, right = grid.cell(), grid.cell()
    with left:
        st.caption("Pictures in each bucket of kohya's sd-scripts:")
        rows = {f"{one.size[0]} x {one.size[1]}": one for one in buckets.buckets}
        clicked = clickable.draw_bars(
            "buckets-bars", [(name, one.pictures) for name, one in rows.items()], "Pictures in each bucket"
        )
        if clicked in rows:
            sizes = buckets.sizes_in(rows[clicked].size)
            if len(sizes) <= MOST_SIZES:
                go(EXPLORE, q=terms.also(asked.query, _of_sizes(sizes)))
            st.caption(f"That bucket takes {counted(len(sizes), 'different size')}, too many for one search.")
    with right:
        st.caption("What becomes of each size, the most cropped first:")
        _draw_fits(found, buckets)


def _draw_fits(found: Statistics, buckets: Buckets) -> None:
    number_of = _numbers(found)
    fits = sorted(buckets.fits.items(), key=lambda pair: -pair[1].cropped)[:500]
    st.dataframe(
        {
            "Size": [_named(size) for size, _ in fits],
            "Pictures": [number_of[size] for size, _ in fits],
            "Bucket": [_named(fit.bucket) for _, fit in fits],
            "Resized": [_named(fit.resized) for _, fit in fits],
            "Scale": [fit.scale for _, fit in fits],
            "Cropped": [100 * fit.cropped for _, fit in fits],
        },
        hide_index=True,
        column_config={
            "Pictures": st.column_config.NumberColumn(format="localized"),
            "Scale": st.column_config.NumberColumn(format="%.2f x"),
            "Cropped": st.column_config.NumberColumn(format="%.1f %%"),
        },
    )


def _numbers(found: Statistics) -> Mapping[Size, int]:
    return {(width, height): count for width, height, count in found.sizes}


def _of_sizes(sizes: Iterable[Size]) -> Query:
    parts = tuple(And((Compare("width", "=", width), Compare("height", "=", height))) for width, height in sizes)
    return parts[0] if len(parts) == 1 else Or(parts)


def _named(size: Size) -> str:
    return f"{size[0]} x {size[1]}"
