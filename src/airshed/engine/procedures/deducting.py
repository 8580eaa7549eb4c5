"""What the law takes at the deadline for what an account owes and has not given: first in, first out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from airshed.engine import events as e
from airshed.engine.invariants import blocked
from airshed.engine.nouns import Source
from airshed.engine.procedures import credits, flow_control
from airshed.engine.procedures.claims import bound
from airshed.engine.state import State
from airshed.model.allowance import Blocks, Series
from airshed.rulebook.schema import Rulebook


class OwedByYear(NamedTuple):
    """What a source still owes for a year."""

    source: Source
    year: int
    pollutant: str
    still: int


@dataclass(slots=True)
class Deducted:
    """What is taken of an account: the facts, how many for each obligation, and what is left of each series."""

    events: list[e.Surrendered] = field(default_factory=list)
    given: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    #: All that goes of a series, what is cancelled under flow control too.
    gone: Counter[str] = field(default_factory=Counter)
    left: dict[str, Blocks] = field(default_factory=dict)
    #: By year and pollutant: what was banked and is taken one for one.
    rooms: Counter[tuple[int, str]] = field(default_factory=Counter)

    #: By source and credit: how many of it are taken, for whichever year.
    credits: Counter[tuple[str, str]] = field(default_factory=Counter)

    def used(self, source: str) -> dict[str, int]:
        """By credit: how many are taken of it for a source."""
        return {credit: count for (name, credit), count in self.credits.items() if name == source}

    def blocks(self, state: State, account: str, series: str) -> Blocks:
        """What the account holds of a series once this is taken."""
        return self.left[series] if series in self.left else state.ledger.positions[account, series].blocks


def deducted(state: State, rules: Rulebook, account: str, owed: Iterable[OwedByYear]) -> Deducted:
    """Of what is free once the offers of the account are taken back; what others have a claim on stays."""
    found = Deducted()
    if not rules.compliance.deducts:
        return found
    free: dict[Series, int] = {}
    for name, position in state.ledger.of_account(account):
        series = Series.parse(name)
        free[series] = position.count - blocked(state, account, name) - bound(state, account, name)
    for source, year, pollutant, still in owed:
        holdings = [
            (series, there)
            for series, there in free.items()
            if there > 0 and credits.counts(rules, series, pollutant, source.jurisdiction, year)
        ]
        room = flow_control.room(state, account, year, pollutant)
        if room is not None:
            room -= found.rooms[year, pollutant]
        used = found.used(source.id)
        taken = credits.going(state, rules, holdings, still, source, year, pollutant, room, gone=used)
        if not taken.counted:
            continue
        there = {str(series): found.blocks(state, account, str(series)) for series, _ in holdings}
        moves, left = flow_control.moves(source, account, taken, there)
        found.left.update(left)
        for series, part in (*taken.counts, *taken.besides):
            free[series] -= part
            found.gone[str(series)] += part
            found.credits[source.id, series.pollutant] += part if series.pollutant != pollutant else 0
        own = [each for each in taken.counts if each[0].pollutant == pollutant]
        banked = sum(part for series, part in own if series.vintage < year)
        found.rooms[year, pollutant] += banked - taken.pairs
        found.given[source.id, year, pollutant] = taken.counted
        how = "deducted"
        found.events.append(e.Surrendered(source.id, year, pollutant, taken.counted, moves, how, taken.pairs))
    return found
