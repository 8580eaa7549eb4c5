"""The sections of a rulebook about terms: strips and rights, what may be pledged, what may be leased."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.kinds import MonthDay, Share, Year
from airshed.rulebook.section import Section

#: A number of vintages.
Years = Annotated[int, Meta(ge=1, le=100)]
#: A number of days to wait.
Days = Annotated[int, Meta(ge=0, le=3_650)]


class TermsRule(Section, frozen=True):
    """How long a right lasts: the longest strip, the horizon, and how an open-ended right goes on."""

    #: Most vintages of a strip, and of a right that ends. 最多年数。
    longest_years: Years
    #: Last vintage that a strip or a right may name; a right without an end runs to it. 可约定的最后年份。
    horizon: Year
    #: Whether a right without an end may be granted. 可否授予无期限排污权。
    open_rights: bool
    #: Vintages for which a right is served before the authority reviews it; each renewal adds as many. 排污权复核周期。
    review_years: Years
    #: Largest share of a cap that all rights together may claim, in hundredths of a percent. 长期排污权占总量上限。
    rights_basis_points: Share


class PledgeRule(Section, frozen=True):
    """Allowances as security for a debt."""

    #: Whether new pledges may be made. 可否新设质押。
    open: bool
    #: Whether pledged allowances may be surrendered; each one surrendered leaves the pledge. 可否用于清缴。
    surrender: bool
    #: Days from the call of a pledge until it may be enforced. 实现质权前的告知期。
    notice_days: Days
    #: How a called pledge yields: the pledgee takes what covers the debt at reference prices ("take"), has it sold by
    #: auction ("sale"), or chooses ("either"). 质权实现方式。
    yields: Literal["take", "sale", "either"]


class LeaseRule(Section, frozen=True):
    """Allowances for use against rent: leased ones may be surrendered or passed on as said here, never sold."""

    #: Whether new leases may be offered. 可否新设租赁。
    open: bool
    #: Most vintages of a lease. 最多年数。
    longest_years: Years
    #: Whether the lessee may surrender what it leased. 可否用于清缴。
    surrender: bool
    #: Whether the lessee may lease on what it leased. 可否转租。
    sublease: bool
    #: Last day of a vintage's own year to pay its rent, for a lease paid yearly. 年租缴纳截止日。
    rent_by: MonthDay
    #: Days after that day until the lessor may end a lease whose rent is not paid. 欠租解约前的天数。
    notice_days: Days
    #: What becomes of leased allowances that are left at the end: "hand_back" to the lessor, or "keep".
    #: 租赁到期剩余的处理。
    leftovers: Literal["hand_back", "keep"]
