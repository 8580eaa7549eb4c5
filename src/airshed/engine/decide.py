"""Deciding: a command against the state and the rules becomes events or a refusal. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine import commands as c
from airshed.engine.procedures import administering, complying, issuing, monitoring, trading
from airshed.engine.procedures.guards import Decision, actor_may, no
from airshed.engine.state import State
from airshed.model.refusal import Why
from airshed.rulebook.schema import Rulebook

Procedure = Callable[[State, Rulebook, int, str, Any], Decision]

PROCEDURES: dict[type, Procedure] = {
    c.RegisterActor: administering.register_actor,
    c.OpenAccount: administering.open_account,
    c.FreezeAccount: administering.freeze,
    c.ThawAccount: administering.thaw,
    c.RegisterSource: administering.register_source,
    c.Deposit: administering.deposit,
    c.Withdraw: administering.withdraw,
    c.SetCap: issuing.set_cap,
    c.Allocate: issuing.allocate_series,
    c.OpenAuction: issuing.open_auction,
    c.PlaceBid: issuing.place_bid,
    c.CloseAuction: issuing.close_auction,
    c.OpenSession: trading.open_session,
    c.CloseSession: trading.close_session,
    c.PlaceOrder: trading.place_order,
    c.CancelOrder: trading.cancel_order,
    c.OfferRepurchase: trading.offer_repurchase,
    c.Transfer: trading.transfer,
    c.SealDay: monitoring.seal_day,
    c.ReportYear: monitoring.report_year,
    c.VerifyYear: monitoring.verify_year,
    c.DetermineYear: monitoring.determine_year,
    c.Surrender: complying.surrender,
    c.CloseYear: complying.close_year,
    c.PayPenalty: complying.pay_penalty,
}


def decide(state: State, command: c.Command, rules: Rulebook, at: int) -> Decision:
    """What will have happened, or the first reason why nothing does.

    `rules` is the rulebook in force; for `AdoptRulebook` it is the one to be adopted. The caller has
    looked at the key already.
    """
    body = command.body
    if type(body) is c.AdoptRulebook:
        return administering.adopt(state, rules, at, command.actor, body)
    if state.rulebook is None:
        return no(rules, "programme", Why.NO_RULEBOOK, "no rulebook is in force; adopt one first")
    kind = type(body)
    refusal = actor_may(state, rules, command.actor, kind.__name__)
    if refusal is not None:
        return refusal
    return PROCEDURES[kind](state, rules, at, command.actor, body)
