"""What waiting orders set aside and ask for, what was bought today, what was traded: counted alike by every market."""

from __future__ import annotations

from airshed.engine.state import State
from airshed.model.allowance import members, pollutant_of


def set_aside(state: State, account: str, series: str, count: int) -> None:
    """Set aside so many of a series, or of every vintage of a strip; a count below zero sets them free."""
    for member in members(series):
        state.ledger.position(account, member).held += count


def want(state: State, account: str, series: str, count: int) -> None:
    """Count what the buy orders of an account that wait ask for of a series, or of every vintage of a strip."""
    for member in members(series):
        key = (account, member)
        state.wanted[key] = state.wanted.get(key, 0) + count


def pass_on(state: State, seller: str, buyer: str, series: str, count: int) -> None:
    """What listed orders set aside and asked for of every vintage changes hands; the buyer bought it today."""
    if state.at >= state.bought_end:
        new_day(state)
    for member in members(series):
        state.ledger.positions[seller, member].held -= count
        key = (buyer, member)
        state.wanted[key] -= count
        state.bought[key] = state.bought.get(key, 0) + count
    sell(state, seller, series, count)
    sell(state, buyer, series, -count)


def buy(state: State, account: str, series: str, count: int) -> None:
    """Count what an account buys on this day, and that it sold so much less than nothing."""
    if state.at >= state.bought_end:
        new_day(state)
    for member in members(series):
        key = (account, member)
        state.bought[key] = state.bought.get(key, 0) + count
    sell(state, account, series, -count)


def sell(state: State, account: str, series: str, count: int) -> None:
    """Count what an account has sold since it was settled last: a tonne of a strip is a tonne of each vintage."""
    key = (account, pollutant_of(series))
    state.net_sold[key] = state.net_sold.get(key, 0) + count * len(members(series))


def new_day(state: State) -> None:
    """Yesterday's purchases no longer count."""
    state.bought = {}
    state.bought_end = state.civil.day_end(state.at)


def count_trade(state: State, series: str, fen: int, count: int, price: int) -> None:
    """Count a trade of the day and of the month; the first of a day opens it."""
    day = state.day_trades.get(series)
    if day is None:
        day = state.day_trades[series] = [0, 0, price]
    day[0] += fen
    day[1] += count
    assert state.session is not None
    count_month(state, series, state.session[:7], fen, count)


def count_month(state: State, series: str, month: str, fen: int, count: int) -> None:
    """Count a trade of a month: for the mean price, a tonne of a strip is a tonne of each of its vintages."""
    key = (pollutant_of(series), month)
    traded = state.month_trades.get(key)
    if traded is None:
        traded = state.month_trades[key] = [0, 0]
    traded[0] += fen
    traded[1] += count * len(members(series))
