"""Settling advances: what verified output brings is given out of the reserve, or taken back, source by source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from airshed.compliance.obligation import made_up
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Advance
from airshed.engine.procedures.control_periods import emitted
from airshed.engine.procedures.guards import Decision, Procedure, capped_series, known_source, no
from airshed.engine.procedures.issue import activity_of, details_of
from airshed.engine.procedures.withdrawal import offers_off, reachable
from airshed.engine.state import State
from airshed.market.allocation import Activity, Share, split
from airshed.market.sharing.lawful import final_by_law
from airshed.market.sharing.true_up import of_excluded, said
from airshed.model.allowance import Blocks, Series, joined, lowest
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "allocation"
#: Withdrawals that are neither carried out nor fallen.
OPEN = ("noticed", "appealed", "confirmed")


class TrueUpDifference(NamedTuple):
    """What a source had of a series and what it gets, with what can be taken back now and what is to be given."""

    source: str
    account: str
    advance: int
    final: Share
    taken: int
    wanted: int


def true_up(state: State, rules: Rulebook, at: int, actor: str, body: c.TrueUp) -> Decision:
    """Once every source that shares is verified: what is too much goes back first, then what is too little is given.

    What was sold on is withheld from the next allocation; where the reserve has too little for it, what is still to be
    given is cut alike.
    """
    series = Series(body.pollutant, body.jurisdiction, body.vintage)
    refusal = capped_series(state, rules, str(series))
    if refusal:
        return refusal
    advance = state.advances.get(str(series))
    if advance is None:
        what = f"nothing of {series} is kept back: it is not shared out, was given whole, or is settled already"
        return no(rules, LAW, Why.NOTHING_DUE, what)
    refusal = _named(state, rules, body, advance) or _settled_before(state, rules, series, advance)
    if refusal:
        return refusal
    law = lookup.local(rules, body.jurisdiction).allocation
    try:
        finals = final_by_law(law, advance.pool, _verified(state, rules, body), rules.allowance.size_kg)
    except Malformed as error:
        return no(rules, LAW, Why.NOT_CONSERVED, str(error))
    differences = _differences(state, str(series), advance, finals)
    settled = _settled(state, series, advance, differences, law.method, law.unclaimed == "cancelled")
    taken = Counter[str]()
    for each in differences:
        taken[each.account] += each.taken
    offers = [off for account, count in taken.items() for off in offers_off(state, account, str(series), count, actor)]
    return (*offers, settled)


def _named(state: State, rules: Rulebook, body: c.TrueUp, advance: Advance) -> Refusal | None:
    """A line for each source that shares, once, and for no other."""
    seen = [line.source for line in body.outputs]
    for source in seen:
        known = known_source(state, rules, source, LAW)
        if isinstance(known, Refusal):
            return known
        if source not in advance.given:
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source} got nothing of it in advance")
        if seen.count(source) > 1:
            return no(rules, LAW, Why.ALREADY_EXISTS, f"{source} has two lines; give each source one")
        if (source, body.vintage) in state.excluded:
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source} is excluded from {body.vintage}; leave its line out")
    for source in advance.given:
        if source not in seen and (source, body.vintage) not in state.excluded:
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source} got a part in advance and has no line; give its output")
    return None


def _settled_before(state: State, rules: Rulebook, series: Series, advance: Advance) -> Refusal | None:
    """Every year is verified, and no withdrawal of the series is open."""
    for source in unverified(state, series, advance):
        return no(rules, "calendar", Why.NOT_VERIFIED, f"{source} has no verified emission for {series.vintage}")
    for each in state.withdrawals.values():
        if each.series == str(series) and each.state in OPEN:
            what = f"withdrawal {each.id} of {series} is {each.state}; carry it out, or let it fall, before"
            return no(rules, "withdrawal", Why.CONDITION_OPEN, what)
    return None


def unverified(state: State, series: Series, advance: Advance) -> Iterator[str]:
    """Sources with a part in advance of which the year is neither verified nor excluded."""
    for source in advance.given:
        year = state.years.get((source, series.vintage))
        known = year is not None and year.verified_mg is not None and not year.reopened
        if not known and (source, series.vintage) not in state.excluded:
            yield source


def _verified(state: State, rules: Rulebook, body: c.TrueUp) -> list[Activity]:
    """The year of every source that has a line, as verified: its emission is that of the book."""
    details = details_of([line.source for line in body.outputs], body.details)
    return [
        activity_of(
            state.sources[line.source].sector,
            rules,
            body.pollutant,
            c.ActivityLine(
                line.source,
                (body.vintage,),
                (emitted(state, state.years[line.source, body.vintage], body.pollutant) or 0,),
                (line.output,),
            ),
            details.get(line.source),
        )
        for line in body.outputs
    ]


def _differences(state: State, series: str, advance: Advance, finals: dict[str, Share]) -> list[TrueUpDifference]:
    """By source: what can be taken back of what is too much, accounts with several sources counted once."""
    gone = Counter[str]()
    found: list[TrueUpDifference] = []
    for source, had in sorted(advance.given.items()):
        account = state.sources[source].account
        final = finals.get(source) or of_excluded(source)
        there = reachable(state, account, series) - gone[account]
        taken = max(0, min(had - final.count, there))
        gone[account] += taken
        found.append(TrueUpDifference(source, account, had, final, taken, max(0, final.count - had)))
    return found


def _settled(
    state: State, series: Series, advance: Advance, found: list[TrueUpDifference], method: str, cancels: bool
) -> e.TruedUp:
    name, reserve = str(series), accounts.reserve(series.jurisdiction)
    moves: list[Move] = []
    blocks = state.ledger.held_of(reserve, name).blocks
    left: dict[str, Blocks] = {}
    for each in found:
        if each.taken:
            mine = left.get(each.account, state.ledger.held_of(each.account, name).blocks)
            gone, left[each.account] = lowest(mine, each.taken)
            moves.append(Delivered(each.account, reserve, name, gone))
            blocks = joined(blocks, gone)
    wanted = {each.source: each.wanted for each in found if each.wanted}
    pool = advance.kept + sum(each.taken for each in found)
    served = wanted if sum(wanted.values()) <= pool else split(pool, wanted)
    lines: list[e.Settled] = []
    for each in found:
        more = served.get(each.source, 0)
        back = made_up(more, state.makeup_due.get((each.source, series.pollutant), 0))
        if more > back:
            given, blocks = lowest(blocks, more - back)
            moves.append(Delivered(reserve, each.account, name, given))
        lines.append(_line(each, more, back))
    cancelled = pool - sum(served.values()) if cancels else 0
    if cancelled:
        gone, blocks = lowest(blocks, cancelled)
        moves.append(Delivered(reserve, accounts.cancelled(series.jurisdiction), name, gone))
    return e.TruedUp(name, method, tuple(lines), cancelled, tuple(moves))


def _line(each: TrueUpDifference, more: int, back: int) -> e.Settled:
    due = max(0, each.advance - each.final.count) - each.taken
    cut = each.wanted - more
    en, zh = said(each.final, each.advance, more, each.taken, due, cut)
    return e.Settled(
        each.source, each.account, each.advance, each.final.count, more, back, each.taken, due, cut, en, zh
    )


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.TrueUp: true_up,
}
