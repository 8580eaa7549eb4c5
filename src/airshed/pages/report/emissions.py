"""What the zone emitted against its caps, and how four methods would have shared the caps out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

import msgspec

from airshed.market.allocation import METHODS, Activity, Allocation, allocate, parts, whip
from airshed.market.sharing.lawful import share_by_law
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.report.claims import Claimed
from airshed.pages.report.ground import Ground
from airshed.pages.report.sight import Sight
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.summary import ComplianceRow

#: The part of a source's smallest baseline emission by which `whip` is measured.
ABATED_PART = 10
#: What the emission of a report is: verified, or what the sealed days come to while nothing is verified.
Basis = Literal["verified", "sealed", "none"]


class CapRow(msgspec.Struct, frozen=True):
    """One pollutant of one jurisdiction, in kilograms."""

    pollutant: str
    jurisdiction: str
    #: None where no cap is set.
    cap: int | None
    #: Of all sources whose year is verified, or of all sealed days; None where neither is known.
    emitted: int | None
    #: Mean of the years that sources stated when the cap was shared out; None where it was not.
    baseline: int | None


class GrantFacts(msgspec.Struct, frozen=True):
    """What the book says a source was allocated, in allowances, and why."""

    source: str
    pollutant: str
    method: str
    count: int
    #: None where the reason is not theirs to read who read the report.
    why: Phrase | None


class MethodShare(msgspec.Struct, frozen=True):
    """What the sources of a sector get of a pollutant under one method, in allowances."""

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
    #: Methods that can share out what was stated, in their order; the others lack a figure.
    methods: tuple[str, ...]
    sectors: tuple[MethodShare, ...]
    early: tuple[EarlyAbater, ...]
    #: Allowances of each pollutant that stay in the reserve or go to auction under any method.
    reserved: dict[str, int]
    auctioned: dict[str, int]


def cap_rows(
    sight: Sight, works: Ground, rules: Rulebook, rows: tuple[ComplianceRow, ...], claims: Sequence[Claimed]
) -> tuple[Basis, tuple[CapRow, ...]]:
    """What emission is, and it with cap and baseline of every pollutant and jurisdiction, in the rulebook's order."""
    basis, emitted_mg = _emitted(sight, works, rows)
    caps: dict[tuple[str, str], int] = {
        (pollutant, place): count
        for pollutant, place, count in sight.rows(
            "pollutant, jurisdiction, count", "caps", "WHERE vintage = ?", (sight.year,)
        )
    }
    baseline = {
        (each.pollutant, each.jurisdiction): sum(_mean_kg(row) for row in each.activities if any(row.emitted_kg))
        for each in claims
    }
    return basis, tuple(
        CapRow(pollutant.code, place.code, caps.get(key), _kg(emitted_mg, key, basis), baseline.get(key))
        for pollutant in rules.pollutants
        for place in rules.jurisdictions
        if (key := (pollutant.code, place.code))
    )


def _kg(emitted_mg: Mapping[tuple[str, str], int], key: tuple[str, str], basis: Basis) -> int | None:
    return None if basis == "none" else emitted_mg.get(key, 0) // 1_000_000


def _emitted(
    sight: Sight, works: Ground, rows: tuple[ComplianceRow, ...]
) -> tuple[Basis, Mapping[tuple[str, str], int]]:
    """What was emitted by pollutant and jurisdiction, in milligrams: as verified, or of the days that are sealed."""
    found: dict[tuple[str, str], int] = {}
    if not sight.emissions:
        return "none", found
    for row in rows:
        if row.verified_mg is not None:
            key = (row.pollutant, row.jurisdiction)
            found[key] = found.get(key, 0) + row.verified_mg
    if found:
        return "verified", found
    if not sight.whole:
        return "none", found
    for stack, pollutant, mass in sight.rows(
        "stack, pollutant, sum(mass_mg)",
        "days",
        "WHERE day BETWEEN ? AND ? GROUP BY stack, pollutant",
        (f"{sight.year}-01-01", f"{sight.year}-12-31"),
    ):
        key = (pollutant, works.stacks[stack].jurisdiction)
        found[key] = found.get(key, 0) + int(mass)
    return ("sealed" if found else "none"), found


def grants(sight: Sight) -> tuple[GrantFacts, ...]:
    """The allocations of a vintage in the order of the book, with the sentences it gives for them.

    What a works was given is public; the figures in the reason are for those who read of the works.
    """
    rows = sight.book.sql.execute(
        "SELECT a.source, c.pollutant, a.method, a.count, a.why_en, a.why_zh FROM allocations a"
        " JOIN caps c ON c.series = a.series WHERE c.vintage = ? ORDER BY a.seq, a.source",
        (sight.year,),
    ).fetchall()
    known = None if sight.whole else {row[0] for row in sight.rows("DISTINCT source", "allocations")}
    return tuple(
        GrantFacts(source, pollutant, method, count, Phrase(en, zh) if known is None or source in known else None)
        for source, pollutant, method, count, en, zh in rows
    )


def sharing(
    works: Ground, rules: Rulebook, vintage: int, claims: Sequence[Claimed], caps: Sequence[CapRow]
) -> SharingFacts | None:
    """Share the caps of a vintage out by each of the four methods, through the code that the market uses.

    None where nothing was shared out; a method that lacks a figure of one of the claims is left out.
    """
    if not claims:
        return None
    held = {(row.pollutant, row.jurisdiction): row.cap or 0 for row in caps}
    totals: dict[tuple[str, str, str], int] = {}
    reserved: dict[str, int] = {}
    auctioned: dict[str, int] = {}
    early: list[EarlyAbater] = []
    methods = tuple(method for method in METHODS if all(_can(method, each, held, rules) for each in claims))
    for each in claims:
        pollutant, local = each.pollutant, lookup.local(rules, each.jurisdiction)
        cap = held[pollutant, each.jurisdiction]
        sector_of = {one.source: one.sector for one in each.activities}
        for method in methods:
            share_out = partial(_share_out, method, cap, local)
            shared = share_out(each.activities)
            for share in shared.shares:
                key = (pollutant, sector_of[share.source], method)
                totals[key] = totals.get(key, 0) + share.count
            early += _early_abaters(works, each.activities, share_out, pollutant, method)
        law = local.allocation
        split = parts(cap, law.reserve_basis_points, law.auction_basis_points)
        lawful = share_by_law(law, split, each.activities, local.allowance.size_kg)
        reserved[pollutant] = reserved.get(pollutant, 0) + lawful.reserved
        auctioned[pollutant] = auctioned.get(pollutant, 0) + lawful.for_auction
    return SharingFacts(
        adopted=tuple(dict.fromkeys(lookup.allocation_method(rules, place.code) for place in rules.jurisdictions)),
        methods=methods,
        sectors=tuple(MethodShare(*key, count) for key, count in totals.items()),
        early=tuple(early),
        reserved=reserved,
        auctioned=auctioned,
    )


def _can(method: str, each: Claimed, held: Mapping[tuple[str, str], int], rules: Rulebook) -> bool:
    """Whether a method finds in the claims all that it asks for."""
    try:
        _share_out(
            method,
            held[each.pollutant, each.jurisdiction],
            lookup.local(rules, each.jurisdiction),
            each.activities,
        )
    except Malformed:
        return False
    return True


def _share_out(method: str, cap: int, local: Rulebook, activities: Sequence[Activity]) -> Allocation:
    terms = local.allocation
    tiers = parts(cap, terms.reserve_basis_points, terms.auction_basis_points)
    return allocate(method, terms.baseline, tiers, activities, local.allowance.size_kg)


def _early_abaters(
    works: Ground,
    activities: Sequence[Activity],
    share_out: Callable[[Sequence[Activity]], Allocation],
    pollutant: str,
    method: str,
) -> list[EarlyAbater]:
    """The early abaters among these sources, each beside the other incumbents of its sector."""
    early = {each.source for each in works.works if each.early}
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
