"""The sections of a rulebook about what is granted against payment and how it comes back."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.kinds import Count, MonthDay, Share, Step
from airshed.rulebook.section import Section

#: A number of days, up to ten years.
Days = Annotated[int, Meta(ge=0, le=3_660)]
#: A share that may be more than the whole, in hundredths of a percent.
Multiple = Annotated[int, Meta(ge=0, le=1_000_000)]


class PaidAllocationRule(Section, frozen=True):
    """Sale of allowances to existing sources at the fixed price of their pollutant, for one year or several."""

    #: Whether anything is sold so at all.
    open: bool
    #: What the entitlement is a share of: "allocated", the free allocation of the source in the series; "verified",
    #: its obligation of the last verified year.
    base: Literal["allocated", "verified"]
    #: How much a source may buy of a series, in hundredths of a percent of that base.
    entitlement_basis_points: Multiple
    #: Most vintages that one sale covers.
    longest_years: Annotated[int, Meta(ge=1, le=50)]
    #: Allowances in the smallest purchase; every purchase is a multiple.
    smallest_purchase: Count
    #: Least first instalment, in hundredths of a percent of the price.
    first_basis_points: Share
    #: Days after the last day of an instalment without interest.
    grace_days: Days
    #: Interest for each late day once grace is over, in hundredths of a percent of the instalment.
    late_basis_points: Share
    #: Most interest on an instalment, in hundredths of a percent of it.
    late_cap_basis_points: Multiple
    #: Days after the last day of an instalment from which what is not paid for may be withdrawn.
    withdraw_after_days: Days


class SalePriceRule(Section, frozen=True):
    """The fixed price of a pollutant; one without is not sold so."""

    #: Code of the pollutant.
    pollutant: str
    #: Price of a tonne for a year, in fen.
    year_fen_per_t: Step


class InstalmentRule(Section, frozen=True):
    """An instalment after the first, in the order in which they fall due."""

    #: Its last day, as month and day.
    on: MonthDay
    #: Of which year after that of the purchase.
    years_later: Annotated[int, Meta(ge=1, le=50)]
    #: Its share of what the first instalment leaves, in hundredths of a percent; all shares make up 10000.
    basis_points: Share
