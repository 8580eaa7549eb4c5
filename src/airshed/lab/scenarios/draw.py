"""One path of a scenario: what is drawn, the same for every design, so that designs differ by their rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from airshed.lab.agents.zone_firms import choke_of
from airshed.lab.equilibrium import Steps, equilibrium
from airshed.lab.equilibrium.curves import Floats, discounting
from airshed.lab.scenarios.law import law_of
from airshed.lab.scenarios.nature import Nature
from airshed.lab.scenarios.schema import Scenario
from airshed.lab.season.firms import CostStep, Firm, firms_of
from airshed.market.allocation import Activity, entrants, parts
from airshed.model.measures import FEN_PER_YUAN, KG_PER_T
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import zone_activities
from airshed.zone.zone import Zone

#: Years after a scenario that firms and equilibria look ahead to, so that a bank at its end is worth something.
TAIL = 5
#: More than any reserve.
ALL = 10**15


@dataclass(frozen=True)
class Setting:
    """A scenario with the law and the zone it is played on."""

    scenario: Scenario
    rules: Rulebook
    zone: Zone

    @cached_property
    def law(self) -> Rulebook:
        """The law of the scenario."""
        return law_of(self.scenario, self.rules)

    @cached_property
    def first(self) -> int:
        """The first year."""
        return min(row.vintage for row in self.law.caps.rows)

    @property
    def years(self) -> range:
        """The years that are played."""
        return range(self.first, self.first + self.scenario.years)

    @cached_property
    def firms(self) -> tuple[Firm, ...]:
        """The firms of the zone that owe the pollutant."""
        code = self.scenario.pollutant
        return tuple(firm for firm in firms_of(self.zone, 0, self.law) if firm.before_kg.get(code, 0) > 0)

    def varied(self, scenario: Scenario) -> Setting:
        """The same with other numbers of caps, growth or rates: its firms are the same, and worked out once."""
        other = Setting(scenario, self.rules, self.zone)
        vars(other)["firms"], vars(other)["activities"] = self.firms, self.activities
        return other

    @cached_property
    def activities(self) -> Mapping[str, Activity]:
        """What the sources of the zone did in the baseline years, as the law's method sees it."""
        return {each.source: each for each in zone_activities(self.zone, self.rules, self.scenario.pollutant)}

    @cached_property
    def technologies(self) -> tuple[str, ...]:
        """What abates the pollutant somewhere in the zone, by name."""
        return tuple(sorted({step.technology for firm in self.firms for step in firm.steps[self.scenario.pollutant]}))

    @cached_property
    def guide(self) -> Floats:
        """The shadow price of each year and of the tail in yuan/t, if all comes as expected: what is published."""
        return self.equilibrium(expected(self)).price

    def equilibrium(self, drawn: DrawnPath) -> Least:
        """Prices and costs, by year with the tail: one market, foresight, no walls, borders or collars.

        Where the law closes banking every year is cleared by itself. A missing tonne costs what the law's penalty
        comes to at most, so there is always an answer.
        """
        many = self.scenario.years + TAIL
        discount = discounting(self.scenario.rate_percent / 100, many)
        need = self._need(drawn)
        price, cost, abated = np.zeros(many), np.zeros(many), np.zeros(many)
        spans = [np.arange(many)] if self.law.banking.open else [np.array([t]) for t in range(many)]
        for span in spans:
            curve = self._curve(drawn, drawn.emission, need, discount, span)
            found = equilibrium(curve, need[span], discount[span])
            price[span] = found.price
            spent = [curve.cost(t, float(tonnes)) for t, tonnes in enumerate(found.abated.tolist())]
            cost[span] = np.array(spent) / discount[span]
            abated[span] = found.abated
        return Least(price, cost, abated)

    def cheapest(self, drawn: DrawnPath, t: int, tonnes: float) -> float:
        """What abating so many tonnes in a year costs if the cheapest steps of all are taken first, in yuan."""
        span = np.array([t])
        curve = self._curve(drawn, drawn.planned, np.zeros(t + 1), np.ones(t + 1), span)
        return curve.cost(0, min(max(tonnes, 0.0), curve.most(0)))

    def _need(self, drawn: DrawnPath) -> Floats:
        """Tonnes to be abated: emissions less what of the caps comes to somebody.

        Entrants are served from the reserve as the law does it; what they do not ask for stays there.
        """
        caps = np.zeros(self.scenario.years + TAIL)
        claims = [(work, claim) for work in drawn.works if (claim := self._claim(work))]
        for row in self.law.caps.rows:
            law, t = lookup.local(self.law, row.jurisdiction).allocation, row.vintage - self.first
            split = parts(row.count, law.reserve_basis_points, law.auction_basis_points)
            asked = sum(
                claim for work, claim in claims if work.since <= t and work.firm.source.jurisdiction == row.jurisdiction
            )
            caps[t] += (split.cap - split.reserved + min(asked, split.reserved)) / KG_PER_T
        fall = 1 - self.scenario.caps.decline_percent / 100
        for t in range(self.scenario.years, len(caps)):
            caps[t] = caps[t - 1] * fall
        return np.asarray(drawn.emission.sum(axis=0) / KG_PER_T - caps)

    def _claim(self, work: Work) -> int:
        """Allowances that a works may ask of the reserve in a year: none unless it is new."""
        known = self.activities[work.firm.source.source]
        if not work.since and not known.entrant:
            return 0
        output = tuple(None if each is None else round(each * work.size) for each in known.output)
        if work.since:
            known = replace(known, entrant=True, years=known.years[-1:], output=output[-1:])
        return entrants(ALL, [known], self.law.allocation.baseline).shares[0].count

    def _curve(
        self, drawn: DrawnPath, emission: Floats, need: Floats, discount: Floats, span: NDArray[np.int64]
    ) -> Steps:
        """The steps of all works in some years; where costs differ by year a step stands once for each level.

        A step is as large as `emission` of its works: as it comes, or as it is planned.
        """
        levels, level_of = np.unique(drawn.cost_level[span], return_inverse=True)
        costs: list[float] = []
        widths: list[Floats] = []
        code = self.scenario.pollutant
        for place, work in enumerate(drawn.works):
            part = emission[place, span] / max(work.firm.before_kg[code], 1)
            for step, factor in zip(work.firm.steps[code], drawn.step_factors[place], strict=True):
                for number, level in enumerate(levels.tolist()):
                    costs.append(step.cost_fen_per_t / FEN_PER_YUAN * factor * level)
                    widths.append(np.where(level_of == number, step.potential_kg / KG_PER_T * part, 0.0))
        costs.append(max(self.choke_yuan, *costs))
        widths.append(np.maximum(need[span], 0.0) + 1.0)
        return Steps(costs, np.array(widths), discount[span])

    @cached_property
    def choke_yuan(self) -> float:
        """The penalty for a missing tonne: the law's, at its reference price where it follows the price."""
        return choke_of(self.law, self.law.pollutants[0].reference_fen_per_t) / FEN_PER_YUAN


@dataclass(frozen=True, slots=True)
class Least:
    """An equilibrium: price in yuan/t, cost in yuan and abatement in t of each year."""

    price: Floats
    cost: Floats
    abated: Floats


@dataclass(frozen=True, slots=True)
class Work:
    """A works of a path: like `firm`, there from year number `since` on (entrants later than 0)."""

    firm: Firm
    account: str
    source: str
    since: int
    size: float


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A path. `emission` (works, years and tail) is kg without abatement as it comes, `planned` as it is expected.

    `step_factors` multiply the costs of the steps of each works, `cost_level` those of all in each year. `beliefs` are
    the factors by which each works misjudges prices. `happened` says which shocks came.
    """

    works: tuple[Work, ...]
    planned: NDArray[np.float64]
    emission: NDArray[np.float64]
    step_factors: tuple[tuple[float, ...], ...]
    cost_level: NDArray[np.float64]
    beliefs: NDArray[np.float64]
    happened: tuple[bool, ...]

    def steps(self, place: int, t: int, pollutant: str) -> tuple[CostStep, ...]:
        """The steps of a works in a year, as large as its plan and as dear as they turn out."""
        work = self.works[place]
        part = float(self.planned[place, t]) / max(work.firm.before_kg[pollutant], 1)
        level = float(self.cost_level[t])
        return tuple(
            CostStep(
                step.technology, round(step.potential_kg * part), max(1, round(step.cost_fen_per_t * factor * level))
            )
            for step, factor in zip(work.firm.steps[pollutant], self.step_factors[place], strict=True)
        )


#: How far a firm's belief of a price may lie from the published one: standard deviation of its logarithm.
BELIEF = 0.15


def expected(setting: Setting, values: Mapping[str, float] = MappingProxyType({})) -> DrawnPath:
    """The path on which nothing deviates and nobody enters; shocks come in part, as their chance is.

    `values` say otherwise: growth in percent, factors of "all costs" and of technologies by name, and how far shocks
    come, as "shock: what".
    """
    return _path(setting, Nature(setting.scenario.seed, None), values)


def draw(setting: Setting, number: int) -> DrawnPath:
    """Path `number` of a scenario: by its seed and that number alone."""
    return _path(setting, Nature(setting.scenario.seed, number))


def _path(setting: Setting, nature: Nature, values: Mapping[str, float] = MappingProxyType({})) -> DrawnPath:
    scenario = setting.scenario
    many = scenario.years + TAIL
    demand, spreads = scenario.demand, scenario.costs
    off = float(nature.normal("growth", demand.growth_spread_percent, 1)[0])
    growth = values.get("growth", demand.growth_percent) / 100 + off
    level = np.maximum(1.0 + growth, 0.01) ** np.arange(many)
    common = float(np.exp(nature.normal("all costs", spreads.common_spread_percent, 1)[0]))
    cost_level = np.full(many, values.get("all costs", 1.0) * common)
    happened: list[bool] = []
    for number, shock in enumerate(scenario.shocks or ()):
        chance = values.get(f"shock: {shock.what}", shock.chance_percent / 100)
        came = chance if nature.still else float(nature.stream("shock", number).random() < chance)
        happened.append(came >= 0.5)
        begin, end = shock.year - setting.first, shock.year + shock.years - setting.first
        level[begin:end] *= 1 + came * (shock.emission_percent / 100 - 1)
        cost_level[begin:end] *= 1 + came * (shock.cost_percent / 100 - 1)
    names = setting.technologies
    factor = np.exp(nature.normal("technology", spreads.technology_spread_percent, len(names))).tolist()
    technology = {name: values.get(name, 1.0) * each for name, each in zip(names, factor, strict=True)}
    works = [Work(firm, firm.account, firm.source.source, 0, 1.0) for firm in setting.firms]
    works += _entrants(setting, nature)
    own = np.exp(nature.normal("firm", spreads.firm_spread_percent, len(works)))
    size = np.array([work.size * work.firm.before_kg[scenario.pollutant] for work in works])
    there = np.arange(many)[None, :] >= np.array([work.since for work in works])[:, None]
    planned = size[:, None] * level[None, :] * there
    chance_of_year = np.exp(
        np.column_stack([nature.normal("year", demand.firm_spread_percent, len(works), t) for t in range(many)])
    )
    factors = tuple(
        tuple(technology[step.technology] * float(own[place]) for step in work.firm.steps[scenario.pollutant])
        for place, work in enumerate(works)
    )
    beliefs = np.exp(nature.normal("belief", BELIEF * 100, len(works)))
    return DrawnPath(tuple(works), planned, planned * chance_of_year, factors, cost_level, beliefs, tuple(happened))


def _entrants(setting: Setting, nature: Nature) -> list[Work]:
    entry = setting.scenario.entry
    if nature.still or not entry.firms_a_year:
        return []
    found: list[Work] = []
    for t in range(1, setting.scenario.years):
        rng = nature.stream("entry", t)
        for _ in range(int(rng.poisson(entry.firms_a_year))):
            like = setting.firms[int(rng.integers(len(setting.firms)))]
            name = f"entrant-{setting.first + t}-{len(found) + 1}"
            found.append(Work(like, name, f"{name}-works", t, entry.size_percent / 100))
    return found
