"""Reports of a year, improvement lists, opinions."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Improvement, Year
from airshed.engine.state import State
from airshed.model.allowance import Series, common, count_of, lowest, pollutant_of, without
from airshed.registry.moves import Delivered


def reported(state: State, event: e.YearReported) -> None:
    """A report stands, in place of an earlier one."""
    year = state.years.setdefault((event.source, event.year), Year(event.source, event.year))
    year.reporter = event.actor
    year.measured_mg = event.measured_mg
    year.declared_mg = event.declared_mg
    year.version = event.version
    year.stale = False
    if year.verified_mg is None:
        year.opinion = None


def requested(state: State, event: e.ImprovementRequested) -> None:
    """An item is on the list."""
    year = state.years[event.source, event.year]
    year.improvements.append(Improvement(event.number, event.actor, event.item))


def answered(state: State, event: e.ImprovementAnswered) -> None:
    """An item has its answer."""
    item = state.years[event.source, event.year].improvements[event.number - 1]
    item.answer, item.evidence, item.state = event.answer, event.evidence, "answered"


def improved(state: State, event: e.ImprovementClosed) -> None:
    """An item is closed, or open again."""
    item = state.years[event.source, event.year].improvements[event.number - 1]
    item.state = "closed" if event.accepted else "open"


def verified(state: State, event: e.YearVerified | e.YearDetermined) -> None:
    """The year counts; what was surrendered beyond its obligation has gone back."""
    year = state.years.setdefault((event.source, event.year), Year(event.source, event.year))
    year.opinion = event.opinion if isinstance(event, e.YearVerified) else "determined"
    if event.mass_mg:  # an adverse opinion counts none
        for pollutant in dict.fromkeys((*year.obligation, *event.obligation)):
            owes(state, year, pollutant, event.obligation.get(pollutant, 0) - year.obligation.get(pollutant, 0))
        year.verified_mg = event.mass_mg
        year.obligation = event.obligation
        year.reopened = False
    state.ledger.post(event.entry)
    for move in event.entry:
        assert isinstance(move, Delivered), move
        gone_back(state, year, move)
        owes(state, year, covers(state, move.series), count_of(move.blocks))


def deferred(state: State, event: e.ObligationDeferred) -> None:
    """A part of the year falls due later."""
    year = state.years[event.source, event.year]
    year.deferred, year.falls_due = event.deferred, event.until


def reopened(state: State, event: e.YearReopened) -> None:
    """The year may be corrected."""
    state.years[event.source, event.year].reopened = True


def owes(state: State, year: Year, pollutant: str, more: int) -> None:
    """The account of the source owes so much more, or less."""
    key = (state.sources[year.source].account, pollutant)
    state.owed[key] = state.owed.get(key, 0) + more


def covers(state: State, series: str) -> str:
    """The pollutant whose obligation a series counts for: its own, or that of the credit."""
    code = pollutant_of(series)
    return state.credits.get(code, code)


def gone_back(state: State, year: Year, move: Delivered) -> None:
    """Forget of what was given the serials that are returned: an obligation is lower, or a surrender was wrong.

    What counted one for one under flow control can do so again; what was cancelled with a pair stays so.
    """
    pollutant = covers(state, move.series)
    year.surrendered[pollutant] -= count_of(move.blocks)
    given = year.given[pollutant]
    # the last given of the series, which credits that went before or after others need not be
    place = max(n for n, each in enumerate(given) if each.series == move.series and common(each.blocks, move.blocks))
    last = given.pop(place)
    gone, left = lowest(last.blocks, count_of(move.blocks))
    assert gone == move.blocks, (last, move)
    if left:
        given.insert(place, Delivered(last.origin, last.target, last.series, left))
    if pollutant != pollutant_of(move.series):
        return
    known = state.flow_controls.get((year.year, pollutant))
    if known is not None and known.one_for_one is not None and Series.parse(move.series).vintage < year.year:
        pairs = common(year.paired.get(move.series, ()), move.blocks)
        year.paired[move.series] = without(year.paired.get(move.series, ()), pairs)
        single = count_of(move.blocks) - count_of(pairs)
        known.left[move.target] = known.left.get(move.target, 0) + single


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.YearReported: reported,
    e.ImprovementRequested: requested,
    e.ImprovementAnswered: answered,
    e.ImprovementClosed: improved,
    e.YearReopened: reopened,
    e.YearVerified: verified,
    e.YearDetermined: verified,
    e.ObligationDeferred: deferred,
}
