"""The market of a book, read up to its end, a record or an instant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from airshed.cli.market.place import Holders, Money, OrderBooks, TapePart
from airshed.cli.market.read import opened_at, read_at
from airshed.cli.money import money_in
from airshed.model.allowance import members

if TYPE_CHECKING:
    from airshed.market.bars import Bar, By
    from airshed.market.index import Point
    from airshed.market.tape import Kind
    from airshed.rulebook.schema import Rulebook
    from airshed.service.marketdata import SeriesSummary


class Here:
    """A book, and up to where it is read."""

    def __init__(self, book: str, seq: int | None, at: str) -> None:
        self._book, self._seq, self._at = book, seq, at

    def depth(self, series: str, levels: int | None) -> OrderBooks:
        """The order books of a series."""
        market = opened_at(self._book, self._seq, self._at)
        books = market.depths(market.known(series), levels)
        state, money = market.state, partial(money_in, self._book, market)
        return OrderBooks(state.seq, state.at, books, money, state.civil)

    def tape(self, kinds: Sequence[Kind], series: str, limit: int, *, last: bool) -> TapePart:
        """Trades."""
        market = opened_at(self._book, self._seq, self._at)
        if series:
            market.known(series)
        rows = [trade for trade in market.tape if trade.kind in kinds and series in ("", trade.series)]
        money = partial(money_in, self._book, market)
        return TapePart(rows[-limit:] if last else rows[:limit], len(rows), money, market.state.civil)

    def bars(self, series: str, kinds: Sequence[Kind], by: By) -> tuple[Sequence[Bar], Money]:
        """A series by spans."""
        from airshed.market.bars import bars

        market = opened_at(self._book, self._seq, self._at)
        own = market.trades(market.known(series), kinds)
        found = bars(series, own, market.closes.get(series, {}), market.days, by)
        return found, partial(money_in, self._book, market)

    def summary(self, kinds: Sequence[Kind]) -> tuple[Sequence[SeriesSummary], Money]:
        """Each series in a line."""
        from airshed.service.marketdata import summaries

        market = opened_at(self._book, self._seq, self._at, history=True)
        return summaries(market, kinds), partial(money_in, self._book, market)

    def interest(self, series: str) -> Holders:
        """Where allowances are."""
        market = opened_at(self._book, self._seq, self._at)
        wanted = members(market.known(series)) if series else None
        parts = [part for part in market.interest() if wanted is None or part.series in wanted]
        return Holders(market.state.seq, market.state.at, parts, market.state.civil)

    def index(self, by: By) -> tuple[Sequence[Point], Rulebook]:
        """The index, and its law."""
        from airshed.service.marketdata import law_of, zone_index

        with read_at(self._book, self._seq, self._at) as (opened, market):
            rules = law_of(opened, market)
            return zone_index(market, rules, by), rules
