"""The table of supply that follows the number in circulation, and what it may get wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Share, Status, Year

FILE = "supply.csv"
#: Allowances, which may be none.
Level = Annotated[int, Meta(ge=0, le=1_000_000_000_000_000)]


class SupplyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `supply.csv`: what the number in circulation does to the auctions of a pollutant, from a year on."""

    #: First year that is counted so; of the rows of a pollutant the newest that begins in a year or before holds.
    #: 起始年度。
    period: Year
    #: Pollutant. 污染物。
    pollutant: str
    #: Above how many allowances in circulation a part is held back from auction. 上限阈值。
    upper: Level
    #: Under how many some are released. 下限阈值。
    lower: Level
    #: Part of the number in circulation that is held back, in hundredths of a percent. 扣留比例。
    held_basis_points: Share
    #: Up to this number no more is held back than what is above the upper threshold; empty where the part is at once.
    #: 按比例扣留的起点。
    share_from: Level | None = None
    #: How many are released. 投放数量。
    released: Level
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


def lapsing_faults(lapses_from: int | None, most: int | None, stated_on: str | None) -> Iterator[Malformed]:
    """A size of a reserve that nothing is held back for, or a size without the year from which it counts."""
    place = "rulebook.toml [reserve] "
    if lapses_from is not None and stated_on is None:
        what = f"stands without {FILE}, so that auctions hold nothing back"
        yield Malformed(f"{place}supply_lapses_from", what, "leave it out, or add the file and supply_stated_on")
    if most is not None and lapses_from is None:
        what = "stands without supply_lapses_from"
        yield Malformed(f"{place}supply_most", what, "write the first year in which it counts, or leave it out")


def supply_faults(rows: Sequence[SupplyRow], lines: Sequence[int], stated_on: str | None) -> Iterator[Malformed]:
    """Thresholds that cross, and a day without thresholds or thresholds without a day."""
    place = "rulebook.toml [reserve] supply_stated_on"
    if rows and stated_on is None:
        yield Malformed(place, f"is missing, and {FILE} has thresholds", "write the day of the year after, as 05-15")
    if stated_on is not None and not rows:
        yield Malformed(place, f"stands without {FILE}", "add the file, or leave the day out")
    for line, row in zip(lines, rows, strict=True):
        if row.lower > row.upper:
            what = f"lower {row.lower} is above upper {row.upper}"
            yield Malformed(
                f"{FILE} line {line}, column lower", what, "a number cannot be above one and below the other"
            )
        if row.share_from is not None and row.share_from < row.upper:
            what = f"share_from {row.share_from} is below upper {row.upper}"
            yield Malformed(f"{FILE} line {line}, column share_from", what, "write more than upper, or leave it empty")
