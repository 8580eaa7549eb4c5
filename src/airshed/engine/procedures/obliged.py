"""Which sources owe a pollutant for a year, by the law and by what they are."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.nouns import Source
from airshed.engine.state import State
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def obliged(state: State, rules: Rulebook, year: int, code: str) -> Iterator[Source]:
    """Sources that owe for what they emit in a year: registered before its end, not excluded, not closed before."""
    ends = rules.civil.instant(f"{year + 1}-01-01")
    for source in state.sources.values():
        if source.registered >= ends or not lookup.owes(rules, source.sector, code):
            continue
        if not lookup.owes_in(rules, source.sector, year):
            continue
        if (source.id, year) in state.excluded or state.closures.get(source.id, "9999")[:4] < str(year):
            continue
        yield source
