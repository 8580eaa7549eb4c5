"""Sealed bids: what is committed to or encrypted until the close, and what became of it."""

from __future__ import annotations

from airshed.engine.commands import Venue
from airshed.engine.events.fact import Fact
from airshed.model.refusal import Refusal
from airshed.registry.moves import Entry
from airshed.rulebook.kinds import SealingWay


class SealingBegan(Fact, frozen=True):
    """Bids of an auction or a call are sealed until its close, on terms that no later rulebook changes.

    申报将密封至截止。
    """

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: "commitment" or "key".
    way: SealingWay
    #: How long after the close commitments may be opened.
    opening_minutes: int
    #: Whether a sealed bid may be withdrawn before the close.
    withdrawal: bool
    #: What the treasury keeps of a guarantee in money, in hundredths of a percent.
    forfeit_basis_points: int


class KeyAnnounced(Fact, frozen=True):
    """Bids are encrypted to this key. 加密公钥已公布。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: The public key, of X25519.
    key: str


class BidSealed(Fact, frozen=True):
    """A sealed bid waits for the close; its guarantee is set aside. 密封申报已提交，保证金已冻结。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: Its number there.
    number: int
    #: Who sent it.
    actor: str
    account: str
    #: SHA-256 of the bid and a salt; empty where it is encrypted.
    digest: str
    #: The encrypted bid; empty where it is a commitment.
    box: str
    #: Fen set aside.
    guarantee_fen: int
    #: What is set aside to be sold; empty for a bid.
    series: str
    #: Allowances set aside.
    count: int


class SealedDropped(Fact, frozen=True):
    """A sealed bid was taken back, or off the market, before it was opened: what it set aside is free again.

    密封申报已撤回，保证金已解冻。
    """

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: Its number there.
    number: int
    account: str


class BiddingEnded(Fact, frozen=True):
    """The close: nothing more is taken, and what was sealed may be opened for a while. 申报已截止，可揭示。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: The instant until which commitments may be opened; that of the close where a key opens them.
    until: int
    #: The private key; empty where there is none.
    key: str


class SealedOpened(Fact, frozen=True):
    """A sealed bid is open: its guarantee is free again, and the bid or order itself follows and sets aside its own.

    密封申报已揭示。
    """

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: Its number among the sealed.
    number: int
    account: str
    #: Its number among the bids or orders.
    place: int


class SealedVoided(Fact, frozen=True):
    """A sealed bid is void by rule; its guarantee is free again but for what the treasury keeps. 密封申报作废。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: str
    #: Its number among the sealed.
    number: int
    account: str
    #: Why.
    refusal: Refusal
    #: Fen that the treasury keeps.
    forfeited: int
    entry: Entry


SealedEvent = SealingBegan | KeyAnnounced | BidSealed | SealedDropped | BiddingEnded | SealedOpened | SealedVoided
