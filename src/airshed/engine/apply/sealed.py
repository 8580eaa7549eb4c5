"""How events of sealed bids change the state."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.positions import set_aside
from airshed.engine.commands import Venue
from airshed.engine.nouns import SealedBid, Sealing
from airshed.engine.state import State


def began(state: State, event: e.SealingBegan) -> None:
    """Bids are sealed from now on."""
    terms = (event.way, event.opening_minutes, event.withdrawal, event.forfeit_basis_points)
    state.sealings[event.venue, event.name] = Sealing(event.venue, event.name, *terms)


def announced(state: State, event: e.KeyAnnounced) -> None:
    """There is a key to encrypt to."""
    state.sealings[event.venue, event.name].key = event.key


def sealed(state: State, event: e.BidSealed) -> None:
    """A guarantee is set aside."""
    sealing = state.sealings[event.venue, event.name]
    bid = SealedBid(
        event.number,
        event.actor,
        event.account,
        event.digest,
        event.box,
        event.guarantee_fen,
        event.series,
        event.count,
    )
    sealing.bids[event.number] = bid
    sealing.seen[event.digest or event.box] = event.number
    _hold(state, bid, 1)


def dropped(state: State, event: e.SealedDropped) -> None:
    """A sealed bid is gone."""
    _became(state, state.sealings[event.venue, event.name], event.number, "dropped")


def ended(state: State, event: e.BiddingEnded) -> None:
    """Nothing more is taken."""
    state.sealings[event.venue, event.name].until = event.until


def opened(state: State, event: e.SealedOpened) -> None:
    """The guarantee makes room for what the bid itself sets aside."""
    sealing = state.sealings[event.venue, event.name]
    _became(state, sealing, event.number, "opened")
    sealing.opened[event.place] = event.number


def voided(state: State, event: e.SealedVoided) -> None:
    """A sealed bid comes to nothing, and may cost something."""
    _became(state, state.sealings[event.venue, event.name], event.number, "void")
    state.ledger.post(event.entry)


def over(state: State, venue: Venue, name: str) -> None:
    """The auction or call is over: what is sealed still is free again."""
    sealing = state.sealings.get((venue, name))
    if sealing is None:
        return
    for number in tuple(sealing.bids):
        _became(state, sealing, number, "dropped")
    sealing.over = True


def waiting(state: State) -> Iterator[tuple[Sealing, SealedBid]]:
    """What is sealed still, in the order of opening and number."""
    for sealing in state.sealings.values():
        for bid in sealing.bids.values():
            yield sealing, bid


def _became(state: State, sealing: Sealing, number: int, what: str) -> None:
    bid = sealing.bids.pop(number)
    sealing.became[number] = (bid, what)
    _hold(state, bid, -1)


def _hold(state: State, bid: SealedBid, way: int) -> None:
    if bid.guarantee_fen:
        state.ledger.purses[bid.account].held += way * bid.guarantee_fen
    if bid.count:
        set_aside(state, bid.account, bid.series, way * bid.count)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.SealingBegan: began,
    e.KeyAnnounced: announced,
    e.BidSealed: sealed,
    e.SealedDropped: dropped,
    e.BiddingEnded: ended,
    e.SealedOpened: opened,
    e.SealedVoided: voided,
}
