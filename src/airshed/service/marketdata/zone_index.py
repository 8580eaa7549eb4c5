"""The price index of a book, as the law it adopted last defines it."""

from __future__ import annotations

from airshed.market.bars import By
from airshed.market.index import Component, Point, index_points
from airshed.model.refusal import Malformed
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.marketdata.reading import Market


def law_of(book: KeptBook, market: Market) -> Rulebook:
    """The law that was in force where the market was read to, from the book itself; `Malformed` when there is none."""
    adopted = market.state.rulebook
    if adopted is None:
        raise Malformed(str(book.path), "no rulebook is adopted up to here", "read further")
    return load_texts(book.law(adopted.digest))


def zone_index(market: Market, rules: Rulebook, by: By) -> tuple[Point, ...]:
    """The index of every span in which the market was open."""
    law = rules.price_index
    components = [Component(row.pollutant, row.weight_basis_points, row.base_fen_per_t) for row in law.rows]
    trades = [trade for trade in market.tape if trade.kind in law.kinds]
    return index_points(components, trades, market.days, by, law.carry_days)
