"""The routes as a server has them, without the pages: for a test client, and as an app for uvicorn."""

from __future__ import annotations

import socket
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from dscore.config import Library, default_home
from dscore.web.protocol import EXCEPTION_HANDLERS
from dscore.web.routes import routes
from dscore.web.security import Guard

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1:8501"


def application(library: Library) -> Starlette:
    """All of the server but Streamlit."""
    return Starlette(routes=routes(library), exception_handlers=EXCEPTION_HANDLERS, middleware=[Middleware(Guard)])


def app() -> Starlette:
    """For `uvicorn tests.web.serving:app --factory`, with the library that the environment names."""
    return application(Library(default_home()))


def browser(library: Library) -> TestClient:
    """What a page of the server can ask."""
    return TestClient(application(library), base_url=f"http://{HOST}", headers={"Origin": f"http://{HOST}"})


def free_port() -> int:
    """A port on which nobody listens just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
