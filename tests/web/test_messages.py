"""What the server says to a page, over the real WebSocket."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests import wire
from tests.browser.server import serving


def test_each_message_is_sent_whole(tmp_path: Path) -> None:
    """Streamlit may name one that the browser had a moment ago; after two quick clicks it has it no more, and the page ends."""
    with serving(tmp_path / "library") as server:
        folder = tmp_path / "pictures"
        folder.mkdir()
        Image.new("RGB", (64, 64)).save(folder / "one.png")
        (folder / "one.txt").write_text("solo")
        server.dscore.good("import", folder, "--captions", "tags")
        with wire.session(server, "explore") as page:
            said = page.ask("")
    large = [message for message in said if message.ByteSize() > 10_000 and message.WhichOneof("type") == "delta"]
    assert large
    assert not any(message.metadata.cacheable for message in said)
