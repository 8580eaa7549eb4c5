"""The rows of the tables of a rulebook: caps, substitution, limits, benchmarks, variations."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import Count, Day, Name, Share, Status, Year


class Cap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `caps.csv`."""

    #: Pollutant.
    pollutant: str
    #: Jurisdiction of issue.
    jurisdiction: str
    #: Year for which the allowances are issued.
    vintage: Year
    #: Allowances in all.
    count: Count


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `substitution.csv`: which hours stand in for a missing one."""

    #: Lowest quarterly capture rate for this row, in hundredths of a percent, inclusive.
    capture_from_basis_points: Share
    #: Longest run of missing hours for this row; empty for any.
    longest_hours: Annotated[int, Meta(ge=1, le=8784)] | None = None
    #: How many valid hours to look back over.
    look_back_hours: Annotated[int, Meta(ge=1, le=8784)]
    #: Which of them stands in.
    statistic: Literal["maximum"]


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `limits.csv`: what a stack may emit."""

    #: Name of the limit set that stacks refer to.
    limit_set: Name
    #: Standard.
    standard: str
    #: Pollutant.
    pollutant: str
    #: Limit in milligrams per cubic metre, dry standard state, at reference oxygen.
    limit_mg_m3: Annotated[float, Meta(gt=0, le=100_000)]
    #: Reference oxygen in percent; empty when none applies.
    reference_o2_percent: Annotated[float, Meta(gt=0, le=20.9)] | None = None
    #: What is compared with the limit.
    statistic: Literal["hourly mean", "daily mean", "monthly share"]
    #: First day on which it holds, as ISO date.
    valid_from: Day
    #: Source.
    cite: str
    #: "confirmed" or "to confirm".
    status: Status


class Benchmark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `benchmarks.csv`: grams per product, and the quota that the limit gives."""

    #: Sector.
    sector: Name
    #: Pollutant.
    pollutant: str
    #: Product that output is counted in.
    product: str
    #: Benchmark, grams per product.
    benchmark_g: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    #: Quota by limit: grams per product at the limit and the base flue gas volume.
    quota_g: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    #: Source.
    cite: str
    #: "confirmed" or "to confirm".
    status: Status


class Variation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a jurisdiction sets for itself."""

    #: Jurisdiction.
    jurisdiction: str
    #: Key as `section.key`.
    key: str
    #: Its value there.
    value: str | int | float | bool
    #: Source.
    cite: str
