"""Who may read what, as law: the matrix of read tables and roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from airshed.rulebook.people_sections import RoleName, Scope
from airshed.rulebook.section import Section
from airshed.rulebook.table_names import TableName

FILE = "reading.csv"
#: The column of what everybody reads, registered or not, and who is suspended.
EVERYBODY = "everybody"
#: What is read, beside tables: the records of the book; what moved in an account; and figures of years early.
RECORDS, STATEMENTS, FIGURES = "records", "statements", "figures"
Readable = Literal[TableName, "records", "statements", "figures"]
ForEverybody = Literal["all", "published"]


class ReadingRight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One cell of `reading.csv`: what somebody may read."""

    #: The read table, at the head of the row; or `records`, the records of the book; `statements`, what moved in an
    #: account, told to who reads `holdings` and `accounts` of it too; `figures`, those of years, before the day from
    #: which the law says they are public. 数据表。
    table: Readable
    #: The role, at the head of the column, or `everybody`. 查阅人。
    reader: RoleName
    #: "zone": each as far as they are bound, in the whole zone every row. "jurisdiction": who is bound to a
    #: jurisdiction reads the rows of it, who is bound to an account those of it. "account": only the latter. For
    #: everybody "all" rows, or those of years that are "published". 查阅范围。
    rows: Literal["all", "published", "zone", "jurisdiction", "account"]


class Reading(Section, frozen=True):
    """Who may read what over HTTP and in the portal is in `reading.csv`."""

    #: 查阅范围。
    rows: tuple[ReadingRight, ...] = ()


@lru_cache(maxsize=64)
def row_of(codes: tuple[str, ...]) -> type[msgspec.Struct]:
    """The kind of a row of `reading.csv`: a table, what everybody reads of it, and for every role the scope.

    >>> row_of(("city", "trader")).__struct_fields__
    ('table', 'everybody', 'city', 'trader')
    """
    columns = [("table", Readable), (EVERYBODY, ForEverybody | None), *((code, Scope | None) for code in codes)]
    return msgspec.defstruct("ReadingRow", columns, module=__name__)


def reading_of(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[tuple[int, dict[str, Any]]]:
    """The cells of `reading.csv` that are not empty, each with its line."""
    return [
        (line, {"table": row["table"], "reader": reader, "rows": cell})
        for line, row in rows
        for reader, cell in row.items()
        if reader != "table" and cell is not None
    ]
