"""Calls of one series."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply import sealed
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.positions import buy, count_trade, sell, set_aside, want
from airshed.engine.nouns import Call, CallOrder
from airshed.engine.state import State
from airshed.model.allowance import members, pollutant_of


def opened(state: State, event: e.CallOpened) -> None:
    """A call gathers orders."""
    state.calls[event.call] = Call(event.call, event.series, event.wall, seal=event.seal)


def placed(state: State, event: e.CallOrderPlaced) -> None:
    """An order waits in a call."""
    call = state.calls[event.call]
    call.placed = event.number
    call.orders[event.number] = CallOrder(event.number, event.account, event.side, event.count, event.limit, event.held)
    if event.side == "buy":
        state.ledger.purses[event.account].held += event.held
        want(state, event.account, call.series, event.count)
    else:
        set_aside(state, event.account, call.series, event.count)


def dropped(state: State, event: e.CallOrderDropped) -> None:
    """An order of a call is gone."""
    call = state.calls[event.call]
    _free(state, call, call.orders.pop(event.number))


def cleared(state: State, event: e.CallCleared) -> None:
    """A call is over."""
    call = state.calls[event.call]
    sealed.over(state, "call", event.call)
    for order in call.orders.values():
        _free(state, call, order)
    call.open, call.price, call.count = False, event.price, event.count
    state.ledger.post(event.entry)
    for fill in event.fills:
        if fill.side == "buy":
            buy(state, fill.account, call.series, fill.count)
        else:
            sell(state, fill.account, call.series, fill.count)
    if event.price is None:
        return
    fen = sum(fill.fen for fill in event.fills if fill.side == "buy")
    if state.session is not None:
        # the band of a day does not move within it: the call counts towards its close
        count_trade(state, call.series, fen, event.count, event.price)
    else:
        month = state.month_trades.setdefault((pollutant_of(call.series), state.civil.day_of(state.at)[:7]), [0, 0])
        month[0] += fen
        month[1] += event.count * len(members(call.series))
        state.references[call.series] = event.price


def _free(state: State, call: Call, order: CallOrder) -> None:
    if order.side == "buy":
        state.ledger.purses[order.account].held -= order.held
        want(state, order.account, call.series, -order.count)
    else:
        set_aside(state, order.account, call.series, -order.count)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.CallOpened: opened,
    e.CallOrderPlaced: placed,
    e.CallOrderDropped: dropped,
    e.CallCleared: cleared,
}
