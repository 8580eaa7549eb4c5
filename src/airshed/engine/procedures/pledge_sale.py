"""A called pledge is sold by auction: what the winners pay serves the debt first, and the rest is the pledgor's."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.auction import of_holder
from airshed.engine.procedures.guards import Decision, Procedure, no, own_account, thawed
from airshed.engine.procedures.pledge import enforceable, known_pledge
from airshed.engine.procedures.sealing import began
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook


def sell_pledge(state: State, rules: Rulebook, at: int, actor: str, body: c.SellPledge) -> Decision:
    """Part of one vintage or all of it, one auction at a time; a frozen pledgor does not stop it."""
    pledge = known_pledge(state, rules, body.pledge)
    if isinstance(pledge, Refusal):
        return pledge
    refusal = own_account(state, rules, actor, pledge.pledgee)
    if refusal:
        return refusal
    if body.series not in pledge.left:
        what = f"pledge {pledge.id} is of {pledge.series}; name one series of it, not {body.series}"
        return no(rules, "pledge", Why.WRONG_KIND, what)
    if rules.pledge.yields == "take":
        return no(rules, "pledge", Why.WRONG_KIND, "a pledge is not sold under this rulebook; EnforcePledge takes it")
    refusal = thawed(state, rules, pledge.pledgee) or enforceable(rules, at, pledge)
    if refusal:
        return refusal
    opened = of_holder(state, rules, at, body.auction, pledge.pledgor, body.series, body.count, body.reserve, pledge.id)
    if isinstance(opened, Refusal):
        return opened
    left = pledge.left[body.series]
    if left < body.count:
        what = f"pledge {pledge.id} binds {left} of {body.series}, not {body.count}"
        return no(rules, "pledge", Why.INSUFFICIENT_HOLDING, what)
    sold = e.PledgeForSale(pledge.id, pledge.pledgor, pledge.pledgee, body.auction, body.series, body.count)
    return (sold, opened, *began(rules, "auction", body.auction))


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.SellPledge: sell_pledge,
}
