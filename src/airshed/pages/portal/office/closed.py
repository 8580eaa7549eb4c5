"""How a year ended for the accounts that have settled it: who was short, what was imposed, what of it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.names import works_name
from airshed.rulebook.schema import Rulebook


class Missed(NamedTuple):
    """A pollutant of a works that was short; penalties stand open until one is imposed."""

    source: str
    account: str
    name: Phrase
    pollutant: str
    owed: Phrase
    given: Phrase
    short: Phrase
    penalty: Phrase
    paid: Phrase
    makeup: Phrase


class Decided(NamedTuple):
    """What was decided of a year."""

    accounts: int
    obligations: int
    met: int
    short_accounts: int
    penalty: Phrase
    paid: Phrase
    short: Sequence[Missed]


def decided(state: State, rules: Rulebook, actor: Actor, year: int) -> Decided:
    """How the year ended for the accounts of somebody's scope that have settled it."""
    imposed: dict[tuple[str, str], tuple[int, int]] = {}
    for (source, of, pollutant, _), penalty in state.penalties.items():
        if of == year:
            fen, paid = imposed.get((source, pollutant), (0, 0))
            imposed[source, pollutant] = (fen + penalty.fen, paid + penalty.paid_fen)
    sources = sorted(
        source.id
        for source in state.sources.values()
        if actor.jurisdiction in ("", source.jurisdiction)
        and (source.id, year) in state.years
        and (source.account, year) in state.closed
    )
    settled = [row for source in sources for row in state.years[source, year].settled.values()]
    short = [row for row in settled if row.shortfall]
    fines = [imposed[row.source, row.pollutant] for row in short if (row.source, row.pollutant) in imposed]

    def money(fen: int, known: bool) -> Phrase:
        return in_column(fen, Unit.FEN, rules) if known else Phrase("not decided", "尚未决定")

    def missed(source: str, pollutant: str) -> Missed:
        known, row = state.sources[source], state.years[source, year].settled[pollutant]
        fine = imposed.get((source, pollutant))
        fen, paid = fine or (0, 0)

        def count(allowances: int) -> Phrase:
            return in_column(allowances, Unit.ALLOWANCES, rules)

        return Missed(
            source,
            known.account,
            works_name(rules, source, known.name),
            pollutant,
            *(count(row.obligation), count(row.surrendered), count(row.shortfall)),
            *(money(fen, fine is not None), money(paid, fine is not None), count(row.makeup)),
        )

    return Decided(
        len({state.sources[source].account for source in sources}),
        len(settled),
        len(settled) - len(short),
        len({state.sources[row.source].account for row in short}),
        money(sum(fen for fen, _ in fines), bool(fines) or not short),
        money(sum(paid for _, paid in fines), bool(fines) or not short),
        [missed(row.source, row.pollutant) for row in short],
    )
