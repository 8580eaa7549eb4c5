"""What the law takes at the deadline for what an account owes and has not given: first in, first out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from airshed.compliance.obligation import admitted
from airshed.compliance.surrender import plan
from airshed.engine import events as e
from airshed.engine.invariants import blocked
from airshed.engine.nouns import Source
from airshed.engine.procedures.claims import bound
from airshed.engine.state import State
from airshed.model.allowance import Blocks, Series, lowest
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook


class Owed(NamedTuple):
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
    gone: Counter[str] = field(default_factory=Counter)
    left: dict[str, Blocks] = field(default_factory=dict)

    def blocks(self, state: State, account: str, series: str) -> Blocks:
        """What the account holds of a series once this is taken."""
        return self.left[series] if series in self.left else state.ledger.positions[account, series].blocks


def deducted(state: State, rules: Rulebook, account: str, owed: Iterable[Owed]) -> Deducted:
    """Of what is free once the offers of the account are taken back; what others have a claim on stays."""
    found = Deducted()
    if not rules.compliance.deducts:
        return found
    law = rules.allowance
    free: dict[Series, int] = {}
    for name, position in state.ledger.of_account(account):
        series = Series.parse(name)
        free[series] = position.count - blocked(state, account, name) - bound(state, account, name)
    for source, year, pollutant, still in owed:
        holdings = [
            (series, there)
            for series, there in free.items()
            if there > 0 and admitted(series, pollutant, source.jurisdiction, year, law.admitted, law.vintages_back)
        ]
        moves: list[Delivered] = []
        for series, part in plan(holdings, still, source.jurisdiction):
            name = str(series)
            taken, found.left[name] = lowest(found.blocks(state, account, name), part)
            moves.append(Delivered(account, accounts.surrendered(source.jurisdiction), name, taken))
            free[series] -= part
            found.gone[name] += part
            found.given[source.id, year, pollutant] += part
        given = found.given[source.id, year, pollutant]
        if given:
            found.events.append(e.Surrendered(source.id, year, pollutant, given, tuple(moves), "deducted"))
    return found
