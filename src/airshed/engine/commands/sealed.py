"""Bids and orders that the book itself does not tell before the close: by commitment, or encrypted to a key."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.engine.commands.wish import Maybe, Name, Text, Whole, Wish

#: Where a sealed bid is made.
Venue = Literal["auction", "call", "zone_call", "repurchase"]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", title="SHA-256")]
#: A key of X25519, public or private.
Key = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", title="key of X25519, 64 hex digits")]
MaybeKey = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z", title="key of X25519, or empty")]
#: At least 128 bits, so that nobody finds a bid by trying prices and counts.
Salt = Annotated[str, Meta(pattern=r"^[0-9a-f]{32,128}\Z", title="salt, 32 to 128 hex digits")]
#: All boxes have one length, so that it does not tell (`airshed.model.box`).
Box = Annotated[str, Meta(pattern=r"^[0-9a-f]{1120}\Z", title="encrypted bid, 1120 hex digits")]


class CommitBid(Wish, frozen=True):
    """Commit to a bid or an order by its digest; the guarantee is set aside, and is all that shows. 密封承诺申报。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: Name
    account: Name
    #: SHA-256 of the text of the bid, a space and the salt.
    digest: Digest
    #: Money set aside, at least what the bid will need; 0 where allowances are sold.
    guarantee_fen: Whole = 0
    #: What is set aside to be sold; empty for a bid.
    series: Maybe = ""
    #: Allowances set aside, at least what is sold.
    count: Whole = 0


class EncryptBid(Wish, frozen=True):
    """Make a bid or an order encrypted to the key of the auction or call. 加密申报。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: Name
    account: Name
    #: The text of the bid, encrypted to the key that was announced.
    box: Box
    #: Money set aside, at least what the bid will need; 0 where allowances are sold.
    guarantee_fen: Whole = 0
    #: What is set aside to be sold; empty for a bid.
    series: Maybe = ""
    #: Allowances set aside, at least what is sold.
    count: Whole = 0


class WithdrawBid(Wish, frozen=True):
    """Take a sealed bid back before the close, where the law allows it. 撤回密封申报。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: Name
    #: Number of the sealed bid there.
    number: Whole


class AnnounceKey(Wish, frozen=True):
    """Announce the public key that bids of an auction or a call are encrypted to. 公布加密公钥。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: Name
    #: The public key.
    public_key: Key


class EndBidding(Wish, frozen=True):
    """The close: no bid is taken any more, and those that are sealed may be opened; of a whole event. 截止申报。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: Name
    #: The private key that bids are encrypted to, which opens them all; empty where each opens its own.
    private_key: MaybeKey = ""


class OpenBid(Wish, frozen=True):
    """Open one's own commitment after the close. 揭示密封申报。"""

    #: An auction, a call of one series, a zone-wide call, or a reverse auction (repurchase).
    venue: Venue
    #: Its name.
    name: Name
    account: Name
    #: The bid or order, word for word as it was committed to: the body of its command.
    text: Text
    #: What the digest was made with.
    salt: Salt


SealedBody = CommitBid | EncryptBid | WithdrawBid | AnnounceKey | EndBidding | OpenBid
