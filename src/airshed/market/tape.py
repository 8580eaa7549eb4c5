"""The tape: every trade of allowances against money, whatever the procedure that made it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

import msgspec

from airshed.model.measures import mean_price
from airshed.model.refusal import Malformed

#: How allowances changed hands: "listed" in the order book; "call" at the one price of a series' call; "zone_call" in
#: the call of the whole zone; "block" and "transfer" between two; "auction" sold by a jurisdiction, "one_way" by a
#: holder; "sale" at a fixed price; "repurchase" by the government at its standing price, "reverse_auction" from the
#: lowest asks up.
Kind = Literal[
    "listed", "call", "zone_call", "block", "transfer", "auction", "one_way", "sale", "repurchase", "reverse_auction"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: Kinds in which many meet and nobody chooses the other side: what bars show unless other kinds are asked for.
EXCHANGE_KINDS: tuple[Kind, ...] = ("listed", "call")


class Trade(msgspec.Struct, frozen=True, gc=False):
    """A row of the tape. Who bought and sold is not public."""

    #: Record of the book that holds it.
    seq: int
    #: Its place among the trades of that record, from 1.
    number: int
    #: Instant in milliseconds since 1970.
    at: int
    #: Day of the session, or of the instant where there is none.
    day: str
    kind: Kind
    #: Series or strip.
    series: str
    #: Fen per tonne; of a strip, for a tonne of every vintage together.
    price: int
    #: Allowances; of a strip, of each vintage.
    count: int
    #: Value in fen.
    fen: int


def kinds_of(names: Sequence[str], place: str) -> tuple[Kind, ...]:
    """The kinds of trade of these names, or `Malformed` that names them all.

    >>> kinds_of(["sale", "listed"], "--kind"), len(kinds_of(["all"], "--kind"))
    (('listed', 'sale'), 10)
    """
    for name in names:
        if name not in (*KINDS, "all"):
            raise Malformed(place, f"there is no kind {name[:40]!r}", f"choose of {', '.join(KINDS)}, all")
    return KINDS if "all" in names else tuple(kind for kind in KINDS if kind in names)


def volume(trades: Iterable[Trade]) -> int:
    """Allowances that changed hands."""
    return sum(trade.count for trade in trades)


def vwap(trades: Iterable[Trade]) -> int | None:
    """Volume-weighted mean price in fen per tonne, half upwards; None when nothing was traded.

    >>> one = Trade(1, 1, 0, "2027-03-01", "listed", "SO2-KM-2027", 400_000, 100, 40_000)
    >>> vwap([one, msgspec.structs.replace(one, price=410_000, count=300, fen=123_000)]), vwap([])
    (407500, None)
    """
    fen = count = 0
    for trade in trades:
        fen += trade.fen
        count += trade.count
    return mean_price(fen, count) if count else None
