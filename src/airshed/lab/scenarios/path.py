"""A path played through the engine: every year is issued, auctioned, traded, abated, reported, verified and settled.

Every act is a command of somebody who may send it, in one book in memory. Sources have no stacks here: they declare.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from airshed.engine.invariants import check as check_state
from airshed.lab.agents.desk import AgentsDesk, enter, enter_one
from airshed.lab.agents.market import Mechanism, SessionMarket, Trader, strategies_of
from airshed.lab.agents.measures import SessionMeasures, measured
from airshed.lab.agents.nouns import AgentOffer
from airshed.lab.agents.session import play
from airshed.lab.agents.venue import EngineVenue
from airshed.lab.agents.worth import WITHOUT_END, Worth, of_source
from airshed.lab.scenarios import acts
from airshed.lab.scenarios.draw import Setting, draw
from airshed.lab.scenarios.nouns import DrawnPath
from airshed.market.claims import ALL_BASIS_POINTS
from airshed.model.measures import FEN_PER_YUAN, KG_PER_T
from airshed.model.provenance import AGENTS, Simulation

#: The day of the year on which trade begins.
TRADE = "09-01"
#: Part of a year's trading that is left for the weeks before the deadline, and of a firm's emission in one order.
LATE_PART, ORDER_PART = 4, 4
#: How much a firm's belief follows the last price; the rest is the published guide.
FOLLOWS = 0.5
MOST_CASH = 10**14


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year of a path. Masses in t, money in yuan of that year, prices in yuan/t; NaN where nothing was traded.

    `least_price` and `least_cost` are the equilibrium's: one market with foresight, which may emit more or less in a
    year. `cost` is that of abatement as it came, `cheapest` that of the same tonnes by the cheapest steps of all.
    `efficiency` is that of trade in the year, of what reallocating the allowances then held could have gained; `barred`
    how often, in percent, the law's price bounds kept one who would trade at that year's price from naming its own.
    """

    draw: int
    year: int
    cap: float
    unabated: float
    emitted: float
    banked: float
    short: float
    price: float
    least_price: float
    cost: float
    cheapest: float
    least_cost: float
    volume: float
    trades: int
    efficiency: float
    barred: float
    spread: float
    dispersion: float
    apart: float
    concentration: float
    fees: float
    auctioned: float
    unsold: float
    revenue: float
    penalties: float
    works: int
    refused: int


def play_path(setting: Setting, number: int, drawn: DrawnPath | None = None, years: int | None = None) -> list[YearRow]:
    """The years of path `number`, the first `years` of them, played by its agents; or of another that is `drawn`."""
    return _Path(setting, number, drawn).play(years)


class _Path:
    def __init__(self, setting: Setting, number: int, drawn: DrawnPath | None = None) -> None:
        self.setting, self.number = setting, number
        self.scenario, self.law = setting.scenario, setting.law
        self.code = self.scenario.pollutant
        self.drawn = draw(setting, number) if drawn is None else drawn
        #: What agents draw is apart from what nature draws, so that a design changes the former only.
        self.rng = np.random.default_rng([self.scenario.seed, number, 1])
        self.least = setting.equilibrium(self.drawn)
        self.desk = AgentsDesk(self.law, Simulation(AGENTS, self.scenario.seed))
        self.choke = round(setting.choke_yuan * FEN_PER_YUAN)
        self.seen = 1.0
        self.entered = 0
        names = self.scenario.trade.agents
        self.strategies = strategies_of(tuple(names[place % len(names)] for place in range(len(self.drawn.works))))

    def play(self, years: int | None = None) -> list[YearRow]:
        first = [place for place, work in enumerate(self.drawn.works) if work.since == 0]
        enter(self.desk, [self._trader(place, Worth(())) for place in first])
        self.entered = len(first)
        acts.staff(self.desk)
        rows = [self._year(t) for t in range(self.scenario.years if years is None else years)]
        check_state(self.desk.runner.state)
        return rows

    def _year(self, t: int) -> YearRow:
        year, refused = self.setting.first + t, sum(self.desk.refused.values())
        places = [place for place, work in enumerate(self.drawn.works) if work.since <= t]
        works = [self.drawn.works[place] for place in places]
        self._enter(year, places)
        acts.issue(self.desk, self.setting.zone, self.code, year, [work for work in works if work.since])
        spare = [self._spare(t, place) for place in places]
        plan = [self._trader(place, self._worth(place, t, own)) for place, own in zip(places, spare, strict=True)]
        beliefs = [self._belief(t, place) for place in places]
        sold = acts.auction(self.desk, self.code, year, plan, beliefs, self.rng)
        early = self._trade(year, places, plan, f"{year}-{TRADE}", late=False)
        owed, abated, cost = self._abated(t, year, places, spare)
        acts.report(self.desk, self.code, year, works, owed)
        dues = [
            self._trader(place, _due(mass, self.choke, own))
            for place, mass, own in zip(places, owed, spare, strict=True)
        ]
        late = self._trade(year, places, dues, acts.days_of(self.law, year).true_up, late=True)
        short, penalties = acts.settle(self.desk, self.code, year, works)
        price, volume = _both(early, late)
        if not isnan(price):
            self.seen = price / max(float(self.setting.guide[t]), 1.0)
        held = [acts.held_of(self.desk, work.account, self.code, year + 1) for work in works]
        return YearRow(
            draw=self.number,
            year=year,
            cap=sum(row.count for row in self.law.caps.rows if row.vintage == year) / KG_PER_T,
            unabated=float(self.drawn.emission[:, t].sum()) / KG_PER_T,
            emitted=sum(owed) / KG_PER_T,
            banked=sum(held) / KG_PER_T,
            short=short / KG_PER_T,
            price=price,
            least_price=float(self.least.price[t]),
            cost=cost,
            cheapest=self.setting.cheapest(self.drawn, t, abated / KG_PER_T),
            least_cost=float(self.least.cost[t]),
            volume=volume,
            trades=early.trades + late.trades,
            efficiency=early.efficiency,
            barred=early.barred,
            spread=early.spread,
            dispersion=early.dispersion,
            apart=early.apart,
            concentration=early.concentration,
            fees=early.fees + late.fees,
            auctioned=sold.count / KG_PER_T,
            unsold=sold.left / KG_PER_T,
            revenue=sold.fen / FEN_PER_YUAN,
            penalties=penalties / FEN_PER_YUAN,
            works=len(works),
            refused=sum(self.desk.refused.values()) - refused,
        )

    # --- firms

    def _trader(self, place: int, worth: Worth) -> Trader:
        work = self.drawn.works[place]
        emission, lot = float(self.drawn.planned[place].max()), self.law.trading.lot
        return Trader(
            account=work.account,
            worth=worth,
            most=max(lot, round(emission / ORDER_PART) // lot * lot),
            cash_fen=min(MOST_CASH, round(emission * self.choke / KG_PER_T) * self.scenario.years + 1),
            place=work.firm.source.jurisdiction,
            source=work.source,
            sector=work.firm.source.sector,
            group=work.firm.source.group or "",
        )

    def _enter(self, year: int, places: list[int]) -> None:
        """After the year before is settled; works that are new open their accounts."""
        if year > self.setting.first:
            self.desk.at = max(self.desk.at, self.law.civil.instant(f"{year}-{acts.ISSUE}", 9))
        for place in places[self.entered :]:
            enter_one(self.desk, self._trader(place, Worth(())))
        self.entered = len(places)

    def _belief(self, t: int, place: int) -> int:
        """What a firm thinks a tonne is worth now if used in year t, in fen: guide, error, what it saw."""
        guide = float(self.setting.guide_of(self.drawn.works[place])[t]) * (1 - FOLLOWS + FOLLOWS * self.seen)
        return round(guide * float(self.drawn.beliefs[place]) * FEN_PER_YUAN / (1 + self.scenario.rate_percent / 100))

    def _spare(self, t: int, place: int) -> AgentOffer:
        """What an allowance is worth that is kept for the next year, and how many the law lets a works keep."""
        law = self.law.banking
        share = law.limit_basis_points / ALL_BASIS_POINTS if law.open else 0.0
        worth = min(self._belief(t + 1, place), self.choke)
        if law.of == "holdings":
            return AgentOffer(round(worth * share), WITHOUT_END)
        basic = law.basic_count or 0 if law.open else 0
        sold = self.desk.runner.state.net_sold.get((self.drawn.works[place].account, self.code), 0)
        base = max(0, sold) if law.of == "net_sold" else float(self.drawn.planned[place, t])
        return AgentOffer(worth, round(base * share) + basic)

    def _worth(self, place: int, t: int, spare: AgentOffer) -> Worth:
        plan = round(float(self.drawn.planned[place, t]))
        return of_source(plan, self.drawn.steps(place, t, self.code), self.choke, spare.price, spare.count)

    def _abated(self, t: int, year: int, places: list[int], spare: list[AgentOffer]) -> tuple[list[int], int, float]:
        """What every works emits, how much all abated (kg), and what that cost (yuan).

        It takes its cheapest steps until its holdings cover the plan, and those that cost less than what they free is
        worth next year, as far as that may be kept.
        """
        owed: list[int] = []
        total, cost = 0, 0.0
        for place, own in zip(places, spare, strict=True):
            left = round(float(self.drawn.planned[place, t]))
            held = acts.held_of(self.desk, self.drawn.works[place].account, self.code, year)
            abated = 0
            for step in sorted(self.drawn.steps(place, t, self.code), key=lambda each: each.cost_fen_per_t):
                if step.cost_fen_per_t >= self.choke:
                    break
                room = own.count if step.cost_fen_per_t < own.price else 0
                part = min(step.potential_kg, max(0, left - held + room), left)
                abated, left = abated + part, left - part
                cost += part * step.cost_fen_per_t / KG_PER_T / FEN_PER_YUAN
            total += abated
            owed.append(max(0, round(float(self.drawn.emission[place, t])) - abated))
        return owed, total, cost

    # --- trade

    def _trade(self, year: int, places: list[int], traders: list[Trader], start: str, *, late: bool) -> SessionMeasures:
        """The session of the year, or the shorter one before the deadline."""
        how = self.scenario.trade
        part = LATE_PART if late else 1
        most = acts.days_of(self.law, year).left if late else how.days + how.rounds
        rounds, days = (max(1, min(many // part, most)) for many in (how.rounds, how.days))
        mechanism = Mechanism(how.session, max(1, how.turns // part), False, rounds, days)
        banked = tuple(v for v in range(year - self.law.allowance.vintages_back, year) if v >= self.setting.first)
        market = SessionMarket("scenario", self.law, tuple(traders), self.code, year, {}, banked)
        venue = EngineVenue(market, self.desk, start)
        played = play(market, [self.strategies[place] for place in places], self.rng, mechanism, venue)
        venue.close()
        return measured(played)


def _due(mass: int, choke: int, spare: AgentOffer) -> Worth:
    """When emissions are known only what is owed counts, and what can be banked."""
    blocks = [(mass, choke), (spare.count, spare.price)]
    return Worth(tuple((count, price) for count, price in blocks if count > 0 and price > 0))


def _both(early: SessionMeasures, late: SessionMeasures) -> tuple[float, float]:
    """The mean price of both sessions, NaN without a trade, and their volume."""
    volume = early.volume + late.volume
    if not volume:
        return nan, 0.0
    return sum(each.price * each.volume for each in (early, late) if each.volume) / volume, volume
