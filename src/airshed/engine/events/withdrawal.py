"""Grants that come back: closure, notices, appeals, withholding, errors."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class SourceClosed(Fact, frozen=True):
    """A source has stopped for good. 排放源已关闭。"""

    source: str
    #: Its last day of operation.
    day: str
    #: On what that rests.
    reason: str


class SourceReopened(Fact, frozen=True):
    """It was wrong that the source had stopped. 排放源关闭登记已撤销。"""

    source: str
    #: Why.
    reason: str


class WithdrawalNoticed(Fact, frozen=True):
    """A withdrawal waits for the end of its notice; what it is about is blocked. 已通知收回，相关配额已冻结。"""

    #: Number that the withdrawal gets.
    withdrawal: int
    #: Who gave the notice.
    actor: str
    source: str
    account: str
    series: str
    #: "closure", "idle", "excess" or "paid_reduction".
    ground: str
    #: Allowances blocked: what the rule gives and is there, less what is owed.
    count: int
    #: What is paid for them, in fen per tonne.
    price: int
    #: Allowances that the rule gives and that are sold on or used already.
    short: int
    #: What becomes of those: "make_up", "pay_back" or "none".
    sold_on: str
    #: What is paid back for each of those, in fen per tonne.
    pay_back: int
    #: Last day for an appeal.
    appeal_by: str
    #: Last day of the notice.
    notice_until: str
    #: On what it rests.
    reason: str
    #: The figure of the command.
    figure: int
    #: The base of the command.
    base: int


class WithdrawalAppealed(Fact, frozen=True):
    """An appeal waits; nothing is withdrawn meanwhile. 已申诉，暂不收回。"""

    #: Number of the withdrawal.
    withdrawal: int
    #: Why.
    reason: str


class AppealDecided(Fact, frozen=True):
    """An appeal is decided; when it is upheld, what was blocked is free and the notice has fallen. 申诉已裁决。"""

    #: Number of the withdrawal.
    withdrawal: int
    #: Who decided.
    actor: str
    #: Whether the notice has fallen.
    upheld: bool
    #: Why.
    reason: str


class AllowancesWithdrawn(Fact, frozen=True):
    """A withdrawal is carried out against its price; what has come to be owed since the notice is free again.

    配额已收回。
    """

    #: Number of the withdrawal.
    withdrawal: int
    #: Allowances that went to the reserve.
    count: int
    #: Allowances that stay, because they are owed.
    kept: int
    #: What is paid for them.
    fen: int
    #: Allowances that the next allocation of the source withholds.
    make_up: int
    #: Fen that the source has to pay for what it sold on.
    due_fen: int
    entry: Entry


class PaidBack(Fact, frozen=True):
    """What was sold on is paid for. 已售配额款已补缴。"""

    #: Number of the withdrawal.
    withdrawal: int
    #: What is paid.
    fen: int
    entry: Entry


class WithdrawalRestored(Fact, frozen=True):
    """A withdrawal was wrong, and all of it has gone the other way; what each side owes the other is set off.

    误收配额已返还。
    """

    #: Number of the withdrawal.
    withdrawal: int
    #: Allowances that came out of the reserve.
    count: int
    #: Allowances that no allocation withholds any more.
    cancelled: int
    #: Why.
    reason: str
    entry: Entry


class AllocationReversed(Fact, frozen=True):
    """An error of an allocation is mended: what is there has gone to the reserve, the rest waits for the next one.

    误发配额已更正。
    """

    source: str
    account: str
    series: str
    #: How many too many were given.
    count: int
    #: How many of them went back.
    taken: int
    #: How many are withheld from the next allocation.
    due: int
    #: What the error was.
    reason: str
    entry: Entry


class AllowancesWithheld(Fact, frozen=True):
    """Part of a grant is blocked until a condition is met. 配额已暂扣。"""

    #: Number that the withholding gets.
    withholding: int
    source: str
    account: str
    series: str
    #: "missing_report", "unverified_year", "unpaid_penalty", "unpaid_back" or "investigation".
    ground: str
    #: The year of the condition.
    year: int
    count: int
    #: Last day before it may be forfeited, or of the investigation.
    until: str
    #: Why.
    reason: str


class WithholdingReleased(Fact, frozen=True):
    """The condition is met; what was withheld is free. 暂扣已解除。"""

    #: Number of the withholding.
    withholding: int
    #: What the investigation has found; else empty.
    reason: str


class WithheldForfeited(Fact, frozen=True):
    """The condition was not met in time: what was withheld has gone to the reserve, but for what is owed.

    暂扣配额已没收。
    """

    #: Number of the withholding.
    withholding: int
    #: Allowances that went to the reserve.
    count: int
    #: Allowances that stay, because they are owed.
    kept: int
    #: Why.
    reason: str
    entry: Entry


WithdrawalEvent = (
    SourceClosed
    | SourceReopened
    | WithdrawalNoticed
    | WithdrawalAppealed
    | AppealDecided
    | AllowancesWithdrawn
    | PaidBack
    | WithdrawalRestored
    | AllocationReversed
    | AllowancesWithheld
    | WithholdingReleased
    | WithheldForfeited
)
