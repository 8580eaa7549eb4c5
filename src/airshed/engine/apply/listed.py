"""Sessions, orders and trades of the listed market."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.positions import count_trade, pass_on, set_aside, want
from airshed.engine.nouns import Order
from airshed.engine.state import State, book_name
from airshed.market.orderbook import OrderBook


def session_opened(state: State, event: e.SessionOpened) -> None:
    """A day of trading begins."""
    state.session = event.day
    state.session_end = state.civil.day_end(state.at)
    state.day_trades = {}


def session_closed(state: State, event: e.SessionClosed) -> None:
    """A day of trading is over."""
    state.session = None
    state.references.update(event.closes)


def placed(state: State, event: e.OrderPlaced) -> None:
    """An order rests in the book."""
    number = event.order
    order = Order(number, event.account, event.series, event.side, event.count, event.limit, event.count)
    order.book = book_name(event.series, event.wall)
    state.orders[number] = order
    state.next_order = number + 1
    book = state.books.get(order.book)
    if book is None:
        book = state.books[order.book] = OrderBook()
    book.rest(number, event.side, event.limit, event.count, event.account)
    if event.side == "sell":
        set_aside(state, event.account, event.series, event.count)
    else:
        order.held = event.held
        state.ledger.purses[event.account].held += event.held
        want(state, event.account, event.series, event.count)


def traded(state: State, event: e.Traded) -> None:
    """Two orders meet."""
    book = state.books[state.orders[event.maker].book]
    for number in (event.maker, event.taker):
        order = state.orders[number]
        book.fill(number, event.count)
        order.left -= event.count
        order.done_fen += event.fen
        if order.side == "sell":
            order.fee_fen += event.seller_fee
        else:
            order.fee_fen += event.buyer_fee
            state.ledger.purses[order.account].held += event.buyer_held - order.held
            order.held = event.buyer_held
        if order.left == 0:
            del state.orders[number]
    pass_on(state, event.seller, event.buyer, event.series, event.count)
    state.ledger.post(event.entry)
    count_trade(state, event.series, event.fen, event.count, event.price)


def cancelled(state: State, event: e.OrderCancelled) -> None:
    """An order is gone."""
    order = state.orders.pop(event.order)
    state.books[order.book].cancel(event.order)
    if order.side == "sell":
        set_aside(state, order.account, order.series, -order.left)
    else:
        state.ledger.purses[order.account].held -= order.held
        want(state, order.account, order.series, -order.left)


def repurchased(state: State, event: e.Repurchased) -> None:
    """The government bought at its standing price."""
    state.ledger.post(event.entry)
    key = (event.account, event.series)
    state.repurchased[key] = state.repurchased.get(key, 0) + event.count


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.SessionOpened: session_opened,
    e.SessionClosed: session_closed,
    e.OrderPlaced: placed,
    e.Traded: traded,
    e.OrderCancelled: cancelled,
    e.Repurchased: repurchased,
}
