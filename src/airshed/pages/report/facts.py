"""All that the page says, read from book, zone, rulebook and monitoring into plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from airshed.engine.journal import decode
from airshed.lab.stacks.episodes import Episode
from airshed.model.provenance import Provenance, Simulation
from airshed.model.refusal import Malformed
from airshed.mrv.year import StackYear
from airshed.pages.kit.words import Phrase
from airshed.pages.report.claims import claimed
from airshed.pages.report.emissions import Basis, CapRow, GrantFacts, SharingFacts, cap_rows, grants, sharing
from airshed.pages.report.ground import Ground, StackPlace, ground
from airshed.pages.report.market import ReportedMarket, market, span_of
from airshed.pages.report.monitoring import Monitoring, monitoring
from airshed.pages.report.sight import Sight
from airshed.pages.report.verification import VerificationFacts, verified
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.summary import (
    ComplianceRow,
    SectorCompliance,
    by_sector,
    last_year,
    summary,
    years_of,
)
from airshed.service.http.viewer import Viewer
from airshed.zone.zone import Zone

#: Somebody who reads all of a book.
WHOLE = Viewer("zone")


class MapPoint(msgspec.Struct, frozen=True):
    """A source on the schematic map, with what it emitted in kilograms by pollutant."""

    source: str
    sector: str
    jurisdiction: str
    lat: float
    lon: float
    accuracy: str
    emitted: dict[str, int]


class BookSeal(msgspec.Struct, frozen=True):
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
    #: None where neither a year is verified nor a day is sealed, or it is not public yet.
    emitted: int | None
    #: Sources of which a year is reported and not verified.
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
    refused: int


class Facts(msgspec.Struct, frozen=True):
    """A year of a book."""

    provenance: Provenance | None
    #: It is a simulation that was drawn from a seed: firms acted by the costs of the lab.
    played: bool
    year: int
    #: None where nothing was drawn.
    seed: int | None
    #: What amounts are in.
    money: Phrase
    ground: Ground
    #: How each source is called.
    names: dict[str, Phrase]
    #: Sources whose place, name and size are drawn from a seed.
    simulated: frozenset[str]
    #: What the emissions are.
    basis: Basis
    caps: tuple[CapRow, ...]
    sharing: SharingFacts | None
    grants: tuple[GrantFacts, ...]
    market: ReportedMarket
    monitoring: Monitoring
    verified: VerificationFacts
    compliance: tuple[ComplianceRow, ...]
    sectors: tuple[SectorCompliance, ...]
    points: tuple[MapPoint, ...]
    stacks: dict[str, StackPlace]
    seal: BookSeal
    totals: Totals
    #: The last day of the book.
    last_day: str
    #: Whether they who read it read of every works, and the standing of the year.
    whole: bool
    standing: bool
    #: Whether they may read what was emitted in the year.
    emissions: bool
    #: What of the year is not public yet.
    kept_back: tuple[Phrase, ...]


class Asked(NamedTuple):
    """What a report is asked for beside its book and law."""

    #: None for all that there is to read.
    viewer: Viewer = WHOLE
    #: The latest that has something to tell where none is said.
    year: int | None = None
    zone: Zone | None = None
    #: Closed years of stacks, from their frames.
    monitoring: Sequence[StackYear] = ()
    #: What was made to happen to them, so that the truth can stand beside what was found.
    episodes: Sequence[Episode] = ()


def read(book: KeptBook, rules: Rulebook, asked: Asked) -> Facts:
    """Read a year of a book; `Malformed` for a year of which it tells nothing."""
    year = year_of(book, asked.year)
    sight, works = Sight(book, asked.viewer, year), ground(book, asked.zone)
    rows = summary(book, rules, year, *sight.among("years")) if sight.emissions else ()
    claims = claimed(book, rules, works, year)
    basis, caps = cap_rows(sight, works, rules, rows, claims)
    trading = market(sight, rules, rows if sight.standing else (), span_of(rules, year, years_of(book)))
    measuring = monitoring(sight, works, rules, asked.monitoring, asked.episodes)
    provenance = book.provenance()
    seed = provenance.seed if isinstance(provenance, Simulation) else None
    return Facts(
        provenance=provenance,
        played=seed is not None,
        year=year,
        seed=seed,
        money=Phrase(rules.currency.name_en, rules.currency.name_zh),
        ground=works,
        names={each.source: each.name for each in works.works},
        simulated=frozenset(each.source for each in works.works if each.simulated),
        basis=basis,
        caps=caps,
        sharing=sharing(works, rules, year, claims, caps),
        grants=grants(sight),
        market=trading,
        monitoring=measuring,
        verified=verified(sight),
        compliance=rows,
        sectors=by_sector(rows),
        points=_points(works, rows),
        stacks=works.stacks,
        seal=_seal(book, rules),
        totals=_totals(sight, works, rows, caps, trading, measuring),
        last_day=rules.civil.day_of(decode(book.line(book.last())).at),
        whole=sight.whole,
        standing=sight.standing,
        emissions=sight.emissions,
        kept_back=tuple(sight.kept_back(rules)),
    )


def year_of(book: KeptBook, asked: int | None) -> int:
    """The year that is asked for, or the last that a book tells of; `Malformed` for one of which it tells nothing."""
    known = years_of(book)
    if asked is None:
        return last_year(book) or int(book.civil.day_of(decode(book.line(book.last())).at)[:4])
    if asked not in known:
        there = f"it tells of {', '.join(map(str, known))}" if known else "it tells of no year yet; leave --year out"
        raise Malformed("--year", f"{book.name} tells nothing of {asked}", there)
    return asked


def _points(works: Ground, rows: Sequence[ComplianceRow]) -> tuple[MapPoint, ...]:
    emitted: dict[str, dict[str, int]] = {}
    for row in rows:
        emitted.setdefault(row.source, {})[row.pollutant] = (row.verified_mg or 0) // 1_000_000
    return tuple(
        MapPoint(
            *(each.source, each.sector, each.jurisdiction),
            *(each.spot.lat, each.spot.lon, each.spot.accuracy),
            emitted.get(each.source, {}),
        )
        for each in works.works
        if each.spot is not None
    )


def _seal(book: KeptBook, rules: Rulebook) -> BookSeal:
    last = book.last()
    refusals = book.sql.execute("SELECT count(*) FROM refusals").fetchone()[0]
    return BookSeal(book.name, last, book.line(last).hash, digest(rules), refusals)


def _totals(
    sight: Sight,
    works: Ground,
    rows: Sequence[ComplianceRow],
    caps: Sequence[CapRow],
    trading: ReportedMarket,
    measuring: Monitoring,
) -> Totals:
    settled = rows if sight.standing else ()
    verified_mg = [row.verified_mg for row in rows if row.verified_mg is not None]
    known = [row.emitted for row in caps if row.emitted is not None]
    # Of what is verified the sum is rounded once, and not city by city.
    emitted = sum(verified_mg) // 1_000_000 if verified_mg else sum(known) if known else None
    return Totals(
        sources=len(works.works),
        simulated_sources=sum(each.simulated for each in works.works),
        stacks=len(works.stacks),
        cap=sum(row.cap or 0 for row in caps),
        emitted=emitted,
        unverified=len({row.source for row in rows if row.verified_mg is None}),
        obligations=sum(row.shortfall is not None for row in settled),
        met=sum(row.shortfall == 0 for row in settled),
        shortfall=sum(row.shortfall or 0 for row in settled),
        penalty=sum(row.penalty_fen or 0 for row in settled),
        traded=sum(day.count for day in trading.days),
        trades=sum(day.trades for day in trading.days),
        traded_fen=sum(day.fen for day in trading.days),
        crossing=sum(flow.fen for flow in trading.flows if flow.seller != flow.buyer),
        auctioned=sum(each.sold for each in trading.auctions),
        auction_fen=sum(each.auctions for each in trading.money),
        measured_hours=sum(each.measured for each in measuring.hours),
        substituted_hours=sum(each.substituted for each in measuring.hours),
        refused=sight.book.sql.execute("SELECT count(*) FROM refusals").fetchone()[0],
    )
