"""The parts of the Settings page: the library on the disk, its backups, its limits, the keys."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import Any

import streamlit as st

from dscore.catalog import backup, images
from dscore.catalog.connection import open_catalog, wal_bytes
from dscore.config import Settings, number_fault
from dscore.fetch.addresses import is_host
from dscore.text.sizes import readable_size
from pages.components import state
from pages.components.assets import joined
from pages.components.trouble import spoken
from pages.components.words import WORD_JOINER, plain

SAVED, BACKED_UP = "settings_saved", "backup_path"

_KEYS = st.components.v2.component(
    "dscore_keys", js=joined("elements.js", "keys.js", "key_list.js"), css=joined("key_list.css")
)

MEANINGS = {
    "max_megapixels": (
        "Largest picture, in megapixels",
        "A larger one is refused: reading it would take too much memory.",
    ),
    "decode_seconds": ("Seconds to read one picture", "One that takes longer is given up, and listed."),
    "decode_megabytes": ("Memory to read one picture, in MB", "One that needs more is given up, and listed."),
    "decode_workers": ("Pictures read at once", "0 is one for each core of this machine."),
    "max_archive_entries": ("Files in one ZIP", "A ZIP with more is refused."),
    "local_hosts": (
        "Local hosts that may be asked",
        "Hosts on this machine or the local network, parted by commas: nas.local, 127.0.0.1:8080. Usual: none.",
    ),
    "api_seconds": ("Seconds between questions to a booru", "Sites lock out who asks too often."),
    "downloads": ("Downloads at once", "More is not always quicker, and sites count it."),
    "journal": ("How the catalog is written", ""),
}
JOURNALS = {
    "auto": "Look at the disk",
    "wal": "WAL: pages read while workers write",
    "truncate": "Truncate: for a network share; pages wait for workers",
}


def draw_library() -> None:
    """Where it lies, and how large it is."""
    library = state.library()
    st.subheader("Library")
    st.code(str(library.home), language=None)
    with open_catalog(library) as db:
        pictures, size = images.total(db)
    kept = list(library.backups.glob("*.db"))
    facts = {
        "Pictures": f"{pictures:,}",
        "Their size": readable_size(size),
        "Catalog": readable_size(library.catalog.stat().st_size + wal_bytes(library.catalog)),
        "Backups": f"{len(kept):,}",
        "Free on its disk": readable_size(shutil.disk_usage(library.home).free),
    }
    grid = st.grid(len(facts), min_column_width=130)
    for label, value in facts.items():
        grid.metric(label, value)
    st.caption("To use another folder, set DSCORE_HOME before you start dscore.")


def draw_backup() -> None:
    """A copy of the catalog, at once."""
    st.subheader("Backup")
    st.caption("A copy of the catalog: tags, captions, history. The pictures are never changed, and are not copied.")
    if st.button("Back up now", icon=":material/save:"):
        with spoken(), st.spinner("Copying…"):
            st.session_state[BACKED_UP] = str(backup.write(state.library()))
    if path := st.session_state.get(BACKED_UP):
        st.success("The backup is written:", icon=":material/check_circle:")
        st.code(path, language=None)
        st.caption("To put one back, stop dscore and run: python -m dscore restore PATH")


def draw_limits() -> None:
    """What `settings.toml` says, to be changed."""
    st.subheader("Limits")
    with spoken():
        now = state.library().settings()
        with st.form("limits", border=False):
            is_right = _fields(now)
            st.form_submit_button("Save", icon=":material/check:", on_click=_save)
        if not is_right:
            st.error("Nothing was saved. Correct what is marked in red above.", icon=":material/error:")
        elif st.session_state.pop(SAVED, False):
            st.success("Saved. It holds for the next job.", icon=":material/check_circle:")
        st.caption("The same can be written by hand, into this file:")
        st.code(str(state.library().settings_file), language=None)


def _fields(now: Settings) -> bool:
    """Draw them, each with what is wrong with it below; returns whether nothing is. What is typed arrives with Save."""
    grid = st.grid(3, min_column_width=220)
    faults = []
    for name, value in asdict(now).items():
        with grid.cell():
            fault = _fault(name, _field(name, value))
            if fault:
                st.markdown(f":red[:material/error: {plain(fault)}]")
            faults.append(fault)
    return not any(faults)


def _field(name: str, value: Any) -> Any:
    label, meaning = MEANINGS[name]
    if name == "journal":
        choices = list(JOURNALS)
        return st.selectbox(
            label, choices, index=choices.index(value), format_func=JOURNALS.__getitem__, key=_key(name)
        )
    if isinstance(value, tuple):
        return st.text_input(label, ", ".join(value), key=_key(name), help=meaning)
    # No least value: the browser would keep back a smaller one, and say nothing.
    return st.number_input(label, value=value, key=_key(name), help=f"{meaning} Usual: {getattr(Settings(), name):,}.")


def _fault(name: str, value: Any) -> str:
    """A sentence about what cannot be set; "" for what can."""
    if name == "local_hosts":
        wrong = next((host for host in _hosts(value) if not is_host(host)), None)
        if wrong is None:
            return ""
        shown = wrong.replace("://", f":{WORD_JOINER}//")  # else it would become a link
        return f"“{shown}” is no host. Write only its name and port, as in nas.local:8080."
    if isinstance(value, str):
        return ""
    fault = number_fault(name, value)
    return fault and f"{fault[0].upper()}{fault[1:]}."


def _hosts(text: str) -> tuple[str, ...]:
    return tuple(host.strip() for host in text.split(",") if host.strip())


def _key(name: str) -> str:
    return f"setting_{name}"


@spoken()
def _save() -> None:
    values = {name: st.session_state[_key(name)] for name in MEANINGS}
    if any(_fault(name, value) for name, value in values.items()):
        return
    values["local_hosts"] = _hosts(values["local_hosts"])
    state.library().save_settings(Settings(**values))
    st.session_state[SAVED] = True


def draw_keys() -> None:
    """Which keys do what."""
    st.subheader("Keyboard")
    _KEYS(key="keys")
