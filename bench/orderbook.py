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

from bench.peers import PEERS, Fills, Play  # noqa: E402
from naive import TICK, Message, NaiveBook, Side, flow  # noqa: E402

SEED = 7
MESSAGES = 200_000
ROUNDS = 5

#: Orders that wait far from the market when the growth of cost is measured, the prices they stand at, and how many.
RESTING = (0, 10_000, 100_000, 1_000_000)
FAR: dict[Side, int] = {"buy": 500_000, "sell": 3_500_000}
LEVELS = 400


def ours(messages: list[Message]) -> Play:
    """The book of this project."""
    orders = [message.order() for message in messages]

    def play() -> tuple[float, Fills | None, int | None]:
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

    def play() -> tuple[float, Fills | None, int | None]:
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


BOOKS: dict[str, Callable[[list[Message]], Play]] = {"airshed": ours, "naive reference": naive, **PEERS}


def behind(messages: list[Message], resting: int) -> float:
    """Seconds that the flow takes in our book behind so many orders that wait far from the market."""
    book = OrderBook()
    for number in range(resting):
        side: Side = "buy" if number % 2 else "sell"
        limit = FAR[side] + (-1 if side == "buy" else 1) * TICK * (number % LEVELS)
        book.rest(MESSAGES + 1 + number, side, limit, 100, number)
    submit, cancel = book.submit, book.cancel
    begun = time.perf_counter()
    for id, side, limit, count, account in (message.order() for message in messages):
        if count:
            submit(id, side, limit, count, account)
        else:
            cancel(id)
    seconds = time.perf_counter() - begun
    assert len(book) > resting or not resting
    return seconds


def growth(messages: list[Message]) -> None:
    """Print how the cost of a message grows with the book."""
    taken = {resting: min(behind(messages, resting) for _ in range(3)) for resting in RESTING}
    for resting, seconds in taken.items():
        share = f"{taken[RESTING[0]] / seconds:.2f} of the first"
        print(f"  behind {resting:>9,} resting orders {MESSAGES / seconds:>12,.0f} messages/s, {share}")


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
    outcome: dict[str, tuple[Fills | None, int | None]] = {}
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
    right = {name: taken for name, taken in best.items() if outcome[name][0] == fills and name in PEERS}
    for name, taken in best.items():
        found, left = outcome[name]
        if found is None:
            agreed = f"no fills reported, {'same' if left == resting else 'OTHER'} number of orders left"
        else:
            agreed = f"fills {'identical' if found == fills else 'WRONG'}"
        ratio = "" if name == "airshed" else f"airshed is {taken / best['airshed']:.2f} times as fast; "
        print(f"  {name:<30}{MESSAGES / taken:>12,.0f} messages/s  {ratio}{agreed}")
    if right:
        fastest = min(right, key=right.__getitem__)
        times = right[fastest] / best["airshed"]
        print(f"  the fastest peer whose fills are right is {fastest}: airshed is {times:.2f} times as fast")
    growth(messages)


if __name__ == "__main__":
    main()
