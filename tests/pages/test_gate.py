"""Where a login is configured, nobody sees a page before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dscore.config import HOME_VARIABLE

PAGE = str(Path(__file__).parents[2] / "pages" / "navigation.py")


@pytest.mark.parametrize("configured", [True, False])
def test_a_login_stands_before_every_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, configured: bool) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "library"))
    page = AppTest.from_file(PAGE, default_timeout=60)
    if configured:
        page.user = {"is_logged_in": False}
    page.run()
    assert not page.exception
    assert [button.label for button in page.button if button.key == "login"] == (["Log in"] if configured else [])
    assert (page.title[0].value == "dscore") is configured
    assert (tmp_path / "library").exists() is not configured
