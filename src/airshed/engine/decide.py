"""Deciding: a command against the state and the rules becomes events or a refusal. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures import (
    administering,
    auctioning,
    bidding,
    calling,
    clearing,
    closing,
    complying,
    dealing,
    entering,
    granting,
    halting,
    issuing,
    leasing,
    marking,
    monitoring,
    pledge_sale,
    pledging,
    reporting,
    reserving,
    restoring,
    returning,
    rights,
    trading,
    withholding,
    zone_calling,
)
from airshed.engine.procedures.guards import Decision, actor_may, no
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
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
    c.RejectAct: administering.reject_act,
    c.SetCap: issuing.set_cap,
    c.Allocate: issuing.allocate_series,
    c.OpenSale: granting.open_sale,
    c.CloseSale: granting.close_sale,
    c.BuyAllocation: granting.buy,
    c.PayInstalment: granting.pay_instalment,
    c.WithdrawUnpaid: granting.withdraw_unpaid,
    c.OpenAuction: auctioning.open_auction,
    c.ConsignLot: auctioning.consign_lot,
    c.PlaceBid: bidding.place_bid,
    c.CloseAuction: clearing.close_auction,
    c.ApplyForReserve: entering.apply_for_reserve,
    c.DropApplication: entering.drop_application,
    c.GrantReserve: entering.grant_reserve,
    c.ReleaseUnused: entering.release_unused,
    c.CloseSource: closing.close_source,
    c.ReopenSource: closing.reopen_source,
    c.NoticeWithdrawal: returning.notice,
    c.AppealWithdrawal: returning.appeal,
    c.DecideAppeal: returning.decide_appeal,
    c.WithdrawAllowances: returning.withdraw,
    c.PayBack: restoring.pay_back,
    c.RestoreWithdrawn: restoring.restore,
    c.ReverseAllocation: restoring.reverse_allocation,
    c.Withhold: withholding.withhold,
    c.ReleaseWithheld: withholding.release,
    c.ForfeitWithheld: withholding.forfeit,
    c.OpenRepurchase: reserving.open_repurchase,
    c.AskRepurchase: reserving.ask,
    c.CloseRepurchase: reserving.close_repurchase,
    c.FeedReserve: reserving.feed,
    c.DrawReserve: reserving.draw,
    c.OpenSession: trading.open_session,
    c.CloseSession: trading.close_session,
    c.PlaceOrder: trading.place_order,
    c.CancelOrder: trading.cancel_order,
    c.OfferRepurchase: trading.offer_repurchase,
    c.Transfer: trading.transfer,
    c.OfferDeal: dealing.offer_deal,
    c.AcceptDeal: dealing.accept_deal,
    c.DropDeal: dealing.drop_deal,
    c.AllowCrossing: dealing.allow_crossing,
    c.HaltMarket: halting.halt,
    c.ResumeMarket: halting.resume,
    c.OpenCall: calling.open_call,
    c.PlaceCallOrder: calling.place_order,
    c.DropCallOrder: calling.drop_order,
    c.CloseCall: calling.close_call,
    c.OpenZoneCall: zone_calling.open_call,
    c.PlaceZoneOffer: zone_calling.place_offer,
    c.PlaceZoneBid: zone_calling.place_bid,
    c.DropZoneOrder: zone_calling.drop_order,
    c.CloseZoneCall: zone_calling.close_call,
    c.OfferAuction: auctioning.offer_auction,
    c.PledgeAllowances: pledging.pledge_allowances,
    c.AcceptPledge: pledging.accept_pledge,
    c.ReleasePledge: pledging.release_pledge,
    c.RedeemPledge: pledging.redeem_pledge,
    c.CallPledge: pledging.call_pledge,
    c.EnforcePledge: pledging.enforce_pledge,
    c.SellPledge: pledge_sale.sell_pledge,
    c.OfferLease: leasing.offer_lease,
    c.AcceptLease: leasing.accept_lease,
    c.DropLease: leasing.drop_lease,
    c.PayRent: leasing.pay_rent,
    c.EndLease: leasing.end_lease,
    c.GrantRight: rights.grant_right,
    c.RenewRight: rights.renew_right,
    c.OfferRight: rights.offer_right,
    c.AcceptRight: rights.accept_right,
    c.DropRight: rights.drop_right,
    c.SealDay: monitoring.seal_day,
    c.MarkHours: marking.mark_hours,
    c.ProveMark: marking.prove_mark,
    c.DecideMark: marking.decide_mark,
    c.LapseMark: marking.lapse_mark,
    c.NoteFindings: monitoring.note_findings,
    c.ReportYear: reporting.report_year,
    c.RequestImprovement: reporting.request_improvement,
    c.AnswerImprovement: reporting.answer_improvement,
    c.CloseImprovement: reporting.close_improvement,
    c.VerifyYear: reporting.verify_year,
    c.DetermineYear: reporting.determine_year,
    c.ReopenYear: reporting.reopen_year,
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
    if type(body) is c.ConfirmAct:
        return confirm_act(state, rules, at, command.actor, body)
    decision = PROCEDURES[kind](state, rules, at, command.actor, body)
    if isinstance(decision, Refusal) or kind.__name__ not in rules.roles.second:
        return decision
    return (e.ActProposed(state.next_act, command.actor, body),)


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
