"""What a law says of giving allowances out for nothing."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.allocation_tables import AllocationClass, AllocationTier, BenchmarkFactor
from airshed.rulebook.kinds import (
    Baseline,
    MethodName,
    Share,
)
from airshed.rulebook.section import Section
from airshed.rulebook.tables import Benchmark


class AllocationRule(Section, frozen=True, omit_defaults=True):
    """How a cap becomes holdings.

    A cap is one city's: what a method shares among cities stands in `caps.csv`, and the rest of it shares each cap out.
    """

    #: Name of the method, any that `airshed allocate --methods` lists, or "plan" for `tiers` of the law's own.
    #: 分配方法。
    method: MethodName
    #: How baseline years make one figure: their mean, their median, or the mean of the highest so many, as programmes
    #: of the US for power plants count the two or three highest. 基准期取值方法。
    baseline: Baseline
    #: Share of the cap set aside for new entrants, in hundredths of a percent. 新建项目预留比例。
    reserve_basis_points: Share
    #: Share of the cap that is auctioned, in hundredths of a percent. 拍卖比例。
    auction_basis_points: Share
    #: The tiers of a plan (method "plan"), the last of them by source: by sector or source, the claim, and the rule by
    #: which too little is shared. Claims are those of `allocation_classes.csv` where it says by_class. 分配层级。
    tiers: tuple[AllocationTier, ...] | None = None
    #: Part of each share that is given at once, in hundredths of a percent; the rest stays in the reserve until output
    #: is verified (`TrueUp` gives it). All of it where it is left out. 预分配比例。
    advance_basis_points: Share | None = None
    #: What becomes of what the pool has above all claims: claims share it too ("shared", and where it is left out), or
    #: it waits in the reserve until output is verified, and what is not claimed then either is cancelled ("cancelled"):
    #: output alone says how many there are, and the cap is a bound. 未申请部分的处理。
    unclaimed: Literal["shared", "cancelled"] | None = None
    #: Pounds per 1,000 mmBtu of the claim by heat input (heat_input). 热输入排放率。
    pounds_per_1000_mmbtu: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    #: Factor of air-cooled units, in hundredths of a percent; water-cooled ones count 10000 (output_based).
    #: 空冷修正系数。
    air_cooled_basis_points: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    #: What the part of its heat that a coal unit sells takes off, in hundredths of a percent (output_based).
    #: 燃煤供热修正系数。
    coal_heat_basis_points: Share | None = None
    #: The same of a gas unit (output_based). 燃气供热修正系数。
    gas_heat_basis_points: Share | None = None
    #: What a works gains or loses of its emission where its emission per product lies under or over the benchmark, as
    #: part of the deviation, in hundredths of a percent (intensity). 强度偏离的盈亏系数。
    intensity_slope_basis_points: Share | None = None
    #: Most that it gains or loses so, in hundredths of a percent of its emission (intensity). 强度盈亏上限。
    intensity_most_basis_points: Share | None = None
    #: Part of the cap that pays for early abatement, in hundredths of a percent (early_action). 早期减排奖励池比例。
    early_pool_basis_points: Share | None = None
    #: Allowances for each kilogram under the benchmark in a baseline year, in hundredths of a percent (early_action).
    #: 早期减排奖励率。
    early_rate_basis_points: Share | None = None
    #: Classes of works by which claims differ (read from `allocation_classes.csv`). 分类办法。
    classes: tuple[AllocationClass, ...] = ()


class BenchmarkRule(Section, frozen=True, omit_defaults=True):
    """Benchmarks, from `benchmarks.csv`, and what some methods ask beside them, from `benchmark_factors.csv`."""

    #: One row per sector and pollutant (read from `benchmarks.csv`). 明细。
    rows: tuple[Benchmark, ...] = ()
    #: What a benchmark is corrected by (read from `benchmark_factors.csv`). 修正系数明细。
    factors: tuple[BenchmarkFactor, ...] = ()
