"""Commands of the paid initial allocation: sales at the fixed price and their instalments."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Day, Name, Share, Term, Text, Whole, Wish


class OpenSale(Wish, frozen=True, gc=False):
    """Offer allowances of a series to existing sources at the fixed price, for one vintage or several from it on."""

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


class CloseSale(Wish, frozen=True, gc=False):
    """End a sale; what is not sold is free again."""

    #: Name of the sale.
    sale: Name


class BuyAllocation(Wish, frozen=True, gc=False):
    """Buy allowances for a source in a sale: the first instalment is paid, the allowances are delivered at once.

    What is not paid for is blocked: neither sold nor surrendered until it is paid.
    """

    #: Name of the sale.
    sale: Name
    #: The source for which they are.
    source: Name
    #: Allowances of every vintage of the sale.
    count: Whole
    #: Part of the price paid at once, in hundredths of a percent; 10000 pays everything.
    first: Share


class PayInstalment(Wish, frozen=True, gc=False):
    """Pay the next instalment of a purchase, with interest when it is late; what it pays for is free."""

    #: Number of the purchase.
    purchase: Whole


class WithdrawUnpaid(Wish, frozen=True, gc=False):
    """Withdraw what a purchase has not paid for, when an instalment is overdue; it goes to the government reserve."""

    #: Number of the purchase.
    purchase: Whole


class ApplyForReserve(Wish, frozen=True, gc=False):
    """Apply for allowances of the reserve for new and extended sources; their price is set aside."""

    #: The source for which they are.
    source: Name
    series: Name
    #: "new": a source without a free allocation of the series; "extension": capacity that is new at one that has it.
    kind: Literal["new", "extension"]
    #: The new capacity, in the measure of the benchmark, a year.
    capacity: Whole


class DropApplication(Wish, frozen=True, gc=False):
    """Take an application back, or turn it down with a reason."""

    #: Number of the application.
    application: Whole
    #: Why.
    reason: Text


class GrantReserve(Wish, frozen=True, gc=False):
    """Serve the applications for a series from the reserve, cut alike or in the order in which they came."""

    series: Name


class ReleaseUnused(Wish, frozen=True, gc=False):
    """Send the part of the new-entrant reserve that nobody was granted to auction, once the year allows it."""

    series: Name
