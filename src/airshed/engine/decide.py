"""Deciding: a command against the state and the rules becomes events or a refusal. Pure."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures import (
    auction,
    auction_bids,
    auction_clearing,
    call,
    day,
    deal,
    deal_halts,
    issue,
    lease,
    listed,
    mark,
    people,
    pledge,
    pledge_sale,
    report,
    reserve,
    reserve_entrants,
    right,
    sale,
    settling,
    transfer,
    withdrawal,
    withdrawal_closure,
    withdrawal_undone,
    withdrawal_withheld,
    zone_call,
)
from airshed.engine.procedures.guards import Decision, Procedure, actor_may, no
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook

PROCEDURES: dict[type, Procedure] = {
    **people.PROCEDURES,
    **issue.PROCEDURES,
    **transfer.PROCEDURES,
    **sale.PROCEDURES,
    **auction.PROCEDURES,
    **auction_bids.PROCEDURES,
    **auction_clearing.PROCEDURES,
    **reserve_entrants.PROCEDURES,
    **withdrawal_closure.PROCEDURES,
    **withdrawal.PROCEDURES,
    **withdrawal_undone.PROCEDURES,
    **withdrawal_withheld.PROCEDURES,
    **reserve.PROCEDURES,
    **listed.PROCEDURES,
    **deal.PROCEDURES,
    **deal_halts.PROCEDURES,
    **call.PROCEDURES,
    **zone_call.PROCEDURES,
    **pledge.PROCEDURES,
    **pledge_sale.PROCEDURES,
    **lease.PROCEDURES,
    **right.PROCEDURES,
    **day.PROCEDURES,
    **mark.PROCEDURES,
    **report.PROCEDURES,
    **settling.PROCEDURES,
}


def decide(state: State, command: c.Command, rules: Rulebook, at: int) -> Decision:
    """What will have happened, or the first reason why nothing does.

    `rules` is the rulebook in force; for `AdoptRulebook` it is the one to be adopted. The caller has
    looked at the key already.
    """
    body = command.body
    if type(body) is c.AdoptRulebook:
        return people.adopt(state, rules, at, command.actor, body)
    if state.rulebook is None:
        return no(rules, "programme", Why.NO_RULEBOOK, "no rulebook is in force; adopt one first")
    kind = type(body)
    refusal = actor_may(state, rules, command.actor, kind.__name__)
    if refusal is not None:
        return refusal
    if type(body) is c.ConfirmAct:
        return confirm_act(state, rules, at, command.actor, body)
    decision = PROCEDURES[kind](state, rules, at, command.actor, body)
    if isinstance(decision, Refusal) or not _takes_two(state, rules, body):
        return decision
    return (e.ActProposed(state.next_act, command.actor, body),)


def _takes_two(state: State, rules: Rulebook, body: c.Body) -> bool:
    """Whether an act waits for a second pair of eyes: of a transfer the table of transaction types says so."""
    if type(body) is c.Transfer:
        return transfer.takes_two(state, rules, body)
    return type(body).__name__ in rules.roles.second


def confirm_act(state: State, rules: Rulebook, at: int, actor: str, body: c.ConfirmAct) -> Decision:
    """Another, who may do the same, confirms an act that waits; it is decided anew, as things stand now."""
    act = state.acts.get(body.act)
    if act is None:
        return no(rules, "roles", Why.UNKNOWN_ACT, f"no act waits under number {body.act}")
    if act.actor == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{actor} proposed act {act.id}; another confirms it")
    kind = type(act.body)
    for each in (act.actor, actor):
        refusal = actor_may(state, rules, each, kind.__name__)
        if refusal is not None:
            return refusal
    theirs = PROCEDURES[kind](state, rules, at, actor, act.body)
    if isinstance(theirs, Refusal):
        return theirs
    decision = PROCEDURES[kind](state, rules, at, act.actor, act.body)
    if isinstance(decision, Refusal):
        return decision
    return (e.ActConfirmed(act.id, act.actor, actor), *decision)
