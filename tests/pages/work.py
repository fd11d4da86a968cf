"""Pages run as Streamlit runs them, and what is to be read on them."""

from __future__ import annotations

import time
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from dscore.catalog import runs
from dscore.catalog.connection import open_catalog
from dscore.catalog.job_lists import CLOSED, Job
from dscore.config import Library
from tests.commands import ROOT

ROUTER = str(ROOT / "pages" / "navigation.py")
SECONDS = 60

SCORES = (
    {"1girl": 0.9, "long_hair": 0.6, "hatsune_miku": 0.9},
    {"1girl": 0.9, "hair_ribbon": 0.4},
    {"long_hair": 0.2},
    {"1girl": 0.5, "long_hair": 0.5, "saber_(fate)": 0.8},
    {"hair_ribbon": 0.7},
    {"1girl": 0.3, ">_<": 0.9},
    {"1girl": 0.8},
    {"long_hair": 0.9},
)
"""What the made tagger says of the pictures p0, p1, …"""

NO_PATHS = ("x" * 2000, "/" + "x/" * 3000, "a\0b", "~nobody-of-this-name")
"""What no system takes for a path."""

MIXED = "smile, hat, blue sky. She waves at the sea."


def opened(page: str) -> AppTest:
    """The page, run once."""
    shown = AppTest.from_file(ROUTER, default_timeout=SECONDS).run()
    return good(shown.switch_page(page).run())


def good(shown: AppTest) -> AppTest:
    """The same, unless it broke."""
    assert not shown.exception, [error.stack_trace for error in shown.exception]
    return shown


def clicked(shown: AppTest, key: str) -> AppTest:
    """After a click on the button."""
    return good(shown.button(key=key).click().run())


def chosen(shown: AppTest, key: str, value: object) -> AppTest:
    """After a choice in the widget."""
    widget: Any = shown.get_by_key(key)
    return good(widget.set_value(value).run())


def texts(shown: AppTest | Block, *kinds: str) -> list[str]:
    """What is to be read there, as it was given to the widgets."""
    return [
        str(getattr(one, "value", ""))
        for kind in kinds or ("text", "caption", "success", "warning", "error")
        for one in shown.get(kind)
    ]


def after_job(library: Library, kind: str) -> Job:
    """The dataset's latest job of the kind, once it is over."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with open_catalog(library) as db:
            job = runs.latest(db, dataset_id=1, kinds=(kind,))
        if job is not None and job.state in CLOSED:
            return job
        time.sleep(0.1)
    raise AssertionError(f"no {kind} came to its end in {SECONDS} s: {job}")
