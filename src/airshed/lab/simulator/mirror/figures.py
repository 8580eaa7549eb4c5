"""Rounding and days, written once more from the law, so that no calculator of the engine checks itself."""

from __future__ import annotations

from calendar import isleap
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from airshed.engine.journal import Record
from airshed.registry.moves import Delivered, Entry, Paid
from airshed.rulebook.schema import Rulebook


def half_up(amount: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return floor(amount + Fraction(1, 2))


def worth(count: int, price: int) -> int:
    """Fen for kilograms at a price per tonne, rounded once."""
    return half_up(Fraction(count * price, 1000))


def part(fen: int, basis_points: int) -> int:
    """A share of a sum in hundredths of a percent, rounded once."""
    return half_up(Fraction(fen * basis_points, 10_000))


def shown(at: int, rules: Rulebook) -> datetime:
    """What clocks of the region show at an instant."""
    return _shown(at, rules.programme.time_zone)


@lru_cache(maxsize=64)
def _shown(at: int, time_zone: str) -> datetime:
    """The same in a time zone: of one record it is asked many times."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(time_zone)).replace(tzinfo=None)


def standard_ahead(rules: Rulebook) -> timedelta:
    """How far the region is ahead of UTC in winter."""
    year = [datetime(2037, month, 1, tzinfo=ZoneInfo(rules.programme.time_zone)) for month in range(1, 13)]
    return min(month.utcoffset() or timedelta() for month in year)


def instant_of(wall: datetime, rules: Rulebook) -> int:
    """The millisecond at which clocks of the region first show a time."""
    return round(wall.replace(tzinfo=ZoneInfo(rules.programme.time_zone)).timestamp() * 1000)


def day_of(at: int, rules: Rulebook) -> str:
    """The day on which an instant lies, in the region."""
    return shown(at, rules).date().isoformat()


def worked(rules: Rulebook, day: str) -> bool:
    """A weekday of the law that is no holiday, or a day that makes up for one."""
    law = rules.calendar
    usual = date.fromisoformat(day).isoweekday() in law.weekdays and day not in law.closed_days
    return usual or day in law.working_days


def last_day(rules: Rulebook, year: int) -> str:
    """The last day to surrender for a year, after its season, and where the law moves it, the next that is worked."""
    law = rules.calendar
    if not (law.season and law.season[1] < law.surrender_by):
        year += 1
    day = date.fromisoformat(f"{year}-{law.surrender_by_in_leap_years if isleap(year) else law.surrender_by}")
    while law.on_closed_days != "stays" and not worked(rules, day.isoformat()):
        day += timedelta(days=1)
    return day.isoformat()


def days_after(day: str, days: int) -> str:
    """So many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def vintages(series: str) -> list[str]:
    """The series behind the name of a strip, or the one series, by cutting the text."""
    stem, _, last = series.partition("..")
    if not last:
        return [series]
    head, _, first = stem.rpartition("-")
    return [f"{head}-{year}" for year in range(int(first), int(last) + 1)]


def useful(series: str, at: int, rules: Rulebook) -> bool:
    """Whether the vintage, or the oldest of a strip, counts for a year that may be surrendered for."""
    return day_of(at, rules) <= last_day(rules, int(vintages(series)[0][-4:]) + counts_for(series, rules))


def counts_for(series: str, rules: Rulebook) -> int:
    """For how many later years a vintage counts: of allowances, or of a credit."""
    code = series.split("-", maxsplit=1)[0]
    rows = (row.vintages_back for row in rules.compliance.credits if row.credit == code)
    return next(rows, rules.allowance.vintages_back)


def terms_of_code(series: str, rules: Rulebook) -> tuple[int, int, int]:
    """Where prices of a series or a strip begin in trade, and between which they lie: reference, floor, ceiling."""
    code = series.split("-", maxsplit=1)[0]
    for row in rules.compliance.credits:
        if row.credit == code:
            return row.reference_fen_per_t, 0, 0
    rule = next(each for each in rules.pollutants if each.code == code)
    return rule.reference_fen_per_t, rule.floor_fen_per_t, rule.ceiling_fen_per_t


def count_of(move: Delivered) -> int:
    """Allowances that a delivery moves."""
    return sum(block.last - block.first + 1 for block in move.blocks)


def paid_in(entry: Entry) -> int:
    """Fen that an entry moves."""
    return sum(move.fen for move in entry if isinstance(move, Paid))


def delivered(entry: Entry, series: str) -> int:
    """Allowances of a series that an entry moves."""
    return sum(count_of(move) for move in entry if isinstance(move, Delivered) and move.series == series)


def kind_of(record: Record) -> str:
    """The name of a command."""
    return type(record.body).__name__


def whole_of(mass_mg: int, rules: Rulebook, parts: int = 1) -> int:
    """Allowances of a kilogram for a mass that was counted in so many parts, rounded as the law says."""
    whole, part = divmod(mass_mg, 1_000_000 * parts)
    return whole + {"up": part > 0, "half_up": 2 * part >= 1_000_000 * parts, "down": False}[rules.allowance.rounding]
