"""How events of deals, calls, halts and leaves change the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airshed.engine import events as e
from airshed.engine.nouns import Call, CallOrder, Deal
from airshed.model.allowance import members
from airshed.model.period import day_of

if TYPE_CHECKING:
    from airshed.engine.state import State


def offered(state: State, event: e.DealOffered) -> None:
    """A deal waits, its allowances set aside."""
    deal = Deal(event.deal, event.kind, event.seller, event.buyer, event.series, event.count, event.price)
    state.deals[event.deal] = deal
    state.next_deal = event.deal + 1
    state.set_aside(event.seller, event.series, event.count)


def settled(state: State, event: e.DealSettled) -> None:
    """A deal is done."""
    deal = state.deals.pop(event.deal)
    state.set_aside(deal.seller, deal.series, -deal.count)
    state.ledger.post(event.entry)
    state.buy(deal.buyer, deal.series, deal.count)


def dropped(state: State, event: e.DealDropped) -> None:
    """A deal has fallen."""
    deal = state.deals.pop(event.deal)
    state.set_aside(deal.seller, deal.series, -deal.count)


def crossing(state: State, event: e.CrossingAllowed) -> None:
    """An account has leave to buy from a jurisdiction."""
    state.crossings[event.account, event.jurisdiction] = event.until


def halted(state: State, event: e.MarketHalted) -> None:
    """A market stands still."""
    state.halted[event.series] = event.reason


def resumed(state: State, event: e.MarketResumed) -> None:
    """A market goes on."""
    del state.halted[event.series]


def call_opened(state: State, event: e.CallOpened) -> None:
    """A call gathers orders."""
    state.calls[event.call] = Call(event.call, event.series, event.wall, seal=event.seal)


def call_placed(state: State, event: e.CallOrderPlaced) -> None:
    """An order waits in a call."""
    call = state.calls[event.call]
    call.placed = event.number
    call.orders[event.number] = CallOrder(event.number, event.account, event.side, event.count, event.limit, event.held)
    if event.side == "buy":
        state.ledger.purses[event.account].held += event.held
        state.want(event.account, call.series, event.count)
    else:
        state.set_aside(event.account, call.series, event.count)


def call_dropped(state: State, event: e.CallOrderDropped) -> None:
    """An order of a call is gone."""
    call = state.calls[event.call]
    _free(state, call, call.orders.pop(event.number))


def call_cleared(state: State, event: e.CallCleared) -> None:
    """A call is over."""
    call = state.calls[event.call]
    for order in call.orders.values():
        _free(state, call, order)
    call.open, call.price, call.count = False, event.price, event.count
    state.ledger.post(event.entry)
    for fill in event.fills:
        if fill.side == "buy":
            state.buy(fill.account, call.series, fill.count)
    if event.price is None:
        return
    fen = sum(fill.fen for fill in event.fills if fill.side == "buy")
    if state.session is not None:
        # the band of a day does not move within it: the call counts towards its close
        state.count_trade(call.series, fen, event.count, event.price)
    else:
        month = state.month_trades.setdefault((call.series.partition("-")[0], day_of(state.at)[:7]), [0, 0])
        month[0] += fen
        month[1] += event.count * len(members(call.series))
        state.references[call.series] = event.price


def waiting(state: State, purses: dict[str, int], positions: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """Add what deals and calls set aside; what all orders and bids that wait ask for, to check what is remembered."""
    wanted: dict[tuple[str, str], int] = {}
    for order in state.orders.values():
        if order.side == "buy":
            _add(wanted, order.account, order.series, order.left)
    for auction in state.auctions.values():
        for bid in auction.bids if auction.open else ():
            _add(wanted, bid.account, auction.series, bid.count)
    for deal in state.deals.values():
        _add(positions, deal.seller, deal.series, deal.count)
    for call in state.calls.values():
        for each in call.orders.values() if call.open else ():
            if each.side == "buy":
                purses[each.account] = purses.get(each.account, 0) + each.held
                _add(wanted, each.account, call.series, each.count)
            else:
                _add(positions, each.account, call.series, each.count)
    return wanted


def _add(counts: dict[tuple[str, str], int], account: str, series: str, count: int) -> None:
    for member in members(series):
        key = (account, member)
        counts[key] = counts.get(key, 0) + count


def _free(state: State, call: Call, order: CallOrder) -> None:
    if order.side == "buy":
        state.ledger.purses[order.account].held -= order.held
        state.want(order.account, call.series, -order.count)
    else:
        state.set_aside(order.account, call.series, -order.count)
