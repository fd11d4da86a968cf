"""The real server on a library of its own, and the browser that looks at it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.commands import ROOT, Commands

START_SECONDS = 60
PATIENCE = 60_000
"""Milliseconds that a page may take on a machine that is busy with other tests."""
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
ABORTED = "net::ERR_FAILED"
"""What a test has broken on purpose, by `route.abort()`."""

CONFLICT = "status of 409"
"""How the browser notes that somebody else's edit was quicker: an answer like another."""

# A deep link makes Streamlit's page ask for these below the page's own path first.
KNOWN_404 = re.compile(r"/_stcore/(health|host-config)$")


@dataclass(frozen=True)
class Server:
    """A server that runs; `dscore` runs commands on its library, and fills it before a page looks."""

    url: str
    dscore: Commands
    process: psutil.Process

    def open(self, page: Page, path: str = "/") -> None:
        """Go there by URL, and wait until the page stands."""
        page.goto(self.url + path)
        settled(page)

    def workers(self) -> list[psutil.Process]:
        """The worker processes that its pages have started and that live."""
        return [one for one in self.process.children(recursive=True) if "worker" in one.cmdline()]


STANDS_STILL = """async () => {
    await document.fonts.load('20px "Material Symbols Rounded"').then(() => document.fonts.ready);
    const placed = () => [...document.querySelectorAll("[data-testid=stElementContainer]")]
        .map((one) => one.getBoundingClientRect()).map((box) => [box.x, box.y, box.height].join()).join(" ");
    for (let same = 0, before = ""; same < 4; ) {
        await new Promise(requestAnimationFrame);
        const now = placed();
        const loading = document.querySelector("[data-testid=stSkeleton], [data-stale=true]");
        same = now === before && !loading ? same + 1 : 0;
        before = now;
    }
}"""
"""Resolves when the icons have their font, nothing waits for its script, and nothing has moved for four frames."""


def settled(page: Page) -> None:
    """Wait until no script runs and what it drew stands still: a click on what moves lands beside it."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.evaluate(STANDS_STILL)


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    """`streamlit run Home.py` on a free port with this library; what it started ends with it."""
    port = _free_port()
    command = [
        *(sys.executable, "-m", "streamlit", "run", "Home.py"),
        *("--server.port", str(port), "--server.headless", "true", "--server.fileWatcherType", "none"),
    ]
    home.parent.mkdir(parents=True, exist_ok=True)
    log = home.parent / f"server-{port}.log"
    with log.open("wb") as output:
        started = subprocess.Popen(
            command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ, "DSCORE_HOME": str(home)}
        )
    process = psutil.Process(started.pid)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, started, log)
        yield Server(url, Commands(home), process)
    finally:
        _end(process, started)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and started.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"The server did not start:\n{log.read_text(errors='replace')}")


def _end(process: psutil.Process, started: subprocess.Popen[bytes]) -> None:
    try:
        family = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        family = []
    for one in family:
        try:
            one.terminate()
        except psutil.NoSuchProcess:
            continue
    for one in psutil.wait_procs(family, timeout=10)[1]:
        one.kill()
    started.wait()


@contextmanager
def browsing() -> Iterator[Browser]:
    """A Chromium without a window; the test is skipped where there is none, and fails where DSCORE_NEED_BROWSER is set."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        path = found or playwright.chromium.executable_path
        if not Path(path).exists():
            complain = pytest.fail if os.environ.get("DSCORE_NEED_BROWSER") else pytest.skip
            complain("There is no Chromium to test with; install it, or run: playwright install chromium")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser, *, width: int = 1440, height: int = 900, theme: str = "light") -> Iterator[Page]:
    """A page of a person of its own; afterwards fails on what went wrong in the browser."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
    )
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda message: troubles.extend(_trouble(message)))
    try:
        yield page
    finally:
        context.close()
    assert not troubles, "\n".join(troubles)


def _trouble(message: ConsoleMessage) -> list[str]:
    known = ABORTED in message.text or KNOWN_404.search(message.location["url"]) or CONFLICT in message.text
    if message.type != "error" or known:
        return []
    return [f"{message.text} ({message.location['url']})"]
