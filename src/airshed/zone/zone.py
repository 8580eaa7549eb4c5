"""The zone as data: sources, stacks, baseline years, abatement options, factors, read strictly from a folder.

What each column means stands in `zones/dianzhong/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from airshed.market.sharing.division import RuleTerms
from airshed.zone.outlines import Outline
from airshed.zone.profiles import STEADY, LoadProfile

HOURS_PER_YEAR = 8760
STANDARD_KPA = 101.325

Above = Annotated[float, msgspec.Meta(gt=0)]
Concentration = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
#: A name that rows of other tables call it by.
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
#: As it stands in the name of a series of allowances.
PollutantCode = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.]{1,8}\Z")]
#: How a figure of a baseline year was found.
Method = Literal["measured", "factor", "balance", "reported"]
Accuracy = Literal["exact", "approximate", "simulated"]
Role = Literal["incumbent", "early_abater", "new_entrant"]


class Place(msgspec.Struct, frozen=True):
    """A jurisdiction that the zone has: code and names."""

    code: str
    name_en: str
    name_zh: str


class PollutantKind(msgspec.Struct, frozen=True):
    """A gas, dust or group of gases that works of the zone emit, one row of `pollutants.csv`.

    The order of the rows is that of every table.
    """

    pollutant: PollutantCode
    name_en: str
    name_zh: str
    #: Kilograms of CO2 that warm as one of it over a hundred years; empty for what is no greenhouse gas.
    gwp100: Annotated[float, msgspec.Meta(ge=0)] | None
    cite: str
    #: The pollutants whose sum it is, each by its global warming potential where they have one, as CO2e.
    sum_of: tuple[PollutantCode, ...] = ()

    @property
    def warms(self) -> bool:
        """Whether it is a greenhouse gas, or a group."""
        return self.gwp100 is not None or bool(self.sum_of)

    @property
    def weight(self) -> float:
        """What a kilogram of it counts in a sum of gases."""
        return 1.0 if self.gwp100 is None else self.gwp100


class FuelKind(msgspec.Struct, frozen=True):
    """What works burn, one row of `fuels.csv`: how much heat and carbon it holds, and how much of that burns."""

    fuel: Name
    name_en: str
    name_zh: str
    #: What amounts of it are counted in, as `t`.
    unit: str
    #: Net calorific value of one of that.
    ncv_gj: Above
    carbon_kg_per_gj: Above
    oxidation_percent: Annotated[float, msgspec.Meta(gt=0, le=100)]
    kind: Literal["published", "assumed"]
    cite: str


class SectorKind(msgspec.Struct, frozen=True):
    """A trade whose works are alike, one row of `sectors.csv`; a law may regulate it or not."""

    sector: Name
    name_en: str
    name_zh: str
    #: What stands for it in the codes of drawn works.
    letters: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,4}\Z")]
    capacity_measure: Name
    #: What its output is counted in, one of `products.csv`.
    product: Name
    cite: str


class ProductKind(msgspec.Struct, frozen=True):
    """What output is counted in, one row of `products.csv`: its name has its unit, as `t clinker`."""

    product: Name
    name_en: str
    name_zh: str
    unit: str


class ZoneSource(msgspec.Struct, frozen=True, array_like=True):
    """A regulated works, one row of `sources.csv`."""

    source: str
    name_en: str
    name_zh: str
    jurisdiction: str
    county: str
    sector: Name
    account: str
    group: str | None
    capacity: Above
    capacity_measure: Name
    capacity_origin: str
    process: str
    start_year: int
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    coordinate_accuracy: Accuracy
    altitude_m: int
    status: str
    role: Role
    installed: tuple[str, ...]
    origin: str
    note: str | None


class StackRow(msgspec.Struct, frozen=True, array_like=True):
    """A monitored outlet with its typical flue gas, one row of `stacks.csv`."""

    stack: str
    source: str
    outlet_en: str
    outlet_zh: str
    mn: str
    process: str
    #: How its load moves through a year, one of `profiles.csv`.
    profile: str
    limit_set: str
    area_m2: Above
    reference_o2_percent: Annotated[float, msgspec.Meta(ge=0, lt=21)] | None
    pressure_kpa: Above
    velocity_m_s: Above
    temperature_c: Annotated[float, msgspec.Meta(gt=-50, lt=1000)]
    humidity_percent: Annotated[float, msgspec.Meta(ge=0, lt=100)]
    o2_percent: Annotated[float, msgspec.Meta(ge=0, le=21)]
    operating_share: Annotated[float, msgspec.Meta(gt=0, le=1)]
    origin: str
    note: str | None
    #: What the monitor reports otherwise than dry and in standard state, as `PM:actual+wet O2:wet`.
    reported: tuple[str, ...] = ()

    def reports(self, what: str) -> frozenset[str]:
        """`actual` where a pollutant is reported at duct conditions, `wet` where it (or O2) is of moist gas."""
        told = next((word for word in self.reported if word.partition(":")[0] == what), "")
        return frozenset(filter(None, told.partition(":")[2].split("+")))


class TypicalLevel(msgspec.Struct, frozen=True, array_like=True):
    """What the monitor of an outlet measures and what it typically shows, one row of `concentrations.csv`.

    In dry standard state at the measured oxygen, not converted to reference oxygen.
    """

    stack: str
    pollutant: PollutantCode
    mg_m3: Concentration


class Stack(StackRow, frozen=True, array_like=True):
    """An outlet with what its monitor measures and how its load moves."""

    levels: tuple[TypicalLevel, ...] = ()
    load: LoadProfile = STEADY

    @property
    def monitors(self) -> tuple[str, ...]:
        """The pollutants that are measured, in the order of the zone's."""
        return tuple(level.pollutant for level in self.levels)

    def typical_mg_m3(self, pollutant: str) -> float | None:
        """The typical concentration, or None where the outlet does not measure this pollutant."""
        return next((level.mg_m3 for level in self.levels if level.pollutant == pollutant), None)


class BaselineFigure(msgspec.Struct, frozen=True, array_like=True):
    """What a source made or emitted in one year, one row of `baseline.csv`; what nobody knows has no row.

    An amount of a product or a fuel is in its own unit, of a pollutant in kilograms.
    """

    source: str
    year: int
    #: A product of `products.csv`, a pollutant of `pollutants.csv` or a fuel of `fuels.csv`.
    item: Name
    amount: Count
    method: Method
    origin: str


class BaselineYear(msgspec.Struct, frozen=True):
    """The figures of a source in one year: its output, and what it emitted."""

    source: str
    year: int
    made: BaselineFigure | None
    #: What its tables give, and what follows from that.
    emitted: tuple[BaselineFigure, ...]
    burnt: tuple[BaselineFigure, ...] = ()

    @property
    def output(self) -> int | None:
        """How much of its product it made; None where nobody knows."""
        return None if self.made is None else self.made.amount

    @property
    def product(self) -> str | None:
        """What its output is counted in; None where nobody knows it."""
        return None if self.made is None else self.made.item

    def kg(self, pollutant: str) -> int | None:
        """The verified mass of one pollutant; None where nobody knows it, which is not zero."""
        return next((each.amount for each in self.emitted if each.item == pollutant), None)

    def method(self, pollutant: str) -> Method | None:
        """How that mass was found."""
        return next((each.method for each in self.emitted if each.item == pollutant), None)

    @property
    def figures(self) -> tuple[BaselineFigure, ...]:
        """All of them, output first."""
        return (*(() if self.made is None else (self.made,)), *self.emitted, *self.burnt)


class Technology(msgspec.Struct, frozen=True):
    """An abatement technology with its cost, one row of `abatement.csv`."""

    technology: str
    name_en: str
    name_zh: str
    sector: Name
    pollutant: PollutantCode
    applies_to: str | None
    removal_percent: float | None
    step_percent: Annotated[int, msgspec.Meta(ge=0, le=100)]
    low_per_t: Count
    central_per_t: Count
    high_per_t: Count
    status: Literal["confirmed", "to confirm", "indicative"]
    source: str


class AbatementOption(msgspec.Struct, frozen=True, array_like=True):
    """A step of a source's marginal abatement cost curve, one row of `abatement_options.csv`."""

    source: str
    pollutant: PollutantCode
    step: Annotated[int, msgspec.Meta(ge=1)]
    technology: str
    potential_kg: Count
    cost_per_t: Count
    origin: str


class SideEffect(msgspec.Struct, frozen=True):
    """What a technology does to another pollutant than its own, one row of `side_effects.csv`."""

    technology: Name
    pollutant: PollutantCode
    #: By what, as `reagent` or `power`; a technology may have several. Of the two measures each has one.
    by: Name
    #: Kilograms that are given off more for a tonne of its own pollutant that it takes out; below zero: less.
    kg_per_t: float | None
    #: How much of the pollutant goes for each percent of its own that it takes out, in percent: 100 where the fuel that
    #: gives off both is saved.
    in_proportion_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] | None
    #: "derived" follows from a formula that the source names; "assumed" is a figure that somebody set.
    kind: Literal["published", "derived", "assumed"]
    cite: str


class ProductFactor(msgspec.Struct, frozen=True):
    """Grams of a pollutant per product, for works that do not measure it: one row of `factors.csv`."""

    sector: Name
    product: Name
    pollutant: PollutantCode
    factor_g: Count
    cite: str
    status: Literal["confirmed", "to confirm"]


class Zone(msgspec.Struct, frozen=True):
    """Everything the lab knows of a zone; tuples keep the order of the files."""

    name_en: str
    name_zh: str
    seed: int
    baseline_years: tuple[int, ...]
    #: The year whose prices the costs of abatement are in.
    cost_year: int
    #: The money that they are in, by its code of ISO 4217.
    currency: str
    jurisdictions: tuple[Place, ...]
    verifiers: tuple[str, ...]
    credits: tuple[tuple[str, str], ...]
    pollutants: tuple[PollutantKind, ...]
    products: tuple[ProductKind, ...]
    sectors: tuple[SectorKind, ...]
    sources: tuple[ZoneSource, ...]
    stacks: tuple[Stack, ...]
    baseline: tuple[BaselineYear, ...]
    technologies: tuple[Technology, ...]
    options: tuple[AbatementOption, ...]
    factors: tuple[ProductFactor, ...]
    outlines: tuple[Outline, ...]
    fuels: tuple[FuelKind, ...] = ()
    #: What technologies do to other pollutants; none known where there is no `side_effects.csv`.
    side_effects: tuple[SideEffect, ...] = ()
    #: What tells its cities apart; none where there is no `criteria.csv`.
    criteria: RuleTerms = RuleTerms()


def outlets_of(zone: Zone) -> dict[str, list[Stack]]:
    """The outlets of each works, in their order; none of one that has none."""
    found: dict[str, list[Stack]] = {source.source: [] for source in zone.sources}
    for stack in zone.stacks:
        found[stack.source].append(stack)
    return found


def known_kg(zone: Zone, pollutant: str) -> Iterator[tuple[str, int]]:
    """Source and mass of every baseline year of which the mass is known, in the order of the zone."""
    for year in zone.baseline:
        kg = year.kg(pollutant)
        if kg is not None:
            yield year.source, kg


def dry_flow_m3_h(stack: Stack) -> float:
    """Typical flue gas in m3/h, dry standard state (HJ 212-2017 eq. 30, 31; static pressure nil)."""
    wet = 3600 * stack.area_m2 * stack.velocity_m_s
    return (
        wet * 273 / (273 + stack.temperature_c) * stack.pressure_kpa / STANDARD_KPA * (1 - stack.humidity_percent / 100)
    )


def expected_kg(stack: Stack, pollutant: str) -> float | None:
    """Kilograms that a typical year of this stack emits (HJ 212-2017 eq. 33 over its hours of operation).

    None where the outlet does not measure the pollutant.
    """
    typical = stack.typical_mg_m3(pollutant)
    if typical is None:
        return None
    return typical * dry_flow_m3_h(stack) * 1e-6 * HOURS_PER_YEAR * stack.operating_share
