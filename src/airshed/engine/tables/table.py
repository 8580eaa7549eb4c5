"""What a read table is."""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """A table: `columns` with their SQL types, the first `key` of which tell rows apart."""

    name: str
    columns: tuple[str, ...]
    key: int
    listed: bool = False
