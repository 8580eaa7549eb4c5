"""Calls of the whole zone, under limits at every receptor."""

from __future__ import annotations

from typing import Literal

import msgspec

from airshed.engine.commands import Side
from airshed.engine.events.fact import Fact
from airshed.model.refusal import Refusal
from airshed.registry.moves import Entry


class ZoneCallOpened(Fact, frozen=True):
    """Orders of all jurisdictions and vintages of a pollutant are gathered. 全区集合竞价已开始。"""

    #: Name of the call.
    call: str
    pollutant: str
    #: SHA-256 of the seed that orders what is tied, and its salt; empty where none was given.
    seal: str = ""


class ZoneOfferPlaced(Fact, frozen=True):
    """An offer waits in a zone-wide call; its allowances are set aside. 全区竞价卖出委托已提交。"""

    #: Name of the call.
    call: str
    #: Number of the order in that call.
    number: int
    account: str
    series: str
    #: Jurisdiction where the load falls.
    place: str
    count: int
    #: The least the seller takes, in fen per tonne.
    limit: int


class ZoneBidPlaced(Fact, frozen=True):
    """A bid for cover waits in a zone-wide call; cash is set aside. 全区竞价买入委托已提交。"""

    #: Name of the call.
    call: str
    #: Number of the order in that call.
    number: int
    account: str
    #: Jurisdiction where the cover is needed.
    place: str
    #: Year whose emission is to be covered.
    year: int
    #: Kilograms of cover.
    count: int
    #: The most the buyer gives, in fen per tonne of cover.
    limit: int
    #: Fen set aside, with the fee.
    held: int
    #: The issued series that may fill it: the group's position limit counts it in each of them.
    series: tuple[str, ...]


class ZoneOrderDropped(Fact, frozen=True):
    """An order of a zone-wide call is gone. 全区竞价委托已撤回。"""

    #: Name of the call.
    call: str
    #: Number of the order.
    number: int
    account: str
    #: Series of an offer; empty for a bid.
    series: str


class ZoneFill(msgspec.Struct, frozen=True, gc=False):
    """What an order of a zone-wide call got in a round."""

    #: The round, 1 or 2.
    round: int
    #: Number of the order.
    number: int
    account: str
    side: Side
    #: Series sold; empty for a purchase, which several may fill.
    series: str
    #: Jurisdiction where the account stands.
    place: str
    #: Vintage sold, or year covered.
    year: int
    #: Allowances that change hands.
    count: int
    #: Kilograms of cover, as a fraction; those sold for a sale.
    cover: str
    #: Fen per tonne of it.
    price: int
    #: Value at that price, in fen.
    fen: int
    #: Fen to the exchange.
    fee: int


class ZoneLimit(msgspec.Struct, frozen=True, gc=False):
    """A limit of the air in a round: what was added, the most that may be, and what one more of it is worth."""

    #: Name of the limit.
    name: str
    #: Load, as a fraction.
    load: str
    #: The most that may be added, as a fraction.
    most: str
    #: Fen per load, as a fraction.
    dual: str


class ZoneRoundCleared(msgspec.Struct, frozen=True):
    """A round of a zone-wide call, and its proof."""

    #: The whole zone, or cities by themselves.
    trade: Literal["zone", "city"]
    #: Empty, or why the cities cleared by themselves.
    note: str
    #: Worth to the buyers less worth to the sellers, by their limits, in fen as a fraction.
    gain: str
    #: How much more any allocation could gain at most, in fen as a fraction.
    gap: str
    #: SHA-256 of the round's certificate.
    digest: str
    #: Fen that the treasury receives; below zero: puts in.
    zone_fen: int
    #: The limits of the air.
    limits: tuple[ZoneLimit, ...]


class ZoneOrderRefused(msgspec.Struct, frozen=True):
    """An order that did not count when the call was cleared, for the law of that day would have refused it."""

    #: Number of the order in that call.
    number: int
    account: str
    #: Why not.
    refusal: Refusal


class ZoneCallCleared(Fact, frozen=True):
    """A zone-wide call is over: what was set aside is free again, and all fills are settled in one entry.

    全区集合竞价已成交结算。
    """

    #: Name of the call.
    call: str
    #: Allowances that change hands.
    count: int
    #: Of them, those that a trading ratio takes and that are retired.
    retired: int
    #: Fen that the treasury receives over all rounds; below zero: puts in.
    zone_fen: int
    #: One round, or the city's and then the zone's.
    rounds: tuple[ZoneRoundCleared, ...]
    #: What each order got.
    fills: tuple[ZoneFill, ...]
    #: The orders that did not count.
    refused: tuple[ZoneOrderRefused, ...]
    entry: Entry


ZoneCallEvent = ZoneCallOpened | ZoneOfferPlaced | ZoneBidPlaced | ZoneOrderDropped | ZoneCallCleared
