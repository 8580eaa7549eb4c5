"""What a rulebook may say: every section, key and measure, each section with its citation.

The field comments (`#:`) here, in `mrv_sections.py` and in the tables are the reference page:
`docs/reference/rulebook.md` is generated from them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.model.civil import DEFAULT, CivilTime, civil
from airshed.rulebook.allocation_tables import AllocationClass, AllocationTier, BenchmarkFactor
from airshed.rulebook.breach_sections import CaseRule, LatePaymentRule
from airshed.rulebook.credit_tables import CreditLimit, CreditRow
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.kinds import (
    Baseline,
    Count,
    Day,
    ExcessRule,
    Flag,
    MethodName,
    MonthDay,
    Multiple,
    Name,
    Price,
    ProcessName,
    SealingWay,
    Share,
    Step,
    TieRule,
    TimeZone,
    TrimStep,
    UndersubscribedRule,
    Year,
)
from airshed.rulebook.mrv_sections import (
    ApplicabilityRule,
    ManualTestRule,
    MethodsRule,
    Part75Rule,
    QualityTestRule,
)
from airshed.rulebook.people_sections import FounderRule, PeopleRule, Roles
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.price_index import PriceIndexRule
from airshed.rulebook.primary_sections import (
    InstalmentRule,
    NewEntrantRule,
    PaidAllocationRule,
    ReserveRule,
    ReverseAuctionRule,
    SalePriceRule,
    WithdrawalGroundRule,
    WithdrawalRule,
    WithholdingRule,
)
from airshed.rulebook.reading_section import Reading
from airshed.rulebook.section import Section
from airshed.rulebook.tables import Benchmark, Cap, CheckRow, IndexOf, Limit, MarkRow, ShortfallPeriod, Tier, Variation
from airshed.rulebook.terms_sections import LeaseRule, PledgeRule, TermsRule
from airshed.rulebook.transactions import TransactionRule
from airshed.rulebook.zone_call_section import RatioRule, ReceptorRule, TransferRule, ZoneCallRule


class Programme(Section, frozen=True, omit_defaults=True):
    """What the programme is and who runs it."""

    #: Short name, used in the book and in file names. 标识。
    id: Name
    #: Version of this text; a changed text needs a new one. 版本。
    version: str
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: Folder of the inventory under `zones/`. 区域。
    zone: Name
    #: First day on which these rules hold, as ISO date. 施行日期。
    effective: Day
    #: Actor who adopts rulebooks and opens accounts. 主管部门。
    authority: Name
    #: Time zone of the IANA database that days, sessions and deadlines follow, summer time included; hours of emissions
    #: are counted in its standard time. A book keeps the zone of its first law. 时区。
    time_zone: TimeZone = DEFAULT


class CurrencyRule(Section, frozen=True):
    """The money that prices, fees and penalties are in.

    Keys and amounts named `fen` are hundredths of it, whatever they are called at home (fen, cents).
    """

    #: Code of ISO 4217. 代码。
    code: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", examples=["CNY"])]
    #: What a whole one is called in English, as after an amount: a word, or its sign. 英文名称。
    name_en: Annotated[str, Meta(pattern=r"^([a-z][a-z ]{1,19}|[$£¥₩₹₺₽€])\Z", examples=["yuan", "€"])]
    #: What a whole one is called in Chinese. 中文名称。
    name_zh: str


class AllowanceRule(Section, frozen=True):
    """What an allowance is and where it counts."""

    #: Kilograms of pollutant that one allowance covers; counts and prices are made for 1. 每份配额覆盖量。
    size_kg: Annotated[int, Meta(ge=1, le=1)]
    #: "zone": series of every jurisdiction count; "jurisdiction": only those of the source's own.
    #: 可用于清缴的配额范围。
    admitted: Literal["zone", "jurisdiction"]
    #: How many earlier vintages count beside that of the period; 100 is every one there can be: they never expire.
    #: 可用的以前年份数。
    vintages_back: Annotated[int, Meta(ge=0, le=100)]
    #: How an obligation that is not a whole allowance is rounded. 清缴义务取整方法。
    rounding: Literal["up", "half_up", "down"]


class Jurisdiction(Section, frozen=True):
    """A city or county group that issues allowances."""

    #: Two to four capitals, part of every series. 代码。
    code: Annotated[str, Meta(pattern=r"^[A-Z]{2,4}\Z", examples=["KM"])]
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str


class SectorRule(Section, frozen=True, omit_defaults=True):
    """A sector that the programme covers."""

    #: Short name, used in the inventory. 代码。
    code: Name
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: First year of emissions for which its sources owe allowances: before it they report and are verified, and owe
    #: nothing. From the beginning where it is left out. 开始承担义务的年度。
    owes_from: Year | None = None
    #: Whether its sources owe only from the year with which they opt in (`OptIn`) until the one with which they leave
    #: (`OptOut`); from `owes_from` on all of them owe, where it stands too. No source opts in where it is left out.
    #: 自愿纳入。
    voluntary: bool = False
    #: Fewest years that a source which has opted in owes for. 自愿纳入的最短年数。
    stays_years: Annotated[int, Meta(ge=1, le=30)] | None = None
    #: Processes of the works that it covers, as the inventory calls them; all of the sector where it is left out.
    #: 覆盖的工艺。
    processes: tuple[ProcessName, ...] | None = None


class PollutantRule(Section, frozen=True):
    """A pollutant that the programme caps, with its administered prices."""

    #: Short name, part of every series. 代码。
    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}\Z", examples=["SO2"])]
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: What the monitors of a stack say that counts as it. 监测因子。
    measured: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}\Z", examples=["SO2"])]
    #: Sectors whose sources owe it; empty for every sector. 承担义务的行业。
    sectors: tuple[Name, ...]
    #: Lowest price at auction, in fen per tonne. 拍卖底价。
    reserve_fen_per_t: Price
    #: Price around which the first session's band lies, in fen per tonne. 参考价。
    reference_fen_per_t: Step
    #: Price at which the government buys leftovers back, in fen per tonne. 回购价。
    repurchase_fen_per_t: Price
    #: Lowest price of any trade, in fen per tonne; 0 for none. 最低价。
    floor_fen_per_t: Price
    #: Highest price of any trade, in fen per tonne; 0 for none. 最高价。
    ceiling_fen_per_t: Price
    #: Lowest price of a block trade, in fen per tonne; 0 for none of its own. 大宗交易最低价。
    block_floor_fen_per_t: Price
    #: Price above which an auction is fed from the government reserve, in fen per tonne; left out where none is.
    #: 平抑高价的触发价。
    cost_containment_fen_per_t: Step | None = None
    #: Price under which an auction offers less, in fen per tonne; left out where it never does. 平抑低价的触发价。
    emissions_containment_fen_per_t: Step | None = None


class CapRule(Section, frozen=True, omit_defaults=True):
    """The caps, from `caps.csv`."""

    #: Whether a cap may give out less than the rules of allocation do; it may where this is left out. Where it may not,
    #: output says how many there are, a cap is only their bound, and one below what the rules give is a fault.
    #: 是否设绝对总量。
    absolute: bool = True
    #: One row per pollutant, jurisdiction and vintage (read from `caps.csv`). 明细。
    rows: tuple[Cap, ...] = ()


class Calendar(Section, frozen=True, omit_defaults=True):
    """Deadlines, as month and day of the year after the period, or of the period itself once its season is over."""

    #: Last day to report a year. 报告截止日。
    report_by: MonthDay
    #: Last day to verify it. 核查截止日。
    verify_by: MonthDay
    #: Last day to surrender. 清缴截止日。
    surrender_by: MonthDay
    #: Last day to surrender when the year after the period is a leap year. 清缴截止日（次年为闰年）。
    surrender_by_in_leap_years: MonthDay
    #: What becomes of a last day to surrender that is no business day. 清缴截止日遇休息日。
    on_closed_days: Literal["stays", "next_business_day"]
    #: Days of the week that are worked, 1 for Monday to 7 for Sunday. 工作的星期。
    weekdays: tuple[Annotated[int, Meta(ge=1, le=7)], ...]
    #: Holidays: days of those weekdays that are not worked, as ISO dates. 休市的法定节假日。
    closed_days: tuple[Day, ...]
    #: Make-up days: days of other weekdays that are worked, as ISO dates. 调休上班日。
    working_days: tuple[Day, ...]
    #: Years whose holidays and make-up days are those of China's yearly notices, as a library keeps them, unless the
    #: two lists name a day of that year. Of other years the lists say all: no day named, no holiday known.
    #: 按国务院放假通知的年份。
    notices: tuple[Year, ...] | None = None
    #: First and last day of the part of each year whose emissions count, as month and day; every deadline is the first
    #: such day after it. The whole year where it is left out. 计入排放的季节。
    season: tuple[MonthDay, MonthDay] | None = None


class AllocationRule(Section, frozen=True, omit_defaults=True):
    """How a cap becomes holdings.

    A cap is one city's: what a method shares among cities stands in `caps.csv`, and the rest of it shares each cap out.
    """

    #: Name of the method, any that `airshed allocate --methods` lists, or "plan" for `tiers` of the law's own.
    #: 分配方法。
    method: MethodName
    #: How baseline years make one figure: their mean, their median, or the mean of the highest so many, as programmes
    #: of the US for power plants count the two or three highest. 基准期取值方法。
    baseline: Baseline
    #: Share of the cap set aside for new entrants, in hundredths of a percent. 新建项目预留比例。
    reserve_basis_points: Share
    #: Share of the cap that is auctioned, in hundredths of a percent. 拍卖比例。
    auction_basis_points: Share
    #: The tiers of a plan (method "plan"), the last of them by source: by sector or source, the claim, and the rule by
    #: which too little is shared. Claims are those of `allocation_classes.csv` where it says by_class. 分配层级。
    tiers: tuple[AllocationTier, ...] | None = None
    #: Part of each share that is given at once, in hundredths of a percent; the rest stays in the reserve until output
    #: is verified (`TrueUp` gives it). All of it where it is left out. 预分配比例。
    advance_basis_points: Share | None = None
    #: What becomes of what the pool has above all claims: claims share it too ("shared", and where it is left out), or
    #: it waits in the reserve until output is verified, and what is not claimed then either is cancelled ("cancelled"):
    #: output alone says how many there are, and the cap is a bound. 未申请部分的处理。
    unclaimed: Literal["shared", "cancelled"] | None = None
    #: Pounds per 1,000 mmBtu of the claim by heat input (heat_input). 热输入排放率。
    pounds_per_1000_mmbtu: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    #: Factor of air-cooled units, in hundredths of a percent; water-cooled ones count 10000 (output_based).
    #: 空冷修正系数。
    air_cooled_basis_points: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    #: What the part of its heat that a coal unit sells takes off, in hundredths of a percent (output_based).
    #: 燃煤供热修正系数。
    coal_heat_basis_points: Share | None = None
    #: The same of a gas unit (output_based). 燃气供热修正系数。
    gas_heat_basis_points: Share | None = None
    #: What a works gains or loses of its emission where its emission per product lies under or over the benchmark, as
    #: part of the deviation, in hundredths of a percent (intensity). 强度偏离的盈亏系数。
    intensity_slope_basis_points: Share | None = None
    #: Most that it gains or loses so, in hundredths of a percent of its emission (intensity). 强度盈亏上限。
    intensity_most_basis_points: Share | None = None
    #: Part of the cap that pays for early abatement, in hundredths of a percent (early_action). 早期减排奖励池比例。
    early_pool_basis_points: Share | None = None
    #: Allowances for each kilogram under the benchmark in a baseline year, in hundredths of a percent (early_action).
    #: 早期减排奖励率。
    early_rate_basis_points: Share | None = None
    #: Classes of works by which claims differ (read from `allocation_classes.csv`). 分类办法。
    classes: tuple[AllocationClass, ...] = ()


class AuctionRule(Section, frozen=True):
    """The primary auction: sealed bids on one series or several, as the rules stood when it was opened."""

    #: Pricing rule: all winners pay one price, or each its own bid. 成交价规则。
    rule: Literal["uniform", "pay-as-bid"]
    #: Allowances in the smallest bid; every bid is a multiple. 最小申报单位。
    lot: Count
    #: Smallest step of price, in fen per tonne. 最小变动价位。
    tick_fen_per_t: Step
    #: Days of the year on which an equal part of what is to be auctioned is offered; empty where nothing is. 拍卖日。
    days: tuple[MonthDay, ...]
    #: Whether bids under the pollutant's reserve price are refused. A law may forbid it; `reserve_fen_per_t` is then 0.
    #: 是否设拍卖底价。
    reserve_price: bool
    #: The price when the bids do not reach the volume: the lowest bid, the reserve price, or the sale is cancelled.
    #: 申购不足时的价格。
    undersubscribed: UndersubscribedRule
    #: How equal bids at the clearing price share what is left: in random order, pro rata with the last lots drawn, or
    #: the earlier first. 同价分配方法。
    tie: TieRule
    #: Cash set aside for a bid, in hundredths of a percent of its value. 投标保证金比例。
    guarantee_basis_points: Share
    #: Most of a series on offer that one corporate group may buy, in hundredths of a percent; 10000 is no limit.
    #: 集团单场购买上限。
    purchase_basis_points: Share
    #: Most of all issued allowances of a pollutant that one corporate group may hold and bid for, in hundredths of a
    #: percent; 10000 is no limit. 集团持有上限。
    holding_basis_points: Share
    #: Whether a bid over such a limit is refused, or trimmed before the auction is cleared. 超限标书的处理。
    over_limit: ExcessRule
    #: In which order a bid book is trimmed: limits of the group, and the cash that the bidder has for all its bids.
    #: 标书削减次序。
    trimming: tuple[TrimStep, ...]
    #: Whether holders may sell through the auction: not at all, before the government and pro rata, or after it at a
    #: minimum price of their own. 持有人委托拍卖。
    consignment: Literal["none", "first", "last"]
    #: How many years ahead a vintage may be sold; 0 for none that has not begun. 可提前出售的年数。
    advance_years: Annotated[int, Meta(ge=0, le=30)]
    #: Most that comes out of the government reserve above the pollutant's cost containment price, as a share of what
    #: is on offer, in hundredths of a percent. 平抑高价的投放上限。
    cost_containment_basis_points: Share
    #: Most that goes to the government reserve under the pollutant's emissions containment price, as a share of what
    #: is on offer, in hundredths of a percent. 平抑低价的收回上限。
    emissions_containment_basis_points: Share
    #: What happens to what nobody bought: it may be offered at any time, goes to the government reserve, comes back a
    #: quarter in each of the next four auctions of the series, or comes back after two auctions in a row above the
    #: reserve price. 未售出部分的处理。
    unsold: Literal["stay", "reserve", "next-auctions", "after-two-above"]
    #: Most that comes back in one auction, as a share of what is newly offered, in hundredths of a percent.
    #: 单场重新投放上限。
    unsold_basis_points: Share


class SealingRule(Section, frozen=True):
    """Whether the book itself can be read before the close: how bids of auctions and orders of calls are sealed."""

    #: Bids of auctions and asks of reverse auctions: "open" in the book, which the shell does not print before the
    #: close; "commitment": a digest and a guarantee, opened by the bidder after the close; "key": encrypted to a key
    #: that is released at the close. 拍卖与反向拍卖的申报方式。
    auctions: SealingWay
    #: Orders of calls and of zone-wide calls, in the same words. 集合竞价的申报方式。
    calls: SealingWay
    #: How long after the close what was committed to may be opened. 开标时限。
    opening_minutes: Annotated[int, Meta(ge=1, le=20_160)]
    #: Whether a sealed bid may be withdrawn before the close. 可否撤回密封申报。
    withdrawal: bool
    #: What the treasury keeps of the guarantee in money of a bid that was never opened, in hundredths of a percent; the
    #: rest is free again. 未开标保证金的没收比例。
    forfeit_basis_points: Share


class TradingRule(Section, frozen=True, omit_defaults=True):
    """The continuous secondary market."""

    #: Allowances in the smallest order; every order is a multiple. 最小申报单位。
    lot: Count
    #: Smallest step of price, in fen per tonne. 最小变动价位。
    tick_fen_per_t: Step
    #: Allowances in the largest order. 单笔最大申报数量。
    largest_order: Count
    #: How far a limit may lie from the last close, in hundredths of a percent. 涨跌幅限制。
    band_basis_points: Share
    #: Fee of the buyer, in hundredths of a percent of the value. 买方手续费率。
    buyer_fee_basis_points: Share
    #: Fee of the seller, in hundredths of a percent of the value. 卖方手续费率。
    seller_fee_basis_points: Share
    #: Fee of each winner of a holder's own auction, in hundredths of a percent of what it pays. An auction of a
    #: jurisdiction has no fees. 委托拍卖中标方手续费率。
    auction_buyer_fee_basis_points: Share
    #: Fee of a holder that sells by an auction of its own, in hundredths of a percent of what it gets.
    #: 委托拍卖委托方手续费率。
    auction_seller_fee_basis_points: Share
    #: How far a limit in a call may lie from the last close, in hundredths of a percent. 集合竞价涨跌幅限制。
    call_band_basis_points: Share
    #: Allowances in the smallest block trade. 大宗交易起点数量。
    block_from: Count
    #: How far the price of a block may lie from the last close, in hundredths of a percent. 大宗交易涨跌幅限制。
    block_band_basis_points: Share
    #: Whether a transfer with a price may be settled while no session is open. 休市时可否办理有偿划转。
    transfer_any_time: bool
    #: Whether what was bought today may be sold today. 当日买入可否当日卖出。
    resale_same_day: bool
    #: A listed trade so far from the last close halts its series, in hundredths of a percent; 0 for never. 熔断幅度。
    breaker_basis_points: Share
    #: Whether a halt takes what waits off the market: listed orders, orders of calls, blocks. 停牌时撤销未成交申报。
    cancel_on_halt: bool
    #: Whether an auction of a jurisdiction, a call and a zone-wide call open with a seal of the seed that orders what
    #: is tied. Where there is a seal, it binds in any case. 须封存随机种子。
    seal_required: bool
    #: Most money that the settlement bank may enter as one deposit, in fen; any where it is left out. 单笔入金上限。
    largest_deposit_fen: Annotated[int, Meta(ge=1, le=1_000_000_000_000_000)] | None = None


class TradeRule(Section, frozen=True, omit_defaults=True):
    """Who may trade what with whom, looked at before every trade."""

    #: Sectors that trade among themselves only. 仅限行业内交易的行业。
    walled_sectors: tuple[Name, ...]
    #: Whether an operator may buy series of jurisdictions where it has no source: "free"; "first": what its own
    #: jurisdiction has on offer before them; "approval": with the authority's leave; "never". 跨辖区购买。
    crossing: Literal["free", "first", "approval", "never"]
    #: Most of a series that a corporate group may hold by buying, in hundredths of a percent of its cap; 0 for any.
    #: 集团购入持有上限。
    group_limit_basis_points: Share
    #: Whose orders nobody trades with, because they are one's own: those of the "account", or of its corporate "group".
    #: 自成交的认定范围。
    self_trade_of: Literal["account", "group"]
    #: An order of the listed market or a call that would meet one's own: "refuse" it, or "cancel_resting": those that
    #: wait go. A deal with oneself, and a bid where one sells, are always refused. 自成交的处理。
    self_trade: Literal["refuse", "cancel_resting"]
    #: Jurisdictions and pollutants whose air fails its standard, as "HH PM": nothing from elsewhere is bought there.
    #: 空气质量不达标的辖区与污染物。
    failing: tuple[Annotated[str, Meta(pattern=r"^[A-Z]{2,4} [A-Za-z0-9.]{1,8}\Z", examples=["HH PM"])], ...]
    #: Jurisdictions that let nothing out: what they have issued is bought by operators with a source there only.
    #: 禁止流出的辖区。
    no_export: tuple[Annotated[str, Meta(pattern=r"^[A-Z]{2,4}\Z", examples=["KM"])], ...]
    #: Allowances of a cap that `group_limit_basis_points` is a share of; of the whole cap where it is left out.
    #: 集团持有上限的计算基数。
    group_limit_base: Count | None = None
    #: What of a cap lies beyond that base is counted with this share, in hundredths of a percent.
    #: 超出基数部分的计入比例。
    group_limit_beyond_basis_points: Share = 0
    #: Whether a group may hold in addition what its sources owe and have not surrendered yet.
    #: 应清缴数量不计入集团上限。
    group_limit_exempts_owed: bool = False
    #: Most of a series that one transfer may give to another's account, without money; any where it is left out.
    #: 单笔无偿划转上限。
    largest_transfer: Count | None = None


class RepurchaseRule(Section, frozen=True):
    """The government's standing offer for leftovers."""

    #: Whether it stands at all. 是否开办。
    open: bool
    #: Largest share of an account's allocation that is bought back, in hundredths of a percent. 比例上限。
    limit_basis_points: Share


class MonitoringRule(Section, frozen=True):
    """When a measured hour counts, and what stands in when it does not."""

    #: Which law fills missing hours: "hj75" (HJ 75-2017, `substitution.csv`) or "part75" (US 40 CFR part 75,
    #: `part75.csv`). 缺失数据处理规范。
    law: Literal["hj75", "part75"]
    #: Valid minutes that make a valid hour. 小时有效分钟数下限。
    minutes_per_hour: Annotated[int, Meta(ge=1, le=60)]
    #: Valid hours that make a valid day. 日有效小时数下限。
    hours_per_day: Annotated[int, Meta(ge=1, le=24)]
    #: Valid days that make a valid month. 月有效日数下限。
    days_per_month: Annotated[int, Meta(ge=1, le=31)]
    #: Valid days that make a valid February. 二月有效日数下限。
    days_per_february: Annotated[int, Meta(ge=1, le=29)]
    #: Oxygen in percent from which a stack counts as idle and nothing is converted to reference oxygen.
    #: 视为停运的含氧量。
    idle_oxygen_percent: Annotated[float, Meta(gt=0, le=21)]
    #: How many equal hours in a row are called a flat line. 恒值判定时长。
    flat_line_hours: Annotated[int, Meta(ge=2, le=744)]
    #: Whether a flat line is invalid, not only found. 恒值视为无效。
    flat_line_invalid: bool
    #: Largest deviation of the reported pressure from that of the altitude, in hundredths of a percent.
    #: 气压核对的容许偏差。
    pressure_tolerance_basis_points: Share
    #: Metres per second above which gas moves, so that a stop mark needs oxygen that shows air. 停运判定流速。
    standstill_velocity_m_s: Annotated[float, Meta(gt=0, le=100)]
    #: Oxygen in percent from which the analyser breathes air. 视为空气的含氧量。
    ambient_oxygen_percent: Annotated[float, Meta(gt=0, le=25)]
    #: Degrees Celsius from which gas that moves comes from a fire, so that air in the analyser is a leak.
    #: 漏风判定温度。
    leak_celsius: Annotated[float, Meta(ge=-50, le=1_200)]
    #: How many hours in a row a thousandfold or a thousandth of the usual level are called another measure.
    #: 单位误用判定时长。
    unit_slip_hours: Annotated[int, Meta(ge=1, le=8_784)]
    #: By how many hours the clock of a frame may be off. 报文时钟允许误差。
    clock_tolerance_hours: Annotated[float, Meta(gt=0, le=8_784)]
    #: How many running hours without a reading are called a hole of a month. 长时段缺失判定时长。
    long_hole_hours: Annotated[int, Meta(ge=1, le=8_784)]
    #: How far a stated total may be off mean times flow, in hundredths of a percent. 排放量核对的容许偏差。
    identity_total_basis_points: Share
    #: How far a stated converted mean may be off equation (28), in hundredths of a percent. 折算浓度核对的容许偏差。
    identity_converted_basis_points: Share
    #: Data flags that count as measured. 视为实测的数据标识。
    flags_measured: tuple[Flag, ...]
    #: Data flags that count as stopped. 视为停运的数据标识。
    flags_stopped: tuple[Flag, ...]
    #: Data flags after which the look-back ends at the last calibration. 视为失控的数据标识。
    flags_out_of_control: tuple[Flag, ...]
    #: What the regulator sets for a missing hour under the lowest capture rate, in hundredths of a percent
    #: of the highest valid hour. 主管部门核定值（占最高有效小时）。
    determination_basis_points: Annotated[int, Meta(ge=1, le=100_000)]
    #: Lowest quarterly capture rate at which a monitor is accepted, in hundredths of a percent.
    #: 季度数据捕集率合格下限。
    capture_target_basis_points: Share
    #: Share of a month's hourly means that must lie within a limit on a monthly share, in hundredths of a percent.
    #: 月达标小时比例。
    monthly_share_basis_points: Share
    #: Substitution (read from `substitution.csv`). 替代方法明细。
    tiers: tuple[Tier, ...] = ()


class MarkingRule(Section, frozen=True):
    """What operators may say of hours, from `marks.csv`."""

    #: One row per mark (read from `marks.csv`). 明细。
    rows: tuple[MarkRow, ...] = ()


class ReportingRule(Section, frozen=True):
    """What an annual report is asked, from `checks.csv`."""

    #: One row per check (read from `checks.csv`). 明细。
    rows: tuple[CheckRow, ...] = ()


class LimitRule(Section, frozen=True):
    """Concentration limits, from `limits.csv`."""

    #: How a mean is compared with its limit (GB/T 8170): "full", with every digit; "rounded", half to even to
    #: the digits of the limit. 与限值比较的方法。
    comparison: Literal["full", "rounded"]
    #: One row per limit set and pollutant (read from `limits.csv`). 明细。
    rows: tuple[Limit, ...] = ()


class BenchmarkRule(Section, frozen=True, omit_defaults=True):
    """Benchmarks, from `benchmarks.csv`, and what some methods ask beside them, from `benchmark_factors.csv`."""

    #: One row per sector and pollutant (read from `benchmarks.csv`). 明细。
    rows: tuple[Benchmark, ...] = ()
    #: What a benchmark is corrected by (read from `benchmark_factors.csv`). 修正系数明细。
    factors: tuple[BenchmarkFactor, ...] = ()


class ShortfallRule(Section, frozen=True, omit_defaults=True):
    """What an allowance that is missing at the deadline costs."""

    #: Name of the method. 罚款方式。
    penalty: Literal["price_multiple", "fixed_per_tonne", "indexed_per_tonne", "flat"]
    #: Times the mean price of the month before the deadline (price_multiple). 均价倍数。
    price_multiple: Annotated[int, Meta(ge=1, le=100)]
    #: Fen per missing tonne (fixed_per_tonne, indexed_per_tonne), and the price taken when nothing was traded.
    #: 每吨固定罚款额。
    fixed_fen_per_t: Step
    #: Milligrams of the tonne of `fixed_fen_per_t`: 1_000_000_000, or 907_184_740 for a short ton of 2,000 lb.
    #: 罚款所称每吨的毫克数。
    tonne_mg: Annotated[int, Meta(ge=1_000_000, le=2_000_000_000)]
    #: Fen for a source and pollutant that is short, whatever is missing (flat). 定额罚款。
    flat_fen: Annotated[int, Meta(ge=0, le=10_000_000_000_000)]
    #: Index of the money that `fixed_fen_per_t` is in, in thousandths (indexed_per_tonne). 罚款基期物价指数。
    index_base_thousandths: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    #: Part of the shortfall that is taken from the next vintage, in percent. 欠缴扣减下一年份的比例。
    makeup_percent: Annotated[int, Meta(ge=0, le=1_000)]
    #: What holds instead for years from one on; of several the newest that begins in the year or before (read from
    #: `penalty_periods.csv`). 分年度规定。
    periods: tuple[ShortfallPeriod, ...] = ()
    #: The index by period (read from `penalty_index.csv`). 明细。
    rows: tuple[IndexOf, ...] = ()


class BankingRule(Section, frozen=True, omit_defaults=True):
    """What becomes of allowances that are left, and how much of what was banked counts when it is given."""

    #: Whether leftovers go on to the next period. 可否结转。
    open: bool
    #: What `limit_basis_points` is a share of: what is left ("holdings"; all of it is no limit), what was surrendered,
    #: what was verified, or what the account sold since it was settled last, less what it bought ("net_sold").
    #: 结转上限的计算基数。
    of: Literal["holdings", "surrendered", "verified", "net_sold"]
    #: Largest share of it that may go on, in hundredths of a percent. 比例上限。
    limit_basis_points: Multiple
    #: Allowances of a pollutant that may go on beside that share in any case; none where it is left out. 基础结转量。
    basic_count: Count | None = None
    #: Flow control: when what was banked is more than this share of the caps of a year, only that much of it counts one
    #: for one; no flow control where it is left out. 结转流量控制比例。
    flow_basis_points: Share | None = None
    #: How many banked allowances beyond that go for one that is owed. 超出部分折抵比例。
    flow_ratio: Annotated[int, Meta(ge=2, le=10)] | None = None
    #: Largest share by which one notice may cut what accounts hold of a pollutant, in hundredths of a percent; none may
    #: where it is left out. 单次削减比例上限。
    haircut_most_basis_points: Share | None = None


class ComplianceRule(Section, frozen=True, omit_defaults=True):
    """How a source stands over the years, and what is taken for it when nobody gives it."""

    #: When the last year of a source has to be excluded as well for the source to be excluded as a whole: as soon as it
    #: runs, or when it is over. Its figure counts at once either way. 末年豁免生效时点。
    last_year_excluded: Literal["at_once", "when_over"]
    #: Whether what an account owes at the deadline and holds is deducted when its year is closed, first in first out.
    #: 期满自动扣缴。
    deducts: bool
    #: Day of the year after the period from which everybody may see verified emissions; at once where it is left out.
    #: 核定排放量公开日。
    emissions_public_on: MonthDay | None = None
    #: Day of the year after the period from which everybody may see how sources stand; at once where it is left out.
    #: 履约情况公开日。
    standing_public_on: MonthDay | None = None
    #: Years of which a part falls due with the last of them; any other year is a period of its own (read from
    #: `control_periods.csv`). 多年履约期。
    control_periods: tuple[ControlPeriod, ...] = ()
    #: Credits that count toward what is owed beside allowances (read from `credits.csv`). 抵销信用。
    credits: tuple[CreditRow, ...] = ()
    #: How much of it they may cover from a year on (read from `credit_limits.csv`). 分年度抵销比例。
    credit_limits: tuple[CreditLimit, ...] = ()
    #: Groups of sources that answer together for a level of emissions (read from `assurance_groups.csv`). 共同履约组。
    assurance_groups: tuple[AssuranceGroup, ...] = ()


class MayVary(Section, frozen=True):
    """What a jurisdiction may set for itself in `vary/CODE.toml`; anything else is refused at load."""

    #: Keys as `section.key`. 条目。
    keys: tuple[str, ...]


class Rulebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, cache_hash=True, dict=True):
    """The law of one programme."""

    programme: Programme
    currency: CurrencyRule
    allowance: AllowanceRule
    jurisdictions: tuple[Jurisdiction, ...]
    sectors: tuple[SectorRule, ...]
    pollutants: tuple[PollutantRule, ...]
    caps: CapRule
    calendar: Calendar
    allocation: AllocationRule
    auction: AuctionRule
    sealing: SealingRule
    trading: TradingRule
    trade_rules: TradeRule
    transactions: TransactionRule
    zone_call: ZoneCallRule
    receptors: ReceptorRule
    transfer: TransferRule
    ratios: RatioRule
    repurchase: RepurchaseRule
    price_index: PriceIndexRule
    terms: TermsRule
    pledge: PledgeRule
    lease: LeaseRule
    paid_allocation: PaidAllocationRule
    sale_prices: tuple[SalePriceRule, ...]
    instalments: tuple[InstalmentRule, ...]
    new_entrants: NewEntrantRule
    reserve: ReserveRule
    reverse_auction: ReverseAuctionRule
    withdrawal: WithdrawalRule
    withdrawal_grounds: tuple[WithdrawalGroundRule, ...]
    withholding: WithholdingRule
    monitoring: MonitoringRule
    part75: Part75Rule
    manual_tests: ManualTestRule
    quality_tests: QualityTestRule
    methods: MethodsRule
    marks: MarkingRule
    reporting: ReportingRule
    limits: LimitRule
    applicability: ApplicabilityRule
    benchmarks: BenchmarkRule
    shortfall: ShortfallRule
    cases: CaseRule
    late_payment: LatePaymentRule
    banking: BankingRule
    compliance: ComplianceRule
    roles: Roles
    reading: Reading
    people: tuple[PeopleRule, ...]
    founders: tuple[FounderRule, ...]
    may_vary: MayVary
    variations: tuple[Variation, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Whether they say the same, compared key by key once and remembered.

        What is looked up in a law is kept by it. A copy, as every job of a pool brings one, would be compared with the
        law that was asked about first at every look.
        """
        if self is other:
            return True
        if not isinstance(other, Rulebook):
            return NotImplemented
        one, another = self._first(), other._first()
        if one is not another:
            if not msgspec.Struct.__eq__(one, another):
                return False
            vars(another)["same"] = one
        return True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = msgspec.Struct.__hash__

    def _first(self) -> Rulebook:
        """The one of all that were found to say the same as it."""
        first = self
        while found := vars(first).get("same"):
            first = found
        if first is not self:
            vars(self)["same"] = first
        return first

    @property
    def civil(self) -> CivilTime:
        """The time of the region: of its days, sessions and deadlines."""
        return civil(self.programme.time_zone)

    @property
    def standard(self) -> CivilTime:
        """The time in which hours are monitored."""
        return civil(self.programme.time_zone).standard
