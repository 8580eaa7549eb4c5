"""A call clears at the price that a slow search over every price finds, and passes over nobody."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.market.call import CallResult, LimitOrder, Side, clear, settle

TICK = 10
QUICK = settings(max_examples=300, deadline=None)
SIDES: st.SearchStrategy[Side] = st.sampled_from(("buy", "sell"))


@st.composite
def gathered(draw: st.DrawFn) -> list[LimitOrder]:
    """Up to a dozen orders at few prices, so that many of them tie."""
    rows = draw(st.lists(st.tuples(SIDES, st.integers(1, 12), st.integers(1, 5)), max_size=12))
    return [LimitOrder(number, side, step * TICK, count) for number, (side, step, count) in enumerate(rows, 1)]


def naive(orders: list[LimitOrder], reference: int) -> tuple[int | None, int]:
    """Every price on the tick tried out: most volume, least imbalance, nearest to the reference, the higher one."""
    best: tuple[int, int, int, int] | None = None
    for price in range(TICK, 200 * TICK, TICK):
        wanted = sum(order.count for order in orders if order.side == "buy" and order.limit >= price)
        offered = sum(order.count for order in orders if order.side == "sell" and order.limit <= price)
        mark = (min(wanted, offered), -abs(wanted - offered), -abs(price - reference), price)
        best = mark if best is None or mark > best else best
    assert best is not None
    return (best[3], best[0]) if best[0] else (None, 0)


@QUICK
@given(gathered(), st.integers(1, 200), st.integers(0, 5))
def test_the_price_is_that_of_the_slow_search(orders: list[LimitOrder], reference: int, seed: int) -> None:
    cleared = clear(orders, reference, TICK, seed)

    assert (cleared.price, cleared.count) == naive(orders, reference)


@QUICK
@given(gathered(), st.integers(1, 200), st.integers(0, 5))
def test_no_order_trades_beyond_its_limit_and_no_better_one_is_left_behind(
    orders: list[LimitOrder], reference: int, seed: int
) -> None:
    """I5, I7."""
    cleared = clear(orders, reference, TICK, seed)

    known = {order.number: order for order in orders}
    for side, sign in (("buy", 1), ("sell", -1)):
        filled = [known[number] for number in cleared.fills if known[number].side == side]
        assert sum(cleared.fills[order.number] for order in filled) == cleared.count
        for order in filled:
            assert cleared.price is not None
            assert sign * order.limit >= sign * cleared.price
            assert 0 < cleared.fills[order.number] <= order.count
        for order in orders:
            if order.side == side and any(sign * order.limit > sign * other.limit for other in filled):
                assert cleared.fills[order.number] == order.count


@QUICK
@given(gathered(), st.integers(1, 200), st.integers(0, 5))
def test_who_is_at_the_margin_is_drawn_by_the_seed_alone(orders: list[LimitOrder], reference: int, seed: int) -> None:
    first, second = clear(orders, reference, TICK, seed), clear(orders, reference, TICK, seed)

    assert first == second
    partly = [
        number
        for number, count in first.fills.items()
        if count < next(order.count for order in orders if order.number == number)
    ]
    assert len(partly) <= 1  # of one side only: the other is filled whole


def test_some_seeds_serve_one_and_some_another_of_equal_orders() -> None:
    orders = [LimitOrder(1, "buy", 100, 5), LimitOrder(2, "buy", 100, 5), LimitOrder(3, "sell", 100, 5)]

    served = {next(n for n in clear(orders, 100, TICK, seed).fills if n != 3) for seed in range(20)}

    assert served == {1, 2}


def test_the_worked_example() -> None:
    """The figures of docs/tutorials/prices/call.md and of the transcript of calls."""
    orders = [
        LimitOrder(1, "buy", 410_000, 300),
        LimitOrder(2, "buy", 401_000, 200),
        LimitOrder(3, "buy", 395_000, 400),
        LimitOrder(4, "sell", 390_000, 400),
        LimitOrder(5, "sell", 400_000, 200),
    ]

    assert clear(orders, 400_000, 1_000, 20_270_315) == CallResult(400_000, 500, -100, {1: 300, 2: 200, 4: 400, 5: 100})


def test_of_equally_good_prices_the_one_nearest_to_the_reference_is_taken() -> None:
    orders = [LimitOrder(1, "buy", 200, 5), LimitOrder(2, "sell", 100, 5)]

    assert clear(orders, 40, TICK, 1).price == 100
    assert clear(orders, 144, TICK, 1).price == 140
    assert clear(orders, 145, TICK, 1).price == 150
    assert clear(orders, 900, TICK, 1).price == 200


def test_nothing_trades_when_no_two_orders_meet() -> None:
    assert clear([], 100, TICK, 1) == CallResult(None, 0, 0, {})
    assert clear([LimitOrder(1, "buy", 90, 5), LimitOrder(2, "sell", 100, 5)], 100, TICK, 1) == CallResult(
        None, 0, 0, {}
    )


@QUICK
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9), st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_what_buyers_pay_reaches_the_sellers_to_the_fen(worth: list[int], counts: list[int]) -> None:
    """I3."""
    shares = settle(worth, counts)

    assert sum(shares) == sum(worth)
    for share, count in zip(shares, counts, strict=True):
        assert abs(share - sum(worth) * count / sum(counts)) < 1.001
