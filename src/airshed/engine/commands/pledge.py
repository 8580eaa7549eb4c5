"""Allowances that secure a debt."""

from __future__ import annotations

from airshed.engine.commands.wish import Day, Money, Name, Price, Whole, Wish


class PledgeAllowances(Wish, frozen=True):
    """Pledge allowances for a debt: they are set aside at once, and bound when the pledgee accepts. 设立质押。"""

    #: The account that owes and pledges.
    pledgor: Name
    #: The account that is owed.
    pledgee: Name
    #: A series, or a strip, as SO2-KM-2027..2031.
    series: Name
    #: Allowances, of each vintage of a strip.
    count: Whole
    #: The debt that is secured.
    secured: Money
    #: Last day to pay it.
    until: Day


class AcceptPledge(Wish, frozen=True):
    """Accept a pledge: from now on only the pledgee, or the payment of the debt, sets it free. 接受质押。"""

    #: Number of the pledge, from the answer to `PledgeAllowances`.
    pledge: Whole


class ReleasePledge(Wish, frozen=True):
    """Set a pledge free: the pledgee at any time, the pledgor while it is not accepted. 解除质押。"""

    #: Number of the pledge.
    pledge: Whole


class RedeemPledge(Wish, frozen=True):
    """Pay the secured debt through the ledger; the pledge is free in the same entry. 清偿赎回质押。"""

    #: Number of the pledge.
    pledge: Whole


class CallPledge(Wish, frozen=True):
    """Give notice, after the last day to pay, that the pledge will be enforced. 质押处置通知。"""

    #: Number of the pledge.
    pledge: Whole


class SellPledge(Wish, frozen=True):
    """Have, after the notice, pledged allowances sold by auction; the debt is paid first, the rest is the pledgor's.

    拍卖质押配额。
    """

    #: Number of the pledge.
    pledge: Whole
    #: Name of the auction.
    auction: Name
    #: A series of the pledge.
    series: Name
    #: Allowances.
    count: Whole
    #: Lowest price accepted.
    reserve: Price


class EnforcePledge(Wish, frozen=True):
    """Take, after the notice, what covers the debt at the reference price; the rest is free again. 以质押配额抵债。"""

    #: Number of the pledge.
    pledge: Whole


PledgeBody = PledgeAllowances | AcceptPledge | ReleasePledge | RedeemPledge | CallPledge | SellPledge | EnforcePledge
