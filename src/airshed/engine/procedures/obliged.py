"""Which sources owe a pollutant for a year, by the law and by what they are."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.nouns import OptedIn, Source
from airshed.engine.state import State
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def owes_in(state: State, rules: Rulebook, source: Source, year: int) -> bool:
    """Whether a source owes for what it emits in a year: by the law, or because it has opted in."""
    return lookup.owes_in(rules, source.sector, year) or opted_in(state, source.id, year) is not None


def opted_in(state: State, source: str, year: int) -> OptedIn | None:
    """As what a source owes for a year by its own wish; None where it does not."""
    return next((each for each in state.opted.get(source, ()) if each.covers(year)), None)


def obliged(state: State, rules: Rulebook, year: int, code: str) -> Iterator[Source]:
    """Sources that owe for what they emit in a year: registered before its end, not excluded, not closed before."""
    ends = rules.civil.instant(f"{year + 1}-01-01")
    for source in state.sources.values():
        if source.registered >= ends or not lookup.owes(rules, source.sector, code):
            continue
        if not owes_in(state, rules, source, year):
            continue
        if (source.id, year) in state.excluded or state.closures.get(source.id, "9999")[:4] < str(year):
            continue
        yield source
