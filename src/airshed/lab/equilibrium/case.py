"""A case to solve: zones with cost curves, emissions, caps and receptors, from tables or from a shipped zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from airshed.lab.equilibrium.banking import equilibrium
from airshed.lab.equilibrium.certificate import certificate
from airshed.lab.equilibrium.curves import LARGEST, Floats, Slopes, Steps, discounting
from airshed.lab.equilibrium.joined import merged
from airshed.lab.equilibrium.zones import ZoneEquilibrium, zone_equilibrium
from airshed.lab.zones.origins import of_zone
from airshed.lab.zones.rows import read_rows
from airshed.lab.zones.zone import Zone
from airshed.model.allowance import Pollutant
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

Tonnes = Annotated[float, msgspec.Meta(ge=0, le=1e12)]

#: The one receptor of a market without receptors: every tonne counts alike.
WHOLE = "zone"


class CurveLine(msgspec.Struct, frozen=True):
    """One step of abatement, a row of the table of curves: yuan per t, and t a year."""

    zone: str
    source: str
    technology: str
    cost_yuan_per_t: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    potential_t: Tonnes


class SlopeLine(msgspec.Struct, frozen=True):
    """Quadratic costs of abatement: the marginal cost begins at yuan/t, rises by yuan/t for each t, up to t a year."""

    zone: str
    source: str
    technology: str
    start_yuan_per_t: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    slope_yuan_per_t2: Annotated[float, msgspec.Meta(gt=0, le=1e12)]
    most_t: Tonnes


class CapLine(msgspec.Struct, frozen=True):
    """What a zone would emit in a year without abatement, and its cap, both in t."""

    zone: str
    year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]
    baseline_t: Tonnes
    cap_t: Tonnes


class LoadLine(msgspec.Struct, frozen=True):
    """What a tonne from a zone adds at a receptor; who says so."""

    receptor: str
    zone: str
    coefficient: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    origin: str


class Case(NamedTuple):
    """Zones in the order of their names; `baseline` and `caps` have shape (zones, years), t."""

    zones: tuple[str, ...]
    years: tuple[int, ...]
    rate: float
    curves: tuple[Steps | Slopes, ...]
    baseline: Floats
    caps: Floats
    #: Where the figures come from, each once.
    origins: tuple[str, ...] = ()

    @property
    def discount(self) -> Floats:
        """Discount factors of the years."""
        return discounting(self.rate, len(self.years))

    def taxed(self, tax: float) -> Case:
        """The case when emissions are taxed as well, at yuan/t in every year: firms save the tax on what they abate.

        Costs are then net of it, and prices what is left of the marginal cost above it. Malformed for a tax below zero.
        """
        if not 0 <= tax < LARGEST:
            raise Malformed("tax", f"is {tax:g}", "give yuan per tonne from zero up")
        return self._replace(curves=tuple(curve.lowered(tax) for curve in self.curves))

    @property
    def need(self) -> Floats:
        """What each zone must abate by itself, in t."""
        return self.baseline - self.caps


class Air(NamedTuple):
    """Receptors and what a tonne adds there, shape (receptors, zones)."""

    receptors: tuple[str, ...]
    transfer: Floats
    origins: tuple[str, ...] = ()


class Solution(NamedTuple):
    """An equilibrium of a case under some air, with its certificate."""

    air: Air
    found: ZoneEquilibrium
    proof: dict[str, object]


def read_case(curves: Path, caps: Path, rate: float, quadratic: bool = False) -> Case:
    """A case from two CSV tables; `quadratic` says that the curves are slopes.

    Malformed, with file and line, if a zone or a year is missing or stands twice.
    """
    steps: Sequence[CurveLine | SlopeLine] = read_rows(curves, SlopeLine if quadratic else CurveLine)
    lines = read_rows(caps, CapLine)
    zones = tuple(sorted({line.zone for line in lines}))
    years = tuple(sorted({line.year for line in lines}))
    if not lines:
        raise Malformed(str(caps), "has no rows", "give a baseline and a cap for each zone and year")
    if years != tuple(range(years[0], years[-1] + 1)):
        raise Malformed(str(caps), f"the years {years[0]} to {years[-1]} have a hole", "give every year")
    baseline, limit = np.full((len(zones), len(years)), np.nan), np.full((len(zones), len(years)), np.nan)
    for number, line in enumerate(lines, start=2):
        place = zones.index(line.zone), line.year - years[0]
        if not np.isnan(baseline[place]):
            raise Malformed(f"{caps} line {number}", f"{line.zone} {line.year} stands twice", "keep one")
        baseline[place], limit[place] = line.baseline_t, line.cap_t
    for z, t in np.argwhere(np.isnan(baseline)).tolist():
        raise Malformed(str(caps), f"{zones[z]} has no row for {years[t]}", "give every zone every year")
    for number, step in enumerate(steps, start=2):
        if step.zone not in zones:
            raise Malformed(f"{curves} line {number}", f"no such zone {step.zone!r}", f"there are {', '.join(zones)}")
    made: tuple[Steps | Slopes, ...]
    if quadratic:
        made = _slopes(zones, len(years), rate, [step for step in steps if isinstance(step, SlopeLine)])
    else:
        made = _curves(zones, len(years), rate, [step for step in steps if isinstance(step, CurveLine)])
    return Case(zones, years, rate, made, baseline, limit)


def measured_of(rules: Rulebook, code: str, place: str = "--pollutant") -> Pollutant:
    """What a pollutant of the law is in the tables of a zone.

    Malformed for one that the law does not name, or that is a part of what a zone's steps are of (Shanxi's soot and
    dust, which are both particulates).
    """
    whole = [rule.code for rule in rules.pollutants if rule.code == rule.measured]
    rule = next((each for each in rules.pollutants if each.code == code), None)
    if rule is None:
        raise Malformed(place, f"no such pollutant {code!r}", f"there are {', '.join(whole)}")
    if rule.measured != rule.code:
        what = f"{code} is a part of {rule.measured}, and a zone's costs are of all of it"
        raise Malformed(place, what, f"there are {', '.join(whole)}")
    return Pollutant(rule.measured)


def case_of(
    zone: Zone, rules: Rulebook, pollutant: Pollutant, years: int, rate: float, growth: float, decline: float
) -> Case:
    """The case of a zone: its abatement options, the mean of its baseline years, the caps of its rulebook.

    `growth` is that of emissions without abatement a year; caps beyond the rulebook's last vintage fall by `decline` a
    year, and in a hole between its vintages those of the earlier one hold. What the options cost and abate is the
    zone's, as sure as its files say.
    """
    zones = tuple(place.code for place in zone.jurisdictions)
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    mean = dict.fromkeys(zones, 0.0)
    for row in zone.baseline:
        mean[place_of[row.source]] += row.kg(pollutant) / KG_PER_T / len(zone.baseline_years)
    vintages = sorted({row.vintage for row in rules.caps.rows if row.pollutant == pollutant.value})
    if not vintages:
        raise Malformed("caps.csv", f"has no cap for {pollutant.value}", "choose another pollutant")
    kept = {
        (row.jurisdiction, row.vintage): row.count * rules.allowance.size_kg / KG_PER_T
        for row in rules.caps.rows
        if row.pollutant == pollutant.value
    }
    numbers = tuple(range(vintages[0], vintages[0] + years))
    baseline = np.array([[mean[place] * (1 + growth) ** number for number in range(years)] for place in zones])
    last = min(vintages[-1], numbers[-1])
    vintage_of = {year: max(each for each in vintages if each <= year) for year in numbers}
    caps = np.array(
        [
            [kept.get((place, vintage_of[year]), 0.0) * (1 - decline) ** max(0, year - last) for year in numbers]
            for place in zones
        ]
    )
    return Case(
        zones,
        numbers,
        rate,
        _curves(zones, years, rate, steps_of(zone, pollutant)),
        baseline,
        caps,
        of_zone(rules, zone),
    )


def steps_of(zone: Zone, pollutant: Pollutant) -> tuple[CurveLine, ...]:
    """The abatement options of a zone's sources as steps of curves."""
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    return tuple(
        CurveLine(
            place_of[option.source],
            option.source,
            option.technology,
            float(option.cost_yuan_per_t),
            option.potential_kg / KG_PER_T,
        )
        for option in zone.options
        if option.pollutant == pollutant
    )


def read_air(path: Path, zones: Sequence[str]) -> Air:
    """Receptors and coefficients from a CSV table. Malformed if a pair is missing, twice or unknown."""
    lines = read_rows(path, LoadLine)
    receptors = tuple(dict.fromkeys(line.receptor for line in lines))
    transfer = np.full((len(receptors), len(zones)), np.nan)
    for number, line in enumerate(lines, start=2):
        if line.zone not in zones:
            raise Malformed(f"{path} line {number}", f"no such zone {line.zone!r}", f"there are {', '.join(zones)}")
        place = receptors.index(line.receptor), list(zones).index(line.zone)
        if not np.isnan(transfer[place]):
            raise Malformed(f"{path} line {number}", f"{line.receptor} and {line.zone} stand twice", "keep one")
        transfer[place] = line.coefficient
    for k, z in np.argwhere(np.isnan(transfer)).tolist():
        raise Malformed(str(path), f"{receptors[k]} has no coefficient for {zones[z]}", "give every pair")
    if not receptors:
        raise Malformed(str(path), "has no rows", "give a coefficient for each receptor and zone")
    return Air(receptors, transfer, tuple(dict.fromkeys(line.origin for line in lines)))


def linked(zones: Sequence[str]) -> Air:
    """One market: a tonne counts alike wherever it is emitted."""
    return Air((WHOLE,), np.ones((1, len(zones))))


def closed(zones: Sequence[str]) -> Air:
    """Every zone by itself: no allowance crosses a border."""
    return Air(tuple(zones), np.eye(len(zones)))


def solved(case: Case, air: Air, banking: bool = True) -> Solution:
    """The equilibrium of a case when the load at each receptor may not exceed what the caps would bring there.

    One receptor at which all count alike, and zones that each have their own, are solved by pooling adjacent
    violators, anything else by adaptive aggregation. Malformed, naming what cannot be kept, if there is none.
    """
    need = air.transfer @ case.need
    if len(air.receptors) == 1 and banking and (air.transfer == 1).all():
        found = _pooled(case, need)
    elif banking and air.transfer.shape == (len(case.zones),) * 2 and (air.transfer == np.eye(len(case.zones))).all():
        found = _separate(case)
    else:
        found = zone_equilibrium(case.curves, air.transfer, need, case.discount, banking=banking)
    proof = certificate(case.zones, air.receptors, case.years, case.curves, air.transfer, need, found, banking=banking)
    return Solution(air, found, proof)


def _pooled(case: Case, need: Floats) -> ZoneEquilibrium:
    """One market solved exactly, its abatement spread over the zones: each at the price, ties in their order."""
    curve = merged(case.curves)
    found = equilibrium(curve, need[0], case.discount)
    abated = np.zeros(case.baseline.shape)
    for t, pi in enumerate(found.discounted.tolist()):
        under = [curve.below(t, pi) for curve in case.curves]
        left = max(0.0, float(found.abated[t]) - sum(under))
        for z, (curve, sure) in enumerate(zip(case.curves, under, strict=True)):
            part = min(left, curve.until(t, pi) - sure)
            abated[z, t] = sure + part
            left -= part
    discounted = np.tile(found.discounted, (len(case.zones), 1))
    return ZoneEquilibrium(
        lambdas=found.discounted[None, :],
        discounted=discounted,
        price=discounted / case.discount,
        abated=abated,
        bank=found.bank[None, :],
        cost=found.cost,
        bound=found.bound,
        traded=np.zeros((0, len(case.years))),
        rounds=len(found.blocks),
        columns=curve.count,
    )


def _separate(case: Case) -> ZoneEquilibrium:
    """Every zone by itself. Malformed, naming the zone and the year, if one of them cannot keep its caps."""
    alone = []
    for zone, curve, need in zip(case.zones, case.curves, case.need, strict=True):
        try:
            alone.append(equilibrium(curve, need, case.discount))
        except Malformed as error:
            raise Malformed(f"{zone}, {error.place}", error.what, error.cure) from None
    discounted = np.array([each.discounted for each in alone])
    return ZoneEquilibrium(
        lambdas=discounted,
        discounted=discounted,
        price=discounted / case.discount,
        abated=np.array([each.abated for each in alone]),
        bank=np.array([each.bank for each in alone]),
        cost=sum(each.cost for each in alone),
        bound=sum(each.bound for each in alone),
        traded=np.zeros((0, len(case.years))),
        rounds=max(len(each.blocks) for each in alone),
        columns=sum(curve.count for curve in case.curves),
    )


def _curves(zones: Sequence[str], years: int, rate: float, steps: Iterable[CurveLine]) -> tuple[Steps, ...]:
    rows: dict[str, list[CurveLine]] = {zone: [] for zone in zones}
    for step in steps:
        rows[step.zone].append(step)
    return tuple(
        Steps([step.cost_yuan_per_t for step in own], [step.potential_t for step in own], discounting(rate, years))
        for own in rows.values()
    )


def _slopes(zones: Sequence[str], years: int, rate: float, lines: Iterable[SlopeLine]) -> tuple[Slopes, ...]:
    rows: dict[str, list[SlopeLine]] = {zone: [] for zone in zones}
    for line in lines:
        rows[line.zone].append(line)
    return tuple(
        Slopes(
            [line.slope_yuan_per_t2 for line in own],
            [line.most_t for line in own],
            discounting(rate, years),
            [line.start_yuan_per_t for line in own],
        )
        for own in rows.values()
    )
