"""How the sources complied: what was verified, surrendered, missing, and what that costs, from a book's read tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook


class ComplianceRow(msgspec.Struct, frozen=True):
    """One pollutant of one source's year. Masses are milligrams, allowances are kilograms, money is fen.

    What has not been decided yet is None: `verified_mg` and `obligation` before verification, `shortfall` and
    `penalty_fen` before the year is closed.
    """

    source: str
    name: str
    jurisdiction: str
    sector: str
    simulated: bool
    pollutant: str
    year: int
    opinion: str | None
    verified_mg: int | None
    obligation: int | None
    surrendered: int
    shortfall: int | None
    penalty_fen: int | None
    #: What of the penalty has been paid.
    paid_fen: int
    #: Allowances taken from the next vintage.
    makeup: int


class SectorCompliance(msgspec.Struct, frozen=True):
    """All sources of a sector for one pollutant; milligrams, kilograms and fen as in `ComplianceRow`."""

    sector: str
    pollutant: str
    sources: int
    #: Sources whose year is not verified: their mass is not in the sums.
    unverified: int
    #: Sources that surrendered less than they owed.
    short: int
    verified_mg: int
    obligation: int
    surrendered: int
    shortfall: int
    penalty_fen: int
    makeup: int


def years_of(book: KeptBook) -> tuple[int, ...]:
    """The years that a book tells of, the earliest first: those that were reported, sealed or given a cap."""
    found = book.sql.execute(
        "SELECT year FROM years UNION SELECT vintage FROM caps"
        " UNION SELECT CAST(substr(day, 1, 4) AS INTEGER) FROM days"
    )
    return tuple(sorted(year for (year,) in found))


def last_year(book: KeptBook) -> int | None:
    """The latest year that the book has reports of; else of which days are sealed; else the first with a cap.

    None where it tells of no year.
    """
    for asked in (
        "SELECT max(year) FROM years",
        "SELECT CAST(substr(max(day), 1, 4) AS INTEGER) FROM days",
        "SELECT min(vintage) FROM caps",
    ):
        found: int | None = book.sql.execute(asked).fetchone()[0]
        if found is not None:
            return found
    return None


def summary(
    book: KeptBook, rules: Rulebook, year: int, years: str = "years", values: Sequence[Any] = ()
) -> tuple[ComplianceRow, ...]:
    """A row per source and pollutant of a year, in the order of rulebook and inventory.

    `years` stands for the table of that name, where somebody reads a part of it only.
    """
    sectors = {sector.code: place for place, sector in enumerate(rules.sectors)}
    pollutants = {pollutant.code: place for place, pollutant in enumerate(rules.pollutants)}
    rows = book.sql.execute(
        "SELECT years.source, s.name, s.jurisdiction, s.sector, s.simulated, years.pollutant, years.year, opinion,"
        " verified_mg, obligation, surrendered, shortfall, penalty_fen, due_fen, makeup"
        f" FROM {years} JOIN sources s ON s.source = years.source WHERE years.year = ?",
        (*values, year),
    )
    found = [
        ComplianceRow(
            source,
            name,
            jurisdiction,
            sector,
            bool(simulated),
            pollutant,
            year_,
            opinion,
            verified,
            obligation,
            surrendered or 0,
            shortfall,
            penalty,
            (penalty or 0) - (due or 0),
            makeup or 0,
        )
        for (
            source,
            name,
            jurisdiction,
            sector,
            simulated,
            pollutant,
            year_,
            opinion,
            verified,
            obligation,
            surrendered,
            shortfall,
            penalty,
            due,
            makeup,
        ) in rows
    ]
    return tuple(sorted(found, key=lambda row: (sectors[row.sector], row.source, pollutants[row.pollutant])))


def by_sector(rows: Sequence[ComplianceRow]) -> tuple[SectorCompliance, ...]:
    """The rows added up per sector and pollutant, in the order in which they come."""
    groups: dict[tuple[str, str], list[ComplianceRow]] = {}
    for row in rows:
        groups.setdefault((row.sector, row.pollutant), []).append(row)
    return tuple(
        SectorCompliance(
            sector=sector,
            pollutant=pollutant,
            sources=len(group),
            unverified=sum(row.verified_mg is None for row in group),
            short=sum(bool(row.shortfall) for row in group),
            verified_mg=sum(row.verified_mg or 0 for row in group),
            obligation=sum(row.obligation or 0 for row in group),
            surrendered=sum(row.surrendered for row in group),
            shortfall=sum(row.shortfall or 0 for row in group),
            penalty_fen=sum(row.penalty_fen or 0 for row in group),
            makeup=sum(row.makeup for row in group),
        )
        for (sector, pollutant), group in groups.items()
    )
