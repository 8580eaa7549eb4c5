"""What the generator of a zone is told: how many works of which class each city has, and how they are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import decoded

Span = tuple[float, float]


class PlannedPlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A jurisdiction, the band of its works' altitudes, and its county seats (en, zh, lon, lat)."""

    code: str
    name_en: str
    name_zh: str
    altitude_m: tuple[int, int]
    counties: tuple[tuple[str, str, float, float], ...]
    #: What its works are called by, where it is not its own name.
    works_en: str | None = None


class CementPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cement works: lines of each by size class (L, M, S)."""

    measured_sulphur: int
    early_abater: str
    line_t_d: dict[str, Span]
    start_year: dict[str, tuple[int, int]]
    clinker_kt_2020: dict[str, int]
    works: dict[str, tuple[str, ...]]


class SteelClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A size of iron and steel works: its process and the span of its capacity."""

    process: str
    capacity_t_y: Span


class SteelPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The iron and steel works: the class of each, by letter, and the output of all in operation."""

    output_t: int
    utilisation: Span
    early_abater: str
    new_entrant: str
    two_strands_from_t: int
    start_year: tuple[int, int]
    classes: dict[str, SteelClass]
    works: dict[str, tuple[str, ...]]


class BoilerClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of boiler: its size, the span of its first year, and its row of `processes.csv`."""

    mw: float
    start_year: tuple[int, int]
    process: str


class PowerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The power works: the boilers of each, by letter of their class.

    With `mmbtu_per_mwh` output is counted as heat input, in thousands of mmBtu, not in MWh.
    """

    early_abater: str
    boilers: dict[str, BoilerClass]
    works: dict[str, tuple[str, ...]]
    mmbtu_per_mwh: float | None = None


class FurtherPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The works of a further trade: how many each city has, between which figures they are drawn, their outlets."""

    process: str
    #: In what the sector's capacity is given in, a year; rounded to the step.
    capacity: Span
    capacity_step: Annotated[int, msgspec.Meta(ge=1)]
    utilisation: Span
    start_year: tuple[int, int]
    #: Rows of `processes.csv`: all of the output goes through each, lines of the same row share it.
    outlets: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=26)]
    #: By the code of the jurisdiction.
    works: dict[str, Annotated[int, msgspec.Meta(ge=0, le=99)]]


class BaselinePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How years differ: spread of output and of emissions per output, and the trend of the latter."""

    output_spread: float
    emission_spread: float
    trend: tuple[float, ...]


class ZonePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `zone.toml`."""

    name_en: str
    name_zh: str
    seed: int
    baseline_years: tuple[int, ...]
    entrant_year: int
    cost_year: int
    currency: str
    cite: str
    verifiers: tuple[str, ...]
    credits: tuple[tuple[str, str], ...]
    jurisdictions: tuple[PlannedPlace, ...]
    baseline: BaselinePlan
    cement: CementPlan | None = None
    steel: SteelPlan | None = None
    power: PowerPlan | None = None
    #: Trades beside those three, by their name in `sectors.csv`.
    further: dict[str, FurtherPlan] = {}
    #: What works of a process burn: fuel, and gigajoules of it per product, from and to.
    burns: dict[str, tuple[tuple[str, float, float], ...]] = {}
    #: Megawatts of the captive boiler of an iron and steel works.
    captive: dict[str, float] = {}
    #: Works of one owner, by the owner's name.
    groups: dict[str, tuple[str, ...]] = {}


def read_plan(folder: Path) -> ZonePlan:
    """All of `zone.toml`, strictly."""
    path = folder / "zone.toml"
    plan = decoded(
        path,
        lambda raw: msgspec.toml.decode(raw, type=ZonePlan),
        "the keys are those of zones/dianzhong/zone.toml",
    )
    if len(plan.baseline.trend) != len(plan.baseline_years):
        raise Malformed(
            f"{path} [baseline] trend",
            f"{len(plan.baseline.trend)} figures for {len(plan.baseline_years)} baseline years",
            "give one a year",
        )
    return plan
