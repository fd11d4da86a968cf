"""Reading thousands of rows beside other sessions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from dscore.catalog.connection import Database


def columns(db: Database, names: Sequence[str], query: str, params: Sequence[object] = ()) -> list[list[Any]]:
    """These columns of the query's rows, in its order, a list for each; numbers, texts and None only.

    sqlite3 gives the interpreter's lock up for each row that it steps to, and then waits for it behind whatever other thread
    has taken it meanwhile. Here SQLite makes a JSON array of each column, so that it does so once.
    """
    arrays = ", ".join(f"json_group_array({name})" for name in names)
    return [json.loads(array) for array in db.execute(f"select {arrays} from ({query})", params).fetchone()]
