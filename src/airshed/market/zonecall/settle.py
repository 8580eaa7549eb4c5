"""From kilograms that need not be whole to allowances that are, within every limit; who delivers what to whom."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from airshed.market.zonecall.groups import Shape
from airshed.market.zonecall.nouns import CallOffer, CoverBid, Delivery
from airshed.market.zonecall.program import NOTHING_KG, weight
from airshed.model.measures import KG_PER_T

#: Rounds in which allowances lost to rounding are given out again; each is a walk over all links.
TOP_UPS = 8


class WholeFlows(NamedTuple):
    """Whole allowances along each link, what each bid gets along which link, and the load at each bound."""

    flows: tuple[int, ...]
    received: dict[str, dict[int, int]]
    loads: tuple[Fraction, ...]


class _Room:
    """What is still to be had: allowances of each lot, cover of each bid, load under each bound."""

    def __init__(
        self, shape: Shape, flows: list[int], lots: list[list[CallOffer]], covers: list[list[CoverBid]]
    ) -> None:
        self.shape = shape
        self.flows = flows
        self.lots = lots
        self.covers = covers
        self.per_t = [[shape.load(link, bound) for bound in shape.bounds] for link in shape.links]
        self.limits = [bound.most * KG_PER_T for bound in shape.bounds]
        self.wanted = {bid.order: Fraction(bid.count) for own in covers for bid in own}
        self.received: dict[str, dict[int, int]] = {}

    def load(self, bound: int) -> Fraction:
        """The load at a bound, in a thousandth of its measure."""
        return sum((count * self.per_t[link][bound] for link, count in enumerate(self.flows) if count), Fraction(0))

    def repair(self) -> None:
        """Take back allowances until no bound is broken, each time where the least excess remains, then the fewest.

        It ends, because allowances only go back; with nothing left every bound holds that is zero or more.
        """
        weights = [weight(bound) for bound in self.shape.bounds]
        excess = [self.load(bound) - limit for bound, limit in enumerate(self.limits)]
        while any(over > 0 for over in excess):
            worst = max(range(len(excess)), key=lambda bound: (excess[bound] / weights[bound], -bound))
            best: tuple[Fraction, int, int] | None = None
            for at, count in enumerate(self.flows):
                if count and self.per_t[at][worst] > 0:
                    back = min(count, -floor(-excess[worst] / self.per_t[at][worst]))
                    after = zip(excess, self.per_t[at], weights, strict=True)
                    left = sum((max(Fraction(0), over - back * each) / size for over, each, size in after), Fraction(0))
                    if best is None or (left, back, at) < best:
                        best = (left, back, at)
            if best is None:
                return
            _, back, at = best
            self.flows[at] -= back
            excess = [over - back * each for over, each in zip(excess, self.per_t[at], strict=True)]

    def hand_out(self) -> bool:
        """Give the allowances to the bids, dearest first; True if every allowance has found one."""
        self.received = {}
        whole = True
        for number, bids in enumerate(self.covers):
            pools = [(at, link.ratio) for at, link in enumerate(self.shape.links) if link.cover == number]
            left = [self.flows[at] for at, _ in pools]
            for bid in bids:
                room = Fraction(bid.count)
                for place, (at, ratio) in enumerate(pools):
                    count = min(left[place], floor(room / ratio)) if left[place] and room else 0
                    if count:
                        left[place] -= count
                        room -= count * ratio
                        self.received.setdefault(bid.order, {})[at] = count
                self.wanted[bid.order] = room
            for place, (at, _) in enumerate(pools):
                if left[place]:
                    self.flows[at] -= left[place]
                    whole = False
        return whole

    def relieve(self) -> None:
        """Give out allowances that a bound asks for and rounding has taken from it, where that costs least.

        A bound below zero is kept by what flows, not by what does not: with each flow rounded down it is missed.
        """
        sold = self.sold()
        weights = [weight(bound) for bound in self.shape.bounds]
        excess = [self.load(bound) - limit for bound, limit in enumerate(self.limits)]
        while any(over > 0 for over in excess):
            worst = max(range(len(excess)), key=lambda bound: (excess[bound] / weights[bound], -bound))
            best: tuple[Fraction, int, CoverBid, int] | None = None
            for at, per_t in enumerate(self.per_t):
                pair = self._next_pair(at, sold) if per_t[worst] < 0 else None
                if pair is None:
                    continue
                gain, bid, count = pair
                count = min([count, ceil(excess[worst] / -per_t[worst]), *_fitting(excess, per_t)])
                cost = gain / per_t[worst]
                if count > 0 and (best is None or (cost, at) < best[:2]):
                    best = (cost, at, bid, count)
            if best is None:
                return
            _, at, bid, count = best
            self._give(at, bid, count, sold)
            excess = [over + count * each for over, each in zip(excess, self.per_t[at], strict=True)]

    def top_up(self) -> bool:
        """Give out what rounding has left, the pair of the greatest gain first; True if anything moved."""
        sold = self.sold()
        pairs = [
            (-pair[0], at)
            for at in range(len(self.shape.links))
            if (pair := self._next_pair(at, sold)) is not None and pair[0] >= 0
        ]
        moved = False
        excess = [self.load(bound) - limit for bound, limit in enumerate(self.limits)]
        for _, at in sorted(pairs):
            pair = self._next_pair(at, sold)
            if pair is None or pair[0] < 0:  # an earlier pair took it
                continue
            _, bid, count = pair
            count = min([count, *_fitting(excess, self.per_t[at])])
            if count <= 0:
                continue
            moved = True
            self._give(at, bid, count, sold)
            excess = [over + count * each for over, each in zip(excess, self.per_t[at], strict=True)]
        return moved

    def sold(self) -> list[int]:
        """What goes of each lot."""
        sold = [0] * len(self.lots)
        for link, count in zip(self.shape.links, self.flows, strict=True):
            sold[link.lot] += count
        return sold

    def _give(self, at: int, bid: CoverBid, count: int, sold: list[int]) -> None:
        """Some more allowances go along a link to a bid."""
        link = self.shape.links[at]
        self.flows[at] += count
        sold[link.lot] += count
        self.wanted[bid.order] -= count * link.ratio
        got = self.received.setdefault(bid.order, {})
        got[at] = got.get(at, 0) + count

    def _next_pair(self, at: int, sold: Sequence[int]) -> tuple[Fraction, CoverBid, int] | None:
        """The gain of the next allowance along a link, the bid it would go to, and how many gain as much."""
        link = self.shape.links[at]
        gone = sold[link.lot]
        for offer in self.lots[link.lot]:
            if gone < offer.count:
                for bid in self.covers[link.cover]:
                    if self.wanted[bid.order] >= link.ratio:
                        gain = bid.limit * link.ratio - offer.limit
                        return gain, bid, min(offer.count - gone, floor(self.wanted[bid.order] / link.ratio))
                return None
            gone -= offer.count
        return None


def _fitting(excess: Sequence[Fraction], per_t: Sequence[Fraction]) -> list[int]:
    """How many allowances each bound that they load has room for."""
    return [floor(-over / each) for over, each in zip(excess, per_t, strict=True) if each > 0]


def at_prices(
    shape: Shape, cover_prices: Sequence[Fraction], lot_prices: Sequence[Fraction | None]
) -> tuple[list[list[CallOffer]], list[list[CoverBid]]]:
    """The offers of each lot and the bids of each cover whose limits the prices keep."""
    dearest = [-1 if price is None else floor(price) for price in lot_prices]
    least = [ceil(price) for price in cover_prices]
    return (
        [[each for each in lot.offers if each.limit <= most] for lot, most in zip(shape.lots, dearest, strict=True)],
        [[each for each in cover.bids if each.limit >= low] for cover, low in zip(shape.covers, least, strict=True)],
    )


def rounded(flows: Sequence[float]) -> tuple[int, ...]:
    """Each flow rounded down to whole allowances; a hair below one counts as one."""
    return tuple(max(0, floor(flow + NOTHING_KG)) for flow in flows)


def settle(
    shape: Shape, flows: Sequence[int], cover_prices: Sequence[Fraction], lot_prices: Sequence[Fraction | None]
) -> WholeFlows:
    """Whole allowances near the programme's answer, whose flows were rounded down.

    If that breaks a bound, because a flow that relieves it was rounded too, allowances are taken back where one of
    them helps most, and where none is left to take back, given out where relief costs least. Each book serves its
    bids by price, equal ones in seeded order; an allowance that would give a bid more cover than it asked for goes
    to the next one. What is left over is given out again where it gains, to orders whose limits the prices keep, as
    far as no bound is broken.
    """
    lots, covers = at_prices(shape, cover_prices, lot_prices)
    whole = list(flows)
    left = [sum(offer.count for offer in own) for own in lots]
    for at, link in enumerate(shape.links):
        whole[at] = min(whole[at], left[link.lot])
        left[link.lot] -= whole[at]
    room = _Room(shape, whole, lots, covers)
    while True:
        room.repair()
        if room.hand_out():
            break
    room.relieve()
    for _ in range(TOP_UPS):
        if not room.top_up():
            break
    return WholeFlows(
        tuple(room.flows),
        room.received,
        tuple(room.load(bound) / KG_PER_T for bound in range(len(shape.bounds))),
    )


def deliveries(shape: Shape, settled: WholeFlows) -> tuple[Delivery, ...]:
    """Who delivers to whom: the bids in the order of their books, each from the cheapest offers that have some left."""
    left = [[offer.count for offer in lot.offers] for lot in shape.lots]
    heads = [0] * len(left)
    found: list[Delivery] = []
    for cover in shape.covers:
        for bid in cover.bids:
            for at, wanted in sorted(settled.received.get(bid.order, {}).items()):
                lot = shape.links[at].lot
                count = wanted
                while count:
                    head = heads[lot]
                    part = min(count, left[lot][head])
                    found.append(Delivery(shape.lots[lot].offers[head].order, bid.order, part))
                    left[lot][head] -= part
                    count -= part
                    heads[lot] += left[lot][head] == 0
    return tuple(_joined(found))


def _joined(found: Sequence[Delivery]) -> list[Delivery]:
    """One delivery for each pair of orders."""
    counts: dict[tuple[str, str], int] = {}
    for each in found:
        counts[each.offer, each.bid] = counts.get((each.offer, each.bid), 0) + each.count
    return [Delivery(offer, bid, count) for (offer, bid), count in counts.items()]
