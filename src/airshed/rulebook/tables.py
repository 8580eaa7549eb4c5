"""The rows of the tables of a rulebook: caps, substitution, limits, benchmarks, variations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import CheckName, Count, Day, MarkName, Name, Share, Status, Step, Year


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `caps.csv`."""

    #: Pollutant. 污染物。
    pollutant: str
    #: Jurisdiction of issue. 辖区。
    jurisdiction: str
    #: Year for which the allowances are issued. 年份。
    vintage: Year
    #: Allowances in all. 配额总数。
    count: Count


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `substitution.csv`: which hours stand in for a missing one."""

    #: Lowest quarterly capture rate for this row, in hundredths of a percent, inclusive. 季度数据捕集率下限。
    capture_from_basis_points: Share
    #: Longest run of missing hours for this row; empty for any. 连续缺失时长上限。
    longest_hours: Annotated[int, Meta(ge=1, le=8784)] | None = None
    #: How many valid hours to look back over. 回溯的有效小时数。
    look_back_hours: Annotated[int, Meta(ge=1, le=8784)]
    #: Which of them stands in. 替代统计量。
    statistic: Literal["maximum"]


class MarkRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `marks.csv`: what an operator may say of hours, and what it does to them."""

    #: Name of the mark, as commands give it. 标记。
    mark: MarkName
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: "stopped": the source stood still, unless its own readings say otherwise. "invalid": the hour is substituted.
    #: "out_of_control": it is substituted, and the look-back ends at the calibration before it. "exempt": it counts in
    #: the mass as measured, and is not compared with the limits. 标记的效力。
    effect: Literal["stopped", "invalid", "out_of_control", "exempt"]
    #: Hours after the last hour marked in which the mark may be entered. 标记填报时限。
    enter_hours: Annotated[int, Meta(ge=1, le=8784)]
    #: Hours after its entry in which its proof may be handed in. 证明提交时限。
    prove_hours: Annotated[int, Meta(ge=0, le=8784)]
    #: Hours of a stack and calendar year that may be marked so; empty for any. 每年可标记时数。
    yearly_hours: Annotated[int, Meta(ge=0, le=8784)] | None = None
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class CheckRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `checks.csv`: a question that every annual report answers."""

    #: Number under which the report shows it. 序号。
    number: Annotated[int, Meta(ge=1, le=999)]
    #: Name of the check. 检查项。
    check: CheckName
    #: What a failure does: "blocking" refuses the report, "explain" wants a sentence of the operator, "off" is not
    #: asked. 未通过的后果。
    severity: Literal["blocking", "explain", "off"]
    #: What the check compares with, in hundredths of a percent; empty where it compares with nothing. 检查阈值。
    threshold_basis_points: Annotated[int, Meta(ge=0, le=1_000_000)] | None = None
    #: The question in English. 英文名称。
    name_en: str
    #: The question in Chinese. 中文名称。
    name_zh: str
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `limits.csv`: what a stack may emit."""

    #: Name of the limit set that stacks refer to. 限值组。
    limit_set: Name
    #: Standard. 标准。
    standard: str
    #: Pollutant. 污染物。
    pollutant: str
    #: Limit in milligrams per cubic metre, dry standard state, at reference oxygen. 排放限值。
    limit_mg_m3: Annotated[float, Meta(gt=0, le=100_000)]
    #: Reference oxygen in percent; empty when none applies. 基准含氧量。
    reference_o2_percent: Annotated[float, Meta(gt=0, le=20.9)] | None = None
    #: What is compared with the limit. 与限值比较的均值。
    statistic: Literal["hourly mean", "daily mean", "monthly share"]
    #: First day on which it holds, as ISO date. 施行日期。
    valid_from: Day
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class Benchmark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `benchmarks.csv`: grams per product, and the quota that the limit gives."""

    #: Sector. 行业。
    sector: Name
    #: Pollutant. 污染物。
    pollutant: str
    #: Product that output is counted in. 产品。
    product: str
    #: Benchmark, grams per product. 单位产品基准值。
    benchmark_g: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    #: Quota by limit: grams per product at the limit and the base flue gas volume. 按限值的单位产品许可量。
    quota_g: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class IndexOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `penalty_index.csv`: the price index that holds for the penalties of a period."""

    #: The period, a year of emissions. 年度。
    period: Year
    #: The index, in thousandths. 物价指数。
    index_thousandths: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class Variation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a jurisdiction sets for itself."""

    #: Jurisdiction. 辖区。
    jurisdiction: str
    #: Key as `section.key`. 条目。
    key: str
    #: Its value there. 规定值。
    value: str | int | float | bool
    #: Source. 依据。
    cite: str


class ShortfallPeriod(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `penalty_periods.csv`: what is missing for a year from one on costs, whenever that is settled."""

    #: First compliance year. 年度。
    period: Year
    #: Name of the method. 罚款方式。
    penalty: Literal["price_multiple", "fixed_per_tonne", "indexed_per_tonne", "flat"]
    #: Times a mean price (price_multiple). 均价倍数。
    price_multiple: Annotated[int, Meta(ge=1, le=100)] = 1
    #: The mean price of the month before the deadline, or of the cycle: from the first of January of the year to the
    #: end of that month. 均价的时段。
    mean: Literal["month_before", "cycle"] = "month_before"
    #: Fen per missing tonne, and the price taken when nothing was traded. 每吨固定罚款额。
    fixed_fen_per_t: Step = 1_000_000
    #: Fen for a source and pollutant that is short, whatever is missing (flat). 定额罚款。
    flat_fen: Annotated[int, Meta(ge=0, le=10_000_000_000_000)] = 0
    #: Part of the shortfall that is taken from the next vintage, in percent. 欠缴扣减下一年份的比例。
    makeup_percent: Annotated[int, Meta(ge=0, le=1_000)] = 100
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status
