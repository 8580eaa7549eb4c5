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
    monitoring,
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

#: In the order of the catalogue.
ROOMS = (
    *(people, account, issue, transfer, sale, reserve, withdrawal, auction, listed, deal, call),
    *(zone_call, sealed, pledge, lease, right, day, mark, monitoring, report, settling, standing),
    case,
)
APPLY: dict[type, Apply] = {event: taken for room in ROOMS for event, taken in room.APPLY.items()}


def apply(state: State, event: e.Event) -> None:
    """Take in a fact."""
    APPLY[type(event)](state, event)
    if type(event) in reserve.TOUCHING:
        reserve.count_flows(state, event)
