"""What sources claimed when a vintage was shared out, as it stands in the book beside each allocation."""

from __future__ import annotations

from typing import NamedTuple

from airshed.engine.procedures.issue import activities_of
from airshed.market.allocation import Activity
from airshed.pages.report.ground import Ground
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
            tuple(activities_of(sectors, rules, wish)),
        )
        for wish in shared_out(book)
        if wish.vintage == vintage
    ]
