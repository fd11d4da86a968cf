"""Beside the large picture: the caption and its tokens follow what is typed, before anything is saved."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from dscore.text.tokens import count
from tests.browser.server import Server
from tests.made_sets import fill, scored


def test_tokens_are_counted_as_one_types(server: Server, page: Page, tmp_path: Path) -> None:
    server.dscore.good("import", fill(tmp_path / "heap", {"p.png": scored({}), "p.txt": "solo, smile"}))
    server.open(page, "/explore")
    page.get_by_role("option").first.click()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="Large picture")
    words, caption = large.locator(".token-words"), large.get_by_label("The caption as the trainer reads it")
    expect(words).to_have_text(f"{count('solo, smile')} tokens, fits in 75")
    long = " ".join(["word"] * 100)
    large.get_by_label("Prose").fill(long)
    expect(caption).to_have_text(f"solo, smile. {long}")
    expect(words).to_have_text(f"{count(f'solo, smile. {long}')} tokens, fits in 150")
    expect(large.locator(".token-meter .limit")).to_have_text(["75", "150", "225"])
    expect(large.locator(".token-meter .limit").last).to_be_visible()
    assert server.dscore.captions("heap") == {"p": "solo, smile"}
    large.get_by_label("Prose").fill(" ".join(["word"] * 300))
    expect(words).to_contain_text("more than any trainer reads")
    large.get_by_label("Prose").fill("")
    expect(caption).to_have_text("solo, smile")
