"""The table of control periods of several years, and what it may get wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Share, Status, Year

FILE = "control_periods.csv"
#: Years of the longest control period.
LONGEST = 10


class ControlPeriod(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `control_periods.csv`: years of which a part falls due with the last of them."""

    #: First year of the period. 首年。
    first: Year
    #: Last year, with which all that is left of the period falls due. 末年。
    last: Year
    #: Part of the emission of a year before the last that falls due with that year, in hundredths of a percent.
    #: 中期清缴比例。
    interim_basis_points: Share
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


def period_faults(rows: Sequence[ControlPeriod], lines: Sequence[int], vintages_back: int) -> Iterator[Malformed]:
    """Periods that run backwards, too long, over each other, or past what an allowance of their first year counts for.

    An allowance that is given for a year has to count for what that year defers.
    """
    for number, (line, row) in enumerate(zip(lines, rows, strict=True)):
        place = f"{FILE} line {line}, column last"
        years = row.last - row.first + 1
        if not 2 <= years <= LONGEST:
            what = f"{row.first} to {row.last} is no period of 2 to {LONGEST} years"
            yield Malformed(place, what, "leave out a year that is a period of its own")
        elif row.last - row.first > vintages_back:
            what = f"{row.first} defers to {row.last}, for which allowances of {row.first} do not count"
            yield Malformed(place, what, f"write [allowance] vintages_back = {row.last - row.first} or more")
        for other in rows[:number]:
            if other.first <= row.last and row.first <= other.last:
                what = f"{row.first} to {row.last} and {other.first} to {other.last} have years in common"
                yield Malformed(place, what, "a year lies in one period")
