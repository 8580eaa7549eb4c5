"""How the sources complied: what was verified, surrendered, missing, and what that costs, from a book's read tables."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from airshed.model.refusal import Malformed
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


def last_year(book: KeptBook) -> int:
    """The latest year that the book has reports of, or `Malformed` when it has none."""
    found: int | None = book.sql.execute("SELECT max(year) FROM years").fetchone()[0]
    if found is None:
        raise Malformed(str(book.path), "no year has been reported in this book", "play a year first: airshed demo")
    return found


def summary(book: KeptBook, rules: Rulebook, year: int | None = None) -> tuple[ComplianceRow, ...]:
    """A row per source and pollutant of a year (the latest one by default), in the order of rulebook and inventory."""
    sectors = {sector.code: place for place, sector in enumerate(rules.sectors)}
    pollutants = {pollutant.code: place for place, pollutant in enumerate(rules.pollutants)}
    rows = book.sql.execute(
        "SELECT y.source, s.name, s.jurisdiction, s.sector, s.simulated, y.pollutant, y.year, y.opinion, y.verified_mg,"
        " y.obligation, y.surrendered, y.shortfall, y.penalty_fen, y.due_fen, y.makeup"
        " FROM years y JOIN sources s ON s.source = y.source WHERE y.year = ?",
        (last_year(book) if year is None else year,),
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
