"""The continuous order book keeps price-time priority, fast or slow, planned or done at once."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from airshed.market.fees import band, fees_fen
from airshed.market.orderbook import SPARE, Fill, Level, OrderBook, OwnOrder
from naive import Message, NaiveBook, Side, flow

SIDES: tuple[Side, Side] = ("buy", "sell")


@dataclass(frozen=True)
class Wish:
    """A step of a generated flow: an order, or with `cancels` the end of the order that `pick` points at."""

    cancels: bool
    side: Side
    limit: int
    count: int
    account: int
    pick: int


WISHES = st.lists(
    st.builds(
        Wish,
        st.sampled_from((False, False, True)),
        st.sampled_from(SIDES),
        st.integers(1, 6),
        st.integers(1, 9),
        st.integers(1, 4),
        st.integers(0, 99),
    ),
    max_size=80,
)


def seen(book: OrderBook) -> list[object]:
    """Everything that can be read from a book."""
    orders = [[(o.id, o.account, o.limit, o.left) for o in book.orders(side)] for side in SIDES]
    read = [[book.best(side), book.depth(side), book.resting_count(side)] for side in SIDES]
    return [len(book), orders, read]


def as_rows(answer: list[Fill] | OwnOrder) -> list[tuple[int, int, int]] | int:
    """Fills or the own order as the naive book gives them."""
    if isinstance(answer, OwnOrder):
        return answer.order
    return [(fill.order, fill.price, fill.count) for fill in answer]


def cancelled(wish: Wish, book: OrderBook) -> int | None:
    """Which order the wish ends, if it is one that does."""
    resting = [order.id for side in SIDES for order in book.orders(side)]
    return resting[wish.pick % len(resting)] if wish.cancels and resting else None


@given(WISHES)
def test_the_book_trades_as_the_naive_one_does(wishes: list[Wish]) -> None:
    """I5, I6, I7 by comparison, own orders included; what waits afterwards is the same in the same order."""
    book, naive = OrderBook(), NaiveBook()
    for id, wish in enumerate(wishes, 1):
        gone = cancelled(wish, book)
        if gone is not None:
            assert book.cancel(gone) == naive.remove(gone)
        else:
            order = (id, wish.side, wish.limit, wish.count, wish.account)
            assert as_rows(book.submit(*order)) == naive.submit(*order)
        book.check()
        for side in SIDES:
            assert [(o.id, o.limit, o.left) for o in book.orders(side)] == naive.resting(side)
            assert book.best(side) == naive.best(side)


@given(WISHES)
def test_planning_shows_nothing_and_what_is_planned_is_what_happens(wishes: list[Wish]) -> None:
    """I7. `submit`, plan and take, and the engine's way (rest the whole order, fill both) are one thing."""
    at_once, in_steps, engine = OrderBook(), OrderBook(), OrderBook()
    for id, wish in enumerate(wishes, 1):
        gone = cancelled(wish, at_once)
        if gone is not None:
            assert at_once.cancel(gone) == in_steps.cancel(gone) == engine.cancel(gone)
            continue
        before = seen(in_steps)
        plan = in_steps.fills_for(wish.side, wish.limit, wish.count, (wish.account,))
        assert plan == in_steps.fills_for(wish.side, wish.limit, wish.count, (wish.account,))
        assert plan == engine.fills_for(wish.side, wish.limit, wish.count, (wish.account,))
        assert seen(in_steps) == before
        assert at_once.submit(id, wish.side, wish.limit, wish.count, wish.account) == plan
        if isinstance(plan, OwnOrder):
            assert seen(at_once) == before
            continue
        left = wish.count - in_steps.take(plan)
        if left:
            in_steps.rest(id, wish.side, wish.limit, left, wish.account)
        engine.rest(id, wish.side, wish.limit, wish.count, wish.account)
        for fill in plan:
            engine.fill(fill.order, fill.count)
            engine.fill(id, fill.count)
        assert seen(at_once) == seen(in_steps) == seen(engine)
        engine.check()


@given(WISHES)
def test_a_fill_is_within_both_limits_and_passes_over_nobody(wishes: list[Wish]) -> None:
    """I5, I7, said directly."""
    book = OrderBook()
    for id, wish in enumerate(wishes, 1):
        other: Side = "sell" if wish.side == "buy" else "buy"
        waiting = {order.id: (order.limit, order.left) for order in book.orders(other)}
        fills = book.submit(id, wish.side, wish.limit, wish.count, wish.account)
        if isinstance(fills, OwnOrder):
            continue
        worse = 1 if wish.side == "buy" else -1
        assert sum(fill.count for fill in fills) + book.left(id) == wish.count
        for fill in fills:
            assert fill.price == waiting[fill.order][0]
            assert fill.price * worse <= wish.limit * worse
            ahead = [
                number
                for number, (limit, _) in waiting.items()
                if (limit * worse, number) < (fill.price * worse, fill.order)
            ]
            assert not any(number in book for number in ahead)
        if book.left(id):
            assert all(limit * worse > wish.limit * worse for limit in (o.limit for o in book.orders(other)))


def test_two_hundred_thousand_messages_trade_as_in_the_naive_book() -> None:
    book, naive = OrderBook(), NaiveBook()
    messages = flow(7, 200_000)
    fills = 0
    for message in messages:
        if message.count:
            answer = as_rows(book.submit(*message.order()))
            assert answer == naive.submit(*message.order())
            assert not isinstance(answer, int)
            fills += len(answer)
        else:
            assert book.cancel(message.id) == naive.remove(message.id)

    book.check()
    assert fills > 50_000
    assert 60_000 < sum(message.count == 0 for message in messages) < 70_000
    for side in SIDES:
        assert [(o.id, o.limit, o.left) for o in book.orders(side)] == naive.resting(side)


def test_the_flow_of_a_seed_is_always_the_same() -> None:
    assert flow(3, 50) == flow(3, 50)
    assert flow(3, 50) != flow(4, 50)
    assert isinstance(flow(3, 1)[0], Message)


def test_an_order_that_meets_its_own_account_changes_nothing_even_after_better_prices() -> None:
    book = OrderBook()
    for id, limit, account in ((1, 100, "yuxi"), (2, 100, "qujing"), (3, 101, "qujing"), (4, 102, "kunming")):
        book.submit(id, "sell", limit, 10, account)
    before = seen(book)

    assert book.submit(5, "buy", 102, 35, "kunming") == OwnOrder(4)
    assert seen(book) == before
    book.check()
    assert book.submit(6, "buy", 102, 30, "kunming") == [Fill(1, 100, 10), Fill(2, 100, 10), Fill(3, 101, 10)]


def test_depth_adds_up_each_price_best_first() -> None:
    book = OrderBook()
    for id, (limit, count) in enumerate([(100, 5), (99, 7), (100, 6), (98, 1)], 1):
        book.submit(id, "buy", limit, count, "yuxi")
    book.cancel(4)

    assert book.depth("buy") == [Level(100, 11, 2), Level(99, 7, 1)]
    assert book.depth("buy", 1) == [Level(100, 11, 2)]
    assert book.depth("sell") == []
    assert (book.best("buy"), book.best("sell")) == (100, None)
    assert (book.resting_count("buy"), book.resting_count("sell"), book.resting_count()) == (18, 0, 18)
    assert (3 in book, 4 in book, book.left(3), book.left(4)) == (True, False, 6, 0)


def test_a_partly_filled_order_keeps_its_place() -> None:
    book = OrderBook()
    book.submit(1, "sell", 100, 10, "yuxi")
    book.submit(2, "sell", 100, 10, "qujing")
    book.submit(3, "buy", 100, 4, "kunming")

    assert book.submit(4, "buy", 100, 8, "kunming") == [Fill(1, 100, 6), Fill(2, 100, 2)]


def test_orders_cancelled_far_from_the_market_do_not_pile_up() -> None:
    book = OrderBook()
    book.submit(1, "sell", 1_000, 5, "yuxi")
    for id in range(2, 20 * SPARE):
        book.submit(id, "sell", 2_000 + id % 500, 1, "qujing")
        book.cancel(id)

    kept = sum(len(queue) for queue in book._asks.queues.values())
    assert kept <= 2 * SPARE
    assert [order.id for order in book.orders("sell")] == [1]
    book.check()


@given(st.integers(1, 10**9), st.integers(0, 10_000), st.integers(1, 10**6))
def test_a_band_is_the_widest_run_of_ticks_inside_its_percentage(reference: int, width: int, tick: int) -> None:
    floor, ceiling = band(reference, width, tick)
    low, high = reference * (10_000 - width), reference * (10_000 + width)

    assert floor % tick == ceiling % tick == 0
    assert floor >= tick
    assert floor * 10_000 >= low
    assert ceiling * 10_000 <= high
    assert floor == tick or (floor - tick) * 10_000 < low
    assert (ceiling + tick) * 10_000 > high


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_a_fee_is_rounded_once_to_the_nearest_fen(value: int, rate: int) -> None:
    buyer, seller = fees_fen(value, rate, 0)

    assert abs(buyer * 10_000 - value * rate) <= 5_000
    assert seller == 0
