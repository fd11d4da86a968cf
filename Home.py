"""The server: `streamlit run Home.py` finds `app` here, and serves the pages and the routes beside them."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit import auth_util, config
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dscore.config import Library, default_home
from dscore.errors import WrongUseError
from dscore.web.nodelay import NoDelay
from dscore.web.protocol import EXCEPTION_HANDLERS
from dscore.web.routes import routes
from dscore.web.security import Guard, require_loopback
from dscore.web.startup import lifespan


def is_logged_in(cookies: Mapping[str, str]) -> bool:
    """Whether Streamlit has signed these cookies at a login; it checks the pages itself, but not our routes."""

    def signed(name: str) -> bytes | None:
        return decode_signed_value(get_cookie_secret(), name, cookies[name]) if name in cookies else None

    payload = auth_util.get_cookie_with_chunks(signed, USER_COOKIE_NAME)
    return payload is not None and json.loads(payload).get("is_logged_in") is True


has_login = bool(auth_util.get_secrets_auth_section())
address = config.get_option("server.address")
if not has_login:
    try:
        require_loopback(address)
    except WrongUseError as error:
        sys.exit(str(error))

library = Library(default_home().absolute())
guard = Middleware(
    Guard,
    hosts=filter(
        None, [*config.get_option("server.allowedHosts"), config.get_option("browser.serverAddress"), address]
    ),
    is_logged_in=is_logged_in if has_login else None,
    page=(Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8"),
)
app = st.App(
    "pages/navigation.py",
    routes=routes(library),
    middleware=[Middleware(NoDelay), guard],
    exception_handlers=EXCEPTION_HANDLERS,
    lifespan=lifespan(library),
)
