"""Transfers of allowances without money, those that wait, and whom a holder trusts."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry
from airshed.rulebook.transactions import TransactionType


class TransferDelayed(Fact, frozen=True):
    """A transfer waits; its allowances are set aside. 划转待执行，配额已冻结。"""

    #: Number that the transfer gets.
    transfer: int
    #: Type of transaction.
    type: TransactionType
    #: The account that gives.
    origin: str
    #: The account that will receive.
    target: str
    #: A series, or a strip.
    series: str
    count: int
    #: Whether the target was trusted when it was asked for.
    trusted: bool
    #: The instant from which it may be carried out.
    due: int


class TransferMoved(Fact, frozen=True):
    """A transfer that waits has another instant, because a law has moved a holiday. 划转执行时间已顺延。"""

    #: Number of the transfer.
    transfer: int
    #: The account that gives.
    origin: str
    #: The account that will receive.
    target: str
    #: A series, or a strip.
    series: str
    count: int
    #: The instant from which it may be carried out.
    due: int


class TransferCancelled(Fact, frozen=True):
    """A transfer that waited does not come about; its allowances are free again. 划转已撤销，配额已解冻。"""

    #: Number of the transfer.
    transfer: int
    #: The account that would have given.
    origin: str
    #: The account that would have received.
    target: str
    #: A series, or a strip.
    series: str
    count: int
    #: Who called it off, or whose act did.
    actor: str
    #: What the rules had against it when its hour had come; empty where somebody called it off.
    reason: str


class Transferred(Fact, frozen=True):
    """Allowances changed hands without money: at once, or when the hour of a transfer had come. 配额已划转。"""

    #: Number of the transfer.
    transfer: int
    #: Type of transaction.
    type: TransactionType
    #: A series, or a strip.
    series: str
    #: Allowances, of each vintage of a strip.
    count: int
    entry: Entry


class AccountTrusted(Fact, frozen=True):
    """A holder has named an account as trusted. 已加入信任账户名单。"""

    #: The account whose list it is.
    account: str
    #: The account that is trusted.
    trusted: str
    #: The instant from which that counts.
    since: int


class AccountDistrusted(Fact, frozen=True):
    """A holder trusts an account no longer. 已移出信任账户名单。"""

    #: The account whose list it is.
    account: str
    #: The account that is trusted no longer.
    trusted: str


class TransferLimitsSet(Fact, frozen=True):
    """A holder has bound itself; where the new limits are looser, the stricter of old and new hold until `since`.

    划转限额已设定。
    """

    account: str
    #: What is more is confirmed by a second person of the account; null for no limit.
    two_above: int | None
    #: What is more goes to trusted accounts only; null for no limit.
    trusted_above: int | None
    #: The instant from which the new limits hold alone.
    since: int


class TransferReversed(Fact, frozen=True):
    """A transfer is taken back: the same serials the other way. 划转已冲正。"""

    #: Number of the transfer.
    transfer: int
    #: What was wrong with it.
    reason: str
    entry: Entry


class SurrenderReversed(Fact, frozen=True):
    """What was surrendered is given back. 清缴已冲正。"""

    source: str
    year: int
    pollutant: str
    count: int
    #: What was wrong with it.
    reason: str
    entry: Entry


class ExcessReturned(Fact, frozen=True):
    """What a source was granted too much is back in the government reserve. 超额配额已退回储备。"""

    source: str
    account: str
    series: str
    count: int
    #: Why it was too much.
    reason: str
    entry: Entry


class AllowancesWrittenOff(Fact, frozen=True):
    """What nobody surrendered of a vintage that has ended lies with what was cancelled. 配额已核销。"""

    series: str
    #: Allowances, of all holders.
    count: int
    entry: Entry


class HoldingCut(msgspec.Struct, frozen=True, gc=False):
    """What is cut of one holding: of how many, and how many."""

    account: str
    series: str
    #: What it held, but for what is unpaid for, under notice or withheld.
    base: int
    #: How many of them are cut.
    count: int


class HoldingsCut(Fact, frozen=True):
    """What accounts held of a pollutant is less by a share. 持有配额已按比例削减。"""

    pollutant: str
    #: The last vintage that is cut.
    through: int
    #: In hundredths of a percent.
    share: int
    #: The notice on which it rests.
    reason: str
    #: Of every holding that lost some.
    cuts: tuple[HoldingCut, ...]
    entry: Entry


TransferEvent = (
    TransferDelayed
    | TransferMoved
    | TransferCancelled
    | Transferred
    | AccountTrusted
    | AccountDistrusted
    | TransferLimitsSet
    | TransferReversed
    | SurrenderReversed
    | ExcessReturned
    | AllowancesWrittenOff
    | HoldingsCut
)
