"""What the generator of a zone is told: the works that are known, and how the rest is to be drawn."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from airshed.model.allowance import Sector
from airshed.model.refusal import Malformed
from airshed.zone.rows import decoded
from airshed.zone.zone import Accuracy, CapacityMeasure

Span = tuple[float, float]
_BOILER = re.compile(r"(\d+):(\d+):(\d{4})")


class Boiler(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A boiler of a power works: its number, size in MW and year of start."""

    number: str
    mw: float
    year: int


class KnownWorks(msgspec.Struct, frozen=True):
    """A real works as an open source gives it, one row of `known_works.csv`; an empty cell is not known."""

    source: str
    name_en: str
    name_zh: str | None
    jurisdiction: str
    county: str | None
    sector: Sector
    group: str | None
    capacity: float | None
    capacity_measure: CapacityMeasure
    process: str
    fuel: str | None
    parts: tuple[str, ...]
    start_year: int | None
    lat: float | None
    lon: float | None
    coordinate_accuracy: Accuracy
    status: str
    origin: str
    note: str | None

    def boilers(self) -> tuple[Boiler, ...]:
        """The boilers in `parts`, each written number:MW:year."""
        found = []
        for part in self.parts:
            match = _BOILER.fullmatch(part)
            if match is None:
                raise Malformed(
                    f"known_works.csv source {self.source} column parts",
                    f"{part!r} is not a boiler",
                    "write number:MW:year, as 1:300:2005",
                )
            found.append(Boiler(match[1], float(match[2]), int(match[3])))
        return tuple(found)


class PlannedPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A jurisdiction, the band of its works' altitudes, and its county seats (en, zh, lon, lat)."""

    code: str
    name_en: str
    name_zh: str
    altitude_m: tuple[int, int]
    counties: tuple[tuple[str, str, float, float], ...]


class CementPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cement works: lines of each by size class (L, M, S)."""

    measured_sulphur: int
    early_abater: str
    line_t_d: dict[str, Span]
    start_year: dict[str, tuple[int, int]]
    clinker_kt_2020: dict[str, int]
    works: dict[str, tuple[str, ...]]


class SteelPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The iron and steel works that are not known, and the output of all in operation."""

    output_t: int
    utilisation: Span
    early_abater: str
    new_entrant: str
    two_strands_from_t: int
    capacity_t_y: dict[str, Span]
    start_year: tuple[int, int]
    works: dict[str, tuple[str, ...]]


class PowerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the power works lack: the boilers of a works without a row in the tracker.

    `process`, `older` and `bed` name rows of `processes.csv`: `older` for boilers in service before 2004 and W-flame
    ones, `bed` for circulating fluidised beds, both of which have milder limits. With
    `mmbtu_per_mwh` output is counted as heat input, in thousands of mmBtu, not in MWh.
    """

    early_abater: str
    synthetic_boilers: tuple[Boiler, ...]
    process: str = "coal boiler"
    older: str = "coal boiler nox200"
    bed: str = "coal boiler cfb"
    mmbtu_per_mwh: float | None = None


class BaselinePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How years differ: spread of output and of emissions per output, and the trend of the latter."""

    output_spread: float
    emission_spread: float
    trend: tuple[float, ...]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `zone.toml`."""

    name_en: str
    name_zh: str
    seed: int
    baseline_years: tuple[int, ...]
    entrant_year: int
    cost_year: int
    cite: str
    verifiers: tuple[str, ...]
    credits: tuple[tuple[str, str], ...]
    jurisdictions: tuple[PlannedPlace, ...]
    baseline: BaselinePlan
    cement: CementPlan | None = None
    steel: SteelPlan | None = None
    power: PowerPlan | None = None
    captive: dict[str, float] = {}


def read_plan(folder: Path) -> Plan:
    """All of `zone.toml`, strictly."""
    path = folder / "zone.toml"
    plan = decoded(
        path,
        lambda raw: msgspec.toml.decode(raw, type=Plan),
        "the keys are those of zones/dianzhong/zone.toml",
    )
    if len(plan.baseline.trend) != len(plan.baseline_years):
        raise Malformed(
            f"{path} [baseline] trend",
            f"{len(plan.baseline.trend)} figures for {len(plan.baseline_years)} baseline years",
            "give one a year",
        )
    return plan
