"""What is answered where the read tables are."""

from __future__ import annotations

from typing import Any

import msgspec

from airshed.model.provenance import Provenance


class TableColumn(msgspec.Struct, frozen=True):
    """A column of a read table."""

    name: str
    #: INTEGER, TEXT or BLOB.
    type: str
    #: What its numbers are counted in.
    unit: str | None
    holds: str


class KnownTable(msgspec.Struct, frozen=True):
    """A read table."""

    table: str
    shows: str
    #: Whether everybody reads it, signed in or not.
    public: bool
    #: Columns that tell its rows apart.
    key: tuple[str, ...]
    columns: tuple[TableColumn, ...]


class KnownTables(msgspec.Struct, frozen=True):
    """The read tables that there are."""

    tables: tuple[KnownTable, ...]
    provenance: Provenance


class TablePage(msgspec.Struct, frozen=True):
    """A page of a read table."""

    table: str
    rows: tuple[dict[str, Any], ...]
    #: Rows that are there, on all pages.
    total: int
    #: Where the next page begins; null at the end.
    cursor: str | None
    #: By name of what is open: how many rows of it are sealed.
    sealed: dict[str, int]
    #: Accounts whose figure, or refusals whose sentence, is left out.
    silent: tuple[str, ...]
    #: Of which years figures are left out that are not public yet, and from when they are.
    embargoed: tuple[str, ...]
    #: Number and hash of the record up to which it is.
    head: str
    provenance: Provenance
