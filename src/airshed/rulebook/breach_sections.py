"""The sections of a rulebook about breaches: how they are heard, when a penalty is paid, what being late costs."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import Day, Name, Share, Status
from airshed.rulebook.section import Section
from airshed.rulebook.terms_sections import Days

#: The ground of a case about allowances that are missing, which is no row of a table: the law says what it costs.
SHORTFALL: Final = "shortfall"
#: What a breach may be of besides a source and a year.
ABOUT: Final = ("stack", "day", "pollutant")


class LateRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `late_rates.csv`: the yearly rate that is in force from a day until the next row's."""

    #: First day. 起始日。
    first: Day
    #: Rate of a year, in hundredths of a percent. 年利率。
    yearly_basis_points: Annotated[int, Meta(ge=0, le=100_000)]
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class LatePaymentRule(Section, frozen=True, omit_defaults=True):
    """By when a penalty is paid, in how many instalments it may be, and what is added while it is late."""

    #: What the days to pay count from: the deadline of surrender, or the settlement of the year. 缴纳期限的起算。
    pay_from: Literal["deadline", "settlement"]
    #: Days from then to the last one to pay. 缴纳期限。
    pay_days: Days
    #: What late days add: nothing; a rate each day on what is late ("daily"), and on what was added so far as well
    #: ("daily_compounded"); or the rate of the quarter, added on the first of each month ("by_quarter").
    #: 滞纳金计算方式。
    interest: Literal["none", "daily", "daily_compounded", "by_quarter"]
    #: The rate of a day, in hundredths of a percent (daily, daily_compounded). 日滞纳金率。
    daily_basis_points: Share
    #: Most instalments that the authority may grant; none where it is 0. 最多分期数。
    most_instalments: Annotated[int, Meta(ge=0, le=120)]
    #: Months from the grant within which the last instalment lies. 分期最长期限。
    longest_months: Annotated[int, Meta(ge=0, le=120)]
    #: Times the penalty that interest reaches at most; no bound where it is left out (daily, daily_compounded).
    #: 滞纳金上限倍数。
    cap_times: Annotated[int, Meta(ge=1, le=100)] | None = None
    #: The rates of quarters (read from `late_rates.csv`). 各季度利率。
    rates: tuple[LateRate, ...] = ()


class CaseGround(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `case_grounds.csv`: a breach other than a shortfall, and between which sums it is fined."""

    #: Short name, as commands give it. 事由。
    ground: Name
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: What a notice names of it besides source and year: none or several of "stack", "day" and "pollutant".
    #: 告知须载明的内容。
    about: Annotated[str, Meta(pattern=r"^[a-z]+( [a-z]+)*\Z", examples=["stack day"])] | None = None
    #: Least fen. 罚款下限。
    least_fen: Annotated[int, Meta(ge=1, le=10_000_000_000_000)]
    #: Most fen. 罚款上限。
    most_fen: Annotated[int, Meta(ge=1, le=10_000_000_000_000)]
    #: The article that it breaks and by which it is fined. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class CaseRule(Section, frozen=True, omit_defaults=True):
    """How a breach is heard before it costs: notice, reply, decision, appeal."""

    #: Whether a shortfall is fined with the settlement of the year, or only by the decision of a case.
    #: 超额排放的处罚程序。
    shortfall: Literal["automatic", "by_case"]
    #: Working days in which the account may reply to a notice; the last one ends when the office closes. 陈述申辩期限。
    reply_working_days: Annotated[int, Meta(ge=1, le=250)]
    #: Most replies to a notice. 陈述申辩次数上限。
    replies: Annotated[int, Meta(ge=1, le=10)]
    #: Least part of what the law gives for a shortfall that a decision may impose, unless it drops the case, in
    #: hundredths of a percent. 减轻处罚的下限。
    lowest_basis_points: Share
    #: Days in which a decision may be appealed; the last one moves to a working day and ends when the office closes.
    #: 复议期限。
    appeal_days: Days
    #: Breaches other than a shortfall (read from `case_grounds.csv`). 事由清单。
    grounds: tuple[CaseGround, ...] = ()
