"""A second opinion on sealed bids: nothing is read before the close, only what was opened in its time counts (I8)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import part, vintages
from airshed.registry.moves import Paid

Claim = Callable[[str, bool, str], None]
Placed = e.BidPlaced | e.CallOrderPlaced | e.ZoneOfferPlaced | e.ZoneBidPlaced | e.AskPlaced


@dataclass(slots=True)
class Sealed:
    """An auction or a call whose bids are sealed: those that wait, and when they may be opened until."""

    began: e.SealingBegan
    waits: dict[int, e.BidSealed] = field(default_factory=dict)
    digests: set[str] = field(default_factory=set)
    until: int | None = None


class SealedBids:
    """Follows what is sealed; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._open: dict[tuple[str, str], Sealed] = {}
        self._frozen: set[str] = set()
        #: What the last commitment that was opened says.
        self._wish: dict[str, Any] = {}

    def follow(self, record: Record) -> None:
        """Check one record."""
        just: e.BidSealed | None = None
        for event in record.events:
            match event:
                case e.AccountFrozen() | e.AccountSuspended():
                    self._frozen.add(event.account)
                case e.AccountThawed():
                    self._frozen.discard(event.account)
                case e.SealingBegan():
                    self._open[event.venue, event.name] = Sealed(event)
                case e.BidSealed():
                    known, told = self._open[event.venue, event.name], event.digest or event.box
                    self._claim("I8", known.until is None, f"{event.account} seals a bid after the close")
                    self._claim("I8", told not in known.digests, f"{event.account} seals what was sealed before")
                    known.digests.add(told)
                    known.waits[event.number] = event
                case e.BiddingEnded():
                    known = self._open[event.venue, event.name]
                    self._claim("I8", known.until is None, f"{event.name} is closed twice")
                    known.until = event.until
                case e.SealedOpened():
                    just = self._opened(event, record)
                case e.SealedDropped():
                    del self._open[event.venue, event.name].waits[event.number]
                case e.SealedVoided():
                    self._voided(event)
                case e.BidPlaced():
                    self._placed("auction", event.auction, event, just)
                    just = None
                case e.CallOrderPlaced():
                    self._placed("call", event.call, event, just)
                    just = None
                case e.ZoneBidPlaced() | e.ZoneOfferPlaced():
                    self._placed("zone_call", event.call, event, just)
                    just = None
                case e.AskPlaced():
                    self._placed("repurchase", event.repurchase, event, just)
                    just = None
                case e.RepurchaseCleared():
                    self._cleared("repurchase", event.repurchase, record, bool(event.awards))
                case e.AuctionCleared():
                    self._cleared("auction", event.auction, record, bool(event.awards))
                case e.CallCleared():
                    self._cleared("call", event.call, record, bool(event.fills))
                case e.ZoneCallCleared():
                    self._cleared("zone_call", event.call, record, bool(event.fills))
                case _:
                    pass

    def aside(self, goods: Counter[tuple[str, str]], cash: Counter[str]) -> None:
        """Add the guarantees of what is sealed still."""
        for known in self._open.values():
            for bid in known.waits.values():
                cash[bid.account] += bid.guarantee_fen
                for name in vintages(bid.series) if bid.count else ():
                    goods[bid.account, name] += bid.count

    def _opened(self, event: e.SealedOpened, record: Record) -> e.BidSealed:
        known = self._open[event.venue, event.name]
        bid, body = known.waits.pop(event.number), record.body
        self._claim("I8", known.until is not None, f"{event} before the close")
        if known.began.way == "commitment":
            assert isinstance(body, c.OpenBid), body
            said = f"{body.text} {body.salt}".encode()
            self._claim("I8", sha256(said).hexdigest() == bid.digest, f"{event} is not what was committed to")
            self._claim("I8", record.at < (known.until or 0), f"{event} is opened too late")
            self._wish = json.loads(body.text)
        return bid

    def _placed(self, venue: str, name: str, event: Placed, just: e.BidSealed | None) -> None:
        """Whatever stands in a sealed auction or call was opened in the same breath, and keeps within its guarantee."""
        if (venue, name) not in self._open:
            return
        self._claim("I8", just is not None, f"{event} stands and was not opened")
        if just is None:
            return
        self._claim("I8", just.account == event.account, f"{event} is opened for {just.account}")
        asked = self._wish if just.digest else None
        limit = event.price if isinstance(event, e.AskPlaced) else event.limit
        same = asked is None or (asked["count"], asked.get("limit", asked.get("price"))) == (event.count, limit)
        self._claim("I8", same, f"{event} is not what was committed to, {asked}")
        fen = 0 if isinstance(event, e.ZoneOfferPlaced | e.AskPlaced) else event.held
        sells = isinstance(event, e.ZoneOfferPlaced | e.AskPlaced) or (
            isinstance(event, e.CallOrderPlaced) and event.side == "sell"
        )
        within = fen <= just.guarantee_fen and (not sells or event.count <= just.count)
        self._claim("I8", within, f"{event} is more than its guarantee, {just}")

    def _voided(self, event: e.SealedVoided) -> None:
        known = self._open[event.venue, event.name]
        bid, began = known.waits.pop(event.number), known.began
        lost = 0 if began.way == "key" or bid.account in self._frozen else began.forfeit_basis_points
        due = part(bid.guarantee_fen, lost)
        paid = sum(move.fen for move in event.entry if isinstance(move, Paid) and move.target == "treasury")
        self._claim("I8", event.forfeited == due == paid, f"{event} forfeits {event.forfeited} fen of {due}")

    def _cleared(self, venue: str, name: str, record: Record, given: bool) -> None:
        known = self._open.pop((venue, name), None)
        if known is None or "seed" not in record.body.__struct_fields__:  # what ends by itself sells nothing
            self._claim("I8", known is None or not given, f"{name} gives without a close")
            return
        over = known.until is not None and record.at >= known.until
        self._claim("I8", over, f"{name} is cleared while its bids may be opened")
        self._claim("I8", not known.waits, f"{name} is cleared; {known.waits} were neither opened nor void")
