"""Allowances that the government sells at a fixed price, paid at once or in instalments."""

from __future__ import annotations

from airshed.engine.commands.wish import Day, Name, Share, Term, Whole, Wish


class OpenSale(Wish, frozen=True):
    """Offer allowances of a series to existing sources at the fixed price, for one vintage or several from it on.

    开始定价出让。
    """

    #: The new name.
    sale: Name
    #: The first vintage.
    series: Name
    #: How many vintages: the price is for each of them.
    years: Term
    #: Allowances on offer, of every vintage.
    count: Whole
    #: Last day on which they may be bought.
    until: Day


class CloseSale(Wish, frozen=True):
    """End a sale; what is not sold is free again. 结束定价出让。"""

    #: Name of the sale.
    sale: Name


class BuyAllocation(Wish, frozen=True):
    """Buy allowances for a source in a sale: the first instalment is paid, the allowances are delivered at once.

    What is not paid for is blocked: neither sold nor surrendered until it is paid. 购买定价配额。
    """

    #: Name of the sale.
    sale: Name
    #: The source for which they are.
    source: Name
    #: Allowances of every vintage of the sale.
    count: Whole
    #: Part of the price paid at once; all of it pays everything.
    first: Share


class PayInstalment(Wish, frozen=True):
    """Pay the next instalment of a purchase, with interest when it is late; what it pays for is free. 支付分期款。"""

    #: Number of the purchase.
    purchase: Whole


class WithdrawUnpaid(Wish, frozen=True):
    """Withdraw what a purchase has not paid for, when an instalment is overdue; it goes to the government reserve.

    收回未付款配额。
    """

    #: Number of the purchase.
    purchase: Whole


SaleBody = OpenSale | CloseSale | BuyAllocation | PayInstalment | WithdrawUnpaid
