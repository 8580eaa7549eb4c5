"""Transfers of allowances without money."""

from __future__ import annotations

from airshed.engine.commands.wish import Name, Whole, Wish


class Transfer(Wish, frozen=True):
    """Move allowances from an account to another without money; of a strip, every vintage or none. 无偿划转。"""

    #: The account that gives.
    origin: Name
    #: The account that receives.
    target: Name
    #: A series, or a strip, as SO2-KM-2027..2031.
    series: Name
    count: Whole


TransferBody = Transfer
