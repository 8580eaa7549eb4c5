"""A season played without stacks: every day sealed with the mass that the inventory expects. For tests that need a
whole book and not the measuring of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from airshed.engine import commands as c
from airshed.engine.journal import Journal
from airshed.engine.runner import Runner
from airshed.lab.season.firms import Firm, level_of
from airshed.lab.season.season import Season, first_year
from airshed.model.period import days_of
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.book.sqlite import Book
from airshed.zone.load import of_law
from airshed.zone.zone import Zone, expected_kg

YEAR = 2027
#: Works of the demo zone that are enough for a year: one of each city, and more of Kunming.
FEW_WORKS = ("KM-CEM-01", "KM-CEM-02", "KM-PWR-01", "QJ-CEM-01", "YX-CEM-01", "CX-CEM-01", "HH-CEM-01")


def rules_and_zone(name: str = "dianzhong") -> tuple[Rulebook, Zone]:
    """A shipped rulebook and its inventory."""
    rules = load_rules(shipped("rulebooks", name))
    return rules, of_law(rules)


def sealed_as_expected(zone: Zone, firms: list[Firm], year: int) -> dict[str, list[c.SealDay]]:
    """A complete day of every stack, by day."""
    by_source = {firm.source.source: firm for firm in firms}
    sealed: dict[str, list[c.SealDay]] = {day: [] for day in days_of(year)}
    for stack in zone.stacks:
        firm = by_source[stack.source]
        for number, day in enumerate(sealed):
            mass = {}
            for code, pollutant in firm.owes.items():
                if pollutant not in stack.monitors:
                    continue
                kg = (expected_kg(stack, pollutant) or 0.0) / len(sealed)
                mass[code] = int(kg * 1e6 * (level_of(firm, pollutant) if number >= firm.from_day else 1))
            hours = {name: (24, 0, 0) for name in mass}
            sealed[day].append(c.SealDay(stack.stack, day, hours, mass, f"{stack.stack} {day}"))
    return sealed


def played(
    journal: Journal,
    seed: int = 7,
    *,
    tables: bool = True,
    doubts: dict[str, str] | None = None,
    law: str = "dianzhong",
    rules: Rulebook | None = None,
    works: tuple[str, ...] = (),
    until: str = "",
) -> Season:
    """A whole season, from adoption to the next vintage; `rules` stand in for the shipped text of the law.

    With `works` of these alone; with `until` left on the morning of that day.
    """
    text, zone = rules_and_zone(law)
    rules, zone = rules or text, of_works(zone, works) if works else zone
    year = first_year(rules)
    season = Season(Runner(journal, rules, tables=tables), rules, zone, seed, year, doubts=doubts or {})
    season.decide()
    season.open()
    season.sealed = sealed_as_expected(zone, season.firms, year)
    for _ in season.play(until):
        pass
    return season


def of_works(zone: Zone, works: tuple[str, ...]) -> Zone:
    """A zone of a few works of another."""
    return msgspec.structs.replace(
        zone,
        sources=tuple(each for each in zone.sources if each.source in works),
        stacks=tuple(each for each in zone.stacks if each.source in works),
        baseline=tuple(each for each in zone.baseline if each.source in works),
        options=tuple(each for each in zone.options if each.source in works),
    )


def year_in(folder: Path) -> None:
    """`year.book`: the demo year from seed 7 with its read tables and the text of its law."""
    with Book.create(folder / "year.book") as book:
        season = played(book, 7)
        book.keep_law(digest(season.rules), texts(find("dianzhong")))


def few_in(folder: Path) -> None:
    """`few.book`: the same of a few works, for what is no other when a year is ten times as long."""
    left_in(folder / "few.book", "")


def left_in(path: Path, until: str, doubts: dict[str, str] | None = None) -> None:
    """A book of the year of a few works with its law, left on the morning of a day."""
    with Book.create(path) as book:
        season = played(book, works=FEW_WORKS, doubts=doubts, until=until)
        book.keep_law(digest(season.rules), texts(find("dianzhong")))
