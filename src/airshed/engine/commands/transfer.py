"""Transfers of allowances without money, those that wait, and whom a holder trusts."""

from __future__ import annotations

from airshed.engine.commands.wish import Name, Whole, Wish


class Transfer(Wish, frozen=True):
    """Move allowances from an account to another without money; of a strip, every vintage or none.

    Where the law has it wait, the allowances are set aside until `ExecuteTransfers` moves them. 无偿划转。
    """

    #: The account that gives.
    origin: Name
    #: The account that receives.
    target: Name
    #: A series, or a strip, as SO2-KM-2027..2031.
    series: Name
    count: Whole


class CancelTransfer(Wish, frozen=True):
    """Call off a transfer that waits; its allowances are free again. 撤销待执行的划转。"""

    #: Number of the transfer.
    transfer: Whole


class ExecuteTransfers(Wish, frozen=True):
    """Carry out every transfer whose hour has come; one that the rules forbid by now falls. 执行到期的划转。"""


class TrustAccount(Wish, frozen=True):
    """Name an account as trusted; it counts as that after the days that the law has for it. 加入信任账户名单。"""

    #: The account whose list it is.
    account: Name
    #: The account that is trusted.
    trusted: Name


class DistrustAccount(Wish, frozen=True):
    """Take an account off the list of those that are trusted, at once. 移出信任账户名单。"""

    #: The account whose list it is.
    account: Name
    #: The account that is trusted no longer.
    trusted: Name


TransferBody = Transfer | CancelTransfer | ExecuteTransfers | TrustAccount | DistrustAccount
