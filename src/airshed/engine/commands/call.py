"""Calls that gather orders of one series and clear at one price."""

from __future__ import annotations

from airshed.engine.commands.wish import Maybe, Name, Price, Seal, Side, Whole, Wish


class OpenCall(Wish, frozen=True):
    """Open a call for a series: orders are gathered and none trades before it closes. 开始集合竞价。"""

    #: The new name.
    call: Name
    series: Name
    #: The walled sector whose accounts it is for; empty for all others.
    wall: Maybe
    #: SHA-256 of the seed that it will be closed with, a space and a salt.
    seal: Seal = ""


class PlaceCallOrder(Wish, frozen=True):
    """Buy or sell in a call, at a limit or better. 集合竞价委托。"""

    call: Name
    account: Name
    #: Which way.
    side: Side
    count: Whole
    #: The worst price accepted.
    limit: Price


class DropCallOrder(Wish, frozen=True):
    """Take an order of a call back before it closes. 撤回集合竞价委托。"""

    call: Name
    #: Number of the order in that call.
    number: Whole


class CloseCall(Wish, frozen=True):
    """Clear a call at the price at which most changes hands. 集合竞价收盘。"""

    call: Name
    #: Orders the last of several orders at the clearing price: the sealed one, or publish it before they are looked at.
    seed: Whole
    #: What was sealed with the seed.
    salt: Maybe = ""


CallBody = OpenCall | PlaceCallOrder | DropCallOrder | CloseCall
