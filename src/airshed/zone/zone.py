"""The zone as data: sources, stacks, baseline years, abatement options, factors, read strictly from a folder.

What each column means stands in `zones/dianzhong/README.md`.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from airshed.market.sharing.division import RuleTerms
from airshed.model.allowance import Pollutant, Sector
from airshed.zone.outlines import Outline

HOURS_PER_YEAR = 8760
STANDARD_KPA = 101.325

Above = Annotated[float, msgspec.Meta(gt=0)]
Concentration = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
CapacityMeasure = Literal["MW", "t clinker/d", "t crude steel/y"]
Product = Literal["t clinker", "t crude steel", "MWh", "1000 mmBtu"]
Accuracy = Literal["exact", "approximate", "simulated"]
Role = Literal["incumbent", "early_abater", "new_entrant"]


class Place(msgspec.Struct, frozen=True):
    """A jurisdiction that the zone has: code and names."""

    code: str
    name_en: str
    name_zh: str


class ZoneSource(msgspec.Struct, frozen=True):
    """A regulated works, one row of `sources.csv`."""

    source: str
    name_en: str
    name_zh: str
    jurisdiction: str
    county: str
    sector: Sector
    account: str
    group: str | None
    capacity: Above
    capacity_measure: CapacityMeasure
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


class Stack(msgspec.Struct, frozen=True):
    """A monitored outlet with its typical flue gas, one row of `stacks.csv`.

    Concentrations are in dry standard state at the measured oxygen, not converted to reference oxygen.
    """

    stack: str
    source: str
    outlet_en: str
    outlet_zh: str
    mn: str
    process: str
    limit_set: str
    area_m2: Above
    reference_o2_percent: Annotated[float, msgspec.Meta(ge=0, lt=21)] | None
    monitors: tuple[Pollutant, ...]
    pressure_kpa: Above
    velocity_m_s: Above
    temperature_c: Annotated[float, msgspec.Meta(gt=-50, lt=1000)]
    humidity_percent: Annotated[float, msgspec.Meta(ge=0, lt=100)]
    o2_percent: Annotated[float, msgspec.Meta(ge=0, le=21)]
    so2_mg_m3: Concentration | None
    nox_mg_m3: Concentration | None
    pm_mg_m3: Concentration | None
    operating_share: Annotated[float, msgspec.Meta(gt=0, le=1)]
    origin: str
    note: str | None
    #: What the monitor reports otherwise than dry and in standard state, as `PM:actual+wet O2:wet`.
    reported: tuple[str, ...] = ()

    def reports(self, what: str) -> frozenset[str]:
        """`actual` where a pollutant is reported at duct conditions, `wet` where it (or O2) is of moist gas."""
        told = next((word for word in self.reported if word.partition(":")[0] == what), "")
        return frozenset(filter(None, told.partition(":")[2].split("+")))

    def typical_mg_m3(self, pollutant: Pollutant) -> float | None:
        """The typical concentration, or None where the outlet does not measure this pollutant."""
        return {
            Pollutant.SO2: self.so2_mg_m3,
            Pollutant.NOX: self.nox_mg_m3,
            Pollutant.PM: self.pm_mg_m3,
        }.get(pollutant)


class BaselineYear(msgspec.Struct, frozen=True):
    """Output and verified emissions of a source in one year, one row of `baseline.csv`."""

    source: str
    year: int
    output: Count
    output_measure: Product
    so2_kg: Count
    nox_kg: Count
    pm_kg: Count
    voc_kg: Count
    so2_method: Literal["measured", "factor"]
    origin: str

    def kg(self, pollutant: Pollutant) -> int:
        """The verified mass of one pollutant."""
        return {
            Pollutant.SO2: self.so2_kg,
            Pollutant.NOX: self.nox_kg,
            Pollutant.PM: self.pm_kg,
            Pollutant.VOC: self.voc_kg,
        }[pollutant]


class Technology(msgspec.Struct, frozen=True):
    """An abatement technology with its cost, one row of `abatement.csv`."""

    technology: str
    name_en: str
    name_zh: str
    sector: Sector
    pollutant: Pollutant
    applies_to: str | None
    removal_percent: float | None
    step_percent: Annotated[int, msgspec.Meta(ge=0, le=100)]
    low_yuan_per_t: Count
    central_yuan_per_t: Count
    high_yuan_per_t: Count
    status: Literal["confirmed", "to confirm", "indicative"]
    source: str


class AbatementOption(msgspec.Struct, frozen=True):
    """A step of a source's marginal abatement cost curve, one row of `abatement_options.csv`."""

    source: str
    pollutant: Pollutant
    step: Annotated[int, msgspec.Meta(ge=1)]
    technology: str
    potential_kg: Count
    cost_yuan_per_t: Count
    origin: str


class ProductFactor(msgspec.Struct, frozen=True):
    """Grams of a pollutant per product, one row of `voc_factors.csv` or `default_factors.csv`."""

    sector: Sector
    product: Product
    pollutant: Pollutant
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
    jurisdictions: tuple[Place, ...]
    verifiers: tuple[str, ...]
    credits: tuple[tuple[str, str], ...]
    sources: tuple[ZoneSource, ...]
    stacks: tuple[Stack, ...]
    baseline: tuple[BaselineYear, ...]
    technologies: tuple[Technology, ...]
    options: tuple[AbatementOption, ...]
    voc_factors: tuple[ProductFactor, ...]
    default_factors: tuple[ProductFactor, ...]
    outlines: tuple[Outline, ...]
    #: What tells its cities apart; none where there is no `criteria.csv`.
    criteria: RuleTerms = RuleTerms()


def dry_flow_m3_h(stack: Stack) -> float:
    """Typical flue gas in m3/h, dry standard state (HJ 212-2017 eq. 30, 31; static pressure nil)."""
    wet = 3600 * stack.area_m2 * stack.velocity_m_s
    return (
        wet * 273 / (273 + stack.temperature_c) * stack.pressure_kpa / STANDARD_KPA * (1 - stack.humidity_percent / 100)
    )


def expected_kg(stack: Stack, pollutant: Pollutant) -> float | None:
    """Kilograms that a typical year of this stack emits (HJ 212-2017 eq. 33 over its hours of operation).

    None where the outlet does not measure the pollutant.
    """
    typical = stack.typical_mg_m3(pollutant)
    if typical is None:
        return None
    return typical * dry_flow_m3_h(stack) * 1e-6 * HOURS_PER_YEAR * stack.operating_share
