"""A call: gathered orders clear together at the one price at which most changes hands.

Price: greatest volume, then smallest imbalance, then nearest to the reference price (on the tick, halves upwards).
Who trades: better limits first; among equal limits at the margin the order of `random.Random(seed)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from random import Random
from typing import Literal

import msgspec

Side = Literal["buy", "sell"]


class LimitOrder(msgspec.Struct, frozen=True, gc=False):
    """An order of a call: at `limit` fen per tonne or better."""

    number: int
    side: Side
    limit: int
    count: int


class CallResult(msgspec.Struct, frozen=True):
    """What a call comes to: one price, or None when no two orders meet."""

    #: Fen per tonne.
    price: int | None
    #: Allowances that change hands.
    count: int
    #: What is wanted less what is offered at the price: positive when buyers went without.
    surplus: int
    #: Allowances by number of the order; orders that get nothing are left out.
    fills: dict[int, int]


def clear(orders: Sequence[LimitOrder], reference: int, tick: int, seed: int) -> CallResult:
    """Clear a call. `reference` is fen per tonne; limits are on the tick and counts above zero.

    >>> gathered = [LimitOrder(1, "buy", 110, 5), LimitOrder(2, "buy", 100, 5), LimitOrder(3, "sell", 90, 7)]
    >>> clear(gathered, reference=95, tick=10, seed=1)
    CallResult(price=100, count=7, surplus=3, fills={1: 5, 2: 2, 3: 7})
    """
    for order in orders:
        assert order.count > 0, order
        assert order.limit > 0, order
        assert order.limit % tick == 0, order
    spans = _spans(orders, tick)
    best = min(((-min(span.wanted, span.offered), abs(span.wanted - span.offered)) for span in spans), default=(0, 0))
    count = -best[0]
    if not count:
        return CallResult(None, 0, 0, {})
    tied = [span for span in spans if (-min(span.wanted, span.offered), abs(span.wanted - span.offered)) == best]
    nearest = (2 * reference + tick) // (2 * tick) * tick
    price = min(max(nearest, tied[0].low), tied[-1].high)
    surplus = next(span.wanted - span.offered for span in tied if span.low <= price <= span.high)
    drawn = list(range(len(orders)))
    Random(seed).shuffle(drawn)
    fills: dict[int, int] = {}
    for sign, side in ((-1, "buy"), (1, "sell")):
        left = count
        for place in sorted(drawn, key=lambda place: sign * orders[place].limit):
            order = orders[place]
            if order.side == side and left and sign * order.limit <= sign * price:
                fills[order.number] = min(order.count, left)
                left -= fills[order.number]
        assert not left, f"{left} of {count} find no {side} order"
    return CallResult(price, count, surplus, dict(sorted(fills.items())))


def settle(worth: Sequence[int], counts: Sequence[int]) -> list[int]:
    """Share what the buyers pay, each the price of its own count, among the sellers by count, to the fen.

    Every sum is rounded on the running total, so that nothing is left over and nobody is a whole fen off.

    >>> settle([2, 2], [1, 1, 1])
    [1, 2, 1]
    """
    paid, total = sum(worth), sum(counts)
    marks = [(2 * paid * reached + total) // (2 * total) for reached in accumulate(counts)]
    return [after - before for before, after in pairwise((0, *marks))]


class _Span(msgspec.Struct, frozen=True, gc=False):
    """Prices on the tick, from `low` to `high`, between which neither demand nor supply changes."""

    low: int
    high: int
    wanted: int
    offered: int


def _spans(orders: Sequence[LimitOrder], tick: int) -> list[_Span]:
    """Every limit and every gap between two of them, ascending, with what is wanted and offered there."""
    limits = sorted({order.limit for order in orders})
    here = {limit: [0, 0] for limit in limits}
    for order in orders:
        here[order.limit][order.side == "sell"] += order.count
    wanted, offered = sum(bought for bought, _ in here.values()), 0
    spans: list[_Span] = []
    for place, limit in enumerate(limits):
        bought, sold = here[limit]
        offered += sold
        spans.append(_Span(limit, limit, wanted, offered))
        wanted -= bought
        if place + 1 < len(limits) and limit + tick < limits[place + 1]:
            spans.append(_Span(limit + tick, limits[place + 1] - tick, wanted, offered))
    return spans
