"""Serves a bid book: highest price first, down to the line at which the volume is met."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from airshed.market.auction.nouns import Lots
from airshed.market.auction.ties import share
from airshed.rulebook.kinds import TieRule


class Served(NamedTuple):
    """Which lines got how much, in the order of the book, and the lowest price of them."""

    price: int | None
    lines: list[tuple[Lots, int]]
    #: What the other lines, and the rest of the last ones, still want.
    rest: list[Lots]


def serve(book: Sequence[Lots], volume: int, floor: int | None, tie: TieRule, seed: int, lot: int) -> Served:
    """Sell `volume` allowances to the lines of a sorted book at `floor` or more. No better line is left behind.

    >>> served = serve([Lots(-30, 0, 0, "a", "", 200), Lots(-20, 0, 0, "b", "", 200)], 300, None, "time", 0, 100)
    >>> served.price, [count for _, count in served.lines]
    (20, [200, 100])
    """
    price: int | None = None
    served: list[tuple[Lots, int]] = []
    rest: list[Lots] = []
    for rank, group in groupby(book, key=attrgetter("rank")):
        tied = list(group)
        wanted = sum(line.wanted for line in tied)
        if volume == 0 or (floor is not None and -rank < floor):
            rest += tied
            continue
        shares = [line.wanted for line in tied] if wanted <= volume else share(tied, volume, tie, seed, lot)
        price = -rank
        for line, got in zip(tied, shares, strict=True):
            if got:
                served.append((line, got))
            if got < line.wanted:
                rest.append(line._replace(wanted=line.wanted - got))
        volume -= sum(shares)
    assert volume >= 0, f"I8: {-volume} more sold than offered"
    return Served(price, served, rest)
