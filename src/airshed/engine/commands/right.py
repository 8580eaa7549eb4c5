"""Rights to allowances over many years."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from airshed.engine.commands.wish import Money, Name, Whole, Wish, Year


class GrantRight(Wish, frozen=True):
    """Grant a right: what is issued already goes to its holder now, every later vintage when its cap is set.

    授予排污权。
    """

    #: The account that will hold it.
    account: Name
    pollutant: Name
    jurisdiction: Name
    #: Allowances of every vintage.
    count: Whole
    #: Its first vintage.
    first: Year
    #: Its last vintage; 0 for a right without an end.
    last: Annotated[int, Meta(ge=0, le=9998)]


class RenewRight(Wish, frozen=True):
    """Renew a right after its review: it is served for as many vintages more as the rulebook says. 续展排污权。"""

    #: Number of the right, from the answer to `GrantRight`.
    right: Whole


class OfferRight(Wish, frozen=True):
    """Offer a right to one buyer, with every vintage from one on: those delivered already, and all to come.

    发出排污权要约。
    """

    #: Number of the right.
    right: Whole
    #: The account that may accept.
    buyer: Name
    #: First vintage that goes with it; delivered vintages before it stay with the seller.
    start: Year
    #: The price of the whole.
    fen: Money


class AcceptRight(Wish, frozen=True):
    """Buy a right that is on offer: the right, its delivered vintages and the money, in one entry. 购买排污权。"""

    #: Number of the right.
    right: Whole


class DropRight(Wish, frozen=True):
    """Take the offer of a right back, or decline it. 撤回或拒绝排污权要约。"""

    #: Number of the right.
    right: Whole


RightBody = GrantRight | RenewRight | OfferRight | AcceptRight | DropRight
