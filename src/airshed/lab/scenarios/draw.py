"""One path of a scenario: what is drawn, the same for every design, so that designs differ by their rules alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from airshed.lab.agents.zone_firms import choke_of
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.supply import SharedCap, shared_out, side_of_wall
from airshed.lab.scenarios.law import law_of
from airshed.lab.scenarios.least import Least, curve_of, least_of
from airshed.lab.scenarios.nature import Nature
from airshed.lab.scenarios.nouns import DrawnPath, Work
from airshed.lab.scenarios.schema import Scenario
from airshed.lab.season.firms import Firm, firms_of
from airshed.market.allocation import Activity, entrants
from airshed.model.measures import FEN_PER_YUAN
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
        for known in ("firms", "activities", "shares"):
            vars(other)[known] = getattr(self, known)
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
        """The price of each year and of the tail in yuan/t, if all comes as expected: a mean over the markets."""
        return self.expected.price

    @cached_property
    def expected(self) -> Least:
        """The equilibrium if all comes as expected."""
        return self.equilibrium(expected(self))

    def guide_of(self, work: Work) -> Floats:
        """The guide price that is published for the market of a works: the shadow price there, yuan/t a year."""
        source = work.firm.source
        return self.expected.worth[source.jurisdiction, side_of_wall(source, self.law.trade_rules.walled_sectors)]

    def equilibrium(self, drawn: DrawnPath) -> Least:
        """Prices and costs, by year with the tail, under the law with foresight: see `least.least_of`."""
        return least_of(self, drawn)

    def cheapest(self, drawn: DrawnPath, t: int, tonnes: float) -> float:
        """What abating so many tonnes in a year costs if the cheapest steps of all are taken first, in yuan."""
        span = np.array([t])
        curve = curve_of(self, drawn, range(len(drawn.works)), drawn.planned[:, span], span, np.ones(1))
        return curve.cost(0, min(max(tonnes, 0.0), curve.most(0)))

    @cached_property
    def shares(self) -> Mapping[str, SharedCap]:
        """What becomes of each city's cap by the law's method, in the first year that it has one."""
        walled = self.law.trade_rules.walled_sectors
        side_of = {source.source: side_of_wall(source, walled) for source in self.zone.sources}
        rows = sorted(self.law.caps.rows, key=lambda row: -row.vintage)
        return {row.jurisdiction: shared_out(self.zone, self.law, row, side_of) for row in rows}

    def claim(self, work: Work) -> int:
        """Allowances that a works may ask of the reserve in a year: none unless it is new."""
        known = self.activities[work.firm.source.source]
        if not work.since and not known.entrant:
            return 0
        output = tuple(None if each is None else round(each * work.size) for each in known.output)
        if work.since:
            known = replace(known, entrant=True, years=known.years[-1:], output=output[-1:])
        return entrants(ALL, [known], self.law.allocation.baseline).shares[0].count

    @cached_property
    def choke_yuan(self) -> float:
        """The penalty for a missing tonne: the law's, at its reference price where it follows the price."""
        return choke_of(self.law, self.law.pollutants[0].reference_fen_per_t) / FEN_PER_YUAN


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
