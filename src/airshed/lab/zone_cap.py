"""The cap of a whole zone and who shares it: what the methods of allocation and the lab's comparisons start from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from airshed.lab.equilibrium.case import CurveLine, steps_of
from airshed.market.allocation import Parts, parts
from airshed.market.sharing.division import RuleTerms
from airshed.market.sharing.plan import Member
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import zone_activities
from airshed.zone.criteria import Steps
from airshed.zone.regulated import regulated
from airshed.zone.rows import read_rows
from airshed.zone.zone import Zone


@dataclass(frozen=True, slots=True)
class ZoneCap:
    """The sum of the cities' caps of a vintage, what the law takes off them, and the sources; entrants among them.

    `criteria` and `steps` (yuan/t, t a year) are by city; the costs of a shipped zone are indicative.
    """

    name: str
    vintage: int
    law: Parts
    size_kg: int
    members: tuple[Member, ...]
    criteria: RuleTerms
    steps: Steps


def zone_cap(rules: Rulebook, zone: Zone, pollutant: str, vintage: int | None = None, place: str = "") -> ZoneCap:
    """The cap of a pollutant over all cities, or of one `place`; the first vintage with a cap where none is named.

    Malformed, naming what there is, for a pollutant, a vintage or a place that is not there.
    """
    codes = [rule.code for rule in rules.pollutants]
    if pollutant not in codes:
        raise Malformed("--pollutant", f"no such pollutant {pollutant!r}", near(pollutant, codes))
    places = [each.code for each in rules.jurisdictions]
    if place and place not in places:
        raise Malformed("--jurisdiction", f"no such jurisdiction {place!r}", near(place, places))
    vintages = sorted({row.vintage for row in rules.caps.rows if row.pollutant == pollutant})
    if not vintages or vintage not in (None, *vintages):
        there = ", ".join(map(str, vintages)) or "none"
        raise Malformed("--vintage", f"{pollutant} has no cap for {vintage or 'any year'}", f"there are {there}")
    year = vintages[0] if vintage is None else vintage
    sums = [0, 0, 0, 0]
    for row in rules.caps.rows:
        if row.pollutant == pollutant and row.vintage == year and place in ("", row.jurisdiction):
            law = lookup.local(rules, row.jurisdiction).allocation
            part = parts(row.count, law.reserve_basis_points, law.auction_basis_points)
            for number, count in enumerate((part.cap, part.reserved, part.for_auction, part.free)):
                sums[number] += count
    zone = regulated(zone, rules)
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    rows = zone_activities(zone, rules, pollutant, place or None)
    members = tuple(Member(each, place_of[each.source]) for each in rows)
    name = f"{pollutant}-{place or rules.programme.zone}-{year}"
    measured = lookup.pollutant(rules, pollutant).measured
    return ZoneCap(
        name, year, Parts(*sums), rules.allowance.size_kg, members, zone.criteria, steps_by_city(zone, measured)
    )


def steps_by_city(zone: Zone, pollutant: str) -> Steps:
    """The abatement options of each city's sources, yuan/t and t a year."""
    found: dict[str, list[tuple[float, float]]] = {place.code: [] for place in zone.jurisdictions}
    for step in steps_of(zone, pollutant):
        found[step.zone].append((step.cost_yuan_per_t, step.potential_t))
    return {place: tuple(steps) for place, steps in found.items()}


def read_steps(path: Path) -> Steps:
    """Steps of abatement by zone, from a table as `airshed lab equilibrium --curves` takes it."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in read_rows(path, CurveLine):
        found.setdefault(row.zone, []).append((row.cost_yuan_per_t, row.potential_t))
    return {place: tuple(steps) for place, steps in found.items()}
