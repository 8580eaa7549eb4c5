"""Auctions by sealed bids, the government's and holders'."""

from __future__ import annotations

from typing import Literal

import msgspec

from airshed.engine.events.fact import Fact
from airshed.market.auction.waiting import Waiting
from airshed.model.refusal import Refusal
from airshed.registry.moves import Entry
from airshed.rulebook.trading_sections import AuctionRule


class Containment(msgspec.Struct, frozen=True, gc=False):
    """Allowances that come in above a price, or stay out under one."""

    #: At most so many.
    count: int
    #: The price, in fen per tonne.
    price: int


class AuctionOpened(Fact, frozen=True):
    """Allowances of a series are on offer, on terms that no later rulebook changes. 拍卖已开始。"""

    auction: str
    #: The event that it is cleared with.
    event: str
    series: str
    #: "spot", or "advance" for a vintage that has not begun.
    delivery: Literal["spot", "advance"]
    #: The jurisdiction's auction account, or the holder that sells by itself.
    seller: str
    #: Allowances on offer.
    count: int
    #: How many of them earlier auctions left over.
    back: int
    #: Lowest price accepted, in fen per tonne; 0 where there is none.
    reserve: int
    #: What the government reserve adds above a price; set aside there.
    cost_containment: Containment | None
    #: What is kept back under a price.
    emissions_containment: Containment | None
    #: The rules of auctions as they stand now.
    terms: AuctionRule
    #: What of the series still waits to be offered again.
    waiting: Waiting
    #: The pledge that is sold, or 0.
    pledge: int = 0
    #: Fee of each winner of a holder's own auction, in hundredths of a percent.
    buyer_fee_basis_points: int = 0
    #: Fee of the holder, in hundredths of a percent.
    seller_fee_basis_points: int = 0
    #: SHA-256 of the seed that orders what is tied, and its salt; empty where none was given.
    seal: str = ""


class LotConsigned(Fact, frozen=True):
    """A holder's allowances are on offer too, and set aside. 已委托拍卖，配额已冻结。"""

    auction: str
    account: str
    count: int
    #: The least the holder takes, in fen per tonne; 0 for any price.
    minimum: int


class LotReturned(Fact, frozen=True):
    """A lot is not on offer any more and free again: the year of its holder is closed. 委托拍卖已退回，配额已解冻。"""

    auction: str
    #: Its place among the lots of the auction, from 1.
    number: int
    account: str
    count: int


class BidPlaced(Fact, frozen=True):
    """A sealed bid stands; what it may cost is held, set aside. 密封标书已提交，资金已冻结。"""

    auction: str
    account: str
    count: int
    #: The most the bidder pays, in fen per tonne.
    limit: int
    #: Fen set aside until the auction is closed.
    held: int


class AuctionAward(msgspec.Struct, frozen=True, gc=False):
    """What a bidder won in all, and what it pays."""

    account: str
    #: Allowances won over all its bids.
    count: int
    #: What it pays.
    fen: int
    #: Its fee, which comes on top, in fen.
    fee: int = 0


class AuctionProceeds(msgspec.Struct, frozen=True, gc=False):
    """What a holder sold through an auction, and what it gets."""

    account: str
    #: Allowances sold; the rest is free again.
    count: int
    #: Its part of what the winners pay.
    fen: int


class BidRefused(msgspec.Struct, frozen=True):
    """A bid that did not count when the auction was cleared."""

    #: Its place among the bids of the auction, from 1.
    number: int
    #: Why not.
    refusal: Refusal


class AuctionCleared(Fact, frozen=True):
    """The auction is over: what was set aside is free again, winners have paid and hold.

    The auctions of an event are cleared one after the other in one record.

    拍卖已成交结算。
    """

    auction: str
    #: Clearing price in fen per tonne, or the lowest bid that won; null when nothing is sold.
    price: int | None
    #: Allowances sold, those of holders included.
    sold: int
    #: Allowances of the government that nobody bought.
    unsold: int
    #: Allowances that came out of the government reserve.
    released: int
    #: Allowances that were kept back and go to the government reserve.
    withheld: int
    #: Who won what.
    awards: tuple[AuctionAward, ...]
    #: Which holders sold what.
    proceeds: tuple[AuctionProceeds, ...]
    #: Bids that did not count.
    refused: tuple[BidRefused, ...]
    #: What of the series waits to be offered again.
    waiting: Waiting
    entry: Entry
    #: Fee of a holder that sells by itself, in fen.
    seller_fee: int = 0


AuctionEvent = AuctionOpened | LotConsigned | LotReturned | BidPlaced | AuctionCleared
