"""Market data of a book as data frames, for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.book.addressed import to_read
from airshed.service.marketdata.export import frame
from airshed.service.marketdata.reading import read_market
from airshed.service.marketdata.tables import COLUMNS
from airshed.service.marketdata.zone_index import law_of


def market_frames(book: Path | str, tables: Sequence[str] = tuple(COLUMNS)) -> dict[str, pl.DataFrame]:
    """The tables of `airshed market export` by name, as data frames, without writing a file.

    trades, bars, quotes, interest, index, index_components, summary; docs/reference/market-data.md says what each
    column means.
    Whole numbers: allowances of 1 kg, fen, fen per tonne; null is nothing, never zero. The book's chain is checked on
    the way. Malformed for a table or a book that is none.
    """
    for name in tables:
        if name not in COLUMNS:
            raise Malformed("tables", f"there is no table {name!r}", near(name, COLUMNS))
    with to_read(Path(book)) as opened, opened.named():
        market = read_market(opened.lines(), history=True)
        law = law_of(opened, market)
        return {name: frame(name, market, law) for name in tables}
