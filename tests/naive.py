"""Slow and obviously right: the order book and the auction that the fast ones are compared with."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from random import Random
from typing import Literal

Side = Literal["buy", "sell"]


@dataclass(frozen=True)
class Message:
    """What reaches a book: an order, or the cancellation of order `id` when it is for `count` 0."""

    id: int
    side: Side
    limit: int
    count: int
    account: int

    def order(self) -> tuple[int, Side, int, int, int]:
        """As the books take it."""
        return self.id, self.side, self.limit, self.count, self.account


@dataclass
class NaiveBook:
    """One sorted list of (rank, id) per side; the first one is always the next to trade."""

    queue: dict[Side, list[tuple[int, int]]] = field(default_factory=lambda: {"buy": [], "sell": []})
    orders: dict[int, list[int]] = field(default_factory=dict)  # id: limit, left, account
    side: dict[int, Side] = field(default_factory=dict)

    def rank(self, id: int) -> tuple[int, int]:
        limit = self.orders[id][0]
        return (-limit if self.side[id] == "buy" else limit, id)

    def best(self, side: Side) -> int | None:
        return self.orders[self.queue[side][0][1]][0] if self.queue[side] else None

    def remove(self, id: int) -> int:
        queue = self.queue[self.side[id]]
        del queue[bisect_left(queue, self.rank(id))]
        return self.orders.pop(id)[1]

    def plan(self, side: Side, limit: int, count: int, account: int) -> list[tuple[int, int, int]] | int:
        """Fills as (order, price, count), or the id of the own order that is met."""
        fills = []
        for _, id in self.queue["sell" if side == "buy" else "buy"]:
            price, left, owner = self.orders[id]
            crosses = price <= limit if side == "buy" else price >= limit
            if not crosses or count == 0:
                break
            if owner == account:
                return id
            fills.append((id, price, min(left, count)))
            count -= min(left, count)
        return fills

    def submit(self, id: int, side: Side, limit: int, count: int, account: int) -> list[tuple[int, int, int]] | int:
        fills = self.plan(side, limit, count, account)
        if isinstance(fills, int):
            return fills
        for maker, _, filled in fills:
            count -= filled
            self.orders[maker][1] -= filled
            if self.orders[maker][1] == 0:
                self.remove(maker)
        if count:
            self.orders[id] = [limit, count, account]
            self.side[id] = side
            insort(self.queue[side], self.rank(id))
        return fills

    def resting(self, side: Side) -> list[tuple[int, int, int]]:
        """(id, limit, left) in the order of trading."""
        return [(id, self.orders[id][0], self.orders[id][1]) for _, id in self.queue[side]]


TICK = 1_000


def flow(seed: int, messages: int) -> list[Message]:
    """A seeded flow for one series: half orders that wait, a third cancels, the rest orders that trade at once.

    Cancels name orders that still rest. Buyers have even accounts and sellers odd ones, so that nobody meets an
    order of his own and books without that rule see the same flow.
    """
    chance = Random(seed)
    book = NaiveBook()
    alive: list[int] = []
    flowing: list[Message] = []
    middle = 1_800_000
    for id in range(1, messages + 1):
        kind = chance.random()
        side: Side = "buy" if chance.random() < 1 / 2 else "sell"
        away = -1 if side == "buy" else 1
        account = 2 * chance.randrange(100) + (side == "sell")
        touch = book.best("sell" if side == "buy" else "buy")
        if kind < 1 / 3 and book.orders:
            gone = chance.choice(alive)
            while gone not in book.orders:
                alive.remove(gone)
                gone = chance.choice(alive)
            book.remove(gone)
            alive.remove(gone)
            flowing.append(Message(gone, "buy", 0, 0, 0))
            continue
        if kind > 5 / 6 and touch is not None:
            limit = touch - away * TICK * chance.randrange(4)
            count = 100 * chance.randint(1, 30)
        else:
            near = middle if touch is None else touch + away * TICK
            limit = (min if side == "buy" else max)(near, middle) + away * TICK * int(chance.expovariate(0.1))
            count = 100 * chance.randint(1, 20)
        message = Message(id, side, limit, count, account)
        book.submit(*message.order())
        if id in book.orders:
            alive.append(id)
        flowing.append(message)
        middle += TICK * chance.choice((-1, 0, 0, 0, 0, 1))
    return flowing


def naive_auction(
    bids: list[tuple[int, int]], supply: int, reserve: int | None, seed: int
) -> tuple[int | None, list[int]]:
    """Sell one allowance after the other to the highest (price, quantity); the price and what each bid got."""
    won = [0] * len(bids)
    price = None
    for level in sorted({bid[0] for bid in bids}, reverse=True):
        if reserve is not None and level < reserve:
            break
        tied = [place for place, bid in enumerate(bids) if bid[0] == level]
        Random(seed).shuffle(tied)
        for place in tied:
            while supply > 0 and won[place] < bids[place][1]:
                won[place] += 1
                supply -= 1
                price = level
    return price, won
