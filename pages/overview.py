"""The datasets, and how far each is."""

import streamlit as st

from dscore.catalog import datasets
from dscore.catalog.connection import open_catalog
from dscore.config import Library, default_home
from dscore.errors import DscoreError

st.title("Overview")

library = Library(default_home().absolute())
try:
    with open_catalog(library) as db:
        rows = [(dataset, datasets.counts(db, dataset.id)) for dataset in datasets.listed(db)]
except DscoreError as error:
    st.error(str(error))
    st.stop()

if rows:
    st.caption("Your datasets. Pictures come in, are tagged and go out by the commands; the README shows how.")
    st.dataframe(
        {
            "Dataset": [dataset.name for dataset, _ in rows],
            "Trigger word": [dataset.trigger for dataset, _ in rows],
            "Pictures": [counts.items for _, counts in rows],
            "Tagged": [counts.tagged for _, counts in rows],
            "With a caption": [counts.captioned for _, counts in rows],
        },
        hide_index=True,
    )
else:
    st.info("There is no dataset yet. Bring in a ZIP or a folder of pictures:", icon=":material/add_photo_alternate:")
    st.code("python -m dscore import pictures.zip", language="bash")

st.caption("Everything lies in this folder:")
st.code(str(library.home), language=None)
