"""What each page about a dataset's pictures stands in."""

from __future__ import annotations

from collections.abc import Callable

from dscore.catalog.connection import Database, open_catalog
from dscore.catalog.datasets import Dataset
from pages.components import filter_bar, scope, state
from pages.components.trouble import spoken


def draw(missing: str, page: Callable[[Database, Dataset], None]) -> None:
    """Draw the page where there are pictures and the filter can be read; else what is missing, or the filter to be mended."""
    dataset = state.dataset()
    with spoken(), open_catalog(state.library()) as db:
        if dataset is None or scope.is_empty(db, dataset):
            scope.no_pictures(missing)
        elif filter_bar.is_readable(dataset):
            page(db, dataset)
