"""A second opinion on seals: nothing is cleared by another seed than was sealed when it opened (I8)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record

Claim = Callable[[str, bool, str], None]


class Seals:
    """Follows what opens with a seal; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._seals: dict[tuple[str, str], str] = {}
        self._events: dict[str, str] = {}

    def follow(self, record: Record) -> None:
        """Check one record."""
        for event in record.events:
            match event:
                case e.AuctionOpened():
                    self._seals["auction", event.auction] = event.seal
                    same = self._events.setdefault(event.event, event.seal)
                    self._claim("I8", same == event.seal, f"{event.auction} has another seal than its event")
                case e.CallOpened():
                    self._seals["call", event.call] = event.seal
                case e.ZoneCallOpened():
                    self._seals["zone call", event.call] = event.seal
                case e.AuctionCleared():
                    self._cleared(record, "auction", event.auction, bool(event.awards))
                case e.CallCleared():
                    self._cleared(record, "call", event.call, bool(event.fills))
                case e.ZoneCallCleared():
                    self._cleared(record, "zone call", event.call, bool(event.fills))
                case _:
                    pass

    def _cleared(self, record: Record, kind: str, name: str, given: bool) -> None:
        """What ends by itself, since its seller is frozen or what it sells has expired, gives nothing to anybody."""
        seal = self._seals[kind, name]
        body = record.body
        if not isinstance(body, c.CloseAuction | c.CloseCall | c.CloseZoneCall):
            self._claim("I8", not given, f"{name} gives without a close")
            return
        said = b" ".join((str(body.seed).encode(), body.salt.encode()))
        self._claim("I8", not seal or sha256(said).hexdigest() == seal, f"{name} has another seed than was sealed")
