"""What the zone emitted against its caps, and how four methods would have shared the caps out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from airshed.market.allocation import METHODS, Activity, Allocation, allocate, parts, whip
from airshed.model.allowance import Pollutant
from airshed.pages.kit.words import Phrase
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.summary import ComplianceRow
from airshed.zone.activities import zone_activities
from airshed.zone.zone import Zone

#: The part of a source's smallest baseline emission by which `whip` is measured.
ABATED_PART = 10


class CapRow(msgspec.Struct, frozen=True):
    """One pollutant of one jurisdiction, in kilograms."""

    pollutant: str
    jurisdiction: str
    cap: int
    #: Of all sources whose year is verified.
    emitted: int
    #: Mean of the baseline years.
    baseline: int


class GrantFacts(msgspec.Struct, frozen=True):
    """What the book says a source was allocated, in allowances of a kilogram, and why."""

    source: str
    pollutant: str
    method: str
    count: int
    why: Phrase


class MethodShare(msgspec.Struct, frozen=True):
    """What the sources of a sector get of a pollutant under one method, in allowances of a kilogram."""

    pollutant: str
    sector: str
    method: str
    count: int


class EarlyAbater(msgspec.Struct, frozen=True):
    """What a source that abated early gets under one method."""

    source: str
    sector: str
    pollutant: str
    method: str
    count: int
    #: Mean emission of its baseline years, kg.
    emitted: int
    #: What the other incumbents of its jurisdiction and sector get, and what they emit.
    peers_count: int
    peers_emitted: int
    #: Allowances lost per kilogram a year abated early: 0 neutral, 1 the fast ox fully whipped.
    whip: float


class SharingFacts(msgspec.Struct, frozen=True):
    """The caps of a vintage shared out by every method."""

    #: Methods that jurisdictions have adopted, in the order of the rulebook.
    adopted: tuple[str, ...]
    sectors: tuple[MethodShare, ...]
    early: tuple[EarlyAbater, ...]
    #: Allowances of each pollutant that stay in the reserve or go to auction under any method.
    reserved: dict[str, int]
    auctioned: dict[str, int]


def cap_rows(book: KeptBook, zone: Zone, rules: Rulebook, rows: tuple[ComplianceRow, ...]) -> tuple[CapRow, ...]:
    """Cap, emission and baseline of every pollutant and jurisdiction, in the order of the rulebook."""
    emitted_mg: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.pollutant, row.jurisdiction)
        emitted_mg[key] = emitted_mg.get(key, 0) + (row.verified_mg or 0)
    caps: dict[tuple[str, str], int] = {
        (pollutant, place): count
        for pollutant, place, count in book.sql.execute(
            "SELECT pollutant, jurisdiction, count FROM caps WHERE vintage = ?", (rows[0].year,)
        )
    }
    sources = {source.source: source for source in zone.sources}
    baseline: dict[tuple[str, str], int] = {}
    for year in zone.baseline:
        source = sources[year.source]
        for rule in lookup.owed(rules, source.sector.value):
            key = (rule.code, source.jurisdiction)
            baseline[key] = baseline.get(key, 0) + year.kg(Pollutant(rule.measured))
    years = len(zone.baseline_years)
    return tuple(
        CapRow(
            pollutant.code,
            place.code,
            caps.get((pollutant.code, place.code), 0),
            emitted_mg.get((pollutant.code, place.code), 0) // 1_000_000,
            baseline.get((pollutant.code, place.code), 0) // years,
        )
        for pollutant in rules.pollutants
        for place in rules.jurisdictions
    )


def grants(book: KeptBook, vintage: int) -> tuple[GrantFacts, ...]:
    """The allocations of a vintage in the order of the book, with the sentences it gives for them."""
    rows = book.sql.execute(
        "SELECT a.source, c.pollutant, a.method, a.count, a.why_en, a.why_zh FROM allocations a"
        " JOIN caps c ON c.series = a.series WHERE c.vintage = ? ORDER BY a.seq, a.source",
        (vintage,),
    )
    return tuple(
        GrantFacts(source, pollutant, method, count, Phrase(en, zh))
        for source, pollutant, method, count, en, zh in rows
    )


def sharing(zone: Zone, rules: Rulebook, vintage: int) -> SharingFacts:
    """Share the caps of a vintage out by each of the four methods, through the code that the market uses."""
    totals: dict[tuple[str, str, str], int] = {}
    reserved: dict[str, int] = {}
    auctioned: dict[str, int] = {}
    early: list[EarlyAbater] = []
    for pollutant in (rule.code for rule in rules.pollutants):
        for place in rules.jurisdictions:
            local = lookup.local(rules, place.code)
            cap = lookup.cap(rules, f"{pollutant}-{place.code}-{vintage}")
            activities = zone_activities(zone, local, pollutant, place.code)
            if cap is None or not activities:
                continue
            sector_of = {each.source: each.sector for each in activities}
            for method in METHODS:
                share_out = partial(_share_out, method, cap, local)
                shared = share_out(activities)
                for share in shared.shares:
                    key = (pollutant, sector_of[share.source], method)
                    totals[key] = totals.get(key, 0) + share.count
                early += _early_abaters(zone, activities, share_out, pollutant, method)
                if method == local.allocation.method:
                    reserved[pollutant] = reserved.get(pollutant, 0) + shared.reserved
                    auctioned[pollutant] = auctioned.get(pollutant, 0) + shared.for_auction
    return SharingFacts(
        adopted=tuple(dict.fromkeys(lookup.allocation_method(rules, place.code) for place in rules.jurisdictions)),
        sectors=tuple(MethodShare(*key, count) for key, count in totals.items()),
        early=tuple(early),
        reserved=reserved,
        auctioned=auctioned,
    )


def _share_out(method: str, cap: int, local: Rulebook, activities: Sequence[Activity]) -> Allocation:
    terms = local.allocation
    tiers = parts(cap, terms.reserve_basis_points, terms.auction_basis_points)
    return allocate(method, terms.baseline, tiers, activities, local.allowance.size_kg)


def _early_abaters(
    zone: Zone,
    activities: Sequence[Activity],
    share_out: Callable[[Sequence[Activity]], Allocation],
    pollutant: str,
    method: str,
) -> list[EarlyAbater]:
    """The early abaters among these sources, each beside the other incumbents of its sector."""
    early = {source.source for source in zone.sources if source.role == "early_abater"}
    counts = {share.source: share.count for share in share_out(activities).shares}
    found: list[EarlyAbater] = []
    for each in activities:
        if each.source not in early:
            continue
        peers = [
            other
            for other in activities
            if other.sector == each.sector and other.source not in early and not other.entrant
        ]
        least = min(kg for kg in each.emitted_kg if kg is not None)
        abated = least // ABATED_PART
        found.append(
            EarlyAbater(
                source=each.source,
                sector=each.sector,
                pollutant=pollutant,
                method=method,
                count=counts[each.source],
                emitted=_mean_kg(each),
                peers_count=sum(counts[other.source] for other in peers),
                peers_emitted=sum(_mean_kg(other) for other in peers),
                whip=float(whip(share_out, activities, each.source, abated)) if abated else 0.0,
            )
        )
    return found


def _mean_kg(activity: Activity) -> int:
    figures = [kg for kg in activity.emitted_kg if kg is not None]
    return sum(figures) // len(figures)
