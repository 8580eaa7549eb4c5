"""Calls that gather orders of one series and clear at one price."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.engine.commands import Side


@dataclass(frozen=True, slots=True)
class CallOrder:
    """An order that waits in a call; `held` fen or its allowances are set aside."""

    number: int
    account: str
    side: Side
    count: int
    limit: int
    held: int


@dataclass(slots=True)
class Call:
    """A call and the orders that were placed in it; one that was taken back is gone."""

    id: str
    series: str
    wall: str
    open: bool = True
    placed: int = 0
    orders: dict[int, CallOrder] = field(default_factory=dict)
    price: int | None = None
    count: int = 0
    seal: str = ""
