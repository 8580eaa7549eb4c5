"""Calls of the whole zone, under limits at every receptor."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.engine.commands import Side


@dataclass(frozen=True, slots=True)
class ZoneOrder:
    """An order that waits in a zone-wide call: to sell of `series`, or to buy cover that each of `fills` may fill."""

    number: int
    account: str
    side: Side
    place: str
    #: Vintage to sell, or year to cover.
    year: int
    count: int
    limit: int
    series: str = ""
    held: int = 0
    fills: tuple[str, ...] = ()


@dataclass(slots=True)
class ZoneCall:
    """A zone-wide call and the orders that were placed in it; one that was taken back is gone."""

    id: str
    pollutant: str
    open: bool = True
    placed: int = 0
    orders: dict[int, ZoneOrder] = field(default_factory=dict)
    #: The same by account.
    of: dict[str, dict[int, ZoneOrder]] = field(default_factory=dict)
    count: int = 0
    zone_fen: int = 0
    seal: str = ""

    def add(self, order: ZoneOrder) -> None:
        """An order waits."""
        self.placed = order.number
        self.orders[order.number] = order
        self.of.setdefault(order.account, {})[order.number] = order

    def drop(self, number: int) -> ZoneOrder:
        """An order is gone."""
        order = self.orders.pop(number)
        del self.of[order.account][number]
        return order
