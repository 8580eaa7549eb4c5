"""Judges designs: every measure of a design from the same equilibria, the same rules of allocation, the same matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from airshed.lab.brief.designs import SOLD, Border, BriefDesign, Collar, Method, Sale, Wall
from airshed.lab.brief.markets import TakersOutcome, TradingGroup, by_city, solve, trading_of
from airshed.lab.brief.power import MOST_MOVED, GroupPower, strongest
from airshed.lab.brief.shares import Given, given
from airshed.lab.brief.states import WorldState
from airshed.lab.brief.world import World
from airshed.lab.equilibrium.curves import Floats
from airshed.market.fairness import entrant_gap

#: Measures of a design by name; None where a zone has nothing to measure.
Judged = dict[str, float | None]
YUAN = 1e6


class Judge:
    """Measures designs of one pollutant; what designs have in common is worked out once."""

    def __init__(self, states: Sequence[WorldState]) -> None:
        self.states = list(states)
        self.central = max(range(len(states)), key=lambda number: (states[number].weight, -number))
        self.world: World = states[self.central].world
        self._outcomes: dict[tuple[int, Border, Wall, Collar], TakersOutcome] = {}
        self._given: dict[tuple[Method, Sale, Wall], Given] = {}
        self._trading: dict[tuple[Border, Wall], list[TradingGroup]] = {}
        self._parts: dict[tuple[object, ...], Judged] = {}

    def outcome(self, border: Border, wall: Wall, collar: Collar, state: int | None = None) -> TakersOutcome:
        """The equilibrium in a state, the central one if none is named. Without a matrix a guarded zone is a zone."""
        if border == "guarded" and self.world.transfer is None:
            border = "zone"
        key = (self.central if state is None else state, border, wall, collar)
        if key not in self._outcomes:
            self._outcomes[key] = solve(self.states[key[0]].world, border, wall, collar)
        return self._outcomes[key]

    def of(self, design: BriefDesign) -> TakersOutcome:
        """The equilibrium of a design in the central state."""
        return self.outcome(design.border, design.wall, design.collar)

    def trading(self, design: BriefDesign) -> list[TradingGroup]:
        """The markets of a design."""
        key = (design.border, design.wall)
        if key not in self._trading:
            self._trading[key] = trading_of(self.world, *key)
        return self._trading[key]

    def given(self, method: Method, sale: Sale, wall: Wall) -> Given:
        """What is given away in the first year."""
        key = (method, sale, wall)
        if key not in self._given:
            self._given[key] = given(self.world, method, sale, wall)
        return self._given[key]

    def free(self, design: BriefDesign) -> Floats:
        """What is given away by source and year (S, T), t: the first year's, as the city's cap goes on."""
        path = self.world.caps / np.maximum(self.world.caps[:, :1], 1e-12)
        first = self.given(design.method, design.sale, design.wall).free
        found: Floats = first[:, None] * path[self.world.city]
        return found

    def judge(self, design: BriefDesign) -> Judged:
        """Every measure of a design; what each is stands at the function that works it out."""
        d = design
        market, shared = (d.border, d.wall, d.collar), (d.method, d.sale)
        parts: tuple[tuple[tuple[object, ...], Callable[[BriefDesign], Judged]], ...] = (
            (market, self._market),
            ((*market, *shared), self._sharing),
            ((*market, *shared, d.term), self._money),
        )
        found: Judged = {}
        for key, work in parts:
            if key not in self._parts:
                self._parts[key] = work(d)
            found |= self._parts[key]
        return found

    def _market(self, design: BriefDesign) -> Judged:
        """What follows from the market alone, over the states of the world where they matter.

        cost: million yuan, discounted, of abatement and of what the office sells beyond the cap at the ceiling, the
        mean over states. spread: how far prices of the first year lie apart between places, their standard deviation by
        emissions in percent of their mean. hot_spot: by how much the load at the worst receptor lies above what the
        caps would bring, percent, the mean over states and years; None without a matrix. over_cap: by how much
        all emissions lie above the caps, percent, the same mean.
        """
        outcomes = [self.outcome(design.border, design.wall, design.collar, n) for n in range(len(self.states))]
        cost = sum(
            state.weight
            * (done.cost + float((done.extra.sum(axis=0) * state.world.discount).sum()) * state.world.ceiling)
            for state, done in zip(self.states, outcomes, strict=True)
        )
        first = self.of(design).price[:, 0]
        mean = float((first * self.world.baseline).sum() / self.world.baseline.sum())
        emitted = np.zeros(len(self.world.cities))
        for state, done in zip(self.states, outcomes, strict=True):
            emitted += state.weight * by_city(state.world, done.emitted(state.world)).sum(axis=1)
        caps, hot = self.world.caps.sum(axis=1), None
        if self.world.transfer is not None:
            hot = 100 * (float(((self.world.transfer @ emitted) / (self.world.transfer @ caps)).max()) - 1)
        over = 100 * (float(emitted.sum() / caps.sum()) - 1)
        off = float(((first - mean) ** 2 * self.world.baseline).sum() / self.world.baseline.sum()) ** 0.5
        spread = 100 * off / mean if mean > 0 else 0.0
        return {"cost": cost / YUAN, "spread": spread, "hot_spot": hot, "over_cap": over}

    def _sharing(self, design: BriefDesign) -> Judged:
        """What follows from the market and from who is given what.

        share_gap: kg per tonne of need; how far two old works of the same need at the benchmark differ on average in
        what they are given. burden_gap: yuan per tonne of need; how far they differ in what the programme costs them,
        which is another view of what is fair, and is not scored. entrant_gap: yuan per tonne of need that a new entrant
        pays more for allowances than an old works, or less; None without an entrant. whip: allowances lost per tonne
        abated early, the mean over old works by what they emit. power: percent by which the strongest firm could move
        the price (Hahn 1984), the mean over markets by their caps, at most 100; a collar and an auction's reserve price
        hold it.
        """
        world, done = self.world, self.of(design)
        shares, free = self.given(design.method, design.sale, design.wall), self.free(design)
        emitted, discount = done.emitted(world), world.discount
        need = shares.need * float(discount.sum())
        entrants = np.array([activity.entrant for activity in world.activities])
        known, owed = shares.need > 0, (shares.need > 0) & ~entrants
        net = ((done.spent(world) + done.price * (emitted - free)) * discount).sum(axis=1)
        whip, old = shares.whip, ~np.isnan(shares.whip)
        between: float | None = None
        if (known & entrants).any() and owed.any():
            sums = []
            for there in (known & entrants, owed):
                paid = float((done.price[there, 0] * (shares.need[there] - shares.free[there])).sum())
                sums.append(paid / float(shares.need[there].sum()))
            between = abs(entrant_gap(sums[0], sums[1], 1.0))
        return {
            "share_gap": 1_000 * _apart(shares.free[owed], shares.need[owed]),
            "burden_gap": _apart(net[owed], need[owed]),
            "entrant_gap": between,
            "whip": float((whip[old] * world.baseline[old]).sum() / world.baseline[old].sum()) if old.any() else 0.0,
            "power": self._moved(design),
            **self._trade(design),
        }

    def powers(self, design: BriefDesign, given_away: Floats | None = None) -> list[GroupPower]:
        """The strongest firm of each market of a design in the first year, not held by collar or reserve price.

        `given_away` (S,) is what sources got if it is not what the design gives them, t.
        """
        done = self.of(design)
        got = self.free(design)[:, 0] if given_away is None else given_away
        first = done.price[:, 0], done.emitted(self.world)[:, 0], got
        return [strongest(self.world, market, *first) for market in self.trading(design)]

    def _moved(self, design: BriefDesign) -> float:
        moved = total = 0.0
        for power in self.powers(design):
            made = power.price * (1 + power.markup)
            if design.collar == "collar":
                made = min(max(made, self.world.floor), self.world.ceiling)
            elif SOLD[design.sale] > 0:
                made = max(made, self.world.floor)
            moved += power.market.cap * (min(MOST_MOVED, abs(made / power.price - 1)) if power.price > 0 else 0.0)
            total += power.market.cap
        return 100 * moved / total if total else 0.0

    def spare(self, design: BriefDesign, given_away: Floats | None = None) -> Floats:
        """What each source has to spare in the first year (S,), below zero what it lacks, t."""
        got = self.free(design)[:, 0] if given_away is None else given_away
        found: Floats = got - self.of(design).emitted(self.world)[:, 0]
        return found

    def sides(self, design: BriefDesign, market: TradingGroup, given_away: Floats | None = None) -> Sides:
        """Who could sell and who would buy in a market in the first year; works of a group first help each other."""
        spare = self.spare(design, given_away)
        own = np.zeros(len(self.world.groups))
        np.add.at(own, self.world.group[market.sources], spare[market.sources])
        sold, bought = np.maximum(own, 0.0), np.maximum(-own, 0.0)
        return Sides(alike(sold), alike(bought), min(float(sold.sum()), float(bought.sum())))

    def _trade(self, design: BriefDesign) -> Judged:
        """parties: how many alike would stand on the thinner side of the market (1 / Herfindahl index of what groups of
        firms sell, or buy), the mean over markets by their caps. offered: percent of the first year's cap that
        price-takers would trade.
        """
        parties = traded = caps = 0.0
        for market in self.trading(design):
            sides = self.sides(design, market)
            parties += market.cap * min(sides.sellers, sides.buyers)
            traded += sides.traded
            caps += market.cap
        return {"parties": parties / caps, "offered": 100 * traded / caps}

    def _money(self, design: BriefDesign) -> Judged:
        """What the term of rights matters for as well.

        turnover: percent of the cap that changes hands among firms in a year; a right for n years is traded once for
        all of them. risk: yuan per tonne emitted, what a standard deviation of the price between states costs firms for
        what they neither own nor bought for the term. revenue: million yuan a year, the equal amount that is worth as
        much as all years discounted: what is sold by auction, and
        at the ceiling, less what is bought at the floor, less what it costs to take back rights that were given for a
        term within which the cap falls. What of a sold right is taken back is paid for with what it was sold for.
        """
        world, done, discount = self.world, self.of(design), self.world.discount
        prices, term = done.prices(world), design.years
        free, emitted = self.free(design), done.emitted(world)
        offered = self._sharing_of(design)["offered"]
        assert offered is not None
        turns = min(term, float(len(world.years)))
        spreads = self._deviation(design)
        bought = SOLD[design.sale] * emitted if term > 1 else np.zeros(emitted.shape)
        bare = np.abs(emitted - free - bought)
        risk = float((bare * spreads * discount).sum() / emitted.sum())
        sold = np.maximum(world.caps - by_city(world, free), 0.0) - done.withheld * (design.sale == "paid")
        revenue = float((sold * prices * discount).sum() + (done.extra * world.ceiling * discount).sum())
        if design.sale != "paid":
            revenue -= float((done.withheld * world.floor * discount).sum())
        revenue -= float((prices * self._locked(free, term) * discount).sum())
        return {"turnover": offered / turns, "risk": risk, "revenue": revenue / float(discount.sum()) / YUAN}

    def _sharing_of(self, design: BriefDesign) -> Judged:
        return self._parts[design.border, design.wall, design.collar, design.method, design.sale]

    def _deviation(self, design: BriefDesign) -> Floats:
        """The standard deviation of each source's price between states (S, T), yuan/t."""
        outcomes = [self.outcome(design.border, design.wall, design.collar, n).price for n in range(len(self.states))]
        weights = np.array([state.weight for state in self.states])
        prices = np.array(outcomes)
        mean = np.tensordot(weights, prices, axes=1)
        found: Floats = np.sqrt(np.tensordot(weights, (prices - mean) ** 2, axes=1))
        return found

    def _locked(self, free: Floats, term: float) -> Floats:
        """Rights given away and still running that a lower cap takes away (C, T), t: what was given at the start of
        each term, less what is given now.
        """
        years, given_away = len(self.world.years), by_city(self.world, free)
        starts = [int(t // term * term) if term < years else 0 for t in range(years)]
        return np.maximum(given_away[:, starts] - given_away, 0.0)


def _apart(amounts: Floats, sizes: Floats) -> float:
    """How far two of the same size differ on average in amount per size; sizes weigh."""
    if not len(sizes):
        return 0.0
    each, weights = amounts / sizes, sizes / sizes.sum()
    return float((weights[:, None] * weights[None, :] * np.abs(each[:, None] - each[None, :])).sum())


class Sides(NamedTuple):
    """The two sides of a market: how many groups of firms alike sell and buy, and the t that price-takers would trade
    between groups.
    """

    sellers: float
    buyers: float
    traded: float


def alike(amounts: Floats) -> float:
    """How many of the same size would be as concentrated: 1 over the Herfindahl index; 0 if there is nothing.

    >>> alike(np.array([1.0, 1.0, 0.0])), alike(np.zeros(2))
    (2.0, 0.0)
    """
    total = float(amounts.sum())
    return 1.0 / float(((amounts / total) ** 2).sum()) if total > 0 else 0.0
