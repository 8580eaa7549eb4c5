"""Why nothing trades: too many allowances, fees, too few parties, market power; and how much trade there should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from airshed.lab.brief.designs import BriefDesign
from airshed.lab.brief.judge import Judge
from airshed.lab.brief.markets import Flags
from airshed.lab.brief.world import World
from airshed.lab.equilibrium.curves import Floats

Cause = Literal["too many allowances", "costs of trading", "too few parties", "market power"]
Verdict = Literal["cause", "part", "no"]

#: Costs of trading, yuan/t as parts of the price, at which the volume is looked at.
WEDGES = (0.0, 0.015, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
#: A market with fewer than so many alike on its thinner side is thin; a suspect that this part of the cap, or of the
#: volume, is under is a cause, and from the second on a part of one. Assumed.
THIN, CAUSE, PART = 3.0, 0.5, 0.1
#: The name of the diagnosis of a book.
BOOK = "book"
#: From which mark-up on a firm matters, percent. Assumed.
STRONG = 20.0
#: Where less than this part of its cap should trade a market has nothing to trade. Assumed.
IDLE = 1e-3


class Suspect(msgspec.Struct, frozen=True):
    """One suspect: what was measured, and whether it explains that nothing trades."""

    cause: Cause
    verdict: Verdict
    #: Its figure: caps above unabated emissions, percent; volume kept at the fee, percent; parties alike; mark-up,
    #: percent. None where there is no trade that it could keep away.
    figure: float | None
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
    #: The price that price-takers would make, yuan/t, and how many groups of firms there are.
    price: float
    firms: int
    sellers: float
    buyers: float
    #: What the strongest group could do to the price, and its name.
    markup_percent: float
    strongest: str

    @property
    def loose(self) -> bool:
        """Whether the cap asks nothing of anybody: it is not below unabated emissions, or is worth nothing."""
        return self.cap_t >= self.baseline_t or self.price <= 0

    @property
    def alone(self) -> bool:
        """Whether there is nobody to trade with."""
        return self.firms < 2

    @property
    def idle(self) -> bool:
        """Whether firms, though there are several and the cap binds, were given just as they need."""
        return not self.loose and not self.alone and self.predicted_t <= IDLE * self.cap_t

    @property
    def thin(self) -> bool:
        """Whether few could trade, though they should."""
        few = min(self.sellers, self.buyers) < THIN
        return not self.loose and (self.alone or (few and not self.idle))

    @property
    def led(self) -> bool:
        """Whether one firm could move the price of trade that should be there."""
        return self.trades and abs(self.markup_percent) >= STRONG

    @property
    def trades(self) -> bool:
        """Whether trade should be there."""
        return not (self.loose or self.alone or self.idle)


class MarketSeen(NamedTuple):
    """What a book shows of a pollutant's first vintage, and the market of its law.

    `traded_t` between firms; `given_t` what each source got, free or for money, None where the book does not have the
    sources of the zone. `design` has the borders and the wall of the law, `fee` is a part of the price.
    """

    traded_t: float
    given_t: Mapping[str, float] | None
    design: BriefDesign
    fee: float


class Diagnosis(msgspec.Struct, frozen=True):
    """What trade of the first year a design leads to, and what could keep it away."""

    design: str
    predicted_t: float
    #: What a book shows of the first vintage, if there is one.
    observed_t: float | None
    #: Part of all caps, percent, in markets where allowances were given just as they are needed.
    idle_percent: float
    #: Part of the volume without costs of trading that is left at each of `WEDGES`.
    volume_left: tuple[float, ...]
    places: tuple[PlaceTrade, ...]
    findings: tuple[Suspect, ...]


def diagnose(
    judge: Judge,
    name: str,
    design: BriefDesign,
    observed_t: float | None = None,
    given_away: Floats | None = None,
    fee: float | None = None,
) -> Diagnosis:
    """The trade of the first year that price-takers would make from a design's allocation, and the four suspects.

    Predicted trade is what groups of firms that hold more than they emit have to spare for those that lack; what works
    of one group need of each other is no trade. With an allocation that
    hits what firms emit in equilibrium nothing trades, and nothing is wrong: so the prediction, not the volume, is the
    measure. `given_away` (S,) t is what sources got where a book shows it, else what the design gives; `fee` what buyer
    and seller together lose, as a part of the price, else what the rulebook says.
    """
    places = []
    for power in judge.powers(design, given_away):
        market, sides = power.market, judge.sides(design, power.market, given_away)
        places.append(
            PlaceTrade(
                city="" if market.city is None else judge.world.cities[market.city],
                walled=market.walled,
                cap_t=market.cap,
                baseline_t=float(judge.world.baseline[market.sources].sum()),
                predicted_t=sides.traded,
                price=power.price,
                firms=len(np.unique(judge.world.group[market.sources])),
                sellers=sides.sellers,
                buyers=sides.buyers,
                markup_percent=100 * power.markup,
                strongest=power.group,
            )
        )
    predicted, total = sum(place.predicted_t for place in places), sum(place.cap_t for place in places)
    left = volumes(judge, design, given_away=given_away)
    idle = 100 * sum(place.cap_t for place in places if place.idle) / total if total else 0.0
    findings = tuple(_findings(places, left, judge.world.fee if fee is None else fee))
    return Diagnosis(name, predicted, observed_t, idle, left, tuple(places), findings)


def diagnose_book(judge: Judge, seen: MarketSeen) -> Diagnosis | None:
    """The diagnosis of the market that a book has: its allocation, its law, its trade. None without its sources."""
    if seen.given_t is None:
        return None
    got = np.array([seen.given_t.get(source, 0.0) for source in judge.world.sources])
    return diagnose(judge, BOOK, seen.design, seen.traded_t, got, seen.fee)


def volumes(
    judge: Judge, design: BriefDesign, wedges: Sequence[float] = WEDGES, given_away: Floats | None = None
) -> tuple[float, ...]:
    """The part of the first year's trade that is left when buyer and seller together lose so much of the price.

    What a group of firms must abate anyway it would buy for less than its cost; what it abates beyond, or holds unused,
    it sells for no less. Bids are sorted down, asks up, and trade as far as a bid exceeds an ask by the wedge. All zero
    where nothing would trade even without costs.
    """
    world, done = judge.world, judge.of(design)
    price = float((done.price[:, 0] * world.baseline).sum() / world.baseline.sum())
    got = judge.free(design)[:, 0] if given_away is None else given_away
    books = [_book(world, market.sources, got) for market in judge.trading(design)]
    traded = []
    for wedge in wedges:
        traded.append(sum(_crossed(bids, asks, wedge * price) for bids, asks in books))
    return tuple(amount / traded[0] if traded[0] else 0.0 for amount in traded)


Book = list[tuple[float, float]]


def _book(world: World, there: Flags, free: Floats) -> tuple[Book, Book]:
    """Bids and asks of groups of firms, price and t: what works of a group need of each other is no trade."""
    bids: Book = []
    asks: Book = []
    for group in np.unique(world.group[there]).tolist():
        own = there & (world.group == group)
        short = float((world.baseline[own] - free[own]).sum())
        if short < 0:
            asks.append((0.0, -short))
        for step in np.flatnonzero(own[world.step_source]).tolist():
            cost, width = max(0.0, float(world.cost[step])), float(world.potential[step])
            used = min(max(short, 0.0), width)
            if used > 0:
                bids.append((cost, used))
            if width - used > 0:
                asks.append((cost, width - used))
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


def _findings(places: Sequence[PlaceTrade], left: Sequence[float], fee: float) -> list[Suspect]:
    """The suspects, each by the part of all caps, or of the volume, that is under it.

    A suspect is asked only about trade that should be there: a cap that asks nothing is not thin, and nobody has power
    over a price of nothing.
    """
    total, unabated = sum(place.cap_t for place in places), sum(place.baseline_t for place in places)
    trading = [place for place in places if place.trades]
    few = [place for place in places if place.thin or place.trades]

    def part(suspects: Sequence[PlaceTrade]) -> float:
        return sum(place.cap_t for place in suspects) / total if total else 0.0

    def said(under: float) -> Verdict:
        return "cause" if under >= CAUSE else "part" if under >= PART else "no"

    def at(place: PlaceTrade | None) -> tuple[int, ...]:
        return () if place is None else (places.index(place),)

    over = [place for place in places if place.loose]
    kept = float(np.interp(fee, WEDGES, left)) if trading and left[0] else None
    thinnest = min(few, key=lambda place: min(place.sellers, place.buyers), default=None)
    strongest = max(trading, key=lambda place: abs(place.markup_percent), default=None)
    return [
        Suspect(
            "too many allowances",
            said(part(over)),
            100 * (total / unabated - 1) if unabated else None,
            tuple(places.index(place) for place in over),
        ),
        Suspect(
            "costs of trading",
            "no" if kept is None else said((1 - kept) * part(trading)),
            None if kept is None else 100 * kept,
            (),
        ),
        Suspect(
            "too few parties",
            said(part([place for place in places if place.thin])),
            None if thinnest is None else min(thinnest.sellers, thinnest.buyers),
            at(thinnest),
        ),
        Suspect(
            "market power",
            said(part([place for place in places if place.led])),
            None if strongest is None else strongest.markup_percent,
            at(strongest),
        ),
    ]
