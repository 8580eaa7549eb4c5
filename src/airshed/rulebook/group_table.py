"""The table of groups that answer together for a level of emissions, and what it may get wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Count, MonthDay, Multiple, Name, Status, Year

FILE = "assurance_groups.csv"
#: The ways in which a level is said; a row has one of them.
LEVELS = ("level_basis_points", "level_count", "level_g_per_output")


class AssuranceGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `assurance_groups.csv`: who answers together from a year on, for how much, and what it costs."""

    #: Name of the group. 组名。
    group: Name
    #: First year of which it is so; of the rows of a group the newest that begins in the year or before holds.
    #: 起始年度。
    period: Year
    #: Pollutant. 污染物。
    pollutant: str
    #: Jurisdiction whose sources are in it, all that owe the pollutant; empty where `sources` names them. 辖区。
    jurisdiction: str | None = None
    #: Sources that are in it, with blanks between them; empty where it is a jurisdiction. 排放源。
    sources: Annotated[str, Meta(min_length=1, max_length=4_000, examples=["KM-CEM-01 KM-CEM-02"])] | None = None
    #: Level as part of the cap of the jurisdiction, in hundredths of a percent: 11800 is the cap and 18 % of it.
    #: 保证水平占总量的比例。
    level_basis_points: Multiple | None = None
    #: Level in allowances. 保证水平。
    level_count: Count | None = None
    #: Level as mean rate of the group: grams of the pollutant for each unit of output. 平均排放强度。
    level_g_per_output: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None
    #: Allowances for each one by which the group is above its level, in hundredths of a percent: 20000 is two. They
    #: are owed beside what each source owes for its own emission. 超出部分的加缴倍数。
    factor_basis_points: Multiple
    #: Last day to surrender them, of the year after. 加缴截止日。
    surrender_by: MonthDay
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status

    @property
    def members(self) -> tuple[str, ...] | None:
        """The sources that the row names; None where it is a jurisdiction."""
        return None if self.sources is None else tuple(self.sources.split())


def group_faults(
    rows: Sequence[AssuranceGroup],
    lines: Sequence[int],
    codes: Mapping[str, Collection[str]],
    *,
    settles: bool,
) -> Iterator[Malformed]:
    """Codes of nothing, no level or several, a level of a cap without one, a day that is none, and nobody to settle."""
    seen: dict[tuple[str, int], int] = {}
    for line, row in zip(lines, rows, strict=True):
        place = f"{FILE} line {line}, column "
        if row.pollutant not in codes["pollutant"]:
            what = f"no such pollutant {row.pollutant!r}"
            yield Malformed(f"{place}pollutant", what, near(row.pollutant, codes["pollutant"]))
        if row.jurisdiction is not None and row.jurisdiction not in codes["jurisdiction"]:
            what = f"no such jurisdiction {row.jurisdiction!r}"
            yield Malformed(f"{place}jurisdiction", what, near(row.jurisdiction, codes["jurisdiction"]))
        if (row.jurisdiction is None) == (row.sources is None):
            says = "neither jurisdiction nor sources" if row.sources is None else "both jurisdiction and sources"
            yield Malformed(f"{place}jurisdiction", f"{row.group} says {says}", "write one of jurisdiction and sources")
        if len([key for key in LEVELS if getattr(row, key) is not None]) != 1:
            what = f"{row.group} has not one level"
            yield Malformed(f"{place}level_basis_points", what, f"write one of {', '.join(LEVELS)}")
        elif row.level_basis_points is not None and row.jurisdiction is None:
            what = f"{row.group} is no jurisdiction and has no cap"
            yield Malformed(f"{place}level_basis_points", what, "write level_count or level_g_per_output")
        try:
            date.fromisoformat(f"2027-{row.surrender_by}")
        except ValueError:
            what = f"there is no such day in every year as {row.surrender_by}"
            yield Malformed(f"{place}surrender_by", what, "write a day of the calendar")
        if (row.group, row.period) in seen:
            what = f"{row.group} {row.period} stands in line {seen[row.group, row.period]} already"
            yield Malformed(f"{FILE} line {line}", what, "keep one")
        seen.setdefault((row.group, row.period), line)
    if rows and not settles:
        what = f"{FILE} has groups, and nobody may send SettleGroup"
        yield Malformed("roles.csv", what, "give it to a role, or leave the file out")
