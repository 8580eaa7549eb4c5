"""A case to solve: zones with cost curves, emissions, caps and receptors, from tables or from a shipped zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np

from airshed.lab.equilibrium.banking import equilibrium
from airshed.lab.equilibrium.certificate import certificate, stated
from airshed.lab.equilibrium.clearing import ROUNDING
from airshed.lab.equilibrium.curves import LARGEST, Floats, Slopes, Steps, discounting
from airshed.lab.equilibrium.joined_curves import AnyCurve, merged
from airshed.lab.equilibrium.zones import CrossTrade, ZoneEquilibrium, lacking, zone_equilibrium
from airshed.model.measures import KG_PER_T
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.zone.origins import of_zone
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone, known_kg

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


class RatioLine(msgspec.Struct, frozen=True):
    """An allowance of one zone becomes `ratio` of another's; who says so."""

    zone: str
    to_zone: str
    ratio: Annotated[float, msgspec.Meta(gt=0, le=1e12)]
    origin: str


class CityLoadLine(msgspec.Struct, frozen=True):
    """The same in the words of a programme, whose zones are jurisdictions."""

    receptor: str
    jurisdiction: str
    coefficient: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    origin: str


class Case(NamedTuple):
    """Zones in the order of their names; `baseline` and `caps` have shape (zones, years), t."""

    zones: tuple[str, ...]
    years: tuple[int, ...]
    rate: float
    curves: tuple[AnyCurve, ...]
    baseline: Floats
    caps: Floats
    #: Where the figures come from, each once.
    origins: tuple[str, ...] = ()
    #: Where the cap of each zone and year stands, as `caps.csv line 3`; a row a zone. Empty if it stands nowhere.
    places: tuple[tuple[str, ...], ...] = ()
    #: What its costs are in, in English and Chinese: that of the law; columns and fields named yuan hold it.
    money: tuple[str, str] = ("yuan", "元")

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
        """What each zone must abate by itself, in t; what only rounding makes is nothing."""
        found = self.baseline - self.caps
        return np.where(np.abs(found) <= ROUNDING * self.caps, 0.0, found)

    def place(self, zones: Sequence[int], year: int) -> str:
        """Where the caps of some zones in a year stand, both numbered from 0."""
        if not self.places:
            return f"cap of {', '.join(self.zones[z] for z in zones)} in {self.years[year]}"
        own = [self.places[z][year] for z in zones]
        return own[0] if len(own) == 1 else f"{own[0]} and {len(own) - 1} more"


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


def measured_of(rules: Rulebook, code: str, place: str = "--pollutant") -> str:
    """What a pollutant of the law is in the tables of a zone.

    Malformed for one that the law does not name, or that is a part of what a zone's steps are of (Shanxi's soot and
    dust, which are both particulates).
    """
    whole = [rule.code for rule in rules.pollutants if rule.code == rule.measured]
    rule = next((each for each in rules.pollutants if each.code == code), None)
    if rule is None:
        raise Malformed(place, f"no such pollutant {code!r}", near(code, whole))
    if rule.measured != rule.code:
        what = f"{code} is a part of {rule.measured}, and a zone's costs are of all of it"
        raise Malformed(place, what, f"there are {', '.join(whole)}")
    whole_years(rules)
    return rule.measured


def whole_years(rules: Rulebook) -> None:
    """A law that counts whole years, as the tables of a zone do; `Malformed` for one of a season."""
    if rules.calendar.season:
        what = "counts a season, and a zone's emissions and costs are those of years"
        raise Malformed(
            f"the law of {rules.programme.id}", what, "play it (airshed demo), or take a law of whole years"
        )


def case_of(
    zone: Zone, rules: Rulebook, pollutant: str, years: int, rate: float, growth: float, decline: float
) -> Case:
    """The case of a zone: its abatement options, the mean of its baseline years, the caps of its rulebook.

    `growth` is that of emissions without abatement a year; caps beyond the rulebook's last vintage fall by `decline` a
    year, and in a hole between its vintages those of the earlier one hold. What the options cost and abate is the
    zone's, as sure as its files say.
    """
    whole_years(rules)
    zone = regulated(zone, rules)
    zones = tuple(place.code for place in zone.jurisdictions)
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    mean = dict.fromkeys(zones, 0.0)
    for source, tonnes in mean_t(zone, pollutant).items():
        mean[place_of[source]] += tonnes
    vintages = sorted({row.vintage for row in rules.caps.rows if row.pollutant == pollutant})
    if not vintages:
        raise Malformed("caps.csv", f"has no cap for {pollutant}", "choose another pollutant")
    kept = {
        (row.jurisdiction, row.vintage): row.count * rules.allowance.size_kg / KG_PER_T
        for row in rules.caps.rows
        if row.pollutant == pollutant
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
    made = curves_of(zones, discounting(rate, years), steps_of(zone, pollutant))
    money = (rules.currency.name_en, rules.currency.name_zh)
    return Case(zones, numbers, rate, made, baseline, caps, of_zone(rules, zone), money=money)


def mean_t(zone: Zone, pollutant: str) -> dict[str, float]:
    """What each source emitted in the mean of the baseline years, t."""
    found: dict[str, float] = {}
    for source, kg in known_kg(zone, pollutant):
        found[source] = found.get(source, 0.0) + kg / KG_PER_T / len(zone.baseline_years)
    return found


def steps_of(zone: Zone, pollutant: str) -> tuple[CurveLine, ...]:
    """The abatement options of a zone's sources as steps of curves."""
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    return tuple(
        CurveLine(
            place_of[option.source],
            option.source,
            option.technology,
            float(option.cost_per_t),
            option.potential_kg / KG_PER_T,
        )
        for option in zone.options
        if option.pollutant == pollutant
    )


def linked(zones: Sequence[str]) -> Air:
    """One market: a tonne counts alike wherever it is emitted."""
    return Air((WHOLE,), np.ones((1, len(zones))))


def closed(zones: Sequence[str]) -> Air:
    """Every zone by itself: no allowance crosses a border."""
    return Air(tuple(zones), np.eye(len(zones)))


def examine(case: Case, air: Air, banking: bool = True) -> None:
    """Caps that can be kept. Malformed, naming receptor, year and the rows of the caps, otherwise."""
    most = np.array([[min(curve.until(t, np.inf), LARGEST) for t in range(len(case.years))] for curve in case.curves])
    lack = lacking(air.transfer @ most, air.transfer @ case.need, banking)
    if lack is None:
        return
    there = np.flatnonzero(air.transfer[lack.receptor] > 0).tolist()
    year, name = case.years[lack.year], air.receptors[lack.receptor]
    when = "by then" if banking and lack.year else "in that year"
    steps = "its steps" if name in case.zones else "all steps together"
    what = f"{lack.load:,.3f} t more must be abated {when} than {steps} can"
    if not (air.transfer[lack.receptor, there] == 1).all():
        what = f"a load of {lack.load:,.3f} more must be taken away {when} than {steps} can"
    where = "" if name == WHOLE else f"{name} "
    until = f"up to {year}" if banking and lack.year else f"of {year}"
    raise Malformed(
        case.place(there, lack.year), f"{where}{year}: {what}", f"raise caps {until} by as much, or add steps"
    )


def stated_of(case: Case, air: Air) -> dict[str, Any]:
    """The case under some air as its certificate states it."""
    return stated(case.zones, air.receptors, case.years, case.curves, air.transfer, air.transfer @ case.need)


def solved(case: Case, air: Air, banking: bool = True, trades: Sequence[CrossTrade] = ()) -> Solution:
    """The equilibrium of a case when the load at each receptor may not exceed what the caps would bring there.

    One receptor at which all count alike, and zones that each have their own, are solved by pooling adjacent
    violators, anything else by adaptive aggregation. Malformed, naming what cannot be kept, if there is none, and for
    steps that abate more than a zone would emit. With `trades` an allowance of one receptor becomes another's.
    """
    if not trades:
        examine(case, air, banking)
    need = air.transfer @ case.need
    if trades:
        found = zone_equilibrium(case.curves, air.transfer, need, case.discount, banking=banking, trades=trades)
    elif len(air.receptors) == 1 and banking and (air.transfer == 1).all():
        found = _pooled(case, need)
    elif banking and air.transfer.shape == (len(case.zones),) * 2 and (air.transfer == np.eye(len(case.zones))).all():
        found = _separate(case)
    else:
        found = zone_equilibrium(case.curves, air.transfer, need, case.discount, banking=banking)
    over = found.abated - case.baseline
    for z, t in np.argwhere(over > ROUNDING * (case.baseline + case.caps)).tolist():
        raise Malformed(
            case.place([z], t),
            f"{case.zones[z]} {case.years[t]}: its steps would abate {found.abated[z, t]:,.3f} t of the"
            f" {case.baseline[z, t]:,.3f} that it would emit",
            "give steps no more than what their sources emit",
        )
    terms = (case.zones, air.receptors, case.years, case.curves, air.transfer, need, found)
    proof = certificate(*terms, banking=banking, trades=trades)
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
    """Every zone by itself."""
    alone = [equilibrium(curve, need, case.discount) for curve, need in zip(case.curves, case.need, strict=True)]
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


def curves_of(
    zones: Sequence[str], discount: Floats, steps: Iterable[CurveLine], slopes: Iterable[SlopeLine] = ()
) -> tuple[AnyCurve, ...]:
    """The curve of each zone: its steps, its slopes, or both as one."""
    stepped: dict[str, list[CurveLine]] = {zone: [] for zone in zones}
    sloped: dict[str, list[SlopeLine]] = {zone: [] for zone in zones}
    for step in steps:
        stepped[step.zone].append(step)
    for line in slopes:
        sloped[line.zone].append(line)
    return tuple(merged([_steps(stepped[zone], discount), _slopes(sloped[zone], discount)]) for zone in zones)


def _steps(rows: Sequence[CurveLine], discount: Floats) -> Steps:
    return Steps([row.cost_yuan_per_t for row in rows], [row.potential_t for row in rows], discount)


def _slopes(rows: Sequence[SlopeLine], discount: Floats) -> Slopes:
    return Slopes(
        [row.slope_yuan_per_t2 for row in rows],
        [row.most_t for row in rows],
        discount,
        [row.start_yuan_per_t for row in rows],
    )
