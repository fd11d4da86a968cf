"""Pictures come in: where from, a look, where to, and what became of each file."""

import streamlit as st

from pages.components import booru_form, hub_form, intake, ledger
from pages.components.places import IMPORT
from pages.components.trouble import spoken
from pages.components.upload import drop_zone

JOB, UPLOAD = "job", "upload"


def arrived(session: str) -> None:
    """An upload is whole: the page goes on with it, also after a reload."""
    st.query_params[UPLOAD] = session


st.title(IMPORT.title)
job = st.query_params.get(JOB, "")
if job.isdigit():
    ledger.draw(int(job))
    st.stop()

st.caption("Pictures with their captions, from wherever they are. Nothing is imported before you say so.")
TABS = {"": "ZIP and files", "folder": "Folder on this machine", "hub": "Hugging Face", "gelbooru": "Gelbooru"}
asked = st.query_params.get("source", "")
uploads, folder, hub, gelbooru = st.tabs(list(TABS.values()), default=TABS.get(asked, TABS[""]))
with uploads:
    if session := st.query_params.get(UPLOAD):
        intake.offer_upload(session)
    else:
        drop_zone(key="upload", on_session=arrived)
with folder, spoken():
    intake.offer_folder()
with hub, spoken():
    hub_form.offer()
with gelbooru, spoken():
    booru_form.offer()
