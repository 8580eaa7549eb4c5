"""The sections of a rulebook about what stands in, what is tested by hand, what counts, and which limits hold where."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.kinds import Share
from airshed.rulebook.mrv_tables import AdmittedTest, Applies, Availability, MethodsOf, QualityRow
from airshed.rulebook.section import Section

#: A look-back in hours, up to three leap years.
LookBack = Annotated[int, Meta(ge=1, le=26_352)]
#: What stands in while a monitor is new.
Initial = Literal["before_after", "average"]


class Part75Rule(Section, frozen=True):
    """What stands in under US 40 CFR part 75; it fills when `law` of `[monitoring]` says so, and prices a bad meter."""

    #: Quality-assured hours of a concentration to look back over; so many make a monitor that is no longer new.
    #: 浓度回溯小时数。
    gas_look_back_hours: LookBack
    #: The same for NOx. 氮氧化物回溯小时数。
    nox_look_back_hours: LookBack
    #: The same for flow. 流量回溯小时数。
    flow_look_back_hours: LookBack
    #: Whether a concentration looks back on hours of the same tenth of full load. 浓度按负荷分档回溯。
    gas_by_load: bool
    #: The same for NOx. 氮氧化物按负荷分档回溯。
    nox_by_load: bool
    #: The same for flow. 流量按负荷分档回溯。
    flow_by_load: bool
    #: What stands in for a concentration while the monitor is new. 新装浓度监测的替代方法。
    gas_initial: Initial
    #: The same for NOx. 新装氮氧化物监测的替代方法。
    nox_initial: Initial
    #: The same for flow. 新装流量监测的替代方法。
    flow_initial: Initial
    #: Running hours over which availability is counted. 可用率统计时长。
    availability_hours: LookBack
    #: Clock hours after which an hour is too old to count. 回溯的最长时距。
    oldest_clock_hours: LookBack
    #: Rank of percentile p among n values in order: n x p rounded up, or to the nearest. 百分位取位方法。
    percentile_rank: Literal["up", "nearest"]
    #: Maximum potential concentration, in hundredths of a percent of the highest limit of the year.
    #: 最大可能浓度（占最高限值）。
    potential_basis_points: Annotated[int, Meta(ge=1, le=1_000_000)]
    #: One row per parameter, availability and length of the gap (read from `part75.csv`). 替代方法明细。
    tiers: tuple[Availability, ...] = ()


class ManualTestRule(Section, frozen=True):
    """When a test by hand counts for a quarter, and the standards it may follow."""

    #: Samples that make a test. 每次监测样品数。
    samples: Annotated[int, Meta(ge=1, le=100)]
    #: Lowest load during a test, in hundredths of a percent of full load. 监测时最低负荷。
    load_basis_points: Share
    #: Tests that a quarter with running hours needs. 每季度监测次数。
    tests_per_quarter: Annotated[int, Meta(ge=1, le=100)]
    #: What a sample counts as in which nothing was detected, in hundredths of a percent of the lowest concentration
    #: that the standard can tell. 未检出的计值比例。
    not_detected_basis_points: Annotated[int, Meta(ge=1, le=10_000)]
    #: One row per pollutant and standard (read from `test_methods.csv`). 明细。
    rows: tuple[AdmittedTest, ...] = ()


class QualityTestRule(Section, frozen=True):
    """Tests of monitors that decide whether their hours are valid, from `quality.csv`. A rulebook may leave it out."""

    #: One row per test and what is tested (read from `quality.csv`). 明细。
    rows: tuple[QualityRow, ...] = ()


class MethodsRule(Section, frozen=True):
    """How a mass may be found, and which of two figures counts, from `methods.csv`."""

    #: One row per sector, process and pollutant (read from `methods.csv`). 明细。
    rows: tuple[MethodsOf, ...] = ()


class ApplicabilityRule(Section, frozen=True):
    """Which outlets have which limits, from `applicability.csv`; where no row fits, the set of the inventory holds."""

    #: Jurisdictions and counties that are under special limits. 特别排放限值区域。
    special_areas: tuple[str, ...]
    #: One row per limit set and kind of outlet (read from `applicability.csv`). 明细。
    rows: tuple[Applies, ...] = ()
