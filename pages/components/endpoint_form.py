"""A model behind an address: which program or site, which model, what it is asked, and its key."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from dscore.captioners.endpoint import PROMPT, Asking
from dscore.errors import DscoreError
from dscore.fetch import addresses, secrets
from pages.components import state, trouble
from pages.components.words import plain

PROGRAMS = {
    "Ollama": "http://127.0.0.1:11434/v1",
    "LM Studio": "http://127.0.0.1:1234/v1",
    "vLLM": "http://127.0.0.1:8000/v1",
    "Another": "",
}
"""Where each listens unless it is told otherwise."""

NEARBY = (".local", ".lan", ".home.arpa", ".internal")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to ask, and how."""

    model: str
    asking: Asking


def draw() -> Asked | None:
    """Draw the form; None until it says enough."""
    _program()
    url = st.text_input("Address", key="endpoint-url", placeholder="https://…/v1", persist_state="session").strip()
    model = st.text_input(
        "Model",
        key="endpoint-model",
        placeholder="llava:7b",
        help="As the program calls it. With Ollama, `ollama list` shows what is there; it must be one that sees pictures.",
        persist_state="session",
    ).strip()
    st.session_state.setdefault("endpoint-prompt", PROMPT)
    prompt = st.text_area(
        "What it is asked",
        key="endpoint-prompt",
        height=110,
        help="{tags} becomes the picture's tags, {trigger} its trigger word.",
        persist_state="session",
    )
    more = _more()
    if not url or not model:
        return None
    try:
        asking = Asking(url, prompt=prompt, **more)  # type: ignore[arg-type]  # each by its own name
    except DscoreError as error:
        trouble.show(error)
        return None
    _key(asking.site, is_plain=url.lower().startswith("http:"))
    return Asked(model, asking) if _may_be_asked(asking) else None


def remember(model: str, url: str, prompt: str) -> None:
    """What was asked last stands there at first."""
    for name, value in (("model", model), ("url", url), ("prompt", prompt)):
        st.session_state.setdefault(f"endpoint-{name}", value)


def _program() -> None:
    """The programs by name; the one that listens at the address that stands below is marked."""
    url = st.session_state.setdefault("endpoint-url", next(iter(PROGRAMS.values())))
    st.session_state["endpoint-program"] = next((name for name, one in PROGRAMS.items() if one == url), "Another")
    st.segmented_control(
        "Program",
        list(PROGRAMS),
        required=True,
        key="endpoint-program",
        on_change=_take_address,
        persist_state="session",
    )


def _take_address() -> None:
    st.session_state["endpoint-url"] = PROGRAMS[st.session_state["endpoint-program"]]


def _more() -> dict[str, float | int]:
    usual = Asking("http://127.0.0.1")
    for name in ("max_tokens", "temperature", "side", "seconds", "at_once"):
        st.session_state.setdefault(f"endpoint-{name}", getattr(usual, name))
    number = st.number_input
    with st.expander("More"):
        one, two = st.columns(2)
        with one:
            tokens = number("Tokens at most", 1, 32_768, step=50, key="endpoint-max_tokens", persist_state="session",
                            help="A longer answer is cut, and said so.")  # fmt: skip
            side = number("Pixels of the longer side", 64, 4096, step=64, key="endpoint-side", persist_state="session",
                          help="The picture is sent as a JPEG of that size; a smaller one is quicker.")  # fmt: skip
            at_once = number("Questions at once", 1, 64, key="endpoint-at_once", persist_state="session",
                             help="Ollama and LM Studio answer one at a time; vLLM is quicker with 8.")  # fmt: skip
        with two:
            temperature = number("Temperature", 0.0, 2.0, step=0.1, key="endpoint-temperature", persist_state="session",
                                 help="0 is the likeliest answer; higher ones vary more.")  # fmt: skip
            seconds = number("Seconds for one answer", 1.0, 3600.0, step=30.0, key="endpoint-seconds", persist_state="session",
                             help="What takes longer is given up, and listed.")  # fmt: skip
    return {
        "max_tokens": tokens, "temperature": temperature, "side": side, "seconds": seconds, "at_once": at_once,
    }  # fmt: skip


def _key(site: str, *, is_plain: bool) -> None:
    """Whether one is known, and where to give one."""
    library = state.library()
    kept = secrets.endpoint_key(library, site)
    with st.expander("Key"):
        if is_plain:
            st.caption("Over plain http a key goes only to a host that the settings name.")
        st.text("One is known." if kept else "None is known; programs on this machine want none.")
        with st.form("endpoint_key_form", border=False):
            st.text_input(
                "Key",
                key="endpoint-key",
                type="password",
                help="It is kept in the library's keys.json, which only you can read, and sent to this address alone.",
            )
            st.form_submit_button("Keep it", on_click=_keep, args=(site,))
        if site in secrets.sites(library):
            st.button(
                "Forget it", key="endpoint-forget", type="tertiary", on_click=secrets.save, args=(library, site, {})
            )


@trouble.spoken()
def _keep(site: str) -> None:
    """Keep what was typed, and show it no more."""
    key = st.session_state["endpoint-key"].strip()
    st.session_state["endpoint-key"] = ""
    if key:
        secrets.save(state.library(), site, {"api_key": key})


def _may_be_asked(asking: Asking) -> bool:
    """Whether the settings let this address be asked; where they do not yet, a button that says so in them."""
    library = state.library()
    settings = library.settings()
    _, host, port, _ = addresses.take_apart(asking.url)
    if not _is_nearby(host):
        st.caption(plain(f"Your pictures are sent to {asking.site}, made smaller."))
        return True
    if {host, f"{host}:{port}"} & {name.lower() for name in settings.local_hosts}:
        return True
    with st.container(border=True):
        st.text(f"{asking.site} is on this machine or the local network. dscore asks only those that you name.")
        if st.button(f"Let dscore ask {plain(asking.site)}", icon=":material/lan:", key="endpoint-allow"):
            library.save_settings(replace(settings, local_hosts=(*settings.local_hosts, f"{host}:{port}")))
            st.rerun()
    return False


def _is_nearby(host: str) -> bool:
    """Whether the host looks like one of this machine or network; what only looks public is found out when it is asked."""
    if host == "localhost" or ("." not in host.strip("[]") and ":" not in host) or host.endswith(NEARBY):
        return True
    is_number = ":" in host or host.rpartition(".")[2].isdigit()
    return is_number and not addresses.is_public(host)
