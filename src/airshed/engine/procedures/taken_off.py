"""Withdrawing: what waits in the market is taken off it, because its account or its law changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from airshed.engine import events as e
from airshed.engine.apply.auction import lots_of, of_event
from airshed.engine.apply.reserve import asks_of
from airshed.engine.nouns import Auction, Deal, Pledge
from airshed.engine.procedures.claims import offers_off
from airshed.engine.procedures.deadlines import covered, expired
from airshed.engine.procedures.sealing import asks_off, sealed_off
from airshed.engine.state import State
from airshed.model.allowance import members
from airshed.rulebook.schema import Rulebook


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
    return gone + sealed_off(state, account, sales_only=sales_only)


def deals_off(state: State, actor: str, which: Callable[[Deal], bool]) -> list[e.Event]:
    """Deals that wait for their buyer, those of which it holds."""
    return [
        e.DealDropped(deal.id, deal.seller, deal.buyer, deal.series, deal.count, actor)
        for deal in state.deals.values()
        if which(deal)
    ]


def halted_off(
    state: State, series: str, actor: str, filled: Mapping[int, int] | None = None, gone: Collection[int] = ()
) -> list[e.Event]:
    """What a halt of a series, or of all (""), takes off: listed orders, orders of calls, blocks; strips of it too.

    `filled` is what the same command takes of listed orders before, `gone` those that it has cancelled. A bid of a
    zone-wide call wants no series by name, so only a halt of all takes it off.
    """
    taken = filled or {}

    def stands_still(instrument: str) -> bool:
        return series in ("", instrument, *members(instrument))

    off: list[e.Event] = [
        e.OrderCancelled(order.id, order.account, order.series, left)
        for order in state.orders.values()
        if stands_still(order.series) and order.id not in gone and (left := order.left - taken.get(order.id, 0))
    ]
    for call in state.calls.values():
        if call.open and stands_still(call.series):
            off += [e.CallOrderDropped(call.id, each.number, each.account) for each in call.orders.values()]
    for zone_call in state.zone_calls.values():
        for waits in zone_call.orders.values() if zone_call.open else ():
            if stands_still(waits.series) if waits.series else not series:
                off.append(e.ZoneOrderDropped(zone_call.id, waits.number, waits.account, waits.series))
    off += sealed_off(state, series=lambda each: stands_still(each) if each else not series)
    off += deals_off(state, actor, lambda deal: deal.kind == "block" and stands_still(deal.series))
    return off


def transfers_off(state: State, account: str, actor: str) -> list[e.Event]:
    """Every transfer out of an account that waits, for its hour or for a second person."""
    gone: list[e.Event] = [
        e.TransferCancelled(each.id, each.origin, each.target, each.series, each.count, actor, "")
        for each in state.waiting_transfers.values()
        if each.origin == account
    ]
    gone += [
        e.ActRejected(act.id, actor, f"what {account} offers is taken back")
        for act in state.acts.values()
        if act.id in state.proposed_transfers and state.proposed_transfers[act.id][0] == account
    ]
    return gone


def sales_off(state: State, account: str, actor: str, *, pledges: bool = True) -> list[e.Event]:
    """Everything that an account offers: sell orders, deals, auctions, pledges, leases, rights, transfers that wait.

    `pledges`: also the auctions in which its pledgees sell what it has pledged.
    """
    gone = orders_off(state, account, sales_only=True) + transfers_off(state, account, actor)
    gone += deals_off(state, actor, lambda deal: deal.seller == account)
    return gone + _auctions_off(state, account, pledges=pledges) + offers_off(state, account, actor, either_side=False)


def all_off(state: State, account: str, actor: str) -> list[e.Event]:
    """Everything of an account that waits: orders, deals in which it stands on either side, auctions of its own.

    What it pledged and its pledgee sells goes on: the security is the pledgee's.
    """
    gone = orders_off(state, account) + transfers_off(state, account, actor)
    gone += deals_off(state, actor, lambda deal: account in (deal.seller, deal.buyer))
    return gone + _auctions_off(state, account, pledges=False) + offers_off(state, account, actor, either_side=True)


def _auctions_off(state: State, account: str, *, pledges: bool) -> list[e.Event]:
    """Lots and asks come back; an auction that is called off sells nothing, and its bids are free."""
    gone: list[e.Event] = [*lots_of(state, account), *asks_of(state, account), *asks_off(state, account)]
    for auction in state.auctions.values():
        if auction.open and auction.seller == account and (pledges or not auction.pledge):
            gone += _called_off(state, auction)
    return gone


def _called_off(state: State, auction: Auction) -> list[e.Event]:
    waiting = state.unsold[auction.series]
    off: list[e.Event] = [e.AuctionCleared(auction.id, None, 0, auction.count, 0, 0, (), (), (), waiting, ())]
    if auction.pledge:
        pledge = state.pledges[auction.pledge]
        what = (auction.pledge, auction.seller, pledge.pledgee, auction.id, auction.series)
        off.append(e.PledgeServed(*what, pledged=pledge.series, back=auction.count, fen=0, owed=pledge.secured))
    return off


def sale_off(state: State, pledge: Pledge) -> list[e.Event]:
    """What of a pledge is on sale is pledged again."""
    return _called_off(state, state.auctions[pledge.sale]) if pledge.sale else []


def expired_off(state: State, rules: Rulebook, at: int, actor: str) -> list[e.Event]:
    """Everything that waits with a vintage that has expired; a pledge or a lease that stands is no trade and stays.

    An event of an auction goes when all of it has expired, and else counts without those series when it is closed.
    """

    def over(series: str) -> bool:
        return expired(rules, at, series) is not None

    gone: list[e.Event] = [
        e.OrderCancelled(order.id, order.account, order.series, order.left)
        for order in state.orders.values()
        if over(order.series)
    ]
    for call in state.calls.values():
        if call.open and over(call.series):
            gone += [e.CallOrderDropped(call.id, each.number, each.account) for each in call.orders.values()]
    for zone_call in state.zone_calls.values():
        for waits in zone_call.orders.values() if zone_call.open else ():
            if over(waits.series) if waits.series else covered(rules, at, waits.year):
                gone.append(e.ZoneOrderDropped(zone_call.id, waits.number, waits.account, waits.series))
    gone += sealed_off(state, series=lambda each: bool(each) and over(each))
    gone += deals_off(state, actor, lambda deal: over(deal.series))
    gone += [
        e.AskReturned(repurchase.id, ask.number, ask.account, ask.count)
        for repurchase in state.repurchases.values()
        for ask in repurchase.asks
        if repurchase.open and ask.count and over(repurchase.series)
    ]
    gone += asks_off(state, series=over)
    ended = [
        auction
        for auction in state.auctions.values()
        if auction.open and all(over(each.series) for each in of_event(state, auction.event))
    ]
    # every lot first: the first auction of an event that is cleared frees all that the event has set aside
    gone += [
        e.LotReturned(auction.id, number, lot.account, lot.count)
        for auction in ended
        for number, lot in enumerate(auction.lots, 1)
        if lot.count
    ]
    for auction in ended:
        gone += _called_off(state, auction)
    gone += [
        e.PledgeReleased(pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, actor)
        for pledge in state.pledges.values()
        if pledge.state == "offered" and over(pledge.series)
    ]
    gone += [
        e.LeaseDropped(lease.id, lease.lessor, lease.lessee, lease.series, lease.part_of, actor)
        for lease in state.leases.values()
        if lease.state == "offered" and over(lease.series)
    ]
    gone += [
        e.RightDropped(right.id, right.holder, right.offer.buyer, right.offer.aside, actor)
        for right in state.rights.values()
        if right.offer is not None and any(map(over, right.offer.aside))
    ]
    return gone
