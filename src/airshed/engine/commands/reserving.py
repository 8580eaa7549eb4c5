"""Commands of the government reserve: repurchase by reverse auction, what is set aside and what is drawn."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Name, Text, Whole, Wish


class OpenRepurchase(Wish, frozen=True, gc=False):
    """Ask for sealed offers of a series: the government buys from the cheapest up; its budget is set aside."""

    #: The new name.
    repurchase: Name
    series: Name
    #: Most that is bought.
    count: Whole
    #: Most that is spent, in fen.
    budget_fen: Whole


class AskRepurchase(Wish, frozen=True, gc=False):
    """A sealed offer to sell in a reverse auction; the allowances are set aside."""

    #: Name of the reverse auction.
    repurchase: Name
    account: Name
    count: Whole
    #: The least the seller takes, in fen per tonne.
    price: Whole


class CloseRepurchase(Wish, frozen=True, gc=False):
    """Buy from the cheapest up, as far as count and budget reach; what is bought goes to the government reserve."""

    #: Name of the reverse auction.
    repurchase: Name
    #: Orders equal asks; publish it before the asks are opened.
    seed: Whole


class FeedReserve(Wish, frozen=True, gc=False):
    """Set allowances of the jurisdiction's auction account aside in its reserve."""

    series: Name
    count: Whole
    #: Why.
    reason: Text


class DrawReserve(Wish, frozen=True, gc=False):
    """Take allowances out of the reserve into the jurisdiction's auction account."""

    series: Name
    count: Whole
    #: "auction": within the yearly part; "containment": when the price has reached the trigger.
    purpose: Literal["auction", "containment"]
    #: Why.
    reason: Text
