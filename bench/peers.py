"""Order books that come by pip, each playing the same flow; all are of other people and none is part of this project.

Each function takes the flow, makes what the peer wants before the clock starts, and gives a `Play`: the seconds that a
new book took, and, untimed, its fills as (order that rested, price, count) and how many orders it says are left. What a
peer cannot say is None. Licences as the packages state them.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from naive import Message

Fills = list[tuple[int, int, int]]
#: Plays the flow once on a new book; gives the seconds it took and, untimed, what it can say about the outcome.
Play = Callable[[], tuple[float, Fills | None, int | None]]


def limit_order_book(messages: list[Message]) -> Play:
    """limit-order-book 2.0.0 (MIT), C++ behind ctypes; it reports no fills."""
    from limit_order_book import LimitOrderBook

    orders = [message.order() for message in messages]

    def play() -> tuple[float, Fills | None, int | None]:
        book = LimitOrderBook()
        buy, sell, cancel = book.limit_buy, book.limit_sell, book.cancel
        begun = time.perf_counter()
        for id, side, limit, count, _ in orders:
            if not count:
                cancel(id)
            elif side == "buy":
                buy(id, count, limit)
            else:
                sell(id, count, limit)
        return time.perf_counter() - begun, None, book.count()

    return play


def matching_engine(messages: list[Message]) -> Play:
    """matching-engine 0.1.1 (MIT), pure Python; its commands are made before the clock starts."""
    from matching_engine.domain import CancelOrder, NewOrder, SequencedCommand, Side
    from matching_engine.engine import MatchingEngine
    from matching_engine.events import Trade

    sides = {"buy": Side.BUY, "sell": Side.SELL}
    owner = {message.id: message.account for message in messages if message.count}
    commands = [
        SequencedCommand(
            place,
            0,
            NewOrder(id, account, sides[side], limit, count) if count else CancelOrder(id, owner[id]),
        )
        for place, (id, side, limit, count, account) in enumerate((m.order() for m in messages), 1)
    ]

    def play() -> tuple[float, Fills | None, int | None]:
        engine = MatchingEngine()
        process = engine.process
        answers = []
        begun = time.perf_counter()
        for command in commands:
            answers.append(process(command))
        seconds = time.perf_counter() - begun
        trades = [event for answer in answers for event in answer if type(event) is Trade]
        fills = [(trade.maker_order_id, trade.price, trade.qty) for trade in trades]
        return seconds, fills, len(engine.book)

    return play


def orderly_chaos(messages: list[Message]) -> Play:
    """orderly-chaos 0.2.0 (MIT), C++ behind ctypes; fills come through its own callback."""
    from orderly_chaos import LimitOrderBook, Side

    sides = {"buy": Side.BUY, "sell": Side.SELL}
    orders = [(id, sides[side], limit, count) for id, side, limit, count, _ in (m.order() for m in messages)]

    def play() -> tuple[float, Fills | None, int | None]:
        trades: list[object] = []
        book = LimitOrderBook(on_trade=trades.append)
        submit, cancel = book.limit, book.cancel
        begun = time.perf_counter()
        for id, side, limit, count in orders:
            if count:
                submit(side, id, count, limit)
            else:
                cancel(id)
        seconds = time.perf_counter() - begun
        return seconds, [(t.maker_id, t.price, t.quantity) for t in trades], book.count()  # type: ignore[attr-defined]

    return play


def lightmatchingengine(messages: list[Message]) -> Play:
    """lightmatchingengine 2019.1.4 (MIT), pure Python; it numbers orders itself."""
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine, Side

    sides = {"buy": Side.BUY, "sell": Side.SELL}
    ours = [message.id for message in messages if message.count]
    theirs = {id: number for number, id in enumerate(ours, 1)}
    orders = [(theirs[m.id], sides[m.side], m.limit, m.count) for m in messages]

    def play() -> tuple[float, Fills | None, int | None]:
        engine = LightMatchingEngine()
        submit, cancel = engine.add_order, engine.cancel_order
        answers = []
        begun = time.perf_counter()
        for number, side, limit, count in orders:
            if count:
                answers.append(submit("SO2", limit, count, side))
            else:
                cancel(number, "SO2")
        seconds = time.perf_counter() - begun
        fills = [
            (ours[trade.order_id - 1], trade.trade_price, trade.trade_qty)
            for order, trades in answers
            for trade in trades
            if trade.order_id != order.order_id
        ]
        book = engine.order_books["SO2"]
        left = sum(len(level) for half in (book.bids, book.asks) for level in half.values())
        return seconds, fills, left

    return play


def pyorderbook(messages: list[Message]) -> Play:
    """pyorderbook 0.4.9 (MIT), pure Python with decimal prices; its orders are made before the clock starts."""
    from pyorderbook.book import Book
    from pyorderbook.order import Order, Side

    sides = {"buy": Side.BID, "sell": Side.ASK}

    def play() -> tuple[float, Fills | None, int | None]:
        made = {m.id: Order(sides[m.side], "SO2", m.limit, m.count) for m in messages if m.count}
        named = {order.id: id for id, order in made.items()}
        steps = [(made[m.id], m.count) for m in messages]
        book = Book()
        submit, cancel = book.match, book.cancel
        answers = []
        begun = time.perf_counter()
        for order, count in steps:
            if count:
                answers.append(submit(order))
            else:
                cancel(order)
        seconds = time.perf_counter() - begun
        fills = [
            (named[trade.standing_order_id], int(trade.fill_price), trade.fill_quantity)
            for blotter in answers
            for trade in blotter.trades
        ]
        return seconds, fills, len(book.order_map)

    return play


#: Peers by name and version.
PEERS: dict[str, Callable[[list[Message]], Play]] = {
    "limit-order-book 2.0.0": limit_order_book,
    "matching-engine 0.1.1": matching_engine,
    "orderly-chaos 0.2.0": orderly_chaos,
    "lightmatchingengine 2019.1.4": lightmatchingengine,
    "pyorderbook 0.4.9": pyorderbook,
}
