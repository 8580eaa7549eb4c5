"""The rows of the tables about measuring: availability tiers, test methods, methods of a mass, who has which limits."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import Day, Name, Share, Status

#: How a mass may come about.
Method = Literal["monitor", "manual", "balance", "factor", "leaks"]
#: The methods of a row in their order, between blanks.
Methods = Annotated[
    str,
    Meta(
        pattern=r"^(monitor|manual|balance|factor|leaks)( (monitor|manual|balance|factor|leaks))*\Z",
        examples=["monitor balance factor"],
    ),
]


class Availability(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `part75.csv`: what stands in under US 40 CFR part 75 at this availability and length of the gap."""

    #: What is filled: "gas" (concentrations but NOx), "nox", or "flow". 替代的参数。
    parameter: Literal["gas", "nox", "flow"]
    #: Lowest percent monitor data availability of this row, in tenths of a percent, inclusive. 监测数据可用率下限。
    available_from_tenths: Annotated[int, Meta(ge=0, le=1_000)]
    #: Longest run of missing hours for this row; empty for any. 连续缺失时长上限。
    longest_hours: Annotated[int, Meta(ge=1, le=8784)] | None = None
    #: What stands in: mean of the hour before and the hour after, mean, percentile or highest of the look-back, or the
    #: maximum potential. 替代统计量。
    statistic: Literal["before_after", "average", "percentile", "maximum", "potential"]
    #: Which percentile; empty for the other statistics. 百分位。
    percentile: Annotated[int, Meta(ge=1, le=100)] | None = None
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class AdmittedTest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `test_methods.csv`: a standard by which a pollutant may be tested by hand."""

    #: Pollutant. 污染物。
    pollutant: str
    #: Standard, as HJ 57-2017. 标准。
    standard: str
    #: Lowest concentration that it can tell, in milligrams per cubic metre; empty when none is stated. 检出限。
    lowest_mg_m3: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    #: Half-width of its own 95 % range, in hundredths of a percent of the result; empty when none is stated.
    #: 方法的95%区间半宽。
    range_basis_points: Share | None = None
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class QualityRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `quality.csv`: a test of a monitor, how often it is due, and beyond what it fails."""

    #: Test: drift of zero or span, or accuracy against a reference method. 质控项目。
    test: Literal["zero_drift", "span_drift", "accuracy"]
    #: What is tested: "gas", "PM", or "velocity", on which every pollutant rests. 测试对象。
    of: Literal["gas", "PM", "velocity"]
    #: Days after which the next one is due. 间隔天数。
    every_days: Annotated[int, Meta(ge=1, le=400)]
    #: Largest result that passes, in hundredths of a percent. 合格限。
    pass_basis_points: Annotated[int, Meta(ge=1, le=10_000)]
    #: Result beyond which the monitor is out of control, in hundredths of a percent. 失控限。
    fail_basis_points: Annotated[int, Meta(ge=1, le=10_000)]
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class MethodsOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `methods.csv`: by which methods a mass may be found, and which of two figures counts."""

    #: Sector. 行业。
    sector: Name
    #: Process of the outlet; "any" for those that have no row of their own. 工艺。
    process: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9 -]{0,39}\Z", examples=["sinter head"])]
    #: Pollutant. 污染物。
    pollutant: str
    #: The methods that may be used, in their order. 可用方法。
    methods: Methods
    #: "first": the first method that there is a figure of counts; "larger": the largest figure counts. 取值规则。
    rule: Literal["first", "larger"]
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class Applies(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `applicability.csv`: which outlets have which limit set. The most particular row holds."""

    #: Name of the limit set in `limits.csv`; empty where a standard held whose figures are in no table, as `cite` says.
    #: 限值组。
    limit_set: Name | None = None
    #: Sector; empty for any. 行业。
    sector: Name | None = None
    #: Process of the outlet. 工艺。
    process: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9 -]{0,39}\Z", examples=["kiln tail"])]
    #: First year of commissioning of this row, inclusive; empty for any. 投产年份不早于。
    commissioned_from: Annotated[int, Meta(ge=1900, le=2100)] | None = None
    #: First year of commissioning that is no more of this row; empty for any. 投产年份早于。
    commissioned_before: Annotated[int, Meta(ge=1900, le=2100)] | None = None
    #: Jurisdiction or county; empty for any. 辖区或县。
    region: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z' -]{0,39}\Z", examples=["KM"])] | None = None
    #: "yes": only in areas under special limits (`special_areas`); "no": anywhere. 限于特别排放限值区域。
    special: Literal["yes", "no"]
    #: First day on which the row holds, as ISO date. 施行日期。
    valid_from: Day
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status
