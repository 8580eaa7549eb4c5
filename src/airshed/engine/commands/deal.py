"""Deals between two, leaves to buy across a border, and halts."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Day, Maybe, Name, Price, Text, Whole, Wish


class OfferDeal(Wish, frozen=True):
    """Offer allowances to one buyer at a price agreed on; they are set aside until the buyer accepts or declines.

    发出协议要约。
    """

    #: "block": a large trade with its own floor and band, while a session is open; "transfer": any count, at any time.
    kind: Literal["block", "transfer"]
    #: The account that sells.
    seller: Name
    #: The account that may accept.
    buyer: Name
    series: Name
    count: Whole
    #: The price agreed on.
    price: Price


class AcceptDeal(Wish, frozen=True):
    """Accept a deal that was offered: delivery against payment, in one entry. 接受协议。"""

    #: Number of the deal, from the answer to `OfferDeal`.
    deal: Whole


class DropDeal(Wish, frozen=True):
    """Take a deal back, or decline it. 撤回或拒绝协议。"""

    #: Number of the deal.
    deal: Whole


class HaltMarket(Wish, frozen=True):
    """Stop the listed market of a series, or of all. 停市。"""

    #: The series; empty for all of them.
    series: Maybe
    #: Why, as everybody will read it.
    reason: Text


class ResumeMarket(Wish, frozen=True):
    """Let a halted market go on. 复市。"""

    #: The series; empty for the halt of all.
    series: Maybe


class AllowCrossing(Wish, frozen=True):
    """Give an account leave to buy series of another jurisdiction, where the rulebook asks for it. 许可跨区购买。"""

    account: Name
    #: Whose series it may buy.
    jurisdiction: Name
    #: Last day of the leave.
    until: Day
    #: Why.
    reason: Text


DealBody = OfferDeal | AcceptDeal | DropDeal | HaltMarket | ResumeMarket | AllowCrossing
