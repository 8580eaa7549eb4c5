"""Gathers which rows a group of records touches, and gives them when the group is written."""

from __future__ import annotations

from typing import Any

from airshed.engine.journal import Changes, Row
from airshed.engine.state import State
from airshed.engine.tables.rows import ROW
from airshed.engine.tables.shapes import TABLES
from airshed.model.allowance import members
from airshed.registry.moves import Paid


class Tables:
    """Collects which rows a group touches, and gives them when the group is written."""

    def __init__(self) -> None:
        self.touched: dict[str, dict[Any, None]] = {table.name: {} for table in TABLES if not table.listed}
        self.added: dict[str, list[Row]] = {table.name: [] for table in TABLES if table.listed}

    def take(self, state: State) -> Changes:
        """The changed rows since the last call."""
        put: dict[str, list[Row]] = {}
        gone: dict[str, list[Row]] = {}
        for name, keys in self.touched.items():
            if not keys:
                continue
            row_of = ROW[name]
            puts: list[Row] = []
            for key in keys:
                row = row_of(state, key)
                if row is None:
                    gone.setdefault(name, []).append(key if isinstance(key, tuple) else (key,))
                else:
                    puts.append(row)
            put[name] = puts
            keys.clear()
        added = {name: rows for name, rows in self.added.items() if rows}
        self.added = {name: [] for name in self.added}
        return Changes(put, gone, added)

    def touch(self, table: str, *keys: Any) -> None:
        """Mark rows of a table as changed."""
        touched = self.touched[table]
        for key in keys:
            touched[key] = None

    def add(self, table: str, row: Row) -> None:
        """Add a row to a list of what happened."""
        self.added[table].append(row)

    def touch_holdings(self, account: str, series: str) -> None:
        """Mark what an account holds of a series, or of every vintage of a strip."""
        self.touch("holdings", *((account, member) for member in members(series)))

    def touch_entry(self, entry: Any) -> None:
        """Mark the accounts and holdings that an entry moves."""
        accounts = self.touched["accounts"]
        holdings = self.touched["holdings"]
        for move in entry:
            if type(move) is Paid:
                accounts[move.origin] = None
                accounts[move.target] = None
            else:
                holdings[move.origin, move.series] = None
                holdings[move.target, move.series] = None
