"""What holders sell through an auction, and their part of what is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from airshed.market.allocation import split
from airshed.market.auction.nouns import Consigned, Lots


def sold_first(counts: Mapping[str, int], sold: int, seed: int) -> dict[str, int]:
    """What each holder sold when fewer than all their allowances were: pro rata, rounded down, the rest drawn.

    What rounding leaves over goes one allowance a holder, in random order (Quebec Q-2, r. 46.1 s. 54.1).

    >>> sold_first({"b": 100, "a": 200}, 300, 7), sold_first({"b": 100, "a": 200}, 100, 7)
    ({'a': 200, 'b': 100}, {'a': 67, 'b': 33})
    """
    total = sum(counts.values())
    assert 0 <= sold <= total, (sold, total)
    shares = {holder: sold * counts[holder] // total if total else 0 for holder in sorted(counts)}
    order = [holder for holder in shares if shares[holder] < counts[holder]]
    Random(seed).shuffle(order)
    for holder in order[: sold - sum(shares.values())]:
        shares[holder] += 1
    assert sum(shares.values()) == sold, shares
    return shares


def matched(book: Sequence[Lots], asks: Sequence[Consigned]) -> int:
    """How many allowances trade when the highest bid left meets the lowest minimum price, and so on down.

    The largest n for which the n-th bid is at or above the n-th minimum (42 USC 7651o(d)(3), 40 CFR 73.70).

    >>> ask = Consigned(holder="h", series="SO2-US-1999", count=50, minimum_fen=20)
    >>> matched([Lots(-30, 0, 0, "a", "", 10), Lots(-10, 0, 0, "b", "", 90)], [ask])
    10
    """
    traded = place = 0
    left = book[0].wanted if book else 0
    for ask in sorted(asks, key=_ask):
        wanted = ask.count
        while wanted and place < len(book) and book[place].price >= (ask.minimum_fen or 0):
            step = min(wanted, left)
            traded, wanted, left = traded + step, wanted - step, left - step
            if not left:
                place += 1
                left = book[place].wanted if place < len(book) else 0
    return traded


def in_turn(lines: Sequence[tuple[Lots, int]], asks: Sequence[Consigned]) -> dict[str, tuple[int, int]]:
    """What each holder sold, and its worth (allowances x price): the highest bids go to the lowest minimum prices."""
    sold: dict[str, tuple[int, int]] = {}
    queue = [(line.price, count) for line, count in lines][::-1]
    for ask in sorted(asks, key=_ask):
        count, value = sold.get(ask.holder, (0, 0))
        wanted = ask.count
        while wanted and queue:
            price, there = queue.pop()
            assert price >= (ask.minimum_fen or 0), f"{ask} sold at {price}"
            step = min(wanted, there)
            count, value, wanted = count + step, value + step * price, wanted - step
            if step < there:
                queue.append((price, there - step))
        sold[ask.holder] = (count, value)
    assert not queue, f"{queue} have no seller"
    return sold


def _ask(ask: Consigned) -> tuple[int, str, int]:
    return ask.minimum_fen or 0, ask.holder, ask.count


def shared_out(paid: int, weights: Mapping[str, int]) -> dict[str, int]:
    """The payments in proportion to `weights`, to the fen: largest remainder, ties to the lower name.

    >>> shared_out(100, {"": 1, "holder": 2})
    {'': 33, 'holder': 67}
    """
    if not any(weights.values()):
        assert paid == 0, f"{paid} fen and nobody sold"
        return dict.fromkeys(weights, 0)
    return split(paid, weights)
