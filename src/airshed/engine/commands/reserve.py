"""The government reserve: what new entrants apply for, reverse auctions, what is fed in and drawn."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Money, Name, Price, Text, Whole, Wish


class ApplyForReserve(Wish, frozen=True):
    """Apply for allowances of the reserve for new and extended sources; their price is set aside. 申请储备配额。"""

    #: The source for which they are.
    source: Name
    series: Name
    #: "new": a source without a free allocation of the series; "extension": capacity that is new at one that has it.
    kind: Literal["new", "extension"]
    #: The new capacity, in the measure of the benchmark, a year.
    capacity: Whole


class DropApplication(Wish, frozen=True):
    """Take an application back, or turn it down with a reason. 撤回或驳回申请。"""

    #: Number of the application.
    application: Whole
    #: Why.
    reason: Text


class GrantReserve(Wish, frozen=True):
    """Serve the applications for a series from the reserve, cut alike or in the order in which they came.

    发放储备配额。
    """

    series: Name


class ReleaseUnused(Wish, frozen=True):
    """Send the part of the new-entrant reserve that nobody was granted to auction, once the year allows it.

    未用储备转拍卖。
    """

    series: Name


class OpenRepurchase(Wish, frozen=True):
    """Ask for sealed offers of a series: the government buys from the cheapest up; its budget is set aside.

    开始反向拍卖。
    """

    #: The new name.
    repurchase: Name
    series: Name
    #: Most that is bought.
    count: Whole
    #: Most that is spent.
    budget_fen: Money


class AskRepurchase(Wish, frozen=True):
    """A sealed offer to sell in a reverse auction; the allowances are set aside. 反向拍卖报价。"""

    #: Name of the reverse auction.
    repurchase: Name
    account: Name
    count: Whole
    #: The least the seller takes.
    price: Price


class CloseRepurchase(Wish, frozen=True):
    """Buy from the cheapest up, as far as count and budget reach; what is bought goes to the government reserve.

    结束反向拍卖。
    """

    #: Name of the reverse auction.
    repurchase: Name
    #: Orders equal asks; publish it before the asks are opened.
    seed: Whole


class FeedReserve(Wish, frozen=True):
    """Set allowances of the jurisdiction's auction account aside in its reserve. 补充储备。"""

    series: Name
    count: Whole
    #: Why.
    reason: Text


class DrawReserve(Wish, frozen=True):
    """Take allowances out of the reserve into the jurisdiction's auction account. 动用储备。"""

    series: Name
    count: Whole
    #: "auction": within the yearly part; "containment": when the price has reached the trigger.
    purpose: Literal["auction", "containment"]
    #: Why.
    reason: Text


ReserveBody = (
    ApplyForReserve
    | DropApplication
    | GrantReserve
    | ReleaseUnused
    | OpenRepurchase
    | AskRepurchase
    | CloseRepurchase
    | FeedReserve
    | DrawReserve
)
