"""How the load of an outlet moves through a year: the rows of `profiles.csv`. All figures are modelling choices."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Annotated

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import Table

Relative = Annotated[float, msgspec.Meta(ge=0)]
Hours = Annotated[int, msgspec.Meta(ge=1, le=8760)]
MONTHS, HOURS = 12, 24


class LoadProfile(msgspec.Struct, frozen=True):
    """How works of a kind run, one row of `profiles.csv`."""

    profile: str
    #: Load by month, January first, and by hour of the day; only their relation counts.
    months: tuple[Relative, ...]
    hours: tuple[Relative, ...]
    #: How likely a stop begins in a month, relative to the others.
    stop_months: tuple[Relative, ...]
    #: Shortest and longest stop.
    stop_hours_low: Hours
    stop_hours_high: Hours
    cite: str


#: Of an outlet that nobody says more of.
STEADY = LoadProfile("steady", (1.0,) * MONTHS, (1.0,) * HOURS, (1.0,) * MONTHS, 8, 90, "assumed")


def faults_of(table: Table[LoadProfile]) -> Iterator[Malformed]:
    """Every row that tells of no year."""
    for row, each in enumerate(table.rows):
        for column, values, many in (
            ("months", each.months, MONTHS),
            ("hours", each.hours, HOURS),
            ("stop_months", each.stop_months, MONTHS),
        ):
            if len(values) != many:
                what = f"{len(values)} figures"
                yield Malformed(table.place(row, column), what, f"give {many}, with blanks between")
            elif not all(map(isfinite, values)):
                yield Malformed(table.place(row, column), "one of them is no finite number", "write digits, as in 1.05")
            elif not any(values):
                yield Malformed(table.place(row, column), "all of them are zero", "give at least one that is not")
        if each.stop_hours_high < each.stop_hours_low:
            what = f"{each.stop_hours_high} is less than the shortest stop"
            yield Malformed(table.place(row, "stop_hours_high"), what, "give the longest stop")
