"""The depth of an order book: what waits at each price, and what lies between the best two."""

from __future__ import annotations

import msgspec

from airshed.market.orderbook import Level, OrderBook

#: Levels that the exchange shows of each side.
BEST = 5


class Depth(msgspec.Struct, frozen=True):
    """Allowances and orders at each price of an order book, best first; prices are fen per tonne.

    A series has a book for each side of a wall between industries: their orders never meet.
    """

    series: str
    #: The walled sector whose book it is; empty for that of all others.
    wall: str
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def bid(self) -> int | None:
        """The highest bid; None when nobody buys."""
        return self.bids[0].price if self.bids else None

    @property
    def ask(self) -> int | None:
        """The lowest ask; None when nobody sells."""
        return self.asks[0].price if self.asks else None

    @property
    def spread(self) -> int | None:
        """What the best two lie apart, in fen per tonne; None where a side is empty."""
        return None if self.bid is None or self.ask is None else self.ask - self.bid

    @property
    def spread_basis_points(self) -> int | None:
        """The spread in hundredths of a percent of the middle of the best two, half upwards.

        >>> Depth("SO2-KM-2027", "", (Level(398_000, 100, 1),), (Level(402_000, 300, 2),)).spread_basis_points
        100
        """
        if self.bid is None or self.ask is None:
            return None
        twice = self.ask + self.bid
        return (2 * 20_000 * (self.ask - self.bid) + twice) // (2 * twice)


def depth_of(series: str, wall: str, book: OrderBook | None, levels: int | None = BEST) -> Depth:
    """The best levels of a book, or all of them; a book in which nobody ever placed an order is empty."""
    if book is None:
        return Depth(series, wall, (), ())
    return Depth(series, wall, tuple(book.depth("buy", levels)), tuple(book.depth("sell", levels)))
