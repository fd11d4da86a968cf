"""What holds for every page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from pages.components.places import WORKING_ORDER
from tests.commands import ROOT, Commands
from tests.pages.work import good, opened

SCRIPT = """
import json, sys
from streamlit.testing.v1 import AppTest
shown = AppTest.from_file("pages/navigation.py", default_timeout=60).run()
for file, title in json.loads(sys.argv[1]):
    shown.switch_page(file).run()
    assert not shown.exception, (title, shown.exception)
    assert shown.title[0].value == title, (title, shown.title)
"""


def test_no_page_loads_what_runs_models(heap: Commands, tmp_path: Path) -> None:
    """Whoever loads one of these ends at once; so does what the doctor tries, in processes of its own."""
    for name in ("torch", "transformers", "onnxruntime", "numba"):
        (tmp_path / f"{name}.py").write_text(f"import os\nos.write(2, b'{name} was loaded')\nos._exit(1)\n")
    places = json.dumps([(place.file, place.title) for place in WORKING_ORDER])
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, places],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert heap


def test_the_dataset_that_was_worked_on_last_is_there_first_and_an_unknown_one_is_said(heap: Commands) -> None:
    heap.good("dataset", "create", "zebras")
    heap.good("edit", "heap", "add", "late")
    shown = opened("explore.py")
    assert shown.sidebar.selectbox[0].value == "heap"
    shown.query_params["dataset"] = "nosuch"
    assert any("There is no dataset “nosuch”" in one.value for one in good(shown.run()).sidebar.warning)
