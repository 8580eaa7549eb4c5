"""What sources claimed when a vintage was shared out, as it stands in the book beside each allocation."""

from __future__ import annotations

from typing import NamedTuple

from airshed.engine.commands import ActivityLine
from airshed.market.allocation import Activity
from airshed.pages.report.ground import Ground
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.stated import shared_out


class Claimed(NamedTuple):
    """A series that was shared out, and what everybody stated for it."""

    pollutant: str
    jurisdiction: str
    activities: tuple[Activity, ...]


def claimed(book: KeptBook, rules: Rulebook, works: Ground, vintage: int) -> list[Claimed]:
    """Every series of a vintage that was shared out, in the order of the book."""
    sectors = {each.source: each.sector for each in works.works}
    return [
        Claimed(
            wish.pollutant,
            wish.jurisdiction,
            tuple(_activity(rules, sectors[line.source], wish.pollutant, line) for line in wish.activities),
        )
        for wish in shared_out(book)
        if wish.vintage == vintage
    ]


def _activity(rules: Rulebook, sector: str, pollutant: str, line: ActivityLine) -> Activity:
    standard = lookup.benchmark(rules, sector, pollutant)
    return Activity(
        source=line.source,
        sector=sector,
        years=line.years,
        emitted_kg=line.emitted_kg,
        output=line.output,
        benchmark_g=standard.benchmark_g,
        quota_g=standard.quota_g,
        entrant=line.entrant,
    )
