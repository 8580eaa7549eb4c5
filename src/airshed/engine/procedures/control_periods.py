"""Control periods of several years: what of a verified year falls due with it, and what with the last year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from airshed.compliance.control_period import interim
from airshed.engine import events as e
from airshed.engine.nouns import Year
from airshed.engine.procedures.guards import no
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.period_table import LONGEST, ControlPeriod
from airshed.rulebook.schema import Rulebook

LAW = "compliance"


class FallingDue(NamedTuple):
    """What a year obliges to, by pollutant, and the fact of what it defers; None where it defers nothing."""

    owed: dict[str, int]
    deferral: e.ObligationDeferred | None = None

    @property
    def facts(self) -> tuple[e.ObligationDeferred, ...]:
        """What stands in the book beside the figure of the year."""
        return (self.deferral,) if self.deferral else ()


def falling_due(
    state: State, rules: Rulebook, source: str, year: int, mass_mg: Mapping[str, int], whole: dict[str, int]
) -> FallingDue:
    """What of a year falls due with it: in a year before the last of its period a share, else all with what waited.

    A year that is verified once its period has its last figure, or that was settled whole, defers nothing: no later
    year is left to bear it.
    """
    known, row = state.years.get((source, year)), lookup.control_period(rules, year)
    before = known.falls_due if known is not None else None
    over = row is None or (before is None and (verified(state, source, row.last) or bool(known and known.settled)))
    if row is None or over or year == row.last or not whole:
        due = {code: count + waiting(state, source, year, code) for code, count in whole.items()}
        return FallingDue(due, None if before is None else e.ObligationDeferred(source, year, before, {}))
    size, how = rules.allowance.size_kg, rules.allowance.rounding
    parts = {code: interim(mass_mg[code], row.interim_basis_points, size, how) for code in whole}
    deferred = {code: part.deferred for code, part in parts.items()}
    until = row.last if before is None else before
    owed = {code: part.due for code, part in parts.items()}
    return FallingDue(owed, e.ObligationDeferred(source, year, until, deferred))


def waiting(state: State, source: str, last: int, pollutant: str) -> int:
    """What earlier years of a source have deferred to this one."""
    return sum(year.deferred.get(pollutant, 0) for year in deferring(state, source, last))


def deferring(state: State, source: str, last: int) -> list[Year]:
    """The earlier years of a source of which something falls due with this one."""
    earlier = (state.years.get((source, last - back)) for back in range(1, LONGEST))
    return [year for year in earlier if year is not None and year.falls_due == last and any(year.deferred.values())]


def emitted(state: State, year: Year, pollutant: str) -> int | None:
    """The obligation for what a year itself emitted, whenever it falls due; None where it owes none of it."""
    if pollutant not in year.obligation:
        return None
    later = year.deferred.get(pollutant, 0)
    own = year.obligation[pollutant] - year.for_group.get(pollutant, 0)
    return own + later - waiting(state, year.source, year.year, pollutant)


def verified(state: State, source: str, year: int) -> bool:
    """Whether a year has a figure that counts, though it may be reopened."""
    known = state.years.get((source, year))
    return known is not None and known.verified_mg is not None


def incomplete(state: State, rules: Rulebook, source: str, year: int) -> Refusal | None:
    """The last year of a period waits for the others: what they defer falls due with it."""
    row = lookup.control_period(rules, year)
    if row is None or year != row.last:
        return None
    for earlier in _owing(state, rules, source, row):
        known = state.years.get((source, earlier))
        if known is None or known.verified_mg is None or known.reopened:
            what = f"{source} {earlier} is of the control period that ends with {year} and is not verified"
            return no(rules, LAW, Why.NOT_VERIFIED, f"{what}; verify or determine {earlier} first")
    return None


def _owing(state: State, rules: Rulebook, source: str, row: ControlPeriod) -> list[int]:
    """The years before the last for which a source owes: of the programme, and since it is registered."""
    known = state.sources[source]
    begun = min((Series.parse(series).vintage for series in state.ledger.caps), default=row.last)
    entered = int(state.civil.day_of(known.registered)[:4])
    return [
        year
        for year in range(max(row.first, begun, entered), row.last)
        if owes_in(state, rules, known, year) and (source, year) not in state.excluded
    ]


def borne(state: State, rules: Rulebook, source: str, year: int) -> Refusal | None:
    """A year is not reopened while the last one of its period has a figure that rests on it."""
    known = state.years[source, year]
    last = known.falls_due
    if last is None or not any(known.deferred.values()) or not verified(state, source, last):
        return None
    if state.years[source, last].reopened:
        return None
    what = f"{source} {last} bears what {year} deferred"
    return no(rules, LAW, Why.CONDITION_OPEN, f"{what}; reopen {last} first, and verify it again after {year}")
