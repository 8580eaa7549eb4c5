"""Why nothing trades: too many allowances, fees, too few parties, market power; and how much trade there should be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from airshed.lab.brief.designs import Design
from airshed.lab.brief.judge import Judge
from airshed.lab.brief.markets import Flags, trading_of
from airshed.lab.brief.world import World
from airshed.lab.equilibrium.curves import Floats

Cause = Literal["too many allowances", "costs of trading", "too few parties", "market power"]
Verdict = Literal["cause", "part", "no"]

#: Costs of trading, yuan/t as parts of the price, at which the volume is looked at.
WEDGES = (0.0, 0.015, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
#: A market with fewer than so many alike on its thinner side is thin; of a volume below this part of the predicted one
#: a cause is the cause, above the second none. Assumed.
THIN, GONE, SOME = 3.0, 0.5, 0.9
#: From which mark-up on a firm matters, percent. Assumed.
STRONG = 20.0


class Finding(msgspec.Struct, frozen=True):
    """One suspect: what was measured, and whether it explains that nothing trades."""

    cause: Cause
    verdict: Verdict
    #: Its figure: surplus percent of need; volume kept at the fee, percent; parties alike; mark-up, percent.
    figure: float
    #: Where it is worst, if anywhere: places of the diagnosis by number.
    where: tuple[int, ...]


class PlaceTrade(msgspec.Struct, frozen=True):
    """A market of a design: caps and unabated emissions of the first year, predicted trade, parties, t."""

    #: Code of the city, empty for the zone; whether it is the walled sectors' own.
    city: str
    walled: bool
    cap_t: float
    baseline_t: float
    predicted_t: float
    sellers: float
    buyers: float
    #: What the strongest group could do to the price, and its name.
    markup_percent: float
    strongest: str


class Diagnosis(msgspec.Struct, frozen=True):
    """What trade of the first year a design leads to, and what could keep it away."""

    design: str
    predicted_t: float
    #: What a book shows of the first vintage, if there is one.
    observed_t: float | None
    #: Part of the predicted volume that is left at each of `WEDGES`.
    volume_left: tuple[float, ...]
    places: tuple[PlaceTrade, ...]
    findings: tuple[Finding, ...]


def diagnose(judge: Judge, name: str, design: Design, observed_t: float | None = None) -> Diagnosis:
    """The trade of the first year that price-takers would make from a design's allocation, and the four suspects.

    Predicted trade is what those who hold more than they emit have to spare for those who lack. With an allocation that
    hits what firms emit in equilibrium nothing trades, and nothing is wrong: so the prediction, not the volume, is the
    measure.
    """
    places = []
    for power in judge.powers(design):
        market, sides = power.market, judge.sides(design, power.market)
        places.append(
            PlaceTrade(
                city="" if market.city is None else judge.world.cities[market.city],
                walled=market.walled,
                cap_t=market.cap,
                baseline_t=float(judge.world.baseline[market.sources].sum()),
                predicted_t=sides.traded,
                sellers=sides.sellers,
                buyers=sides.buyers,
                markup_percent=100 * power.markup,
                strongest=power.group,
            )
        )
    predicted, left = sum(place.predicted_t for place in places), volumes(judge, design)
    findings = tuple(_findings(judge.world, places, left))
    return Diagnosis(name, predicted, observed_t, left, tuple(places), findings)


def volumes(judge: Judge, design: Design, wedges: Sequence[float] = WEDGES) -> tuple[float, ...]:
    """The part of the first year's trade that is left when buyer and seller together lose so much of the price.

    What a source must abate anyway it would buy for less than its cost; what it abates beyond, or holds unused, it
    sells for no less. Bids are sorted down, asks up, and trade as far as a bid exceeds an ask by the wedge.
    """
    world, done = judge.world, judge.of(design)
    price = float((done.price[:, 0] * world.baseline).sum() / world.baseline.sum())
    free = judge.free(design)[:, 0]
    books = [_book(world, market.sources, free) for market in trading_of(world, design.border, design.wall)]
    traded = []
    for wedge in wedges:
        traded.append(sum(_crossed(bids, asks, wedge * price) for bids, asks in books))
    return tuple(amount / traded[0] if traded[0] else 0.0 for amount in traded)


Book = list[tuple[float, float]]


def _book(world: World, there: Flags, free: Floats) -> tuple[Book, Book]:
    """Bids and asks of sources: price and t."""
    bids: Book = []
    asks: Book = []
    for source in np.flatnonzero(there).tolist():
        short = float(world.baseline[source] - free[source])
        if short < 0:
            asks.append((0.0, -short))
        for step in np.flatnonzero(world.step_source == source).tolist():
            cost, width = max(0.0, float(world.cost[step])), float(world.potential[step])
            own = min(max(short, 0.0), width)
            if own > 0:
                bids.append((cost, own))
            if width - own > 0:
                asks.append((cost, width - own))
            short -= width
        if short > 0:
            bids.append((world.backstop, short))
    return sorted(bids, reverse=True), sorted(asks)


def _crossed(bids: Book, asks: Book, wedge: float) -> float:
    """Tonnes that change hands."""
    total, i, j = 0.0, 0, 0
    wanted = bids[0][1] if bids else 0.0
    offered = asks[0][1] if asks else 0.0
    while i < len(bids) and j < len(asks) and bids[i][0] - asks[j][0] > wedge:
        part = min(wanted, offered)
        total, wanted, offered = total + part, wanted - part, offered - part
        if wanted <= 0:
            i += 1
            wanted = bids[i][1] if i < len(bids) else 0.0
        if offered <= 0:
            j += 1
            offered = asks[j][1] if j < len(asks) else 0.0
    return total


def _findings(world: World, places: Sequence[PlaceTrade], left: Sequence[float]) -> list[Finding]:
    total = sum(place.cap_t for place in places)
    over = [place for place in places if place.cap_t >= place.baseline_t]
    loose = sum(place.cap_t for place in over) / total
    surplus = 100 * (total / sum(place.baseline_t for place in places) - 1)
    kept = float(np.interp(world.fee, WEDGES, left))
    thinnest = min(places, key=lambda place: min(place.sellers, place.buyers))
    alone = sum(place.cap_t for place in places if min(place.sellers, place.buyers) < THIN) / total
    strongest = max(places, key=lambda place: abs(place.markup_percent))
    held = sum(place.cap_t for place in places if abs(place.markup_percent) >= STRONG) / total

    def said(part: float) -> Verdict:
        return "cause" if part >= GONE else "part" if part >= 1 - SOME else "no"

    return [
        Finding("too many allowances", said(loose), surplus, tuple(places.index(place) for place in over)),
        Finding("costs of trading", said(1 - kept), 100 * kept, ()),
        Finding("too few parties", said(alone), min(thinnest.sellers, thinnest.buyers), (places.index(thinnest),)),
        Finding("market power", said(held), strongest.markup_percent, (places.index(strongest),)),
    ]
