"""What a law says of monitoring: hours and marks, what stands in, tests, methods, reports, and limits."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.kinds import (
    Flag,
    Share,
)
from airshed.rulebook.mrv_tables import AdmittedTest, Applies, Availability, MethodsOf, QualityRow
from airshed.rulebook.section import Section
from airshed.rulebook.tables import CheckRow, Limit, MarkRow, Tier

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


class MonitoringRule(Section, frozen=True):
    """When a measured hour counts, and what stands in when it does not."""

    #: Which law fills missing hours: "hj75" (HJ 75-2017, `substitution.csv`) or "part75" (US 40 CFR part 75,
    #: `part75.csv`). 缺失数据处理规范。
    law: Literal["hj75", "part75"]
    #: Valid minutes that make a valid hour. 小时有效分钟数下限。
    minutes_per_hour: Annotated[int, Meta(ge=1, le=60)]
    #: Valid hours that make a valid day. 日有效小时数下限。
    hours_per_day: Annotated[int, Meta(ge=1, le=24)]
    #: Valid days that make a valid month. 月有效日数下限。
    days_per_month: Annotated[int, Meta(ge=1, le=31)]
    #: Valid days that make a valid February. 二月有效日数下限。
    days_per_february: Annotated[int, Meta(ge=1, le=29)]
    #: Oxygen in percent from which a stack counts as idle and nothing is converted to reference oxygen.
    #: 视为停运的含氧量。
    idle_oxygen_percent: Annotated[float, Meta(gt=0, le=21)]
    #: How many equal hours in a row are called a flat line. 恒值判定时长。
    flat_line_hours: Annotated[int, Meta(ge=2, le=744)]
    #: Whether a flat line is invalid, not only found. 恒值视为无效。
    flat_line_invalid: bool
    #: Largest deviation of the reported pressure from that of the altitude, in hundredths of a percent.
    #: 气压核对的容许偏差。
    pressure_tolerance_basis_points: Share
    #: Metres per second above which gas moves, so that a stop mark needs oxygen that shows air. 停运判定流速。
    standstill_velocity_m_s: Annotated[float, Meta(gt=0, le=100)]
    #: Oxygen in percent from which the analyser breathes air. 视为空气的含氧量。
    ambient_oxygen_percent: Annotated[float, Meta(gt=0, le=25)]
    #: Degrees Celsius from which gas that moves comes from a fire, so that air in the analyser is a leak.
    #: 漏风判定温度。
    leak_celsius: Annotated[float, Meta(ge=-50, le=1_200)]
    #: How many hours in a row a thousandfold or a thousandth of the usual level are called another measure.
    #: 单位误用判定时长。
    unit_slip_hours: Annotated[int, Meta(ge=1, le=8_784)]
    #: By how many hours the clock of a frame may be off. 报文时钟允许误差。
    clock_tolerance_hours: Annotated[float, Meta(gt=0, le=8_784)]
    #: How many running hours without a reading are called a hole of a month. 长时段缺失判定时长。
    long_hole_hours: Annotated[int, Meta(ge=1, le=8_784)]
    #: How far a stated total may be off mean times flow, in hundredths of a percent. 排放量核对的容许偏差。
    identity_total_basis_points: Share
    #: How far a stated converted mean may be off equation (28), in hundredths of a percent. 折算浓度核对的容许偏差。
    identity_converted_basis_points: Share
    #: Data flags that count as measured. 视为实测的数据标识。
    flags_measured: tuple[Flag, ...]
    #: Data flags that count as stopped. 视为停运的数据标识。
    flags_stopped: tuple[Flag, ...]
    #: Data flags after which the look-back ends at the last calibration. 视为失控的数据标识。
    flags_out_of_control: tuple[Flag, ...]
    #: What the regulator sets for a missing hour under the lowest capture rate, in hundredths of a percent
    #: of the highest valid hour. 主管部门核定值（占最高有效小时）。
    determination_basis_points: Annotated[int, Meta(ge=1, le=100_000)]
    #: Lowest quarterly capture rate at which a monitor is accepted, in hundredths of a percent.
    #: 季度数据捕集率合格下限。
    capture_target_basis_points: Share
    #: Share of a month's hourly means that must lie within a limit on a monthly share, in hundredths of a percent.
    #: 月达标小时比例。
    monthly_share_basis_points: Share
    #: Substitution (read from `substitution.csv`). 替代方法明细。
    tiers: tuple[Tier, ...] = ()


class MarkingRule(Section, frozen=True):
    """What operators may say of hours, from `marks.csv`."""

    #: One row per mark (read from `marks.csv`). 明细。
    rows: tuple[MarkRow, ...] = ()


class ReportingRule(Section, frozen=True):
    """What an annual report is asked, from `checks.csv`."""

    #: One row per check (read from `checks.csv`). 明细。
    rows: tuple[CheckRow, ...] = ()


class LimitRule(Section, frozen=True):
    """Concentration limits, from `limits.csv`."""

    #: How a mean is compared with its limit (GB/T 8170): "full", with every digit; "rounded", half to even to
    #: the digits of the limit. 与限值比较的方法。
    comparison: Literal["full", "rounded"]
    #: One row per limit set and pollutant (read from `limits.csv`). 明细。
    rows: tuple[Limit, ...] = ()
