"""A second opinion on control periods of several years: what a year emits falls due with it or later, never twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import whole_of
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
SourceYear = tuple[str, int]


class Periods:
    """Follows figures and what they defer; all of a record is weighed at its end, when both are known."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        #: By source, year and pollutant: allowances for what the year itself emitted, and what falls due with it.
        self.whole: Counter[tuple[str, int, str]] = Counter()
        self._due: Counter[tuple[str, int, str]] = Counter()
        #: What of it is owed for a group that emitted too much, and for no emission of the source's own.
        self.besides: Counter[tuple[str, int, str]] = Counter()
        self._codes: dict[SourceYear, tuple[str, ...]] = {}
        self._deferred: dict[SourceYear, dict[str, int]] = {}
        self._until: dict[SourceYear, int] = {}
        self._settled: set[SourceYear] = set()
        self._reopened: set[SourceYear] = set()
        self._new: dict[SourceYear, dict[str, int]] = {}
        self._said: set[SourceYear] = set()

    def follow(self, event: e.Event, rules: Rulebook) -> None:
        """Take in a fact."""
        match event:
            case e.YearVerified() | e.YearDetermined() if event.mass_mg:
                self._figures(event.source, event.year, event.mass_mg, event.obligation, rules)
            case e.YearAmended():
                owed = {each.pollutant: each.obligation for each in event.amended}
                self._figures(event.source, event.year, event.mass_mg, owed, rules)
            case e.YearReopened():
                self._reopened.add((event.source, event.year))
            case e.ObligationDeferred():
                year = (event.source, event.year)
                self._claim("I11", year in self._new, f"{year} defers without a figure")
                row = self._row(event.year, rules)
                until = self._until.setdefault(year, event.until if row is None else row.last)
                self._claim("I11", event.until == until, f"{year} defers to {event.until}, not {until}")
                self._deferred[year] = event.deferred
                self._said.add(year)
            case e.YearClosed():
                self._settled |= {(each.source, event.year) for each in event.settlements}
            case _:
                pass

    def settle(self, rules: Rulebook) -> None:
        """What a record changed: parts are as the law says, and what years of a source oblige to adds up."""
        for (source, number), mass in self._new.items():
            self._parts(source, number, mass, rules)
            for year in [each for each in self._codes if each[0] == source and each not in self._reopened]:
                for code in self._codes[year]:
                    key = (*year, code)
                    borne = self._due[key] + self._deferred.get(year, {}).get(code, 0) - self._waiting(key)
                    self._claim("I11", borne == self.whole[key], f"{key} bears {borne} for {self.whole[key]}")
        self._new.clear()
        self._said.clear()

    def _figures(self, source: str, year: int, mass: dict[str, int], owed: dict[str, int], rules: Rulebook) -> None:
        self._new[source, year] = mass
        self._codes[source, year] = tuple(owed)
        self._reopened.discard((source, year))
        for code, count in owed.items():
            self.whole[source, year, code] = whole_of(mass[code], rules)
            self._due[source, year, code] = count - self.besides[source, year, code]

    def _waiting(self, key: tuple[str, int, str]) -> int:
        source, last, code = key
        return sum(
            parts.get(code, 0)
            for year, parts in self._deferred.items()
            if year[0] == source and self._until[year] == last != year[1]
        )

    def _parts(self, source: str, number: int, mass: dict[str, int], rules: Rulebook) -> None:
        """A year before the last of its period defers all but the share; one that came too late for that, nothing."""
        year, row = (source, number), self._row(number, rules)
        if year not in self._said:
            # without a word it defers what it did; a year that never did came after the last one, or is settled so
            over = row is None or number == row.last or (source, row.last) in self._codes or year in self._settled
            self._claim("I11", over or not self._codes[year], f"{year} defers nothing")
            return
        if row is None or number == row.last:
            self._claim("I11", not any(self._deferred[year].values()), f"{year} defers {self._deferred[year]}")
            return
        for code in self._codes[year]:
            key = (*year, code)
            share = whole_of(mass[code] * row.interim_basis_points, rules, 10_000)
            self._claim("I11", self._due[key] == share, f"{key} owes {self._due[key]}, a share of {share} by the law")

    def _row(self, year: int, rules: Rulebook) -> ControlPeriod | None:
        return next((row for row in rules.compliance.control_periods if row.first <= year <= row.last), None)
