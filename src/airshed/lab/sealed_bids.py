"""Bidders of the lab: what they would bid in the open they seal as the law has it, and open after the close.

A run is the same again, so salts and keys are made from a seed and names. In a real programme they are drawn
(`airshed sealed bid`).
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from airshed.engine import commands as c
from airshed.engine.journal import encode_body
from airshed.engine.nouns import Sealing
from airshed.engine.procedures.sealed import Needed, SealedWish, as_if_open, place_of
from airshed.engine.procedures.sealing import together
from airshed.engine.state import State
from airshed.market.sealing import Bound, commitment, encrypt, public_key
from airshed.model.measures import value_fen
from airshed.model.refusal import Refusal
from airshed.rulebook.schema import Rulebook

Sent = tuple[str, c.Body]


class SealedBidders:
    """Remembers what opens each commitment."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made = 0
        self._openings: dict[str, Sent] = {}

    def sealed(self, state: State, rules: Rulebook, at: int, actor: str, body: c.Body) -> c.Body:
        """The command that is sent in place of one that would stand in the open; the same where nothing is sealed.

        A guarantee that is not there is refused like any other; a sale that the rules would refuse is sent as it is.
        """
        if not isinstance(body, SealedWish):
            return body
        venue, name = place_of(body)
        sealing = state.sealings.get((venue, name))
        if sealing is None or sealing.over:
            return body
        needed = as_if_open(state, rules, at, actor, body)
        if isinstance(needed, Refusal):
            if isinstance(body, c.PlaceZoneOffer | c.AskRepurchase):
                return body
            if isinstance(body, c.PlaceCallOrder) and body.side == "sell":
                return body
            needed = Needed(max(1, value_fen(body.count, body.limit)), "", 0)
        self._made += 1
        text, aside = encode_body(body).decode(), _aside(needed)
        if sealing.way == "key":
            bound = Bound(venue, name, body.account)
            return c.EncryptBid(
                venue, name, body.account, encrypt(text, sealing.key, self._drawn("once"), bound), *aside
            )
        salt = self._drawn("salt")[:32]
        digest = commitment(text, salt)
        self._openings[digest] = (actor, c.OpenBid(venue, name, body.account, text, salt))
        return c.CommitBid(venue, name, body.account, digest, *aside)

    def key(self, state: State, venue: c.Venue, name: str) -> c.AnnounceKey | None:
        """The key of what has opened, where bids are encrypted to one."""
        sealing = state.sealings.get((venue, name))
        if sealing is None or sealing.way != "key" or sealing.key:
            return None
        return c.AnnounceKey(venue, name, public_key(self._private(state, sealing)))

    def close(self, state: State, venue: c.Venue, name: str) -> c.EndBidding | None:
        """What ends the bidding, where it is sealed and goes on."""
        sealing = state.sealings.get((venue, name))
        if sealing is None or sealing.until is not None:
            return None
        return c.EndBidding(venue, name, self._private(state, sealing) if sealing.key else "")

    def openings(self, state: State, venue: c.Venue, name: str) -> Iterator[Sent]:
        """What everybody sends after the close."""
        for each in together(state, state.sealings[venue, name]):
            for bid in each.bids.values():
                if bid.digest:
                    yield self._openings.pop(bid.digest)

    def _private(self, state: State, sealing: Sealing) -> str:
        """One key for all auctions of an event."""
        whole = state.auctions[sealing.name].event if sealing.venue == "auction" else sealing.name
        return sha256(f"key {self._seed} {sealing.venue} {whole}".encode()).hexdigest()

    def _drawn(self, what: str) -> str:
        return sha256(f"{what} {self._seed} {self._made}".encode()).hexdigest()


def opened_by(body: c.Body) -> tuple[c.Venue, str] | None:
    """What a command opens for bids."""
    match body:
        case c.OpenAuction(auction=name) | c.OfferAuction(auction=name) | c.SellPledge(auction=name):
            return "auction", name
        case c.OpenCall(call=name):
            return "call", name
        case c.OpenZoneCall(call=name):
            return "zone_call", name
        case c.OpenRepurchase(repurchase=name):
            return "repurchase", name
        case _:
            return None


def closed_by(body: c.Body) -> tuple[c.Venue, str] | None:
    """What a command clears."""
    match body:
        case c.CloseAuction(auction=name):
            return "auction", name
        case c.CloseCall(call=name):
            return "call", name
        case c.CloseZoneCall(call=name):
            return "zone_call", name
        case c.CloseRepurchase(repurchase=name):
            return "repurchase", name
        case _:
            return None


def _aside(needed: Needed) -> tuple[int, str, int]:
    return needed.fen, needed.series, needed.count
