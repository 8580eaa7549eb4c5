"""What the calendar and the price index may still get wrong: days that are none or both, periods twice, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from airshed.model.civil import unknown
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.breach_sections import ABOUT, SHORTFALL
from airshed.rulebook.schema import Rulebook


def time_zone(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """A time zone that nobody keeps."""
    name, place = rules.programme.time_zone, f"{file} [programme] time_zone"
    fault = unknown(name, place)
    if fault is not None:
        yield fault


def days(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """Days that the calendar does not have, that are closed and worked at once, and a week without a working day."""
    law = rules.calendar
    place = f"{file} [calendar]"
    missing = False
    for month_day in law.season or ():
        try:
            date.fromisoformat(f"2027-{month_day}")
        except ValueError:
            missing = True
            yield Malformed(
                f"{place} season", f"there is no {month_day} in every year", "write month and day, as 05-01"
            )
    if law.season and not missing and law.season[1] < law.season[0]:
        what = f"ends on {law.season[1]}, before it begins on {law.season[0]}"
        yield Malformed(f"{place} season", what, "write the first day, then the last one of the same year")
    for key in ("closed_days", "working_days"):
        for day in getattr(law, key):
            try:
                date.fromisoformat(day)
            except ValueError:
                yield Malformed(f"{place} {key}", f"there is no day {day}", "write a day of the calendar")
    for day in sorted({*law.closed_days} & {*law.working_days}):
        yield Malformed(place, f"{day} is closed and worked", "keep it in one list")
    if not law.weekdays:
        yield Malformed(f"{place} weekdays", "is empty", "name the days of the week that are worked")


def index(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    """Periods that stand twice, and a first capped year for which an indexed penalty has no index."""
    seen: dict[int, int] = {}
    for line, row in zip(lines, rules.shortfall.rows, strict=True):
        if row.period in seen:
            yield Malformed(
                f"penalty_index.csv line {line}", f"{row.period} stands in line {seen[row.period]} already", "keep one"
            )
        seen.setdefault(row.period, line)
    begun = [row.period for row in rules.shortfall.periods]
    for period in dict.fromkeys(year for year in begun if begun.count(year) > 1):
        yield Malformed("penalty_periods.csv", f"two rows begin in {period}", "keep one")
    if "indexed_per_tonne" in (rules.shortfall.penalty, *(row.penalty for row in rules.shortfall.periods)):
        first = min((row.vintage for row in rules.caps.rows), default=None)
        if first is not None and first not in seen:  # later ones are adopted as they are published
            yield Malformed("penalty_index.csv", f"no index for {first}, the first year with a cap", "add the row")


def late_payment(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """Rates of no day or of one day twice; a quarter of the programme without one; a rate where none is a rule."""
    law, place = rules.late_payment, f"{file} [late_payment]"
    seen: set[str] = set()
    for row in law.rates:
        try:
            date.fromisoformat(row.first)
        except ValueError:
            yield Malformed("late_rates.csv", f"there is no day {row.first}", "write a day of the calendar")
        if row.first in seen:
            yield Malformed("late_rates.csv", f"two rows begin on {row.first}", "keep one")
        seen.add(row.first)
    first = min((row.vintage for row in rules.caps.rows), default=None)
    if law.interest == "by_quarter" and first is not None and not any(day <= f"{first}-12-15" for day in seen):
        what = f"no rate is in force on {first}-12-15, when that of the first quarter after {first} is read"
        yield Malformed("late_rates.csv", what, "add the row that was in force then")
    if law.interest.startswith("daily") != (law.daily_basis_points > 0):
        what = f"interest is {law.interest!r} and daily_basis_points {law.daily_basis_points}"
        yield Malformed(place, what, "give a rate of a day with daily or daily_compounded alone")
    if bool(law.most_instalments) != bool(law.longest_months):
        what = f"most_instalments is {law.most_instalments} and longest_months {law.longest_months}"
        yield Malformed(place, what, "give both, or 0 for both")


def cases(rules: Rulebook) -> Iterator[Malformed]:
    """Grounds twice, one that is called as a shortfall is, what a breach cannot be of, a least sum above the most."""
    seen = {SHORTFALL}
    for row in rules.cases.grounds:
        if row.ground in seen:
            yield Malformed("case_grounds.csv", f"the ground {row.ground!r} is there already", "give it another name")
        seen.add(row.ground)
        for word in (row.about or "").split():
            if word not in ABOUT:
                yield Malformed("case_grounds.csv", f"{row.ground} is about {word!r}", near(word, ABOUT))
        if row.least_fen > row.most_fen:
            what = f"{row.ground}: least_fen {row.least_fen} is above most_fen {row.most_fen}"
            yield Malformed("case_grounds.csv", what, "give the less of the two first")
