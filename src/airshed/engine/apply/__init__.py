"""Events are folded into the state: a room a subject, each with the events that it takes in."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply import (
    account,
    auction,
    call,
    case,
    day,
    deal,
    issue,
    lease,
    listed,
    mark,
    people,
    pledge,
    report,
    reserve,
    right,
    sale,
    sealed,
    settling,
    standing,
    transfer,
    withdrawal,
    zone_call,
)
from airshed.engine.apply.fold import Apply
from airshed.engine.state import State

APPLY: dict[type, Apply] = {
    **people.APPLY,
    **account.APPLY,
    **issue.APPLY,
    **transfer.APPLY,
    **sale.APPLY,
    **reserve.APPLY,
    **withdrawal.APPLY,
    **auction.APPLY,
    **listed.APPLY,
    **deal.APPLY,
    **call.APPLY,
    **zone_call.APPLY,
    **sealed.APPLY,
    **pledge.APPLY,
    **lease.APPLY,
    **right.APPLY,
    **day.APPLY,
    **mark.APPLY,
    **report.APPLY,
    **settling.APPLY,
    **standing.APPLY,
    **case.APPLY,
}


def apply(state: State, event: e.Event) -> None:
    """Take in a fact."""
    APPLY[type(event)](state, event)
    if type(event) in reserve.TOUCHING:
        reserve.count_flows(state, event)
