"""What each works came to in each month of a year, by the book alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date, timedelta
from functools import lru_cache

from airshed.engine.nouns.people import Source
from airshed.engine.state import State
from airshed.pages.portal.hours import MG_PER_KG

MONTHS = 12
#: Behind the months: what was declared at the year's end, of what no monitor sees, and what the year was verified at
#: or determined beyond all that.
DECLARED, BEYOND = MONTHS, MONTHS + 1
PARTS = MONTHS + 2


class Emitted:
    """Sums over the sealed days of a zone, some tens of thousands: kept until the book has another record."""

    def __init__(self) -> None:
        self._seq = 0
        self._years: Set[int] | None = None
        self._kg: dict[tuple[int, str], Mapping[str, Sequence[float]]] = {}

    def years(self, state: State) -> Set[int]:
        """The years of which days are sealed."""
        self._as_of(state)
        if self._years is None:
            ends = (day for days in state.days.values() if days for day in (min(days), max(days)))
            self._years = {int(day[:4]) for day in ends}
        return self._years

    def kg(self, state: State, year: int, pollutant: str) -> Mapping[str, Sequence[float]]:
        """By works, part by part."""
        self._as_of(state)
        if (year, pollutant) not in self._kg:
            self._kg[year, pollutant] = {
                source.id: [mg / MG_PER_KG for mg in parts(state, source, year, pollutant)]
                for source in state.sources.values()
            }
        return self._kg[year, pollutant]

    def _as_of(self, state: State) -> None:
        if state.seq != self._seq:
            self._seq, self._years = state.seq, None
            self._kg.clear()


def parts(state: State, source: Source, year: int, pollutant: str) -> list[int]:
    """What a works came to, part by part; together what the year was verified at, or determined, once it was."""
    found = [0] * PARTS
    for stack, names in source.stacks:
        if pollutant in names:
            days = state.days.get(stack, {})
            for month, names_of_days in enumerate(_days(year)):
                sealed = [days[name].mass_mg for name in names_of_days if name in days]
                found[month] += sum([mass.get(pollutant, 0) for mass in sealed])
    reported = state.years.get((source.id, year))
    if reported is not None:
        found[DECLARED] = reported.declared_mg.get(pollutant, 0)
        if reported.verified_mg is not None:
            found[BEYOND] = reported.verified_mg.get(pollutant, 0) - sum(found)
    return found


@lru_cache(maxsize=16)
def _days(year: int) -> tuple[tuple[str, ...], ...]:
    """The days of a year by month, as a book calls them: every stack of the zone is asked for each of them."""
    first = date(year, 1, 1)
    days = [first + timedelta(number) for number in range((date(year + 1, 1, 1) - first).days)]
    return tuple(tuple(day.isoformat() for day in days if day.month == month + 1) for month in range(MONTHS))
