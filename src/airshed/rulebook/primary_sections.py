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


class NewEntrantRule(Section, frozen=True):
    """What new and extended sources get from the reserve: benchmark x capacity x utilisation."""

    #: "pro_rata": all applications of a series together, cut alike; "first_come": one after the other.
    order: Literal["pro_rata", "first_come"]
    #: The best available technique, in hundredths of a percent of the benchmark of the sector.
    bat_basis_points: Share
    #: Utilisation of the capacity that counts, in hundredths of a percent.
    utilisation_basis_points: Share
    #: Price, in hundredths of a percent of the fixed price of the pollutant; 0 for nothing.
    price_basis_points: Multiple
    #: Last day to apply, as month and day of the vintage.
    apply_by: MonthDay
    #: Where the part of the reserve goes that nobody was granted: to auction, or it stays.
    unused_to: Literal["auction", "reserve"]
    #: From when, as month and day of the vintage.
    unused_on: MonthDay


class ReserveRule(Section, frozen=True):
    """How the government reserve is fed and drawn."""

    #: Most of a series that set-asides and repurchases may bring together there, in hundredths of its cap.
    fullest_basis_points: Share
    #: Most of a series that may be drawn for auction, in hundredths of a percent of its cap.
    auction_basis_points: Share
    #: Price from which it may be drawn to contain prices, in hundredths of a percent of the reference price.
    trigger_basis_points: Multiple
    #: Most of a series that may be drawn for that, in hundredths of a percent of its cap.
    containment_basis_points: Share


class ReverseAuctionRule(Section, frozen=True):
    """How the government buys back from those who ask least."""

    #: "uniform": all sellers get one price; "pay-as-bid": each what it asked.
    price_rule: Literal["uniform", "pay-as-bid"]
    #: Allowances in the smallest ask; every ask is a multiple.
    smallest_ask: Count
    #: Step of an ask, in fen per tonne.
    step_fen_per_t: Step
    #: How equal asks at the last price share what is left.
    tie: Literal["random", "pro-rata"]
    #: Highest ask, in hundredths of a percent of the last price of the series.
    ceiling_basis_points: Multiple


class WithdrawalRule(Section, frozen=True):
    """When and how much of what was granted comes back, and what is paid for it."""

    #: Days between notice and withdrawal.
    notice_days: Days
    #: Days after the notice within which it may be appealed.
    appeal_days: Days
    #: Years in a row without operation after which a grant is withdrawn.
    idle_years: Annotated[int, Meta(ge=1, le=20)]
    #: Up to which obligation a year counts as idle, in hundredths of a percent of its grant.
    idle_basis_points: Share
    #: How far activity may lie below the baseline before the excess is withdrawn, in hundredths of a percent.
    excess_tolerance_basis_points: Share
    #: What a source pays for what it sold on, in hundredths of a percent of the last price of the series.
    pay_back_basis_points: Multiple
    #: Days after an allocation or a withdrawal within which an error in it may be reversed.
    reversal_days: Days


class WithdrawalGroundRule(Section, frozen=True):
    """A ground on which what was granted comes back; who bought it in good faith keeps it."""

    #: "closure": vintages after the year of closure; "idle": the vintage after idle years; "excess": activity under the
    #: baseline; "paid_reduction": what public money has reduced.
    ground: Literal["closure", "idle", "excess", "paid_reduction"]
    #: What is paid for what comes back, in hundredths of a percent of the repurchase price of the pollutant.
    price_basis_points: Multiple
    #: What of it is sold on: "make_up": the next allocation withholds it; "pay_back": the source pays for it; "none".
    sold_on: Literal["make_up", "pay_back", "none"]


class WithholdingRule(Section, frozen=True):
    """What part of a grant may be withheld until a condition is met."""

    #: The grounds that count.
    grounds: tuple[Literal["missing_report", "unverified_year", "unpaid_penalty", "unpaid_back", "investigation"], ...]
    #: Most of a source's grant of a series, in hundredths of a percent.
    most_basis_points: Share
    #: Days after which what is still withheld may be forfeited.
    forfeit_days: Days
    #: Days that an investigation may last; after that, whose they are may have them released.
    investigation_days: Days
