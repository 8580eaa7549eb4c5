"""Frames in, a call out: gathered orders at the one price at which most changes hands, by the market's own rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec
import polars as pl

from airshed.lab.frames.reading import figure, rows_of
from airshed.market.call import LimitOrder, Side, clear
from airshed.model.refusal import Malformed


class CallOrderRow(msgspec.Struct, frozen=True):
    """An order of a call: `limit` fen per tonne, `count` allowances of 1 kg."""

    number: int
    side: Side
    limit: Annotated[int, msgspec.Meta(gt=0, le=10**12)]
    count: Annotated[int, msgspec.Meta(gt=0, le=10**12)]


@dataclass(frozen=True, slots=True)
class ClearedCall:
    """What a call comes to: `price` in fen per tonne, None when no two orders meet; `fills` is number, count."""

    price: int | None
    count: int
    #: Wanted less offered at the price, in allowances.
    surplus: int
    fills: pl.DataFrame


def clear_call(orders: pl.DataFrame, *, reference: int, tick: int = 1_000, seed: int = 0) -> ClearedCall:
    """A call over `orders` (number, side, limit, count), as the book clears it (docs/tutorials/prices/call.md).

    `orders` has a row an order: number (any whole one), side (buy or sell), limit (fen per tonne: 1,000 are 10 yuan),
    count (allowances of 1 kg). Greatest volume, then smallest imbalance, then nearest to `reference` (fen per tonne) on
    the `tick`; equal limits at the margin are drawn with `seed`. Malformed, naming the argument or the row, for a limit
    off the tick or a number that stands twice.

    >>> orders = pl.DataFrame({"number": [1, 2, 3], "side": ["buy", "buy", "sell"], "limit": [110, 100, 90],
    ...                        "count": [5, 5, 7]})
    >>> found = clear_call(orders, reference=95, tick=10)
    >>> found.price, found.count, found.fills.rows()
    (100, 7, [(1, 5), (2, 2), (3, 7)])
    """
    for value, what, least in ((reference, "reference", 0), (tick, "tick", 1), (seed, "seed", 0)):
        figure(value, what, least, 10**12, int)
    seen: set[int] = set()
    gathered = []
    for place, order in enumerate(rows_of(orders, CallOrderRow, "orders"), start=1):
        if order.limit % tick:
            raise Malformed(f"orders row {place} column limit", f"{order.limit} is off the tick", f"use {tick} fen")
        if order.number in seen:
            raise Malformed(f"orders row {place} column number", f"{order.number} stands twice", "number them apart")
        seen.add(order.number)
        gathered.append(LimitOrder(order.number, order.side, order.limit, order.count))
    done = clear(gathered, reference, tick, seed)
    fills = pl.DataFrame(list(done.fills.items()), schema={"number": pl.Int64, "count": pl.Int64}, orient="row")
    return ClearedCall(done.price, done.count, done.surplus, fills)
