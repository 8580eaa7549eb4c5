"""The hours of which days were sealed, as the monitoring host left them beside the book: read, compared, summed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Malformed
from airshed.mrv import states
from airshed.mrv.applicability import limits_of
from airshed.mrv.days import months
from airshed.mrv.exceedance import exceedance, over_limit
from airshed.mrv.flue_gas import hours_at_reference_oxygen
from airshed.mrv.hours import ClosedHours
from airshed.mrv.marks import HoursMark, mark_columns
from airshed.mrv.rules import LimitValue, MonitoringRules, StackRegistration
from airshed.mrv.spans import hours_in, month_bounds
from airshed.mrv.substitution import Gap, quarter_captures, substitute
from airshed.mrv.year import StackYear
from airshed.rulebook.schema import Rulebook
from airshed.zone.load import of_law
from airshed.zone.monitoring import monitoring_rules, registrations
from airshed.zone.zone import Zone

Floats = NDArray[np.float64]
#: Stacks whose hours are kept in memory.
MOST_KEPT = 64
MG_PER_KG = 1_000_000


#: Columns of a file of hours, in the order of `Hours`.
_COLUMNS = ("status", "why", "mass_mg", "mg_m3", "oxygen_percent", "raw_status")


class Hours(NamedTuple):
    """A pollutant of a stack's year, hour by hour."""

    year: int
    pollutant: str
    status: NDArray[np.uint8]
    why: NDArray[np.uint8]
    mass_mg: NDArray[np.int64]
    mg_m3: Floats
    oxygen: Floats
    #: Status before substitution: what was invalid is so still.
    raw_status: NDArray[np.uint8]


class LostHours(NamedTuple):
    """Hours one after the other that have no valid reading: what stands in for them, and why."""

    first: int
    after: int
    #: Its code in the column of reasons; 0 where none is told.
    why: int
    kg: float


def there(folder: Path | None, stack: str) -> Path | None:
    """The file of a stack, where there is one."""
    path = None if folder is None else folder / f"{stack}.parquet"
    return path if path is not None and path.is_file() else None


def read(path: Path) -> Mapping[str, Hours]:
    """The hours of a stack by pollutant."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=MOST_KEPT)
def _read(path: Path, changed: int) -> Mapping[str, Hours]:
    return read_once(path)


def read_once(path: Path) -> Mapping[str, Hours]:
    """The same for who goes through all stacks of a zone: nothing is kept, and nothing that is kept is pushed out."""
    import polars as pl

    found: dict[str, Hours] = {}
    frame = pl.read_parquet(path, columns=["pollutant", "hour", *_COLUMNS])
    for part in frame.partition_by("pollutant", maintain_order=True):
        pollutant, year = part["pollutant"][0], part["hour"][0].year
        if len(part) != hours_in(year):
            raise Malformed(str(path), f"{len(part)} hours of {pollutant}", f"a year has {hours_in(year)}")
        columns = (part[name].to_numpy() for name in _COLUMNS)
        found[pollutant] = Hours(year, pollutant, *columns)
    return found


def lost(hours: Hours) -> Iterator[LostHours]:
    """Every span of substituted hours."""
    filled = hours.status == states.SUBSTITUTED
    edges = np.flatnonzero(np.diff(filled.astype(np.int8), prepend=0, append=0))
    for first, after in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        parts = np.flatnonzero(np.diff(hours.why[first:after])) + first + 1
        for begin, end in pairwise((first, *parts.tolist(), after)):
            why = int(hours.why[begin])
            mass = float(hours.mass_mg[begin:end].sum()) / MG_PER_KG
            yield LostHours(begin, end, why, mass)


def stood_in(hours: Hours, rules: MonitoringRules) -> Mapping[int, Gap]:
    """By hour the gap that it is of, with the tier of the law that fills it.

    The tiers are applied once more to what was measured; a gap in which that does not give what is booked is left out,
    since something else filled it: another law, or a decision of the regulator.
    """
    measured = np.where(hours.raw_status == states.MEASURED, hours.mass_mg, 0)
    raw = ClosedHours(hours.raw_status, hours.why, measured, hours.mg_m3, hours.oxygen)
    found: dict[int, Gap] = {}
    for gap in substitute(hours.pollutant, raw, hours.year, rules).gaps:
        span = slice(gap.first_hour, gap.last_hour + 1)
        booked = hours.mass_mg[span][hours.status[span] == states.SUBSTITUTED]
        if gap.mass_mg is not None and booked.size and (booked == gap.mass_mg).all():
            found |= dict.fromkeys(range(gap.first_hour, gap.last_hour + 1), gap)
    return found


def hour_text(year: int, hour: int) -> str:
    """An hour of a year.

    >>> hour_text(2027, 25)
    '2027-01-02 01:00'
    """
    moment = np.datetime64(f"{year:04}-01-01T00", "h") + hour
    return str(moment).replace("T", " ") + ":00"


class Monitors(NamedTuple):
    """What the law asks of the monitors of a zone."""

    zone: Zone
    rules: MonitoringRules
    stacks: Mapping[str, StackRegistration]

    def limits(self, stack: str, pollutant: str, year: int) -> Sequence[tuple[LimitValue, int, int]]:
        """The limits that hold, each with its first hour and the one after its last."""
        known = self.stacks.get(stack)
        return () if known is None else limits_of(self.rules, known, pollutant, year)


class _Kept(NamedTuple):
    rules: Rulebook
    monitors: Monitors | None


#: The monitors of the law that was asked for last: a law is read once and stays the same object.
_KEPT: list[_Kept] = []


def monitors_of(rules: Rulebook) -> Monitors | None:
    """The zone of a law with its monitors; None where its inventory is not here."""
    if not _KEPT or _KEPT[0].rules is not rules:
        try:
            zone = of_law(rules)
            found = Monitors(zone, monitoring_rules(rules), registrations(zone))
        except Malformed:
            found = None
        _KEPT[:] = [_Kept(rules, found)]
    return _KEPT[0].monitors


def converted(hours: Hours, limit: LimitValue, rules: MonitoringRules) -> Floats:
    """Measured means at the reference oxygen of a limit; NaN in hours that are not compared."""
    column = hours_at_reference_oxygen(hours.mg_m3, hours.oxygen, limit.reference_o2_percent, rules.idle_oxygen_percent)
    return np.where(hours.status == states.MEASURED, column, np.nan)


def over_by_month(hours: Hours, limits: Sequence[tuple[LimitValue, int, int]], rules: MonitoringRules) -> list[int]:
    """Hours of each month whose mean lay above the limit that held."""
    over = np.zeros(len(hours.status), bool)
    for limit, first, after in limits:
        over[first:after] = over_limit(converted(hours, limit, rules), limit, rules)[first:after]
    return [int(over[first:after].sum()) for first, after in pairwise(month_bounds(hours.year))]


def stack_year(
    file: Path, stack: str, year: int, monitors: Monitors, marks: Sequence[HoursMark] = ()
) -> StackYear | None:
    """What the hours of a year say of its limits and of data capture; None where the file is of another year.

    Hours that a mark exempts are measured and weighed, and not compared.
    """
    held = {pollutant: hours for pollutant, hours in read(file).items() if hours.year == year}
    if not held or stack not in monitors.stacks:
        return None
    rules = monitors.rules
    columns = mark_columns(marks, hours_in(year), rules)
    exempt = None if columns is None else columns.numbers.get("exempt")
    exceedances = []
    for pollutant, hours in held.items():
        for limit, first, after in monitors.limits(stack, pollutant, year):
            seen = converted(hours, limit, rules)
            seen[:first] = np.nan
            seen[after:] = np.nan
            column = seen if exempt is None else np.where(exempt > 0, np.nan, seen)
            exceedances.append(exceedance(stack, limit, column, rules, year, read=seen, marks=exempt))
    return StackYear(
        *(stack, monitors.stacks[stack].source, year, (), (), ()),
        quarters=tuple(
            rate for code, hours in held.items() for rate in quarter_captures(code, hours.raw_status, year, None)
        ),
        months=tuple(each for code, hours in held.items() for each in months(code, hours.raw_status, year, rules)),
        gaps=(),
        exceedances=tuple(exceedances),
        findings=(),
    )
