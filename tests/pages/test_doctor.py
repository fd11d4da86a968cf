"""The Doctor page: what was found, the worst first; nothing that runs models is loaded for it."""

from __future__ import annotations

import pytest

from dscore.pipeline.doctor import Finding, Level, Report
from tests.pages.work import clicked, good, opened, texts


@pytest.mark.usefixtures("heap")
def test_this_machine_is_looked_at_once_and_again_on_request() -> None:
    shown = opened("overview.py")
    first = shown.session_state["doctor-report"] = Report((Finding("Disk", Level.GOOD, "80 GB are free."),))
    good(shown.switch_page("doctor.py").run())
    assert shown.session_state["doctor-report"] is first
    assert clicked(shown, "doctor-again").session_state["doctor-report"] is not first
    said = " ".join(texts(shown, "markdown"))
    for topic in (
        "onnxruntime",
        "Graphics card",
        "A model runs on",
        "Making pictures ready",
        "BLIP runs on",
        "Library",
    ):
        assert f"**{topic}**" in said


@pytest.mark.usefixtures("heap")
def test_the_worst_stands_first_with_its_cure() -> None:
    shown = opened("overview.py")
    shown.session_state["doctor-report"] = Report(
        (
            Finding("Disk", Level.GOOD, "80 GB are free."),
            Finding("Card", Level.FAIR, "None."),
            Finding("onnxruntime", Level.BAD, "Both are installed.", "pip uninstall -y [both]"),
        )
    )
    good(shown.switch_page("doctor.py").run())
    assert "1 thing does not work here" in shown.error[0].value
    assert [title.value for title in shown.subheader] == ["Does not work", "Could be better", "In order"]
    marks = texts(shown, "markdown")
    assert marks[0] == ":red[:material/error:] **onnxruntime**"
    assert marks[2].replace("\\", "") == ":material/healing: pip uninstall -y [both]"
