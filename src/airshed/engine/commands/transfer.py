"""Transfers of allowances without money, those that wait, and whom a holder trusts."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Count, Name, Share, Text, Whole, Wish, Year


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


class SetTransferLimits(Wish, frozen=True):
    """Bind oneself: what is more takes two, or goes to trusted accounts only; looser counts later. 设定划转限额。"""

    #: The account that binds itself.
    account: Name
    #: What more than this of a series is given by transfers, or given up, on one day a second person of the account
    #: confirms; left out, it stays as it is.
    two_above: Count | None = None
    #: What more than this of a series is given by transfers on one day goes to trusted accounts only; left out, it
    #: stays as it is.
    trusted_above: Count | None = None
    #: Limits that end.
    lift: tuple[Literal["two_above", "trusted_above"], ...] = ()


class ReverseTransfer(Wish, frozen=True):
    """Take a transfer back within the time that the law has for it: the same serials, if they are there. 冲正划转。"""

    #: Number of the transfer.
    transfer: Whole
    #: What was wrong with it.
    reason: Text


class ReverseSurrender(Wish, frozen=True):
    """Give back what was surrendered, the last first, within the time that the law has for it. 冲正清缴。"""

    source: Name
    year: Year
    pollutant: Name
    count: Whole
    #: What was wrong with it.
    reason: Text


class ReturnExcess(Wish, frozen=True):
    """Return what a source was granted too much, to the government reserve. 退还超额分配的配额。"""

    source: Name
    series: Name
    count: Whole
    #: Why it was too much.
    reason: Text


class WriteOff(Wish, frozen=True):
    """Write off what nobody surrendered of a vintage that has ended, whoever holds it, but what is set aside. 核销。"""

    series: Name


class CutHoldings(Wish, frozen=True):
    """Cut what accounts hold of a pollutant by a share, pledged and leased alike, for good. 按比例削减持有配额。"""

    pollutant: Name
    #: The last vintage that is cut.
    through: Year
    #: By how much.
    share: Share
    #: The notice on which it rests.
    reason: Text


TransferBody = (
    Transfer
    | CancelTransfer
    | ExecuteTransfers
    | TrustAccount
    | DistrustAccount
    | SetTransferLimits
    | ReverseTransfer
    | ReverseSurrender
    | ReturnExcess
    | WriteOff
    | CutHoldings
)
