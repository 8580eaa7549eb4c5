"""What a law puts where: the emissions of each city and side of a wall, and the allowances that come to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from airshed.lab.equilibrium.case import Case, CurveLine, case_of, curves_of, mean_t, steps_of
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.joined_curves import AnyCurve
from airshed.market.allocation import parts
from airshed.market.sharing.lawful import share_by_law
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Cap
from airshed.zone.activities import zone_activities
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone, ZoneSource

#: Those who stand behind no wall.
OPEN = ""


@dataclass(frozen=True, slots=True)
class Side:
    """The works of a city on one side of the walls; t a year (years,)."""

    city: int
    #: The walled sector, or `OPEN`.
    sector: str
    curve: AnyCurve
    baseline: Floats
    #: Allowances that come to them free, by vintage.
    free: Floats


@dataclass(frozen=True, slots=True)
class Supply:
    """A case with its cities taken apart; `auctioned` and `set_aside` (cities, years) by vintage, t.

    What is set aside is what is left of it once entrants of the zone's files are served.
    """

    case: Case
    sides: tuple[Side, ...]
    auctioned: Floats
    set_aside: Floats

    def taxed(self, tax: float) -> Supply:
        """The supply where emissions are taxed as well, at yuan/t in every year: see `Case.taxed`."""
        sides = tuple(replace(side, curve=side.curve.lowered(tax)) for side in self.sides)
        return replace(self, case=self.case.taxed(tax), sides=sides)

    @property
    def caps(self) -> Floats:
        """All allowances of a vintage, t (years,)."""
        found: Floats = self.case.caps.sum(axis=0)
        return found


def supply_of(
    zone: Zone, rules: Rulebook, pollutant: str, years: int, rate: float, growth: float, decline: float
) -> Supply:
    """The zone's case of `case_of`, by city and side of the law's walls.

    A city's cap comes to its works by the law's method; vintages beyond the last of the law as that one's.
    """
    case = case_of(zone, rules, pollutant, years, rate, growth, decline)
    zone = regulated(zone, rules)
    walled = rules.trade_rules.walled_sectors
    side_of = {source.source: side_of_wall(source, walled) for source in zone.sources}
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    means = mean_t(zone, pollutant)
    rows = [row for row in rules.caps.rows if row.pollutant == pollutant]
    vintages = sorted({row.vintage for row in rows})
    vintage_of = [max(each for each in vintages if each <= year) for year in case.years]
    kept = {(row.jurisdiction, row.vintage): row for row in rows}
    shared: dict[tuple[str, int], SharedCap] = {}
    steps = steps_of(zone, pollutant)
    sides: list[Side] = []
    auctioned, set_aside = np.zeros(case.caps.shape), np.zeros(case.caps.shape)
    for z, city in enumerate(case.zones):
        found = []
        for t, vintage in enumerate(vintage_of):
            row = kept.get((city, vintage))
            key = (city, vintage)
            if key not in shared:
                shared[key] = shared_out(zone, rules, row, side_of) if row is not None else SharedCap({}, 0.0, 0.0)
            found.append(shared[key])
            auctioned[z, t], set_aside[z, t] = (
                part * case.caps[z, t] for part in (shared[key].auctioned, shared[key].set_aside)
            )
        own = [name for name, place in place_of.items() if place == city]
        for sector in dict.fromkeys(side_of[name] for name in own):
            mine = {name for name in own if side_of[name] == sector}
            whole = sum(means.get(name, 0.0) for name in own)
            part = sum(means.get(name, 0.0) for name in mine) / whole if whole else 0.0
            free = np.array([each.free.get(sector, 0.0) for each in found]) * case.caps[z]
            curve = _curve(case, city, [step for step in steps if step.source in mine])
            sides.append(Side(z, sector, curve, part * case.baseline[z], free))
    return Supply(case, tuple(sides), auctioned, set_aside)


@dataclass(frozen=True, slots=True)
class SharedCap:
    """Parts of a city's cap: what each side gets free, what is auctioned, what stays set aside."""

    free: dict[str, float]
    auctioned: float
    set_aside: float


def side_of_wall(source: ZoneSource, walled: Sequence[str]) -> str:
    """The walled sector that a works stands behind, or `OPEN`."""
    return source.sector if source.sector in walled else OPEN


def shared_out(zone: Zone, rules: Rulebook, row: Cap, side_of: dict[str, str]) -> SharedCap:
    """How the law shares a city's cap out among the sides of its walls; `side_of` each source."""
    local = lookup.local(rules, row.jurisdiction)
    law = local.allocation
    tiers = parts(row.count, law.reserve_basis_points, law.auction_basis_points)
    there = {OPEN, *side_of.values()}
    if len(there) == 1:
        return SharedCap(
            dict.fromkeys(there, tiers.free / row.count), tiers.for_auction / row.count, tiers.reserved / row.count
        )
    found = share_by_law(law, tiers, zone_activities(zone, local, row.pollutant, row.jurisdiction))
    free = dict.fromkeys(there, 0.0)
    for share in found.shares:
        free[side_of.get(share.source, OPEN)] += share.count / row.count
    return SharedCap(free, found.for_auction / row.count, found.reserved / row.count)


def _curve(case: Case, city: str, steps: Sequence[CurveLine]) -> AnyCurve:
    return curves_of((city,), case.discount, steps)[0]
