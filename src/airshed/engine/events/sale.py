"""Allowances that the government sells at a fixed price, paid at once or in instalments."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class SaleOpened(Fact, frozen=True):
    """Allowances are on offer at the fixed price, set aside in the jurisdiction's auction account. 定价出让已开始。"""

    #: Name of the sale.
    sale: str
    #: The vintages on offer, the first first.
    series: tuple[str, ...]
    #: The jurisdiction's auction account.
    seller: str
    #: Allowances on offer, of every vintage.
    count: int
    #: Fen per tonne and year.
    price: int
    #: Last day on which they may be bought.
    until: str


class SaleClosed(Fact, frozen=True):
    """A sale is over; what was not sold is free again. 定价出让已结束。"""

    #: Name of the sale.
    sale: str
    #: Allowances of every vintage that were not sold.
    unsold: int


class Owed(msgspec.Struct, frozen=True, gc=False):
    """An instalment that is still to be paid."""

    #: Its last day.
    on: str
    #: Its amount.
    fen: int


class AllocationBought(Fact, frozen=True):
    """A source has bought: the first instalment is paid, the allowances are delivered, what is unpaid is blocked.

    The terms of payment are those of the day of purchase, whatever rulebook comes later.

    已购买，首付款已付，配额已交付。
    """

    #: Number that the purchase gets.
    purchase: int
    #: Name of the sale.
    sale: str
    source: str
    account: str
    #: The vintages bought.
    series: tuple[str, ...]
    #: Allowances of every vintage.
    count: int
    #: Fen per tonne and year.
    price: int
    #: The whole price.
    fen: int
    #: What is paid of it at once.
    first_fen: int
    #: Allowances of every vintage that are blocked until they are paid for.
    blocked: int
    #: What is still to be paid.
    instalments: tuple[Owed, ...]
    #: Days of grace.
    grace_days: int
    #: Interest for each late day, in hundredths of a percent.
    late_basis_points: int
    #: Most interest on an instalment, in hundredths of a percent of it.
    late_cap_basis_points: int
    #: Days after the last day of an instalment from which what is unpaid may be withdrawn.
    withdraw_after_days: int
    entry: Entry


class InstalmentPaid(Fact, frozen=True):
    """An instalment is paid, with its interest; what it pays for is free. 分期款已付。"""

    #: Number of the purchase.
    purchase: int
    #: The instalment, from 1 for the one after the first payment.
    number: int
    #: The instalment itself.
    fen: int
    #: Interest for days after its last day.
    interest_fen: int
    #: Allowances of every vintage that stay blocked.
    blocked: int
    entry: Entry


class UnpaidWithdrawn(Fact, frozen=True):
    """What a purchase did not pay for has gone to the government reserve, and nothing more is due for it.

    未付款配额已收回储备。
    """

    #: Number of the purchase.
    purchase: int
    #: Allowances of every vintage that are withdrawn.
    count: int
    #: What of the price was never paid.
    unpaid_fen: int
    entry: Entry


SaleEvent = SaleOpened | SaleClosed | AllocationBought | InstalmentPaid | UnpaidWithdrawn
