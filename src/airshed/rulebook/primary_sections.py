"""The sections of a rulebook about what is granted against payment and how it comes back."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.kinds import Count, MonthDay, Multiple, Share, Step, Year
from airshed.rulebook.section import Section
from airshed.rulebook.supply_table import SupplyRow

#: A number of days, up to ten years.
Days = Annotated[int, Meta(ge=0, le=3_660)]


class PaidAllocationRule(Section, frozen=True):
    """Sale of allowances to existing sources at the fixed price of their pollutant, for one year or several."""

    #: Whether anything is sold so at all. 是否开办。
    open: bool
    #: What the entitlement is a share of: "allocated", the free allocation of the source in the series; "verified",
    #: its obligation of the last verified year. 可购数量的计算基数。
    base: Literal["allocated", "verified"]
    #: How much a source may buy of a series, in hundredths of a percent of that base. 可购数量比例。
    entitlement_basis_points: Multiple
    #: Most vintages that one sale covers. 最多年数。
    longest_years: Annotated[int, Meta(ge=1, le=50)]
    #: Allowances in the smallest purchase; every purchase is a multiple. 最小购买数量。
    smallest_purchase: Count
    #: Least first instalment, in hundredths of a percent of the price. 首付款比例下限。
    first_basis_points: Share
    #: Days after the last day of an instalment without interest. 逾期宽限天数。
    grace_days: Days
    #: Interest for each late day once grace is over, in hundredths of a percent of the instalment. 逾期日利率。
    late_basis_points: Share
    #: Most interest on an instalment, in hundredths of a percent of it. 逾期利息上限。
    late_cap_basis_points: Multiple
    #: Days after the last day of an instalment from which what is not paid for may be withdrawn. 欠款收回前的天数。
    withdraw_after_days: Days


class SalePriceRule(Section, frozen=True):
    """The fixed price of a pollutant; one without is not sold so."""

    #: Code of the pollutant. 污染物。
    pollutant: str
    #: Price of a tonne for a year, in fen. 每吨每年价格。
    year_fen_per_t: Step


class InstalmentRule(Section, frozen=True):
    """An instalment after the first, in the order in which they fall due."""

    #: Its last day, as month and day. 缴款截止日。
    on: MonthDay
    #: Of which year after that of the purchase. 购买后第几年。
    years_later: Annotated[int, Meta(ge=1, le=50)]
    #: Its share of what the first instalment leaves, in hundredths of a percent; all shares make up 10000. 当期比例。
    basis_points: Share


class NewEntrantRule(Section, frozen=True):
    """What new and extended sources get from the reserve: benchmark x capacity x utilisation."""

    #: "pro_rata": all applications of a series together, cut alike; "first_come": one after the other. 申请的处理次序。
    order: Literal["pro_rata", "first_come"]
    #: The best available technique, in hundredths of a percent of the benchmark of the sector.
    #: 最佳可行技术占基准的比例。
    bat_basis_points: Share
    #: Utilisation of the capacity that counts, in hundredths of a percent. 计入的产能利用率。
    utilisation_basis_points: Share
    #: Price, in hundredths of a percent of the fixed price of the pollutant; 0 for nothing. 价格比例。
    price_basis_points: Multiple
    #: Last day to apply, as month and day of the vintage. 申请截止日。
    apply_by: MonthDay
    #: Where the part of the reserve goes that nobody was granted: to auction, to the sources that share the cap, in
    #: proportion to what each was given of it, or it stays. 未用预留的去向。
    unused_to: Literal["auction", "reserve", "sources"]
    #: From when, as month and day of the vintage. 未用预留的处理日。
    unused_on: MonthDay


class ReserveRule(Section, frozen=True, omit_defaults=True):
    """How the government reserve is fed and drawn."""

    #: Most of a series that set-asides and repurchases may bring together there, in hundredths of its cap.
    #: 储备规模上限。
    fullest_basis_points: Share
    #: Most of a series that may be drawn for auction, in hundredths of a percent of its cap. 可提取用于拍卖的上限。
    auction_basis_points: Share
    #: Price from which it may be drawn to contain prices, in hundredths of a percent of the reference price.
    #: 平抑价格的触发比例。
    trigger_basis_points: Multiple
    #: Most of a series that may be drawn for that, in hundredths of a percent of its cap. 可提取用于平抑价格的上限。
    containment_basis_points: Share
    #: Over how many whole months in a row each month's mean price has to be above the trigger; where it is left out,
    #: the last price alone has to reach it. 触发所需连续月数。
    trigger_months: Annotated[int, Meta(ge=1, le=24)] | None = None
    #: Of how many months before those the mean price stands for the reference price. 触发基准价的月数。
    trigger_usual_months: Annotated[int, Meta(ge=1, le=60)] | None = None
    #: Day of the year after, from which the number of allowances in circulation is stated, once every source is
    #: verified; the next auctions follow it. Never, where it is left out. 流通总量公布日。
    supply_stated_on: MonthDay | None = None
    #: First year with whose beginning what auctions held back and the reserve keeps lapses above a size: above as many
    #: as were auctioned in the year before, or above `supply_most`. Never, where it is left out. 超额储备失效起始年度。
    supply_lapses_from: Year | None = None
    #: That size in allowances of a pollutant; as many as were auctioned in the year before, where it is left out.
    #: 储备保留上限。
    supply_most: Count | None = None
    #: What the number in circulation does to auctions (read from `supply.csv`). 供应调节办法。
    supply: tuple[SupplyRow, ...] = ()


class ReverseAuctionRule(Section, frozen=True):
    """How the government buys back from those who ask least."""

    #: "uniform": all sellers get one price; "pay-as-bid": each what it asked. 成交价规则。
    price_rule: Literal["uniform", "pay-as-bid"]
    #: Allowances in the smallest ask; every ask is a multiple. 最小报价数量。
    smallest_ask: Count
    #: Step of an ask, in fen per tonne. 报价最小变动。
    step_fen_per_t: Step
    #: How equal asks at the last price share what is left. 同价分配方法。
    tie: Literal["random", "pro-rata"]
    #: Highest ask, in hundredths of a percent of the last price of the series. 报价上限（占最近价格）。
    ceiling_basis_points: Multiple


class WithdrawalRule(Section, frozen=True):
    """When and how much of what was granted comes back, and what is paid for it."""

    #: Days between notice and withdrawal. 告知期。
    notice_days: Days
    #: Days after the notice within which it may be appealed. 申诉期限。
    appeal_days: Days
    #: Years in a row without operation after which a grant is withdrawn. 闲置收回年数。
    idle_years: Annotated[int, Meta(ge=1, le=20)]
    #: Up to which obligation a year counts as idle, in hundredths of a percent of its grant.
    #: 视为闲置的义务上限（占分配量）。
    idle_basis_points: Share
    #: How far activity may lie below the baseline before the excess is withdrawn, in hundredths of a percent.
    #: 活动水平下降的容许幅度。
    excess_tolerance_basis_points: Share
    #: What a source pays for what it sold on, in hundredths of a percent of the last price of the series.
    #: 已转售部分的偿付比例。
    pay_back_basis_points: Multiple
    #: Days after an allocation or a withdrawal within which an error in it may be reversed. 差错更正期限。
    reversal_days: Days


class WithdrawalGroundRule(Section, frozen=True):
    """A ground on which what was granted comes back; who bought it in good faith keeps it."""

    #: "closure": vintages after the year of closure; "idle": the vintage after idle years; "excess": activity under the
    #: baseline; "paid_reduction": what public money has reduced. 事由。
    ground: Literal["closure", "idle", "excess", "paid_reduction"]
    #: What is paid for what comes back, in hundredths of a percent of the repurchase price of the pollutant. 价格比例。
    price_basis_points: Multiple
    #: What of it is sold on: "make_up": the next allocation withholds it; "pay_back": the source pays for it; "none".
    #: 已转售部分的处理。
    sold_on: Literal["make_up", "pay_back", "none"]


class WithholdingRule(Section, frozen=True):
    """What part of a grant may be withheld until a condition is met."""

    #: The grounds that count. 事由清单。
    grounds: tuple[Literal["missing_report", "unverified_year", "unpaid_penalty", "unpaid_back", "investigation"], ...]
    #: Most of a source's grant of a series, in hundredths of a percent. 暂扣上限。
    most_basis_points: Share
    #: Days after which what is still withheld may be forfeited. 暂扣可没收前的天数。
    forfeit_days: Days
    #: Days that an investigation may last; after that, whose they are may have them released. 调查最长天数。
    investigation_days: Days


class RepurchaseRule(Section, frozen=True):
    """The government's standing offer for leftovers."""

    #: Whether it stands at all. 是否开办。
    open: bool
    #: Largest share of an account's allocation that is bought back, in hundredths of a percent. 比例上限。
    limit_basis_points: Share
