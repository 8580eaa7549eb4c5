"""The continuous order book of one series: price first, then time, at the resting order's price."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterator
from typing import Literal

import msgspec

Side = Literal["buy", "sell"]

SIDES: tuple[Side, Side] = ("buy", "sell")
#: The book is swept when more orders were removed than live in it, and this many more.
SPARE = 1_000


class Resting(msgspec.Struct, gc=False):
    """An order in the book. Only the book changes `left`; 0 marks one that is gone but still in its queue."""

    id: int
    account: str | int
    side: Side
    limit: int
    left: int


class Fill(msgspec.Struct, frozen=True, gc=False):
    """`count` allowances change hands with the resting order `order` at its price, in fen per tonne."""

    order: int
    price: int
    count: int


class OwnOrder(msgspec.Struct, frozen=True, gc=False):
    """The order would trade with `order`, which is of those that it must not meet."""

    order: int


class Level(msgspec.Struct, frozen=True, gc=False):
    """What rests at one price: allowances and orders."""

    price: int
    count: int
    orders: int


class _Half:
    """One side: a queue of orders per rank, the price with a sign that makes the better one the higher."""

    __slots__ = ("queues", "ranks", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.queues: dict[int, deque[Resting]] = {}
        #: Ranks whose queue is not empty, ascending, so that the best one is at the cheap end of the list.
        self.ranks: list[int] = []


class OrderBook:
    """Orders of one series by price, then by time of arrival.

    `fills_for` plans and changes nothing that anybody can see, so deciding stays pure; `rest`, `fill`, `take`
    and `cancel` carry out what was decided and may not refuse; `submit` is both. Prices are fen per tonne,
    counts are allowances, ids are unique and increase. Lots, ticks and bands are the caller's rules.

    >>> book = OrderBook()
    >>> book.submit(1, "sell", 1_800_000, 500, "yuxi-steel")
    []
    >>> book.submit(2, "sell", 1_790_000, 200, "kunming-power")
    []
    >>> book.submit(3, "buy", 1_800_000, 300, "qujing-cement")
    [Fill(order=2, price=1790000, count=200), Fill(order=1, price=1800000, count=100)]
    >>> book.fills_for("buy", 1_800_000, 1, ("yuxi-steel",))
    OwnOrder(order=1)
    """

    __slots__ = ("_asks", "_bids", "_live", "_removed")

    def __init__(self) -> None:
        self._bids = _Half(1)
        self._asks = _Half(-1)
        self._live: dict[int, Resting] = {}
        self._removed = 0  # orders since the last sweep that were emptied where they stood in their queue

    # --- planning

    def fills_for(self, side: Side, limit: int, count: int, mine: tuple[str | int, ...]) -> list[Fill] | OwnOrder:
        """What an order would trade at once, best price first, at equal price the oldest first (I5, I7).

        If the walk meets an order of one of the accounts `mine` while something is still wanted, that order is the
        answer. The same question gets the same answer until the book is changed.
        """
        other = self._asks if side == "buy" else self._bids
        least = limit * other.sign
        self._trim(other)
        fills: list[Fill] = []
        for rank in reversed(other.ranks):
            if rank < least:
                break
            for order in other.queues[rank]:
                if not order.left:
                    continue
                if order.account in mine:
                    return OwnOrder(order.id)
                if order.left >= count:
                    fills.append(Fill(order.id, order.limit, count))
                    return fills
                fills.append(Fill(order.id, order.limit, order.left))
                count -= order.left
        return fills

    def fills_past(
        self, side: Side, limit: int, count: int, mine: tuple[str | int, ...]
    ) -> tuple[list[Fill], list[int]]:
        """The same, passing over the orders of the accounts `mine`; those passed over come beside the fills."""
        other = self._asks if side == "buy" else self._bids
        fills: list[Fill] = []
        own: list[int] = []
        for rank in reversed(other.ranks):
            if rank < limit * other.sign:
                break
            for order in other.queues[rank]:
                if order.left and not count:
                    return fills, own
                if order.left and order.account in mine:
                    own.append(order.id)
                elif order.left:
                    fills.append(Fill(order.id, order.limit, min(order.left, count)))
                    count -= fills[-1].count
        return fills, own

    # --- carrying out

    def rest(self, id: int, side: Side, limit: int, count: int, account: str | int) -> None:
        """Put an order at the end of the queue of its price. It may cross until its fills are taken."""
        assert id not in self._live, f"I7: order {id} stands already"
        assert count > 0, f"I7: order {id} of {count}"
        order = Resting(id, account, side, limit, count)
        self._live[id] = order
        if side == "buy":
            half = self._bids
            rank = limit
        else:
            half = self._asks
            rank = -limit
        queue = half.queues.get(rank)
        if queue:
            queue.append(order)
            return
        insort(half.ranks, rank)
        if queue is None:
            half.queues[rank] = deque((order,))
        else:
            queue.append(order)

    def fill(self, id: int, count: int) -> None:
        """Take `count` from an order, which leaves the book when nothing is left of it."""
        order = self._live[id]
        assert 0 < count <= order.left, f"I7: order {id} has {order.left}, not {count}"
        order.left -= count
        if not order.left:
            self.cancel(id)

    def take(self, fills: list[Fill]) -> int:
        """Carry out planned fills on the resting orders; how much they are in all."""
        total = 0
        for planned in fills:
            self.fill(planned.order, planned.count)
            total += planned.count
        return total

    def cancel(self, id: int) -> int:
        """Remove an order; how much was left of it."""
        order = self._live.pop(id)
        left = order.left
        order.left = 0
        self._removed += 1
        if self._removed > len(self._live) + SPARE:
            self._sweep()
        return left

    # --- both

    def submit(self, id: int, side: Side, limit: int, count: int, account: str | int) -> list[Fill] | OwnOrder:
        """Plan an order, take its fills, let the remainder rest; one that meets its own account does nothing.

        The same as `fills_for`, `take` and `rest` (a test holds it), but in one walk, for those who do not
        have to write down the decision before they carry it out.
        """
        if side == "buy":
            other = self._asks
            least = -limit
        else:
            other = self._bids
            least = limit
        ranks = other.ranks
        fills: list[Fill] = []
        if ranks and ranks[-1] >= least:
            live = self._live
            emptied: list[Resting] = []
            while ranks and ranks[-1] >= least:
                queue = other.queues[ranks[-1]]
                while queue:
                    order = queue[0]
                    left = order.left
                    if left:
                        if order.account == account:
                            self._put_back(other, emptied)
                            return OwnOrder(order.id)
                        if left > count:
                            order.left = left - count
                            fills.append(Fill(order.id, order.limit, count))
                            return fills
                        fills.append(Fill(order.id, order.limit, left))
                        emptied.append(order)
                        del live[order.id]
                        count -= left
                    queue.popleft()
                    if not count:
                        if not queue:
                            ranks.pop()
                        return fills
                ranks.pop()
        self.rest(id, side, limit, count, account)
        return fills

    # --- reading

    def __len__(self) -> int:
        return len(self._live)

    def __contains__(self, id: object) -> bool:
        return id in self._live

    def left(self, id: int) -> int:
        """What is left of an order; 0 when it is not in the book."""
        order = self._live.get(id)
        return 0 if order is None else order.left

    def best(self, side: Side) -> int | None:
        """The highest bid or the lowest ask in fen per tonne; None when nobody waits there."""
        half = self._bids if side == "buy" else self._asks
        self._trim(half)
        return half.ranks[-1] * half.sign if half.ranks else None

    def orders(self, side: Side) -> Iterator[Resting]:
        """Resting orders in the order in which they would trade. To be read, not changed."""
        half = self._bids if side == "buy" else self._asks
        for rank in reversed(half.ranks):
            for order in half.queues[rank]:
                if order.left:
                    yield order

    def depth(self, side: Side, levels: int | None = None) -> list[Level]:
        """Allowances and orders at each price, best first; at most `levels` prices."""
        half = self._bids if side == "buy" else self._asks
        self._trim(half)
        shown: list[Level] = []
        for rank in reversed(half.ranks):
            if levels is not None and len(shown) >= levels:
                break
            counts = [order.left for order in half.queues[rank] if order.left]
            if counts:
                shown.append(Level(rank * half.sign, sum(counts), len(counts)))
        return shown

    def resting_count(self, side: Side | None = None) -> int:
        """Allowances that rest in the book, on one side or on both."""
        return sum(order.left for order in self._live.values() if side is None or order.side == side)

    def check(self) -> None:
        """Assert what must hold at rest: not crossed (I6), every live order in its place in exactly one queue."""
        bid, ask = self.best("buy"), self.best("sell")
        assert bid is None or ask is None or bid < ask, f"I6: bid {bid} meets ask {ask}"
        queued: dict[int, Resting] = {}
        for side, half in zip(SIDES, (self._bids, self._asks), strict=True):
            ranks = sorted(rank for rank, queue in half.queues.items() if queue)
            assert half.ranks == ranks, f"I7: prices of the {side} side"
            for rank, queue in half.queues.items():
                before = 0
                for order in queue:
                    if not order.left:
                        continue
                    assert order.left > 0, f"I7: {order}"
                    assert (order.side, order.limit) == (side, rank * half.sign), f"I7: {order} in {rank}"
                    assert order.id > before, f"I7: {order} stands behind {before}"
                    before = order.id
                    queued[order.id] = order
        assert queued == self._live, "I7: queues and index differ"

    # --- keeping house, unseen from outside

    def _trim(self, half: _Half) -> None:
        """Drop emptied orders from the best end, so that the best rank is that of a live order."""
        ranks = half.ranks
        while ranks:
            queue = half.queues[ranks[-1]]
            while queue and not queue[0].left:
                queue.popleft()
            if queue:
                return
            ranks.pop()

    def _put_back(self, half: _Half, emptied: list[Resting]) -> None:
        """Undo a walk: orders that left from the head of their queues stand there again as they were."""
        for order in reversed(emptied):
            rank = order.limit * half.sign
            if not half.queues[rank]:
                insort(half.ranks, rank)
            half.queues[rank].appendleft(order)
            self._live[order.id] = order

    def _sweep(self) -> None:
        """Drop every emptied order and every empty queue, so that those far from the market cost no memory."""
        for half in (self._bids, self._asks):
            queues = ((rank, deque(order for order in half.queues[rank] if order.left)) for rank in half.ranks)
            half.queues = {rank: queue for rank, queue in queues if queue}
            half.ranks = list(half.queues)
        self._removed = 0
