"""Where the shell reads a market: in a book up to a place, or at a service as it is now. Both say the same of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from airshed.market.bars import Bar, By
    from airshed.market.depth import Depth
    from airshed.market.index import Point
    from airshed.market.interest import Interest
    from airshed.market.tape import Kind, Trade
    from airshed.model.civil import CivilTime
    from airshed.rulebook.schema import Rulebook
    from airshed.service.marketdata import SeriesSummary

#: The word for the money of the law, which is looked up where figures are shown.
Money = Callable[[], str]


class OrderBooks(NamedTuple):
    """What waits in a series, at which record and instant."""

    seq: int
    at: int
    books: Sequence[Depth]
    money: Money
    civil: CivilTime


class TapePart(NamedTuple):
    """Some trades out of all that were asked for."""

    trades: Sequence[Trade]
    total: int
    money: Money
    civil: CivilTime


class Holders(NamedTuple):
    """Where allowances are, at which record and instant."""

    seq: int
    at: int
    parts: Sequence[Interest]
    civil: CivilTime


class MarketSource(Protocol):
    """Where a market is read."""

    def depth(self, series: str, levels: int | None) -> OrderBooks:
        """The order books of a series: some levels, or all."""
        ...

    def tape(self, kinds: Sequence[Kind], series: str, limit: int, *, last: bool) -> TapePart:
        """The first or last trades of these kinds, of one series or of all."""
        ...

    def bars(self, series: str, kinds: Sequence[Kind], by: By) -> tuple[Sequence[Bar], Money]:
        """A series by spans."""
        ...

    def summary(self, kinds: Sequence[Kind]) -> tuple[Sequence[SeriesSummary], Money]:
        """Each series in a line."""
        ...

    def interest(self, series: str) -> Holders:
        """Where allowances are, of a series, a strip, or all."""
        ...

    def index(self, by: By) -> tuple[Sequence[Point], Rulebook]:
        """The index, and the law that says what it is."""
        ...
