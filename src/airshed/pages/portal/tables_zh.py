"""What read tables and their columns hold, in Chinese: `tables_zh.csv`; the tables themselves say it in English."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.model.beside import rows_beside
from airshed.service.forms.happened import fact_zh

_ROWS = rows_beside("airshed.pages.portal", "tables_zh.csv")


def _names(of: str) -> Mapping[str, str]:
    return {row["name"]: row["zh"] for row in _ROWS if row["of"] == of}


#: What a table shows.
SHOWS = _names("table")
#: Columns that are no figure of an event; `table.column` where one holds something else than in other tables.
COLUMNS = _names("column")
#: Types and units of columns.
TYPES, UNITS = _names("type"), _names("unit")


def column_zh(name: str, table: str = "") -> str:
    """What a column holds: as the figure of an event of that name, unless it says otherwise here."""
    return COLUMNS.get(f"{table}.{name}") or COLUMNS.get(name) or fact_zh(name)
