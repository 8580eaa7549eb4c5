"""Where every source of a book stands over all its years, folded from what has happened."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from airshed.compliance.status import STRICT, Convention, Standing
from airshed.engine.nouns import Source, Year
from airshed.engine.state import State
from airshed.model.allowance import Series


class SourceStanding(msgspec.Struct, frozen=True):
    """A source in one pollutant; allowances of one kilogram."""

    source: str
    account: str
    pollutant: str
    first_year: int
    #: The year in which it closed.
    last_year: int | None
    excluded: tuple[int, ...]
    #: Over all years that have a figure.
    owed: int
    surrendered: int
    #: What was missing at a deadline and was taken from a later allocation since.
    made_good: int
    #: A, B, C, EXCLUDED or NOT_APPLICABLE.
    status: str
    #: What is still to be paid for what was missing, in fen, interest aside.
    due_fen: int = 0
    #: Numbers of the cases about it that are not decided.
    cases: tuple[int, ...] = ()


def standings(state: State, current: int, convention: Convention = STRICT) -> Iterator[SourceStanding]:
    """Of every source and pollutant, in a calendar year; a source that has no figure yet has one line without any."""
    years: dict[str, list[Year]] = {}
    for year in state.years.values():
        years.setdefault(year.source, []).append(year)
    granted: dict[str, int] = {}
    for name, series in state.grants:
        vintage = Series.parse(series).vintage
        granted[name] = min(vintage, granted.get(name, vintage))
    excluded: dict[str, list[int]] = {}
    for name, number in state.excluded:
        excluded.setdefault(name, []).append(number)
    for source in state.sources.values():
        known = [year for year in years.get(source.id, ()) if year.verified_mg is not None]
        begun = [year.year for year in years.get(source.id, ())]
        first = min([*begun, granted.get(source.id, current)])  # what is excluded makes no year of a source
        for pollutant in sorted({code for year in known for code in year.obligation}) or [""]:
            standing = Standing(first, _last(state, source), current, convention)
            for number in sorted(excluded.get(source.id, ())):
                standing.exclude(number)
            yield _stands(state, source, pollutant, known, standing)


def _last(state: State, source: Source) -> int | None:
    closed = state.closures.get(source.id)
    return int(closed[:4]) if closed is not None else None


def _stands(state: State, source: Source, pollutant: str, years: list[Year], standing: Standing) -> SourceStanding:
    for year in years:
        if not year.reopened:
            standing.verify(year.year, year.obligation.get(pollutant, 0))
    surrendered = sum(year.surrendered.get(pollutant, 0) for year in years)
    good = _made_good(state, source.id, pollutant, years)
    standing.surrender(surrendered + good)
    return SourceStanding(
        source.id,
        source.account,
        pollutant,
        standing.first,
        standing.last,
        tuple(sorted(standing.excluded)),
        standing.total,
        surrendered,
        good,
        standing.status.name,
        sum(year.due_fen.get(pollutant, 0) for year in years),
        tuple(
            case.id
            for case in state.cases.values()
            if case.open and (case.source, case.pollutant) == (source.id, pollutant)
        ),
    )


def _made_good(state: State, source: str, pollutant: str, years: list[Year]) -> int:
    """What was missing, less what of its make-up still waits; a part of a make-up makes the same part good."""
    settled = [year.settled[pollutant] for year in years if pollutant in year.settled]
    short, made_up = sum(each.shortfall for each in settled), sum(each.makeup for each in settled)
    waits = state.makeup_due.get((source, pollutant), 0)
    return short * max(0, made_up - waits) // made_up if made_up else 0
