"""What a law says of allocation beside its keys: the tiers of a plan, and classes of works with their claims."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import ClaimName, Name, Share, Status, Year

#: One tier of a plan: by what, the claim, the rule by which too little is shared.
AllocationTier = Annotated[
    str,
    Meta(
        pattern=r"^(sector|source) (history|heat_input|benchmark|output_based|intensity|limit|equal_cut|by_class) "
        r"(proportional|equal_awards|equal_losses|talmud|random_arrival|lowest_shortage|highest_coverage)\Z",
        examples=["source by_class proportional"],
    ),
]
Kg = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]


class WorkClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Works that claim alike: of these sectors, of a size and an age between these bounds."""

    #: Name of the class. 类别。
    name: Name
    #: Sectors with blanks between them; empty for every one. 适用行业。
    sectors: Annotated[str, Meta(pattern=r"^[a-z0-9 -]+\Z", examples=["cement steel"])] | None = None
    #: Mean emission of the baseline years from which a works is in it, kilograms a year. 年排放量下限。
    from_kg: Kg | None = None
    #: Mean emission below which it is. 年排放量上限。
    below_kg: Kg | None = None
    #: First baseline year from which a works is in it: the new ones. 起始基准年下限。
    first_year_from: Year | None = None
    #: First baseline year before which it is: the old ones. 起始基准年上限。
    first_year_before: Year | None = None
    #: What works of this class claim. 申请方法。
    claim: ClaimName

    def covers(self, sector: str, mean_kg: Fraction | int, first_year: int) -> bool:
        """Whether a works is of this class.

        >>> WorkClass(name="small", below_kg=50_000, claim="history").covers("steel", 50_000, 2024)
        False
        """
        return (
            (self.sectors is None or sector in self.sectors.split())
            and (self.from_kg is None or mean_kg >= self.from_kg)
            and (self.below_kg is None or mean_kg < self.below_kg)
            and (self.first_year_from is None or first_year >= self.first_year_from)
            and (self.first_year_before is None or first_year < self.first_year_before)
        )


class AllocationClass(WorkClass, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `allocation_classes.csv`: which works claim by which method; of rows that fit the first holds."""

    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class BenchmarkFactor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `benchmark_factors.csv`: what a benchmark of a sector and pollutant is corrected by."""

    #: Sector. 行业。
    sector: Name
    #: Pollutant. 污染物。
    pollutant: str
    #: Part of the benchmark that a sector exposed to leakage keeps, in hundredths of a percent; empty for all of it.
    #: 泄漏暴露系数。
    exposure_basis_points: Share | None = None
    #: Grams per GJ of heat sold (output_based); empty where heat has no benchmark. 供热基准值。
    heat_benchmark_g: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status
