"""Corrects the outcome of an auction before it is published: the new one names what it replaces, and why."""

from __future__ import annotations

from hashlib import sha256

import msgspec

from airshed.market.auction.law import AuctionLaw
from airshed.market.auction.nouns import Outcome
from airshed.model.refusal import Refusal, Why


def digest(outcome: Outcome) -> str:
    """The SHA-256 of an outcome's canonical content, as 64 hex digits."""
    return sha256(msgspec.json.encode(outcome, order="sorted")).hexdigest()


def supersede(
    law: AuctionLaw, earlier: Outcome, corrected: Outcome, reason: str, *, published: bool
) -> Outcome | Refusal:
    """`corrected` as the successor of `earlier`; a refusal, by the first reason that holds, where it cannot be.

    `corrected` is a new outcome of the same auction (`hold` with the corrected bids, list or rules). What is
    published stands: it may be corrected only before.
    """
    if earlier.auction != corrected.auction:
        return Refusal(
            Why.UNKNOWN_AUCTION,
            f"the outcome is one of {earlier.auction}, not of {corrected.auction}; name the right one",
            law.auction.cite,
        )
    if published:
        return stands(law, earlier.auction, earlier.number)
    if not reason.strip():
        return Refusal(Why.UNEXPLAINED, "a correction needs a reason; say what was wrong", law.auction.cite)
    if _content(earlier) == _content(corrected):
        return Refusal(
            Why.NOTHING_DUE,
            f"outcome {earlier.number} of {earlier.auction} says the same; there is nothing to correct",
            law.auction.cite,
        )
    return msgspec.structs.replace(
        corrected, number=earlier.number + 1, replaces=digest(earlier), reason=" ".join(reason.split())
    )


def _content(outcome: Outcome) -> Outcome:
    return msgspec.structs.replace(outcome, number=1, replaces=None, reason=None)


def stands(law: AuctionLaw, auction: str, number: int) -> Refusal:
    """The answer to a correction of what is published."""
    return Refusal(
        Why.TOO_LATE,
        f"outcome {number} of {auction} is published and stands; correct before publication",
        law.auction.cite,
    )
