"""How events of zone-wide calls change the state."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply import sealed
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.positions import buy, sell, want
from airshed.engine.nouns import ZoneCall, ZoneOrder
from airshed.engine.state import State
from airshed.model.allowance import Series, count_of
from airshed.registry.accounts import PRIVATE
from airshed.registry.moves import Delivered


def opened(state: State, event: e.ZoneCallOpened) -> None:
    """A call gathers orders."""
    state.zone_calls[event.call] = ZoneCall(event.call, event.pollutant, seal=event.seal)


def offered(state: State, event: e.ZoneOfferPlaced) -> None:
    """An offer waits."""
    call = state.zone_calls[event.call]
    vintage = Series.parse(event.series).vintage
    call.add(
        ZoneOrder(event.number, event.account, "sell", event.place, vintage, event.count, event.limit, event.series)
    )
    state.ledger.position(event.account, event.series).held += event.count


def bid(state: State, event: e.ZoneBidPlaced) -> None:
    """A bid waits."""
    call = state.zone_calls[event.call]
    what = (event.place, event.year, event.count, event.limit)
    call.add(ZoneOrder(event.number, event.account, "buy", *what, held=event.held, fills=event.series))
    state.ledger.purses[event.account].held += event.held
    for series in event.series:
        want(state, event.account, series, event.count)


def dropped(state: State, event: e.ZoneOrderDropped) -> None:
    """An order is gone."""
    _free(state, state.zone_calls[event.call].drop(event.number))


def cleared(state: State, event: e.ZoneCallCleared) -> None:
    """A call is over."""
    call = state.zone_calls[event.call]
    sealed.over(state, "zone_call", event.call)
    for order in call.orders.values():
        _free(state, order)
    call.open, call.count, call.zone_fen = False, event.count, event.zone_fen
    state.ledger.post(event.entry)
    for move in event.entry:
        if type(move) is Delivered and state.ledger.accounts[move.target].kind in PRIVATE:
            buy(state, move.target, move.series, count_of(move.blocks))
    for fill in event.fills:
        if fill.side == "sell":
            sell(state, fill.account, fill.series, fill.count)
    if event.count:
        month = state.month_trades.setdefault((call.pollutant, state.civil.day_of(state.at)[:7]), [0, 0])
        month[0] += sum(fill.fen for fill in event.fills if fill.side == "sell")
        month[1] += event.count


def waiting(
    state: State,
    purses: dict[str, int],
    positions: dict[tuple[str, str], int],
    wanted: dict[tuple[str, str], int],
) -> None:
    """Add what open calls set aside and ask for, to check what is remembered."""
    for call in state.zone_calls.values():
        for order in call.orders.values() if call.open else ():
            if order.side == "sell":
                key = (order.account, order.series)
                positions[key] = positions.get(key, 0) + order.count
            else:
                purses[order.account] = purses.get(order.account, 0) + order.held
                for series in order.fills:
                    key = (order.account, series)
                    wanted[key] = wanted.get(key, 0) + order.count


def _free(state: State, order: ZoneOrder) -> None:
    if order.side == "sell":
        state.ledger.position(order.account, order.series).held -= order.count
        return
    state.ledger.purses[order.account].held -= order.held
    for series in order.fills:
        want(state, order.account, series, -order.count)


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.ZoneCallOpened: opened,
    e.ZoneOfferPlaced: offered,
    e.ZoneBidPlaced: bid,
    e.ZoneOrderDropped: dropped,
    e.ZoneCallCleared: cleared,
}
