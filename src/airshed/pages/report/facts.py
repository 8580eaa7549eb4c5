"""All that the page says, read from book, zone, rulebook and monitoring into plain values."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from airshed.lab.stacks.episodes import Episode
from airshed.model.provenance import SIMULATED, Provenance
from airshed.mrv.year import StackYear
from airshed.pages.kit.words import Phrase
from airshed.pages.report.emissions import CapRow, GrantFacts, SharingFacts, cap_rows, grants, sharing
from airshed.pages.report.market import ReportedMarket, market
from airshed.pages.report.monitoring import Monitoring, monitoring
from airshed.pages.report.verification import VerificationFacts, verified
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.summary import ComplianceRow, SectorCompliance, by_sector, last_year, summary
from airshed.zone.zone import Zone


class MapPoint(msgspec.Struct, frozen=True):
    """A source on the schematic map, with what it emitted in kilograms by pollutant."""

    source: str
    sector: str
    jurisdiction: str
    lat: float
    lon: float
    accuracy: str
    emitted: dict[str, int]


class StackPlace(msgspec.Struct, frozen=True):
    """Where a stack stands and how it is called."""

    stack: str
    source: str
    jurisdiction: str
    name: Phrase


class Seal(msgspec.Struct, frozen=True):
    """What pins the book down: its length, the digest of its last record, and the digest of the law."""

    book: str
    records: int
    digest: str
    rulebook: str
    refusals: int


class Totals(msgspec.Struct, frozen=True):
    """The key figures. Masses and allowances are kilograms, money is fen."""

    sources: int
    simulated_sources: int
    stacks: int
    cap: int
    emitted: int
    unverified: int
    obligations: int
    met: int
    shortfall: int
    penalty: int
    traded: int
    trades: int
    traded_fen: int
    crossing: int
    auctioned: int
    auction_fen: int
    measured_hours: int
    substituted_hours: int
    exceeding_stacks: int
    refused: int


class Facts(msgspec.Struct, frozen=True):
    """A year of a zone."""

    provenance: Provenance | None
    year: int
    seed: int
    #: What amounts are in.
    money: Phrase
    #: How each source is called.
    names: dict[str, Phrase]
    #: Sources whose place, name and size are drawn from a seed.
    simulated: frozenset[str]
    caps: tuple[CapRow, ...]
    sharing: SharingFacts
    grants: tuple[GrantFacts, ...]
    market: ReportedMarket
    monitoring: Monitoring
    verified: VerificationFacts
    compliance: tuple[ComplianceRow, ...]
    sectors: tuple[SectorCompliance, ...]
    points: tuple[MapPoint, ...]
    stacks: dict[str, StackPlace]
    seal: Seal
    totals: Totals


def read(
    book: KeptBook,
    zone: Zone,
    rules: Rulebook,
    years: Sequence[StackYear],
    episodes: Sequence[Episode],
    seed: int,
) -> Facts:
    """Read a played year; `Malformed` when the book has no reported year."""
    year = last_year(book)
    rows = summary(book, rules, year)
    caps = cap_rows(book, zone, rules, rows)
    trading = market(book, rules, rows)
    measuring = monitoring(book, zone, rules, years, episodes, year)
    return Facts(
        provenance=book.provenance(),
        year=year,
        seed=seed,
        money=Phrase(rules.currency.name_en, rules.currency.name_zh),
        names={source.source: Phrase(source.name_en, source.name_zh) for source in zone.sources},
        simulated=frozenset(source.source for source in zone.sources if source.origin == SIMULATED),
        caps=caps,
        sharing=sharing(zone, rules, year),
        grants=grants(book, year),
        market=trading,
        monitoring=measuring,
        verified=verified(book, year),
        compliance=rows,
        sectors=by_sector(rows),
        points=_points(zone, rows),
        stacks=_stacks(zone),
        seal=_seal(book, rules),
        totals=_totals(book, zone, rows, caps, trading, measuring),
    )


def _stacks(zone: Zone) -> dict[str, StackPlace]:
    sources = {source.source: source for source in zone.sources}
    found: dict[str, StackPlace] = {}
    for stack in zone.stacks:
        source = sources[stack.source]
        name = Phrase(source.name_en, source.name_zh)
        found[stack.stack] = StackPlace(
            stack.stack,
            stack.source,
            source.jurisdiction,
            Phrase(f"{name.en}, {stack.outlet_en}", f"{name.zh} {stack.outlet_zh}"),
        )
    return found


def _points(zone: Zone, rows: Sequence[ComplianceRow]) -> tuple[MapPoint, ...]:
    emitted: dict[str, dict[str, int]] = {}
    for row in rows:
        emitted.setdefault(row.source, {})[row.pollutant] = (row.verified_mg or 0) // 1_000_000
    return tuple(
        MapPoint(
            source.source,
            source.sector.value,
            source.jurisdiction,
            source.lat,
            source.lon,
            source.coordinate_accuracy,
            emitted.get(source.source, {}),
        )
        for source in zone.sources
    )


def _seal(book: KeptBook, rules: Rulebook) -> Seal:
    last = book.last()
    refusals = book.sql.execute("SELECT count(*) FROM refusals").fetchone()[0]
    return Seal(book.name, last, book.line(last).hash, digest(rules), refusals)


def _totals(
    book: KeptBook,
    zone: Zone,
    rows: Sequence[ComplianceRow],
    caps: Sequence[CapRow],
    trading: ReportedMarket,
    measuring: Monitoring,
) -> Totals:
    return Totals(
        sources=len(zone.sources),
        simulated_sources=sum(source.origin == SIMULATED for source in zone.sources),
        stacks=len(zone.stacks),
        cap=sum(row.cap for row in caps),
        emitted=sum(row.verified_mg or 0 for row in rows) // 1_000_000,
        unverified=len({row.source for row in rows if row.verified_mg is None}),
        obligations=sum(row.shortfall is not None for row in rows),
        met=sum(row.shortfall == 0 for row in rows),
        shortfall=sum(row.shortfall or 0 for row in rows),
        penalty=sum(row.penalty_fen or 0 for row in rows),
        traded=sum(day.count for day in trading.days),
        trades=sum(day.trades for day in trading.days),
        traded_fen=sum(day.fen for day in trading.days),
        crossing=sum(flow.fen for flow in trading.flows if flow.seller != flow.buyer),
        auctioned=sum(each.sold for each in trading.auctions),
        auction_fen=sum(each.auctions for each in trading.money),
        measured_hours=sum(each.measured for each in measuring.hours),
        substituted_hours=sum(each.substituted for each in measuring.hours),
        exceeding_stacks=len({each.stack for each in measuring.exceedances}),
        refused=book.sql.execute("SELECT count(*) FROM refusals").fetchone()[0],
    )
