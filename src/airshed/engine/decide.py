"""Deciding: a command against the state and the rules becomes events or a refusal. Pure."""

from __future__ import annotations

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures import (
    account,
    account_closing,
    account_sources,
    assurance,
    auction,
    auction_bids,
    auction_clearing,
    call,
    case,
    credits,
    credits_void,
    day,
    deal,
    deal_halts,
    issue,
    issue_true_up,
    lapsing,
    lease,
    listed,
    mark,
    monitoring,
    monitoring_tests,
    opting,
    penalty,
    people,
    people_rights,
    pledge,
    pledge_sale,
    report,
    reserve,
    reserve_entrants,
    right,
    sale,
    sealed,
    settling,
    standing,
    stated,
    transfer,
    transfer_cut,
    transfer_undone,
    transfer_written_off,
    withdrawal,
    withdrawal_closure,
    withdrawal_undone,
    withdrawal_withheld,
    zone_call,
)
from airshed.engine.procedures.guards import Decision, Procedure, no
from airshed.engine.procedures.people_rights import may_confirm, may_send
from airshed.engine.procedures.warned import Warns, confirming
from airshed.engine.state import State
from airshed.model.period import DAY_MS
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook

#: In the order of the catalogue.
ROOMS = (
    *(
        people,
        people_rights,
        account,
        account_closing,
        account_sources,
        opting,
        issue,
        issue_true_up,
        credits,
        credits_void,
    ),
    *(transfer, transfer_undone, transfer_written_off, transfer_cut, sale, auction, auction_bids, auction_clearing),
    *(reserve_entrants, withdrawal_closure, withdrawal, withdrawal_undone, withdrawal_withheld, reserve, listed, deal),
    *(deal_halts, call, zone_call, sealed, pledge, pledge_sale, lease, right, day, mark, monitoring),
    *(monitoring_tests, report, settling, assurance, penalty, standing, case),
)
_PROCEDURES: dict[type, Procedure] = {kind: decides for room in ROOMS for kind, decides in room.PROCEDURES.items()}

#: Commands that say what their preview warns of.
WARNS: dict[type, Warns] = {**issue.WARNS, **settling.WARNS}
SAYS_WHAT_IT_KNOWS = c.Allocate | c.CloseYear
#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    **_PROCEDURES,
    **{kind: confirming(_PROCEDURES[kind], warns) for kind, warns in WARNS.items()},
}


def decide(state: State, command: c.Command, rules: Rulebook, at: int, text: Rulebook | None = None) -> Decision:
    """What will have happened, or the first reason why nothing does.

    `rules` is the rulebook in force, `text` the one that the command is to put in force, where it is at hand (see
    `law_named`). The caller has looked at the key already.
    """
    if at > state.acts_until:
        with lapsing.taken_off(state, at) as lapsed:
            decision = decide(state, command, rules, at, text)
        return decision if isinstance(decision, Refusal) else (*lapsed, *decision)
    if facts := stated.due(state, rules, at):
        with stated.meanwhile(state, facts):
            decision = decide(state, command, rules, at, text)
        return decision if isinstance(decision, Refusal) else (*facts, *decision)
    body, actor = command.body, command.actor
    kind = type(body)
    if state.rulebook is not None:
        refusal = may_send(state, rules, actor, body)
        if refusal is not None:
            return refusal
    elif kind is not c.AdoptRulebook:
        return no(rules, "programme", Why.NO_RULEBOOK, "no rulebook is in force; adopt one first")
    if type(body) is c.ConfirmAct:
        return confirm_act(state, rules, at, actor, body, text)
    decision = alone(state, rules, at, actor, body, text)
    if isinstance(decision, Refusal) or not _takes_two(state, rules, at, body):
        return decision
    days = rules.roles.act_expires_days
    return (e.ActProposed(state.next_act, actor, body, None if days is None else at + days * DAY_MS),)


def _takes_two(state: State, rules: Rulebook, at: int, body: c.Body) -> bool:
    """Whether an act waits for a second pair of eyes: of a transfer the table of transaction types says so alone.

    The first adoption, with which all begins, waits for nobody.
    """
    by_law = transfer.TAKES_TWO.get(type(body))
    if by_law is not None:
        return by_law(state, rules, at, body)
    joins = people_rights.TAKES_TWO.get(type(body))
    if joins is not None and joins(state, rules, at, body):
        return True
    return type(body).__name__ in rules.roles.second and state.rulebook is not None


def law_named(state: State, body: c.Body) -> str | None:
    """The digest of the rulebook that a command is to put in force, or confirms to be put in force; else None."""
    if type(body) is c.ConfirmAct and body.act in state.acts:
        body = state.acts[body.act].body
    return body.digest if type(body) is c.AdoptRulebook else None


def alone(state: State, rules: Rulebook, at: int, actor: str, body: c.Body, text: Rulebook | None) -> Decision:
    """What a command does that waits for nobody."""
    if type(body) is c.AdoptRulebook:
        adopted = people.adopt(state, text or rules, at, actor, body)
        return adopted if isinstance(adopted, Refusal) else (*adopted, *stated.due_by_adoption(state, rules, text, at))
    return PROCEDURES[type(body)](state, rules, at, actor, body)


def knowing(state: State, rules: Rulebook, at: int, actor: str, body: c.Body) -> c.Body:
    """The command as whoever has seen its preview sends it; as it is where it is refused or warns of nothing."""
    if not isinstance(body, SAYS_WHAT_IT_KNOWS):
        return body
    with stated.meanwhile(state, stated.due(state, rules, max(at, state.at))):
        decision = _PROCEDURES[type(body)](state, rules, max(at, state.at), actor, body)
        if isinstance(decision, Refusal):
            return body
        return msgspec.structs.replace(body, knowing=WARNS[type(body)].of(state, rules, body, decision))


def confirm_act(
    state: State, rules: Rulebook, at: int, actor: str, body: c.ConfirmAct, text: Rulebook | None = None
) -> Decision:
    """Another, who may do the same, confirms an act that waits; it is decided anew, as things stand now."""
    act = state.acts.get(body.act) or state.lapsed.get(body.act)
    if act is None:
        return no(rules, "roles", Why.UNKNOWN_ACT, f"no act waits under number {body.act}")
    if act.actor == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{actor} proposed act {act.id}; another confirms it")
    refusal = may_send(state, rules, act.actor, act.body) or may_confirm(state, rules, actor, act.actor, act.body)
    if refusal is not None:
        return refusal
    if act.id in state.lapsed:
        return no(rules, "roles", Why.ACT_LAPSED, lapsing.said(state, act))
    if may_send(state, rules, actor, act.body, approving=True) is None:
        theirs = alone(state, rules, at, actor, act.body, text)
        if isinstance(theirs, Refusal):
            return theirs
    decision = alone(state, rules, at, act.actor, act.body, text)
    if isinstance(decision, Refusal):
        return decision
    signed = (
        msgspec.structs.replace(event, confirmed_by=actor)
        if isinstance(event, e.CaseDecided | e.PlanApproved)
        else event
        for event in decision
    )
    return (e.ActConfirmed(act.id, act.actor, actor), *signed)
