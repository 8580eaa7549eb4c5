"""Withdrawing: what waits in the market is taken off it, because its account or its law changes."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.auctions import lots_of
from airshed.engine.procedures.claims import offers_off
from airshed.engine.state import State


def orders_off(state: State, account: str = "", *, sales_only: bool = False) -> list[e.Event]:
    """Every order of the book and of open calls that waits, of one account or of all."""
    gone: list[e.Event] = [
        e.OrderCancelled(order.id, order.account, order.series, order.left)
        for order in state.orders.values()
        if account in ("", order.account) and (order.side == "sell" or not sales_only)
    ]
    for call in state.calls.values():
        for each in call.orders.values() if call.open else ():
            if account in ("", each.account) and (each.side == "sell" or not sales_only):
                gone.append(e.CallOrderDropped(call.id, each.number, each.account))
    for zone_call in state.zone_calls.values():
        for waits in zone_call.orders.values() if zone_call.open else ():
            if account in ("", waits.account) and (waits.side == "sell" or not sales_only):
                gone.append(e.ZoneOrderDropped(zone_call.id, waits.number, waits.account, waits.series))
    return gone


def sales_off(state: State, account: str, actor: str) -> list[e.Event]:
    """Everything that an account offers: sell orders, deals, auctions of its own, pledges, leases, rights."""
    gone = orders_off(state, account, sales_only=True)
    gone += [
        e.DealDropped(deal.id, deal.seller, deal.series, actor)
        for deal in state.deals.values()
        if deal.seller == account
    ]
    return gone + _auctions_off(state, account) + offers_off(state, account, actor, either_side=False)


def all_off(state: State, account: str, actor: str) -> list[e.Event]:
    """Everything of an account that waits: orders, deals in which it stands on either side, auctions of its own."""
    gone = orders_off(state, account)
    gone += [
        e.DealDropped(deal.id, deal.seller, deal.series, actor)
        for deal in state.deals.values()
        if account in (deal.seller, deal.buyer)
    ]
    return gone + _auctions_off(state, account) + offers_off(state, account, actor, either_side=True)


def _auctions_off(state: State, account: str) -> list[e.Event]:
    """Lots come back; an auction that is called off sells nothing, and its bids are free."""
    gone: list[e.Event] = [*lots_of(state, account)]
    for auction in state.auctions.values():
        if auction.open and auction.seller == account:
            waiting = state.unsold[auction.series]
            gone.append(e.AuctionCleared(auction.id, None, 0, auction.count, 0, 0, (), (), (), waiting, ()))
    return gone
