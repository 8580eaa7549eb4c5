"""Withholding: part of a grant is blocked until a year is verified or a penalty is paid, then freed or forfeited."""

from __future__ import annotations

from airshed.compliance.withdrawable import takeable
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Withholding
from airshed.engine.procedures.guards import Decision, Procedure, known_grant, no, own_account, positive
from airshed.engine.procedures.withdrawal import owed
from airshed.engine.state import State
from airshed.model.allowance import Series, lowest
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day

LAW = "withholding"
INVESTIGATION = "investigation"


def withhold(state: State, rules: Rulebook, at: int, actor: str, body: c.Withhold) -> Decision:
    """Only while the condition is open, and at most the part of the grant that the rule allows."""
    known = known_grant(state, rules, LAW, body.source, body.series)
    if isinstance(known, Refusal):
        return known
    source, granted = known
    if body.ground not in rules.withholding.grounds:
        return no(rules, LAW, Why.NOT_ELIGIBLE, f"nothing is withheld for {said(body.ground)} under this rulebook")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say why it is withheld")
    refusal = positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    most = granted.count * rules.withholding.most_basis_points // 10_000
    room = most - sum(
        each.blocked for each in state.withholdings.values() if (each.source, each.series) == (source.id, body.series)
    )
    if body.count > room:
        what = f"of {body.series} {most} may be withheld from {source.id}, {max(0, room)} more, not {body.count}"
        return no(rules, LAW, Why.TOO_LARGE, what)
    free = state.ledger.held_of(source.account, body.series).free
    if free < body.count:
        what = f"{source.account} has {free} of {body.series} free, not {body.count}"
        return no(rules, LAW, Why.INSUFFICIENT_HOLDING, what)
    if not _open(state, rules, at, source.id, body.ground, body.year):
        return no(rules, LAW, Why.NOTHING_DUE, f"{source.id} {body.year}: there is no {said(body.ground)}")
    law = rules.withholding
    until = rules.civil.days_after(at, law.investigation_days if body.ground == INVESTIGATION else law.forfeit_days)
    return (
        e.AllowancesWithheld(
            state.next_withholding,
            source.id,
            source.account,
            body.series,
            body.ground,
            body.year,
            body.count,
            until,
            body.reason,
        ),
    )


def said(ground: str) -> str:
    """A ground as a sentence has it."""
    return {"unpaid_back": "sum to pay back"}.get(ground, ground.replace("_", " "))


def _open(state: State, rules: Rulebook, at: int, source: str, ground: str, year: int) -> bool:
    """Whether the condition is still to be met."""
    known = state.years.get((source, year))
    today, law = rules.civil.day_of(at), rules.calendar
    match ground:
        case "missing_report":
            reported = known is not None and (known.version > 0 or known.verified_mg is not None)
            return today > due_day(rules, year, law.report_by) and not reported
        case "unverified_year":
            return today > due_day(rules, year, law.verify_by) and (known is None or known.verified_mg is None)
        case "unpaid_penalty":
            return any(key[:2] == (source, year) and penalty.open for key, penalty in state.penalties.items())
        case "unpaid_back":
            return any(each.due_fen for each in state.withdrawals.values() if each.source == source)
        case _:
            return True  # an investigation ends by word or by its time, not by a figure


def release(state: State, rules: Rulebook, at: int, actor: str, body: c.ReleaseWithheld) -> Decision:
    """By the authority, or by whose they are: the condition decides, not the sender."""
    found = state.withholdings.get(body.withholding)
    if found is None:
        return no(rules, LAW, Why.UNKNOWN_WITHHOLDING, f"there is no withholding {body.withholding}")
    if state.actors[actor].account:
        refusal = own_account(state, rules, actor, found.account)
        if refusal:
            return refusal
    if found.state != "withheld":
        return no(rules, LAW, Why.NOTHING_DUE, f"withholding {found.id} is {found.state}")
    if found.ground == INVESTIGATION:
        return _ended(state, rules, at, actor, found, body.reason)
    if _open(state, rules, at, found.source, found.ground, found.year):
        what = f"{found.source} {found.year} still has the {said(found.ground)}"
        return no(rules, LAW, Why.CONDITION_OPEN, what)
    return (e.WithholdingReleased(found.id, body.reason),)


def _ended(state: State, rules: Rulebook, at: int, actor: str, found: Withholding, reason: str) -> Decision:
    """The authority ends an investigation with what it has found; after its time anybody whose it is."""
    over = rules.civil.day_of(at) > found.until
    if state.actors[actor].account and not over:
        until = f"until {found.until}, or until those who look into it say what they have found"
        what = f"{found.source} is looked into {until}"
        return no(rules, LAW, Why.CONDITION_OPEN, what)
    if not over and not reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say what the investigation of {found.source} has found")
    return (e.WithholdingReleased(found.id, reason),)


def forfeit(state: State, rules: Rulebook, at: int, actor: str, body: c.ForfeitWithheld) -> Decision:
    """Once the time is over and the condition still open; what is owed for emissions stays and is free."""
    found: Withholding | None = state.withholdings.get(body.withholding)
    if found is None:
        return no(rules, LAW, Why.UNKNOWN_WITHHOLDING, f"there is no withholding {body.withholding}")
    if found.ground == INVESTIGATION:
        what = "an investigation ends with a release; what it finds has a penalty of its own"
        return no(rules, LAW, Why.NOT_ELIGIBLE, what)
    if found.state == "withheld" and rules.civil.day_of(at) <= found.until:
        return no(rules, LAW, Why.TOO_EARLY, f"withholding {found.id} may be met until {found.until}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say why it is forfeited")
    if found.state != "withheld":
        return no(rules, LAW, Why.NOTHING_DUE, f"withholding {found.id} is {found.state}")
    if not _open(state, rules, at, found.source, found.ground, found.year):
        return no(rules, LAW, Why.NOTHING_DUE, f"the condition of withholding {found.id} is met; release it")
    series = Series.parse(found.series)
    position = state.ledger.held_of(found.account, found.series)
    due = owed(state, rules, state.sources[found.source], series)
    count = takeable(found.blocked, position.free + found.blocked, due)
    if not count:
        return no(rules, LAW, Why.STILL_OWED, f"{found.account} owes {due} for emissions, all that is there")
    taken, _ = lowest(position.blocks, count)
    entry = (Delivered(found.account, accounts.reserve(series.jurisdiction), found.series, taken),)
    return (e.WithheldForfeited(found.id, count, found.blocked - count, body.reason, entry),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.Withhold: withhold,
    c.ReleaseWithheld: release,
    c.ForfeitWithheld: forfeit,
}
