"""The equilibrium that a law lets through: walls, borders, banks, auctions and reserves as limits of one problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal, NamedTuple

import numpy as np

from airshed.lab.equilibrium.clearing import clear
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.flows import FlowEquilibrium, FlowLimit, TonneFlow, flow_equilibrium
from airshed.lab.equilibrium.following import ROUNDS, SETTLED, STEP, answered
from airshed.lab.equilibrium.joined_curves import AnyCurve, merged
from airshed.lab.equilibrium.supply import OPEN, Side, Supply
from airshed.lab.equilibrium.terms import LawTerms

Kind = Literal["bank", "use", "border", "auctioned", "set aside", "contained", "bought back", "missing"]


@dataclass(frozen=True, slots=True)
class LawfulMarket:
    """Works that trade with each other as they like: the sides of `Supply` that they are, t a year (years,)."""

    name: str
    sector: str
    cities: tuple[int, ...]
    sides: tuple[Side, ...]
    curve: AnyCurve
    baseline: Floats
    free: Floats


class FlowMeaning(NamedTuple):
    """What a flow is: its kind, market and year, numbered from 0."""

    kind: Kind
    market: int
    year: int


@dataclass(frozen=True, slots=True)
class LawProgramme:
    """A law's markets as rows and flows; `moves` says what each flow is, `balances` which row a market and year has."""

    markets: tuple[LawfulMarket, ...]
    rows: tuple[FlowLimit, ...]
    flows: tuple[TonneFlow, ...]
    moves: tuple[FlowMeaning, ...]


@dataclass(frozen=True, slots=True)
class LawfulEquilibrium:
    """Prices and quantities of each market; (markets, years) in t and current yuan/t. `supply` is as it was asked for.

    `worth` is the shadow price of an allowance, `price` what may be paid for it between the lowest and highest price of
    a trade. `cost` is that of abatement, discounted yuan; `found` is the programme's answer, in which what an office
    sells at a price counts as a cost.
    """

    supply: Supply
    terms: LawTerms
    programme: LawProgramme
    found: FlowEquilibrium
    worth: Floats
    price: Floats
    cost: float
    #: What followed the number in circulation (cities, years), t, below zero what was kept back; and whether that
    #: number and the auctions are each the answer to the other.
    followed: Floats
    settled: bool = True

    @property
    def markets(self) -> tuple[LawfulMarket, ...]:
        """The markets in the order of the rows."""
        return self.programme.markets

    def moved(self, *kinds: Kind) -> Floats:
        """What moves by such flows (markets, years), t; what is banked at the end of its year."""
        found = np.zeros(self.worth.shape)
        for move, tonnes in zip(self.programme.moves, self.found.moved.tolist(), strict=True):
            if move.kind in kinds:
                found[move.market, move.year] += tonnes
        return found

    def circulating(self) -> Floats:
        """What is held at each year's end beyond what is owed (years,), t: banked, and more than may be banked."""
        got = np.zeros(len(self.programme.rows))
        for flow, tonnes in zip(self.programme.flows, self.found.moved.tolist(), strict=True):
            for row, part in flow.cells:
                got[row] += part * tonnes
        many, years = self.worth.shape
        least = np.array([row.least for row in self.programme.rows[: many * years]]).reshape(many, years)
        over = got[: many * years].reshape(many, years) + self.found.abated - least
        held: Floats = (np.maximum(over, 0.0) + self.moved("bank")).sum(axis=0)
        return held

    def mean_price(self) -> Floats:
        """The price of each year, a mean over the markets by what they emit."""
        weights = np.array([market.baseline for market in self.markets]) - self.found.abated
        weights = np.maximum(weights, 1e-9)
        found: Floats = (self.price * weights).sum(axis=0) / weights.sum(axis=0)
        return found

    def city_price(self) -> Floats:
        """The price of each city and year, a mean over its sides by what they would emit."""
        cities = self.supply.case.baseline.shape[0]
        found, weights = np.zeros(self.supply.case.baseline.shape), np.full((cities, 1), 1e-9)
        for market, price in zip(self.markets, self.price, strict=True):
            for side in market.sides:
                weight = float(side.baseline.sum())
                found[side.city] += weight * price
                weights[side.city] += weight
        mean: Floats = found / weights
        return mean

    def by_city(self) -> Floats:
        """Abatement by city (cities, years), t: each work at its market's price, ties in their order."""
        found = np.zeros(self.supply.case.baseline.shape)
        for m, market in enumerate(self.markets):
            for t in range(len(self.supply.case.years)):
                left = float(self.found.abated[m, t])
                pi = clear(market.curve, left, range(t, t + 1), -inf) if left > 0 else 0.0
                under = [side.curve.below(t, pi) if left > 0 else 0.0 for side in market.sides]
                left -= sum(under)
                for side, sure in zip(market.sides, under, strict=True):
                    part = min(max(left, 0.0), side.curve.until(t, pi) - sure)
                    found[side.city, t] += sure + part
                    left -= part
        return found


def lawful(supply: Supply, terms: LawTerms) -> LawfulEquilibrium:
    """The equilibrium of a supply under a law. Malformed, naming market and year, if it cannot be kept.

    Where auctions follow the number in circulation firms foresee it: the one is answered by the other round by round,
    half of the difference each. Where the law's rule jumps there may be no such point, and `settled` is false.
    """
    change = np.zeros(supply.auctioned.shape)
    found = _lawful(supply, terms, change)
    if not terms.following:
        return found
    near = SETTLED * float(supply.caps.max())
    for _ in range(ROUNDS):
        circulating = found.circulating()
        wanted = answered(terms.following, supply.case.years, circulating, supply.auctioned, terms.vintages_back)
        if float(np.abs(wanted - change).max()) <= near:
            return found
        change = change + STEP * (wanted - change)
        found = replace(_lawful(replace(supply, auctioned=supply.auctioned + change), terms, change), supply=supply)
    return replace(found, settled=False)


def _lawful(supply: Supply, terms: LawTerms, followed: Floats) -> LawfulEquilibrium:
    programme = programme_of(supply, terms)
    discount = supply.case.discount
    found = flow_equilibrium([market.curve for market in programme.markets], programme.rows, programme.flows, discount)
    many, years = len(programme.markets), len(supply.case.years)
    worth = found.duals[: many * years].reshape(many, years) / discount
    price = np.minimum(np.maximum(worth, terms.floor), np.inf if terms.ceiling is None else terms.ceiling)
    cost = sum(
        market.curve.cost(t, float(found.abated[m, t]))
        for m, market in enumerate(programme.markets)
        for t in range(years)
    )
    return LawfulEquilibrium(supply, terms, programme, found, worth, price, cost, followed)


def programme_of(supply: Supply, terms: LawTerms) -> LawProgramme:
    """The rows and flows of a law: first a balance of every market and year, then what limits flows."""
    return _Builder(supply, terms).built()


def markets_of(supply: Supply, terms: LawTerms) -> tuple[LawfulMarket, ...]:
    """Who trades with whom: all of a side of the walls, or those of a city where a border is not open both ways."""
    zones = supply.case.zones
    apart = terms.closed or bool(terms.no_export or terms.failing)
    groups: dict[tuple[str, int], list[Side]] = {}
    for side in supply.sides:
        sector = side.sector if side.sector in terms.walled else OPEN
        groups.setdefault((sector, side.city if apart else 0), []).append(side)
    found = []
    for (sector, city), sides in sorted(groups.items()):
        whose = sector or ("others" if terms.walled else "")
        name = " ".join(each for each in (zones[city] if apart else "", whose) if each)
        found.append(
            LawfulMarket(
                name or "one market",
                sector,
                tuple(sorted({side.city for side in sides})),
                tuple(sides),
                merged([side.curve for side in sides]),
                np.sum([side.baseline for side in sides], axis=0),
                np.sum([side.free for side in sides], axis=0),
            )
        )
    return tuple(found)


@dataclass(slots=True)
class _Builder:
    supply: Supply
    terms: LawTerms
    markets: tuple[LawfulMarket, ...] = ()
    rows: list[FlowLimit] = field(default_factory=list)
    flows: list[TonneFlow] = field(default_factory=list)
    moves: list[FlowMeaning] = field(default_factory=list)

    def built(self) -> LawProgramme:
        self.markets = markets_of(self.supply, self.terms)
        for m, market in enumerate(self.markets):
            for t, year in enumerate(self.years):
                need = float(market.baseline[t] - market.free[t])
                self.rows.append(FlowLimit(f"{market.name} {year}", t, need, ((m, t, 1.0),)))
        self._borders()
        self._pools()
        self._bank()
        self._offices()
        return LawProgramme(self.markets, tuple(self.rows), tuple(self.flows), tuple(self.moves))

    @property
    def years(self) -> tuple[int, ...]:
        return self.supply.case.years

    @property
    def last(self) -> int:
        return len(self.years) - 1

    def _at(self, m: int, t: int) -> int:
        return m * len(self.years) + t

    def _move(self, kind: Kind, m: int, t: int, cost: float, most: float, cells: Iterable[tuple[int, float]]) -> None:
        if most > 0:
            name = f"{kind}: {self.markets[m].name} {self.years[t]}"
            self.flows.append(TonneFlow(name, cost * float(self.supply.case.discount[t]), most, tuple(cells)))
            self.moves.append(FlowMeaning(kind, m, t))

    def _limit(self, name: str, t: int, most: float, abated: tuple[tuple[int, int, float], ...] = ()) -> int:
        """A row that keeps what is counted in it, below zero, within `most`; its number."""
        self.rows.append(FlowLimit(f"{name} {self.years[t]}", t, -most, abated))
        return len(self.rows) - 1

    # --- between places

    def _crosses(self, city: int, market: LawfulMarket) -> bool:
        """Whether works of a market may buy what a city has issued."""
        if city in market.cities:
            return True
        names, law = self.supply.case.zones, self.terms
        inside = any(names[own] in law.failing for own in market.cities)
        return not law.closed and names[city] not in law.no_export and not inside

    def _borders(self) -> None:
        for m, seller in enumerate(self.markets):
            for n, buyer in enumerate(self.markets):
                if m == n or seller.sector != buyer.sector or not self._crosses(seller.cities[0], buyer):
                    continue
                for t in range(len(self.years)):
                    most = float(self.supply.caps[: t + 1].sum())
                    self._move("border", m, t, 0.0, most, ((self._at(m, t), -1.0), (self._at(n, t), 1.0)))

    # --- what is auctioned and what is set aside

    def _pools(self) -> None:
        law, caps = self.terms, self.supply.case.caps
        apart = any(len(market.cities) == 1 for market in self.markets) and len(self.supply.case.zones) > 1
        groups = [(z,) for z in range(len(caps))] if apart else [tuple(range(len(caps)))]
        floor = law.reserve_price or 0.0
        for cities in groups:
            own = list(cities)
            for t in range(len(self.years)):
                sold, aside, cap = (
                    float(each[own, t].sum()) for each in (self.supply.auctioned, self.supply.set_aside, caps)
                )
                offers: list[tuple[Kind, float, float]] = [
                    ("auctioned", floor, sold * (1 - law.lean_share)),
                    ("auctioned", max(floor, law.lean_price), sold * law.lean_share),
                ]
                self._sold("auctioned", cities, t, sold, offers)
                offers = [("contained", price, part * cap) for price, part in law.containment]
                if not law.set_aside:
                    offers = [("set aside", 0.0, aside)]
                elif law.unused_auctioned:
                    offers.append(("set aside", floor, aside))
                self._sold("set aside", cities, t, aside, offers)

    def _sold(
        self, pool: str, cities: tuple[int, ...], t: int, there: float, offers: list[tuple[Kind, float, float]]
    ) -> None:
        """A pool of a year from which markets are served at prices; every offer has a most of its own."""
        if there <= 0:
            return
        where = "" if len(cities) > 1 else f" of {self.supply.case.zones[cities[0]]}"
        whole = self._limit(f"{pool}{where}", t, there)
        for number, (kind, price, most) in enumerate(offers, 1):
            if most <= 0:
                continue
            cells = [(whole, -1.0)]
            if most < there:
                cells.append((self._limit(f"{pool}{where}, offer {number}", t, most), -1.0))
            for m, market in enumerate(self.markets):
                if any(self._crosses(city, market) for city in cities):
                    self._move(kind, m, t, price, min(most, there), (*cells, (self._at(m, t), 1.0)))

    # --- between years

    def _bank(self) -> None:
        law = self.terms
        if law.bank_share == 0 or law.vintages_back == 0:
            return
        ratio = law.bank_share if law.bank_share is not None and law.bank_of == "holdings" else 1.0
        windows = self._windows()
        controlled = law.flow_share is not None
        stock = {
            (m, t): self._limit(f"bank: {market.name}", t, 0.0)
            for m, market in enumerate(self.markets)
            for t in range(1, len(self.years))
            if controlled
        }
        for m, market in enumerate(self.markets):
            for t in range(self.last):
                limits = [(windows[market.sector, t], -1.0)] if windows else []
                if law.bank_share is not None and law.bank_of != "holdings":
                    most = law.bank_share * float(market.baseline[t])
                    row = self._limit(f"banking limit: {market.name}", t, most, ((m, t, -law.bank_share),))
                    limits.append((row, -1.0))
                to = stock[m, t + 1] if controlled else self._at(m, t + 1)
                most = float(self.supply.caps[: t + 1].sum())
                self._move("bank", m, t, 0.0, most, ((self._at(m, t), -1.0), (to, ratio), *limits))
                if controlled and t:
                    self._move("bank", m, t, 0.0, most, ((stock[m, t], -1.0), (to, ratio), *limits))
        if law.flow_share is not None:
            self._controlled(stock, law.flow_share)

    def _windows(self) -> dict[tuple[str, int], int]:
        """No more is kept than vintages that still count next year: rows by side of the walls and year."""
        back = self.terms.vintages_back
        if back is None:
            return {}
        found: dict[tuple[str, int], int] = {}
        sold = [(move, flow) for move, flow in zip(self.moves, range(len(self.flows)), strict=True)]
        for sector in dict.fromkeys(market.sector for market in self.markets):
            own = [market for market in self.markets if market.sector == sector]
            for t in range(self.last):
                since = max(0, t - back + 1)
                free = sum(float(market.free[since : t + 1].sum()) for market in own)
                row = found[sector, t] = self._limit(f"vintages that still count: {sector or 'works'}", t, free)
                for move, number in sold:
                    served = move.kind in ("auctioned", "set aside", "contained") and since <= move.year <= t
                    if served and self.markets[move.market].sector == sector:
                        flow = self.flows[number]
                        self.flows[number] = flow._replace(cells=(*flow.cells, (row, 1.0)))
        return found

    def _controlled(self, stock: dict[tuple[int, int], int], share: float) -> None:
        """Flow control: a part of the caps of what was banked counts one for one, of the rest several make one."""
        for t in range(1, len(self.years)):
            most = share * float(self.supply.caps[t])
            row = self._limit("flow control", t, most)
            for m in range(len(self.markets)):
                there, here = (stock[m, t], -1.0), self._at(m, t)
                self._move("use", m, t, 0.0, most, (there, (here, 1.0), (row, -1.0)))
                beyond = float(self.supply.caps[:t].sum())
                self._move("use", m, t, 0.0, beyond, (there, (here, 1.0 / self.terms.flow_ratio)))

    # --- offices

    def _offices(self) -> None:
        """What the government takes back, and what is missing at a penalty and made up a year later."""
        back = self.terms.buy_back
        for m, market in enumerate(self.markets):
            for t, year in enumerate(self.years):
                if back is not None:
                    price, part = back
                    self._move("bought back", m, t, -price, part * float(market.free[t]), ((self._at(m, t), -1.0),))
                due = self.terms.penalty(year)
                if due is not None:
                    amount, makeup = due
                    later = ((self._at(m, t + 1), -makeup),) if t < self.last and makeup else ()
                    self._move("missing", m, t, amount, float(market.baseline[t]), ((self._at(m, t), 1.0), *later))
