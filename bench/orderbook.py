"""Order-book messages a second, beside books that come by pip, on one flow in one run.

Run alone: `PYTHONPATH=src:. python -m bench.orderbook` (after `scripts/bench-peers`).
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from airshed.market.orderbook import OrderBook, OwnOrder

ROOT = Path(__file__).parents[1]
sys.path += [str(ROOT / "tests"), str(ROOT / "build" / "peers")]

from naive import Message, NaiveBook, flow  # noqa: E402

SEED = 7
MESSAGES = 200_000
ROUNDS = 5

Fills = list[tuple[int, int, int]]
#: Plays the flow once on a new book; gives the seconds it took and, untimed, what it can say about the outcome.
Play = Callable[[], tuple[float, Fills | None, int]]


def ours(messages: list[Message]) -> Play:
    """The book of this project."""
    orders = [message.order() for message in messages]

    def play() -> tuple[float, Fills | None, int]:
        book = OrderBook()
        submit, cancel = book.submit, book.cancel
        answers = []
        begun = time.perf_counter()
        for id, side, limit, count, account in orders:
            if count:
                answers.append(submit(id, side, limit, count, account))
            else:
                cancel(id)
        seconds = time.perf_counter() - begun
        book.check()
        fills: Fills = []
        for answer in answers:
            assert not isinstance(answer, OwnOrder)
            fills += [(fill.order, fill.price, fill.count) for fill in answer]
        return seconds, fills, len(book)

    return play


def naive(messages: list[Message]) -> Play:
    """The reference of the tests."""

    def play() -> tuple[float, Fills | None, int]:
        book = NaiveBook()
        fills: Fills = []
        begun = time.perf_counter()
        for message in messages:
            if message.count:
                answer = book.submit(*message.order())
                assert not isinstance(answer, int)
                fills += answer
            else:
                book.remove(message.id)
        return time.perf_counter() - begun, fills, len(book.orders)

    return play


def limit_order_book(messages: list[Message]) -> Play:
    """limit-order-book 2.0.0, C++ behind ctypes; it reports no fills."""
    from limit_order_book import LimitOrderBook

    orders = [message.order() for message in messages]

    def play() -> tuple[float, Fills | None, int]:
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
    """matching-engine 0.1.1, pure Python; its commands are made before the clock starts."""
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

    def play() -> tuple[float, Fills | None, int]:
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


BOOKS: dict[str, Callable[[list[Message]], Play]] = {
    "airshed": ours,
    "naive reference": naive,
    "limit-order-book 2.0.0": limit_order_book,
    "matching-engine 0.1.1": matching_engine,
}


def main() -> None:
    """Play the flow on every book, in turns, and print the best round of each."""
    messages = flow(SEED, MESSAGES)
    plays: dict[str, Play] = {}
    for name, make in BOOKS.items():
        try:
            plays[name] = make(messages)
        except (ImportError, OSError, SyntaxError) as error:
            print(f"  {name}: left out, not installed here ({error})")
    seconds: dict[str, list[float]] = {name: [] for name in plays}
    outcome: dict[str, tuple[Fills | None, int]] = {}
    gc.collect()
    gc.disable()  # for all of them alike, as timeit does
    try:
        for _ in range(ROUNDS):
            for name, play in plays.items():
                took, fills, resting = play()
                seconds[name].append(took)
                outcome[name] = (fills, resting)
    finally:
        gc.enable()

    fills, resting = outcome["naive reference"]
    assert fills is not None
    cancels = sum(not message.count for message in messages)
    print(
        f"order book: {MESSAGES:,} messages of seed {SEED}, {cancels:,} cancels, {len(fills):,} fills,"
        f" best of {ROUNDS} rounds in turns"
    )
    best = {name: min(taken) for name, taken in seconds.items()}
    for name, taken in best.items():
        found, left = outcome[name]
        if found is None:
            agreed = f"no fills reported, {'same' if left == resting else 'OTHER'} number of orders left"
        else:
            agreed = f"fills {'identical' if found == fills else 'DIFFER'}"
        ratio = "" if name == "airshed" else f"airshed is {taken / best['airshed']:.2f} times as fast; "
        print(f"  {name:<24}{MESSAGES / taken:>12,.0f} messages/s  {ratio}{agreed}")


if __name__ == "__main__":
    main()
