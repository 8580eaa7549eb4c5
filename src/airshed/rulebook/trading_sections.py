"""What a law says of auctions, sealed bids, the exchange and what may be traded."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.kinds import (
    Count,
    ExcessRule,
    MonthDay,
    Name,
    SealingWay,
    Share,
    Step,
    TieRule,
    TrimStep,
    UndersubscribedRule,
)
from airshed.rulebook.section import Section


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
