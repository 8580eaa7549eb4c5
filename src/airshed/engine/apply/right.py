"""How events of rights change the state."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Right, RightOffer
from airshed.engine.state import State


def granted(state: State, event: e.RightGranted) -> None:
    """A right stands."""
    terms = (event.account, event.pollutant, event.jurisdiction, event.count, event.first, event.last, event.until)
    state.rights[event.right] = Right(event.right, *terms, dict(event.served))
    state.next_right = event.right + 1
    state.ledger.post(event.entry)


def renewed(state: State, event: e.RightRenewed) -> None:
    """A right goes on."""
    right = state.rights[event.right]
    right.until = event.until
    right.served.update(event.served)
    state.ledger.post(event.entry)


def served(state: State, event: e.RightsServed) -> None:
    """Rights get their part of a new series."""
    state.ledger.post(event.entry)
    for serving in event.servings:
        state.rights[serving.right].served[event.series] = serving.count


def offered(state: State, event: e.RightOffered) -> None:
    """A right is on offer."""
    state.rights[event.right].offer = RightOffer(event.buyer, event.start, event.fen, dict(event.aside))
    _aside(state, event.seller, event.aside, 1)


def dropped(state: State, event: e.RightDropped) -> None:
    """An offer has fallen."""
    state.rights[event.right].offer = None
    _aside(state, event.seller, event.aside, -1)


def sold(state: State, event: e.RightSold) -> None:
    """A right has another holder; what stayed behind was never its."""
    right = state.rights[event.right]
    _aside(state, event.seller, event.aside, -1)
    state.ledger.post(event.entry)
    right.holder, right.offer, right.served = event.buyer, None, dict(event.aside)


def _aside(state: State, account: str, counts: Mapping[str, int], sign: int) -> None:
    for series, count in counts.items():
        state.ledger.position(account, series).held += sign * count


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.RightGranted: granted,
    e.RightRenewed: renewed,
    e.RightsServed: served,
    e.RightOffered: offered,
    e.RightDropped: dropped,
    e.RightSold: sold,
}
