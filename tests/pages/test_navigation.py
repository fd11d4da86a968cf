"""What holds for every page."""

from __future__ import annotations

import json
import subprocess
import sys

from pages.components.places import WORKING_ORDER
from tests.commands import ROOT, Commands

SCRIPT = """
import json, sys
from streamlit.testing.v1 import AppTest
shown = AppTest.from_file("pages/navigation.py", default_timeout=60).run()
for file, title in json.loads(sys.argv[1]):
    shown.switch_page(file).run()
    assert not shown.exception, (title, shown.exception)
    assert shown.title[0].value == title, (title, shown.title)
    assert not {"torch", "transformers", "onnxruntime"} & sys.modules.keys(), title
"""


def test_no_page_loads_what_runs_models(heap: Commands) -> None:
    places = json.dumps([(place.file, place.title) for place in WORKING_ORDER])
    ran = subprocess.run([sys.executable, "-c", SCRIPT, places], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert heap
