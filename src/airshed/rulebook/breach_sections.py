"""The sections of a rulebook about breaches: when a penalty is paid, in which parts, what being late costs."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import Day, Share, Status
from airshed.rulebook.section import Section
from airshed.rulebook.terms_sections import Days


class LateRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `late_rates.csv`: the yearly rate that is in force from a day until the next row's."""

    #: First day.
    first: Day
    #: Rate of a year, in hundredths of a percent.
    yearly_basis_points: Annotated[int, Meta(ge=0, le=100_000)]
    #: Source.
    cite: str
    #: "confirmed" or "to confirm".
    status: Status


class LatePaymentRule(Section, frozen=True, omit_defaults=True):
    """By when a penalty is paid, in how many instalments it may be, and what is added while it is late."""

    #: What the days to pay count from: the deadline of surrender, or the settlement of the year.
    pay_from: Literal["deadline", "settlement"]
    #: Days from then to the last one to pay.
    pay_days: Days
    #: What late days add: nothing; a rate each day on what is late ("daily"), and on what was added so far as well
    #: ("daily_compounded"); or the rate of the quarter, added on the first of each month ("by_quarter").
    interest: Literal["none", "daily", "daily_compounded", "by_quarter"]
    #: The rate of a day, in hundredths of a percent (daily, daily_compounded).
    daily_basis_points: Share
    #: Most instalments that the authority may grant; none where it is 0.
    most_instalments: Annotated[int, Meta(ge=0, le=120)]
    #: Months from the grant within which the last instalment lies.
    longest_months: Annotated[int, Meta(ge=0, le=120)]
    #: Times the penalty that interest reaches at most; no bound where it is left out (daily, daily_compounded).
    cap_times: Annotated[int, Meta(ge=1, le=100)] | None = None
    #: The rates of quarters (read from `late_rates.csv`).
    rates: tuple[LateRate, ...] = ()
