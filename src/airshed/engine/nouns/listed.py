"""The listed market: sessions, orders, trades, the standing price."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.engine.commands import Side


@dataclass(slots=True)
class Order:
    """A listed order: `done_fen` is the value filled so far, `fee_fen` the fees on it, `held` what is set aside."""

    id: int
    account: str
    series: str
    side: Side
    count: int
    limit: int
    left: int
    held: int = 0
    done_fen: int = 0
    fee_fen: int = 0
    state: str = "open"
    #: Key of the order book in which it rests.
    book: str = ""
