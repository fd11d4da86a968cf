"""What holds for every page."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pages.components.places import WORKING_ORDER, Place
from tests.commands import ROOT, Commands

SCRIPT = """
import sys
from streamlit.testing.v1 import AppTest
shown = AppTest.from_file("pages/navigation.py", default_timeout=60).run()
shown.switch_page(sys.argv[1]).run()
assert not shown.exception, shown.exception
assert shown.title[0].value == sys.argv[2], shown.title
print(*sorted({"torch", "transformers", "onnxruntime"} & sys.modules.keys()))
"""


@pytest.mark.parametrize("place", WORKING_ORDER, ids=lambda place: place.url_path)
def test_no_page_loads_what_runs_models(heap: Commands, place: Place) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, place.file, place.title], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == ""
    assert heap
