"""Undoing: transfers and surrenders that were wrong are taken back, and what was granted too much is returned."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import deadline, surrender_day
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    free_of,
    known_account,
    known_grant,
    known_source,
    no,
    own_account,
    positive,
    thawed,
)
from airshed.engine.procedures.report import last_given
from airshed.engine.procedures.transfer import LAW
from airshed.engine.procedures.withdrawal import offers_off, reachable
from airshed.engine.state import State
from airshed.model.allowance import Series, common, count_of, lowest
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def reverse_transfer(state: State, rules: Rulebook, at: int, actor: str, body: c.ReverseTransfer) -> Decision:
    """In time, and the same serials: what has gone on to others stays with them, who have done nothing wrong.

    What the target offers is taken off the market for it; what others have a claim on stays.
    """
    known = state.transfers.get(body.transfer)
    if known is None:
        return no(rules, LAW, Why.UNKNOWN_TRANSFER, f"there is no transfer {body.transfer}")
    refusal = known_account(state, rules, known.origin) or known_account(state, rules, known.target)
    if refusal:
        return refusal
    days, what = _days(rules, known.type), f"transfer {known.id}"
    if days is None:
        return no(rules, LAW, Why.WRONG_KIND, f"{what} is of type {known.type}, which is not reversed by this rulebook")
    if known.state != "done" or known.ended is None:
        how = {"waiting": "waits: CancelTransfer calls it off", "cancelled": "was called off"}
        return no(rules, LAW, Why.TRANSFER_OVER, f"{what} {how.get(known.state, 'is reversed already')}")
    last = rules.civil.days_after(known.ended, days)
    if rules.civil.day_of(at) > last:
        return no(
            rules, LAW, Why.TOO_LATE, f"{what} of {rules.civil.clock(known.ended)} could be reversed until {last}"
        )
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say what was wrong with transfer {known.id}")
    moves = [move for move in known.entry if isinstance(move, Delivered)]
    offers: list[e.Event] = []
    for move in moves:
        elsewhere = _elsewhere(state, move)
        if elsewhere:
            return no(rules, LAW, Why.SERIALS_GONE, f"of {move.series} {elsewhere}")
    for move in moves:
        there = reachable(state, known.target, move.series)
        if there < known.count:
            what = f"{known.target} has {there} of {move.series} that nobody has a claim on, not {known.count}"
            return no(rules, LAW, Why.INSUFFICIENT_HOLDING, what)
        offers = offers or offers_off(state, known.target, move.series, known.count, actor)
    back = tuple(Delivered(move.target, move.origin, move.series, move.blocks) for move in moves)
    return (*offers, e.TransferReversed(known.id, body.reason, back))


def reverse_surrender(state: State, rules: Rulebook, at: int, actor: str, body: c.ReverseSurrender) -> Decision:
    """In time, before the last day to surrender, while the year is open: the last given first, as a correction does."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    days, what = _days(rules, "surrender"), f"the surrender of {body.source} for {body.year}"
    if days is None:
        return no(rules, LAW, Why.WRONG_KIND, f"{what} is not reversed by this rulebook")
    if (source.account, body.year) in state.closed:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{source.account} has settled {body.year}")
    if at > deadline(rules, body.year):
        day = surrender_day(rules, body.year)
        return no(rules, "calendar", Why.TOO_LATE, f"{what} could be reversed until {day}, when it could be given anew")
    year = state.years.get((body.source, body.year))
    when = year.surrenders.get(body.pollutant, []) if year is not None else []
    if when and rules.civil.day_of(at) > rules.civil.days_after(when[-1][0], days):
        last = rules.civil.days_after(when[-1][0], days)
        return no(
            rules, LAW, Why.TOO_LATE, f"{what} of {rules.civil.clock(when[-1][0])} could be reversed until {last}"
        )
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say what was wrong with {what}")
    refusal = positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    recent = sum(count for given, count in when if rules.civil.day_of(at) <= rules.civil.days_after(given, days))
    most = min(recent, year.surrendered.get(body.pollutant, 0)) if year is not None else 0
    if body.count > most:
        return no(rules, LAW, Why.TOO_LARGE, f"of {what} {most} of {body.pollutant} can be reversed, not {body.count}")
    assert year is not None, body
    moves = tuple(last_given(year.given.get(body.pollutant, []), body.count))
    return (e.SurrenderReversed(body.source, body.year, body.pollutant, body.count, body.reason, moves),)


def return_excess(state: State, rules: Rulebook, at: int, actor: str, body: c.ReturnExcess) -> Decision:
    """By the operator, out of what is free, up to what was granted; it is granted so much less from then on."""
    known = known_grant(state, rules, "withdrawal", body.source, body.series)
    if isinstance(known, Refusal):
        return known
    source, granted = known
    refusal = own_account(state, rules, actor, source.account) or thawed(
        state, rules, source.account, gives="excess_return"
    )
    if refusal:
        return refusal
    if not body.reason.strip():
        return no(rules, "withdrawal", Why.UNEXPLAINED, "say why it was too much")
    refusal = positive(rules, "withdrawal", "the count", body.count)
    if refusal:
        return refusal
    if body.count > granted.count:
        what = f"{source.id} was granted {granted.count} of {body.series}, not {body.count}"
        return no(rules, "withdrawal", Why.TOO_LARGE, what)
    refusal = free_of(state, rules, "withdrawal", source.account, body.series, body.count)
    if refusal:
        return refusal
    taken, _ = lowest(state.ledger.positions[source.account, body.series].blocks, body.count)
    reserve = accounts.reserve(Series.parse(body.series).jurisdiction)
    entry = (Delivered(source.account, reserve, body.series, taken),)
    return (e.ExcessReturned(source.id, source.account, body.series, body.count, body.reason, entry),)


def _days(rules: Rulebook, kind: str) -> int | None:
    row = lookup.transaction(rules, kind)
    return None if row is None else row.reversible_days


def _elsewhere(state: State, move: Delivered) -> str:
    """Who holds the serials of a move that its target has no longer, in words; empty when it has all of them."""
    found = [
        f"{holder} holds {count}"
        for holder, position in state.ledger.of_series(move.series)
        if holder != move.target and (count := count_of(common(position.blocks, move.blocks)))
    ]
    return f"the serials have gone on: {', '.join(sorted(found))} of {count_of(move.blocks)}" if found else ""


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.ReverseTransfer: reverse_transfer,
    c.ReverseSurrender: reverse_surrender,
    c.ReturnExcess: return_excess,
}
