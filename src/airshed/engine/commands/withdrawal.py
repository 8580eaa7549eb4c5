"""Grants that come back: closure, notices, appeals, withholding, errors."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Day, Kilograms, Name, Part, Text, Whole, Wish, Year


class CloseSource(Wish, frozen=True):
    """Record that a source has stopped for good; it is granted nothing more, and still reports and surrenders.

    登记排放源关闭。
    """

    source: Name
    #: Its last day of operation.
    day: Day
    #: On what that rests.
    reason: Text


class ReopenSource(Wish, frozen=True):
    """Take back that a source has closed, which has been shown wrong. 撤销关闭登记。"""

    source: Name
    #: Why.
    reason: Text


class NoticeWithdrawal(Wish, frozen=True):
    """Give notice that part of a grant will be withdrawn; the rule says how much, and it is blocked at once.

    收回通知。
    """

    source: Name
    series: Name
    #: "closure": a vintage after the closure; "idle": after idle years; "excess": activity under the baseline;
    #: "paid_reduction": what public money has reduced.
    ground: Literal["closure", "idle", "excess", "paid_reduction"]
    #: On what that rests.
    reason: Text
    #: Of an excess, the actual level of activity, in whatever that is counted; else 0.
    figure: Whole = 0
    #: Of an excess, the baseline level; else 0.
    base: Whole = 0
    #: Of a paid reduction, what it reduces in a year; else 0.
    reduced_kg: Kilograms = 0
    #: Of a paid reduction, what part of its cost was public; else 0.
    public_share: Part = 0


class AppealWithdrawal(Wish, frozen=True):
    """Appeal a notice; nothing is withdrawn until the appeal is decided. 对收回提出申诉。"""

    #: Number of the withdrawal.
    withdrawal: Whole
    #: Why.
    reason: Text


class DecideAppeal(Wish, frozen=True):
    """Decide an appeal; who gave the notice does not. 裁决申诉。"""

    #: Number of the withdrawal.
    withdrawal: Whole
    #: Yes: the notice falls; no: it stands.
    upheld: bool
    #: Why.
    reason: Text


class WithdrawAllowances(Wish, frozen=True):
    """Carry a withdrawal out, once its notice is over: into the government reserve, at the price of the rule.

    执行收回。
    """

    #: Number of the withdrawal.
    withdrawal: Whole


class PayBack(Wish, frozen=True):
    """Pay for what was to be withdrawn and had been sold on already. 补缴已售配额款。"""

    #: Number of the withdrawal.
    withdrawal: Whole


class RestoreWithdrawn(Wish, frozen=True):
    """Give back what was withdrawn, once it is shown wrong. 返还误收配额。"""

    #: Number of the withdrawal.
    withdrawal: Whole
    #: Why.
    reason: Text


class ReverseAllocation(Wish, frozen=True):
    """Take back what an error gave; what is no longer there is withheld from the next allocation. 更正误发配额。"""

    source: Name
    series: Name
    #: How many too many were given.
    count: Whole
    #: What the error was.
    reason: Text


class Withhold(Wish, frozen=True):
    """Block part of a grant until a condition is met. 暂扣配额。"""

    source: Name
    series: Name
    #: "missing_report": that year is not reported after the day for it; "unverified_year": it has no verified emission
    #: after its deadline; "unpaid_penalty": it has a penalty due; "unpaid_back": the source owes for what it sold on;
    #: "investigation": the authority looks into it.
    ground: Literal["missing_report", "unverified_year", "unpaid_penalty", "unpaid_back", "investigation"]
    #: The year of the condition, or that in which it came up.
    year: Year
    count: Whole
    #: Why.
    reason: Text


class ReleaseWithheld(Wish, frozen=True):
    """Free what was withheld, once the condition is met. 解除暂扣。"""

    #: Number of the withholding.
    withholding: Whole
    #: What the investigation has found; else empty.
    reason: Text = ""


class ForfeitWithheld(Wish, frozen=True):
    """Send what is withheld to the government reserve, when the condition was not met in time. 没收暂扣配额。"""

    #: Number of the withholding.
    withholding: Whole
    #: Why.
    reason: Text


WithdrawalBody = (
    CloseSource
    | ReopenSource
    | NoticeWithdrawal
    | AppealWithdrawal
    | DecideAppeal
    | WithdrawAllowances
    | PayBack
    | RestoreWithdrawn
    | ReverseAllocation
    | Withhold
    | ReleaseWithheld
    | ForfeitWithheld
)
