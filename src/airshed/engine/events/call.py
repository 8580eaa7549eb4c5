"""Calls that gather orders of one series and clear at one price."""

from __future__ import annotations

import msgspec

from airshed.engine.commands import Side
from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class CallOpened(Fact, frozen=True):
    """Orders of a call are gathered. 集合竞价已开始。"""

    #: Name of the call.
    call: str
    series: str
    #: The walled sector whose accounts it is for; empty for all others.
    wall: str
    #: SHA-256 of the seed that orders what is tied, and its salt; empty where none was given.
    seal: str = ""


class CallOrderPlaced(Fact, frozen=True):
    """An order waits in a call; cash or allowances are set aside. 集合竞价委托已提交。"""

    #: Name of the call.
    call: str
    #: Number of the order in that call.
    number: int
    account: str
    side: Side
    count: int
    #: The worst price accepted, in fen per tonne.
    limit: int
    #: Fen set aside for a purchase with its fee; 0 for a sale.
    held: int


class CallOrderDropped(Fact, frozen=True):
    """An order of a call was taken back. 集合竞价委托已撤回。"""

    #: Name of the call.
    call: str
    #: Number of the order.
    number: int
    account: str


class CallFill(msgspec.Struct, frozen=True, gc=False):
    """What an order of a call got."""

    #: Number of the order.
    number: int
    account: str
    side: Side
    count: int
    #: What the buyer pays or the seller gets, in fen, before the fee.
    fen: int
    #: Fen to the exchange.
    fee: int


class CallCleared(Fact, frozen=True):
    """A call is over: what was set aside is free again, and all fills are settled in one entry. 集合竞价已成交结算。"""

    #: Name of the call.
    call: str
    #: Fen per tonne; null when nothing trades.
    price: int | None
    #: Allowances that change hands.
    count: int
    #: What is wanted less what is offered at the price.
    surplus: int
    #: What each order got.
    fills: tuple[CallFill, ...]
    entry: Entry


CallEvent = CallOpened | CallOrderPlaced | CallOrderDropped | CallCleared
