"""What others ask of sealed bids: whether one is taken in the open, whether the close was, what is void at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airshed.engine import events as e
from airshed.engine.apply.auction import of_event
from airshed.engine.apply.sealed import waiting
from airshed.engine.commands import Venue
from airshed.engine.nouns import SealedBid, Sealing
from airshed.engine.procedures.guards import no
from airshed.engine.state import State
from airshed.model.measures import part_fen
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Paid
from airshed.rulebook.schema import Rulebook

#: Minutes in milliseconds.
MINUTE = 60_000


def began(rules: Rulebook, venue: Venue, name: str) -> tuple[e.SealingBegan, ...]:
    """What the opening of an auction or a call says of sealing; nothing where bids are open in the book."""
    law = rules.sealing
    way = law.auctions if venue in ("auction", "repurchase") else law.calls
    if way == "open":
        return ()
    terms = (way, law.opening_minutes, law.withdrawal, law.forfeit_basis_points)
    return (e.SealingBegan(venue, name, *terms),)


def in_the_open(state: State, rules: Rulebook, venue: Venue, name: str) -> Refusal | None:
    """Where bids are sealed none is taken in the open."""
    sealing = state.sealings.get((venue, name))
    if sealing is None or sealing.over:
        return None
    what = f"{name} takes sealed bids only; " + (
        "commit to its digest, and open it after the close" if sealing.way == "commitment" else "encrypt it to the key"
    )
    return no(rules, "sealing", Why.BIDS_SEALED, what)


def before_close(state: State, rules: Rulebook, venue: Venue, name: str) -> Refusal | None:
    """What was sealed may be read by all: nobody adds to it or takes from it any more."""
    sealing = state.sealings.get((venue, name))
    if sealing is None or sealing.until is None:
        return None
    return no(
        rules,
        "sealing",
        Why.TOO_LATE,
        f"{name} was closed and its bids are opened; nothing changes before it is cleared",
    )


def still_sealed(state: State, rules: Rulebook, at: int, venue: Venue, names: Iterable[str]) -> Refusal | None:
    """An auction or a call is cleared when the time for opening is over."""
    for name in names:
        sealing = state.sealings.get((venue, name))
        if sealing is None:
            continue
        if sealing.until is None:
            what = f"bids of {name} are sealed; end the bidding first, so that they can be opened"
            return no(rules, "sealing", Why.TOO_EARLY, what)
        if at < sealing.until:
            left = -((at - sealing.until) // MINUTE)
            what = f"bids of {name} may be opened for {left} minutes more; clear it then"
            return no(rules, "sealing", Why.TOO_EARLY, what)
    return None


def never_opened(state: State, rules: Rulebook, venue: Venue, names: Iterable[str]) -> list[e.Event]:
    """What was not opened is void by rule; a frozen account, which could not open its bid, forfeits nothing."""
    void: list[e.Event] = []
    for name in names:
        sealing = state.sealings.get((venue, name))
        for bid in sealing.bids.values() if sealing else ():
            assert sealing is not None
            share = 0 if bid.account in state.ledger.frozen else sealing.forfeit_basis_points
            kept = part_fen(bid.guarantee_fen, share)
            what = f"bid {bid.number} of {bid.account} was not opened by the end of its time"
            entry = (Paid(bid.account, accounts.TREASURY, kept),) if kept else ()
            refusal = no(rules, "sealing", Why.NOT_OPENED, what)
            void.append(e.SealedVoided(venue, name, bid.number, bid.account, refusal, kept, entry))
    return void


def together(state: State, sealing: Sealing) -> list[Sealing]:
    """The sealings that have one close: those of an event of auctions, or the one of a call."""
    if sealing.venue != "auction":
        return [sealing]
    event = state.auctions[sealing.name].event
    found = (state.sealings.get(("auction", each.id)) for each in of_event(state, event))
    return [each for each in found if each is not None]


def instrument(state: State, sealing: Sealing) -> str:
    """The series or strip of an auction or a call; nothing for a zone-wide call."""
    match sealing.venue:
        case "auction":
            return state.auctions[sealing.name].series
        case "call":
            return state.calls[sealing.name].series
        case "zone_call":
            return ""
        case "repurchase":
            return state.repurchases[sealing.name].series


def sealed_off(
    state: State, account: str = "", *, sales_only: bool = False, series: Callable[[str], bool] | None = None
) -> list[e.Event]:
    """Sealed orders of calls that are taken off, of one account or of all, of series that `series` says yes to.

    A bid of a zone-wide call wants no series by name, so it is asked with none.
    """

    def goes(sealing: Sealing, bid: SealedBid) -> bool:
        if (
            sealing.venue in ("auction", "repurchase")
            or account not in ("", bid.account)
            or (sales_only and not bid.count)
        ):
            return False
        return series is None or series(bid.series or instrument(state, sealing))

    return [
        e.SealedDropped(sealing.venue, sealing.name, bid.number, bid.account)
        for sealing, bid in waiting(state)
        if goes(sealing, bid)
    ]


def asks_off(state: State, account: str = "", series: Callable[[str], bool] | None = None) -> list[e.Event]:
    """Sealed asks of reverse auctions that are taken off, of one account or of all, of series that it says yes to."""
    return [
        e.SealedDropped(sealing.venue, sealing.name, bid.number, bid.account)
        for sealing, bid in waiting(state)
        if sealing.venue == "repurchase"
        and account in ("", bid.account)
        and (series is None or series(instrument(state, sealing)))
    ]
