"""Credits that are found void: who holds them loses them, who used them owes again what they covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import blocked
from airshed.engine.nouns import Year
from airshed.engine.procedures.claims import overrun
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.procedures.guards import Decision, Procedure, no
from airshed.engine.procedures.taken_off import sales_off
from airshed.engine.state import State
from airshed.model.allowance import Blocks, SerialBlock, Series, common, count_of
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

LAW = "compliance"
#: Accounts of the programme in which nothing is to be made good: what lies there is used, or of nobody.
OWN = (accounts.AccountKind.SURRENDERED, accounts.AccountKind.CANCELLED)


class Use(NamedTuple):
    """Void credits that were given for a year."""

    year: Year
    account: str
    blocks: Blocks


def void(state: State, rules: Rulebook, at: int, actor: str, body: c.VoidCredits) -> Decision:
    """Of the years that the law has for it. What an account offers of them is taken back, and claims on them shrink."""
    series = _named(state, rules, at, body)
    if isinstance(series, Refusal):
        return series
    wanted = (SerialBlock(body.first, body.last),)
    code = state.credits[series.pollutant]
    uses = sorted(_uses(state, body.series, code, wanted), key=lambda use: (use.year.source, use.year.year))
    lines: list[e.VoidUse] = []
    for use in uses:
        line = _owed_again(state, rules, at, use)
        if isinstance(line, Refusal):
            return line
        lines.append(line)
    cancelled = accounts.cancelled(series.jurisdiction)
    moves = [Delivered(use.account, cancelled, body.series, use.blocks) for use in uses]
    besides: list[e.Event] = []
    for account, position in sorted(state.ledger.of_series(body.series), key=lambda each: each[0]):
        held = common(position.blocks, wanted)
        if not held or state.ledger.accounts[account].kind in OWN:
            continue
        stuck = count_of(held) + blocked(state, account, body.series) - position.count
        if stuck > 0:
            what = f"{stuck} of {body.series} that {account} holds are not paid for, under notice or withheld"
            return no(rules, LAW, Why.CONDITION_OPEN, f"{what}; settle that first")
        move = Delivered(account, cancelled, body.series, held)
        if position.free < count_of(held):
            besides += sales_off(state, account, actor)
            besides += overrun(state, account, (move,), Counter())
        moves.append(move)
    if not moves:
        what = f"all of {body.series} {body.first} to {body.last} are void or cancelled already"
        return no(rules, LAW, Why.NOTHING_DUE, what)
    how = (tuple(lines), body.reason, body.evidence, actor, tuple(moves))
    return (*besides, e.CreditsVoided(body.series, body.first, body.last, code, *how))


def _named(state: State, rules: Rulebook, at: int, body: c.VoidCredits) -> Series | Refusal:
    """Credits that were issued, of a vintage that may still be found void, with what is wrong and what shows it."""
    years = rules.compliance.credits_void_years
    issued = state.ledger.caps.get(body.series)
    series = Series.parse(body.series) if issued is not None else None
    if series is None or series.pollutant not in state.credits:
        return no(rules, LAW, Why.UNKNOWN_SERIES, f"{body.series} is no series of credits that was issued")
    if years is None:
        return no(rules, LAW, Why.WRONG_KIND, "this rulebook finds no credits void")
    last = series.vintage + years
    if int(rules.civil.day_of(at)[:4]) > last:
        return no(rules, LAW, Why.TOO_LATE, f"{body.series} could be found void until the end of {last}")
    if not 1 <= body.first <= body.last <= (issued or 0):
        what = f"{body.series} has numbers 1 to {issued}, not {body.first} to {body.last}"
        return no(rules, LAW, Why.TOO_LARGE, what)
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say what is wrong with {body.series}")
    if not body.evidence:
        return no(rules, LAW, Why.UNEXPLAINED, f"give the digest of what shows that {body.series} are void")
    return series


def _uses(state: State, series: str, code: str, wanted: Blocks) -> Iterator[Use]:
    """Years for which some of these serials were given, with those that are."""
    for year in state.years.values():
        given = [move for move in year.given.get(code, ()) if move.series == series]
        blocks = tuple(sorted(block for move in given for block in common(move.blocks, wanted)))
        if blocks:
            yield Use(year, given[0].target, blocks)


def _owed_again(state: State, rules: Rulebook, at: int, use: Use) -> e.VoidUse | Refusal:
    """Until when: with the year itself, or, where that is settled, so many days from now."""
    source, number, count = use.year.source, use.year.year, count_of(use.blocks)
    absent = state.ledger.absent(state.sources[source].account)
    if absent:
        what = f"{count} were given for {source} {number}, and {absent}"
        return no(rules, LAW, Why.CONDITION_OPEN, f"{what}; name the serials of others")
    if use.year.settled:
        days = rules.compliance.credits_replace_days
        assert days is not None, rules.compliance
        until = date.fromisoformat(rules.civil.day_of(at)) + timedelta(days=days)
        return e.VoidUse(source, number, count, until.isoformat())
    if at > deadline(rules, number):
        what = f"{count} were given for {source} {number}, which is not settled, and its last day has passed"
        return no(rules, LAW, Why.CONDITION_OPEN, f"{what}; close the year first")
    return e.VoidUse(source, number, count, "")


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.VoidCredits: void}
