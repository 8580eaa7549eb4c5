"""Writes market data as CSV or Parquet, a file a table, with a file that says what every column means."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Literal

import polars as pl
from msgspec.json import encode

from airshed.model.provenance import said
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.service.marketdata.reading import Market
from airshed.service.marketdata.tables import COLUMNS, ROWS

Format = Literal["csv", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "parquet")

_TYPES: dict[str, Any] = {"int": pl.Int64, "text": pl.String, "flag": pl.Boolean}


def frame(name: str, market: Market, rules: Rulebook) -> pl.DataFrame:
    """One table; integers, never floats, and null where there is nothing."""
    schema = {column.name: _TYPES[column.type] for column in COLUMNS[name]}
    told, _ = said(market.state.provenance)
    rows = [(*row, told) for row in ROWS[name](market, rules)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def check_folder(folder: Path) -> None:
    """`Malformed` when an export cannot go there: what lies there already is never overwritten."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Malformed(str(folder), "exists already", "choose a new folder or empty it first")
    if not folder.parent.is_dir():
        raise Malformed(str(folder), "its folder does not exist", f"make {folder.parent} first")


def export(market: Market, rules: Rulebook, folder: Path, form: Format) -> dict[str, int]:
    """Write every table into a new folder, all or none; rows by table. The same book gives the same CSV bytes.

    `columns.csv` names every column with its type, what it means, and when a cell is empty.
    """
    check_folder(folder)
    half = folder.with_name(f".{folder.name}.{os.getpid()}")
    counts: dict[str, int] = {}
    try:
        half.mkdir()
        for name in COLUMNS:
            made = frame(name, market, rules)
            counts[name] = made.height
            if form == "csv":
                made.write_csv(half / f"{name}.csv")
            else:
                told = encode(market.state.provenance).decode()
                made.write_parquet(half / f"{name}.parquet", metadata={"provenance": told})
        _columns().write_csv(half / "columns.csv")
        if folder.exists():
            folder.rmdir()
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return counts


def _columns() -> pl.DataFrame:
    rows = [(table, *column[:3], column.none or None) for table, columns in COLUMNS.items() for column in columns]
    return pl.DataFrame(rows, schema=["table", "column", "type", "what", "empty_when"], orient="row")
