"""Deals between two, leaves to buy from another jurisdiction, and halts."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.positions import buy, sell, set_aside
from airshed.engine.nouns import Deal
from airshed.engine.state import State


def offered(state: State, event: e.DealOffered) -> None:
    """A deal waits, its allowances set aside."""
    deal = Deal(event.deal, event.kind, event.seller, event.buyer, event.series, event.count, event.price)
    state.deals[event.deal] = deal
    state.next_deal = event.deal + 1
    set_aside(state, event.seller, event.series, event.count)


def settled(state: State, event: e.DealSettled) -> None:
    """A deal is done."""
    deal = state.deals.pop(event.deal)
    set_aside(state, deal.seller, deal.series, -deal.count)
    state.ledger.post(event.entry)
    buy(state, deal.buyer, deal.series, deal.count)
    sell(state, deal.seller, deal.series, deal.count)


def dropped(state: State, event: e.DealDropped) -> None:
    """A deal has fallen."""
    deal = state.deals.pop(event.deal)
    set_aside(state, deal.seller, deal.series, -deal.count)


def crossing(state: State, event: e.CrossingAllowed) -> None:
    """An account has leave to buy from a jurisdiction."""
    state.crossings[event.account, event.jurisdiction] = event.until


def halted(state: State, event: e.MarketHalted) -> None:
    """A market stands still."""
    state.halted[event.series] = event.reason


def resumed(state: State, event: e.MarketResumed) -> None:
    """A market goes on."""
    del state.halted[event.series]


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.DealOffered: offered,
    e.DealSettled: settled,
    e.DealDropped: dropped,
    e.CrossingAllowed: crossing,
    e.MarketHalted: halted,
    e.MarketResumed: resumed,
}
