"""A season played without stacks: every day sealed with the mass that the inventory expects. For tests that need a
whole book and not the measuring of it."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine.journal import Journal
from airshed.engine.runner import Runner
from airshed.lab.firms import Firm, level_of
from airshed.lab.season import Season
from airshed.lab.zone import Zone, expected_kg
from airshed.lab.zone import load as load_zone
from airshed.model.period import days_of
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped

YEAR = 2027


def rules_and_zone() -> tuple[Rulebook, Zone]:
    """The shipped rulebook and inventory."""
    return load_rules(shipped("rulebooks", "dianzhong")), load_zone(shipped("zones", "dianzhong"))


def sealed_as_expected(zone: Zone, firms: list[Firm], year: int) -> dict[str, list[c.SealDay]]:
    """A complete day of every stack, by day."""
    by_source = {firm.source.source: firm for firm in firms}
    sealed: dict[str, list[c.SealDay]] = {day: [] for day in days_of(year)}
    for stack in zone.stacks:
        firm = by_source[stack.source]
        for number, day in enumerate(sealed):
            mass = {}
            for pollutant in stack.monitors:
                kg = (expected_kg(stack, pollutant) or 0.0) / len(sealed)
                mass[pollutant.value] = int(kg * 1e6 * (level_of(firm, pollutant) if number >= firm.from_day else 1))
            hours = {name: (24, 0, 0) for name in mass}
            sealed[day].append(c.SealDay(stack.stack, day, hours, mass, f"{stack.stack} {day}"))
    return sealed


def played(journal: Journal, seed: int = 7, *, tables: bool = True, doubts: dict[str, str] | None = None) -> Season:
    """A whole season, from adoption to the next vintage."""
    rules, zone = rules_and_zone()
    season = Season(Runner(journal, rules, tables=tables), rules, zone, seed, YEAR, doubts=doubts or {})
    season.decide()
    season.open()
    season.sealed = sealed_as_expected(zone, season.firms, YEAR)
    for _ in season.play():
        pass
    season.settle()
    return season
