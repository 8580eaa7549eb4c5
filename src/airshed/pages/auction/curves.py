"""Demand and supply of a series as steps of (allowances, price), from bids or from what is published alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from airshed.market.auction import Outcome, SealedBid
from airshed.market.auction.law import Offer
from airshed.market.auction.notice import SaleNotice
from airshed.market.auction.nouns import SeriesOutcome
from airshed.market.auction.trimming import ALL_BASIS_POINTS

#: Allowances cumulated, and fen.
Point = tuple[int, int]


class Positions(NamedTuple):
    """Who bid and won what: for the operator's page only."""

    bids: Sequence[SealedBid]
    outcome: Outcome

    def of(self, series: str) -> tuple[list[SealedBid], SeriesOutcome]:
        """The bids that were taken on a series, and its sale."""
        out = {each.place for each in self.outcome.refused}
        taken = [bid for place, bid in enumerate(self.bids) if place not in out and bid.series == series]
        return taken, next(sale for sale in self.outcome.sales if sale.series == series)


class AuctionCurve(NamedTuple):
    """What the chart of a series shows."""

    #: Bids as they were taken; on a public page the published quarters only.
    bid: list[Point]
    #: Bids after trimming; None where nothing was trimmed, and on a public page.
    trimmed: list[Point] | None
    supply: list[Point]


def curve_of(offer: Offer, shown: SaleNotice, positions: Positions | None) -> AuctionCurve:
    """The curves of a series; without positions nothing goes in that is not published."""
    supply = supply_steps(offer, shown.consigned)
    if positions is None:
        return AuctionCurve(quarters(shown), None, supply)
    bids, sale = positions.of(offer.series)
    as_bid = [(bid.price, bid.count) for bid in bids]
    changed = [(trim.price, trim.added - trim.removed) for trim in sale.trims]
    return AuctionCurve(steps(as_bid), steps([*as_bid, *changed]) if changed else None, supply)


def steps(wanted: Iterable[tuple[int, int]]) -> list[Point]:
    """The demand curve of (price, allowances): along each price, then down to the next.

    >>> steps([(10, 5), (30, 2), (10, 1)])
    [(0, 30), (2, 30), (2, 10), (8, 10)]
    """
    at: Counter[int] = Counter()
    for price, count in wanted:
        at[price] += count
    points: list[Point] = []
    reached = 0
    for price in sorted(at, reverse=True):
        if at[price]:
            points += [(reached, price), (reached + at[price], price)]
            reached += at[price]
    return points


def supply_steps(offer: Offer, consigned: int) -> list[Point]:
    """The supply curve: up at the volume, to the left and right where a trigger price moves it.

    The last point stands at the highest price that the rules name.

    >>> plain = Offer(series="SO2-KM-2028", delivery="spot", count=9, reserve_fen=5, cite="x", status="to confirm")
    >>> supply_steps(plain, 1)
    [(0, 5), (10, 5)]
    """
    volume, low = offer.count + consigned, offer.reserve_fen or 0
    points: list[Point] = [(0, low)]
    kept, added = offer.emissions_containment, offer.cost_containment
    if kept is not None:
        points += [(volume - kept.count, low), (volume - kept.count, kept.trigger_fen), (volume, kept.trigger_fen)]
    else:
        points.append((volume, low))
    if added is not None:
        points += [(volume, added.trigger_fen), (volume + added.count, added.trigger_fen)]
    return points


def quarters(shown: SaleNotice) -> list[Point]:
    """The five published points of the bid curve: the highest bid, three quarters, the lowest."""
    if shown.bids is None or shown.bid_ratio_basis_points is None:
        return []
    on_offer = shown.offered + shown.consigned + shown.released - shown.withheld
    total = on_offer * shown.bid_ratio_basis_points // ALL_BASIS_POINTS
    spread = shown.bids
    prices = (spread.highest, spread.upper_quarter, spread.median, spread.lower_quarter, spread.lowest)
    return [(total * place // 4, price) for place, price in enumerate(prices)]
