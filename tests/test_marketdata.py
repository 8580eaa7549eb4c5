"""Market data are readings of the book: what it traded, what waits in it, and where its allowances are."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Line, decode
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.market.bars import By, bars
from airshed.market.tape import EXCHANGE_KINDS, Trade, volume
from airshed.model.allowance import count_of, members
from airshed.model.measures import value_fen
from airshed.model.refusal import Malformed
from airshed.pages.market import build, facts_of
from airshed.registry.accounts import AccountKind
from airshed.registry.moves import Delivered, Paid
from airshed.service.marketdata import Market, Until, read_market, summaries, zone_index
from airshed.service.marketdata.tables import ROWS
from beijing import instant
from laws import RULES
from markets import DAY, SERIES, done, market, send
from naive_market import naive_bar, naive_levels, same_span
from shared import Once
from small_books import MANY_SEEDS, MANY_STEPS, forge, played
from terms import NEXT, STRIP, two_vintages

BYS: tuple[By, ...] = ("session", "week", "month")
#: Events that deliver allowances and move money in one entry and are no trade of a series at a price: rent is paid for
#: use, a right is sold with what is still to come, and what lay in an account that was left behind goes two ways.
NO_TRADES = (
    e.AccountClosed,
    e.YearClosed,
    e.Surrendered,
    e.PenaltyPaid,
    e.LeaseDelivered,
    e.RightSold,
    e.AllowancesWithdrawn,
    e.WithdrawalRestored,
)


@pytest.fixture(params=MANY_SEEDS[:4])
def simulated(request: pytest.FixtureRequest, once: Once) -> list[Line]:
    """A book of every kind of command, with refusals and new laws."""
    lines: list[Line] = forge().chained(played(once, request.param, MANY_STEPS).records)
    return lines


def session(seed: int, orders: int) -> list[Line]:
    """A session of random orders and cancels in one series."""
    runner = market()
    rng = random.Random(seed)
    for step in range(orders):
        at = instant(DAY, 10) + step
        account = rng.choice(("steel", "cement", "broker"))
        if rng.random() < 0.25 and runner.state.orders:
            order = rng.choice(list(runner.state.orders.values()))
            done(runner, order.account, c.CancelOrder(order.id), at)
            continue
        side: c.Side = "buy" if rng.random() < 0.5 else "sell"
        body = c.PlaceOrder(account, SERIES, side, 100 * rng.randint(1, 9), 400_000 + 1_000 * rng.randint(-4, 4))
        send(runner, account, body, at)
    if rng.random() < 0.5:
        done(runner, EXCHANGE, c.CloseSession(DAY), instant(DAY, 11))
    return list(runner.journal.lines())


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_the_depth_at_any_record_is_that_of_the_events_up_to_it(seed: int) -> None:
    lines = session(seed, 40)
    records = [decode(line) for line in lines]

    for seq in random.Random(seed).sample(range(len(lines) + 1), 6):
        found = read_market(lines, Until(seq))
        if SERIES not in found.series:
            continue
        levels = naive_levels(records[:seq], SERIES)
        whole = found.depth(SERIES, None)
        assert [(each.price, each.count, each.orders) for each in whole.bids] == levels["buy"]
        assert [(each.price, each.count, each.orders) for each in whole.asks] == levels["sell"]
        best = found.depth(SERIES)
        assert (best.bids, best.asks) == (whole.bids[:5], whole.asks[:5])
        assert whole.spread is None or whole.spread > 0


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_an_instant_ends_where_its_last_record_does(seed: int) -> None:
    lines = session(seed, 20)
    records = [decode(line) for line in lines]
    at = random.Random(seed).choice(records).at
    later = (record.seq for record in records if record.refusal is None and record.at > at)
    last = next(later, len(records) + 1) - 1  # what was refused moves no clock and ends nothing
    carried_out = max(record.seq for record in records if record.refusal is None and record.seq <= last)

    assert read_market(lines, Until(at=at)).state.seq == last
    assert read_market(lines, Until(at=at)).tape == read_market(lines, Until(carried_out)).tape


def test_the_tape_holds_every_delivery_against_payment_and_nothing_else(simulated: list[Line]) -> None:
    """A kind of trade that somebody adds and the tape does not know is found here."""
    sides: dict[int, int] = {}
    for record in map(decode, simulated):
        for event in record.events:
            entry = getattr(event, "entry", ())
            if isinstance(event, NO_TRADES) or not any(type(move) is Paid for move in entry):
                continue
            moved = sum(count_of(move.blocks) for move in entry if type(move) is Delivered)
            if isinstance(event, e.AuctionCleared):  # what is kept back or left over goes to the reserve unpaid
                moved = event.sold
            if isinstance(event, e.ReserveGranted):  # new entrants that pay nothing buy nothing
                moved = sum(grant.count for grant in event.grants if grant.fen)
            sides[record.seq] = sides.get(record.seq, 0) + moved
    found: dict[int, int] = {}
    for trade in read_market(simulated).tape:
        found[trade.seq] = found.get(trade.seq, 0) + trade.count * len(members(trade.series))

    assert found
    assert found == {seq: count for seq, count in sides.items() if count}


def test_the_allowances_of_a_series_are_always_all_somewhere(simulated: list[Line]) -> None:
    """I2: free, set aside, for auction, in reserve, surrendered and unissued sum to the cap at every record."""
    for seq in random.Random(simulated[-1].hash).sample(range(len(simulated) + 1), 12):
        found = read_market(simulated, Until(seq))
        for part in found.interest():
            held = [getattr(part, name) for name in part.__struct_fields__[2:]]
            assert min(held) >= 0
            assert sum(held) == part.cap == found.state.ledger.caps[part.series]
    whole = read_market(simulated)
    ledger = whole.state.ledger
    public = {name for name, account in ledger.accounts.items() if account.kind is AccountKind.PUBLIC}
    for part in whole.interest():
        assert part.other == sum(ledger.held_of(name, part.series).count for name in public)


DAYS = st.integers(0, 70).map(lambda number: (date(2027, 12, 1) + timedelta(number)).isoformat())


def tape_of(rows: list[tuple[str, int, int]]) -> list[Trade]:
    """Trades of days, prices and counts, in the order of their days."""
    return [
        Trade(number, 1, 0, day, "listed", SERIES, price, count, value_fen(count, price))
        for number, (day, price, count) in enumerate(sorted(rows, key=lambda row: row[0]), 1)
    ]


TAPES = st.lists(st.tuples(DAYS, st.integers(1, 10**7), st.integers(1, 10**6)), max_size=30).map(tape_of)


@given(
    TAPES, st.sets(DAYS, max_size=20), st.dictionaries(DAYS, st.integers(1, 10**7), max_size=9), st.sampled_from(BYS)
)
def test_bars_are_those_of_the_naive_reference(
    trades: list[Trade], open_days: set[str], closes: dict[str, int], by: By
) -> None:
    found = bars(SERIES, trades, closes, open_days, by)
    days = sorted({*open_days, *(trade.day for trade in trades)})
    reached = None
    for bar in found:
        inside = [day for day in days if same_span(day, bar.first, by)]
        assert (bar.first, bar.last) == (inside[0], inside[-1])
        for name, value in naive_bar(trades, inside).items():
            assert getattr(bar, name) == value, name
        own = [closes[day] for day in inside if day in closes]
        assert bar.close == (own[-1] if own else None)
        assert bar.previous_close == reached
        reached = own[-1] if own else reached
        assert bar.carried == reached
    assert sorted(day for bar in found for day in (bar.first, bar.last)) == [
        day for bar in found for day in (bar.first, bar.last)
    ]


@given(TAPES, st.sampled_from(BYS))
def test_the_volume_of_the_bars_is_that_of_the_tape(trades: list[Trade], by: By) -> None:
    found = bars(SERIES, trades, {}, (), by)

    assert sum(bar.count for bar in found) == volume(trades)
    assert sum(bar.fen for bar in found) == sum(trade.fen for trade in trades)
    assert sum(bar.trades for bar in found) == len(trades)
    for bar in found:
        assert bar.low is not None
        assert bar.high is not None
        assert bar.vwap is not None
        # a value is rounded to the fen, so the mean may leave the prices by what half a fen a trade makes per tonne
        slack = 1 + 500 * bar.trades // bar.count
        assert bar.low - slack <= bar.vwap <= bar.high + slack


def test_the_played_year_has_bars_that_sum_to_its_tape(year_market: Market) -> None:
    for by in BYS:
        total = 0
        for series in year_market.series:
            held = bars(series, year_market.trades(series), year_market.closes.get(series, {}), year_market.days, by)
            total += sum(bar.count for bar in held)
            assert [one.span < other.span for one, other in pairwise(held)] == [True] * (len(held) - 1)
        assert total == volume(year_market.tape)
    assert {trade.kind for trade in year_market.tape} >= {"listed", "auction", "repurchase"}


def test_the_close_of_a_session_is_the_one_that_the_book_published(year_market: Market) -> None:
    """The calls of the demo year clear before a session opens, so that they do not count towards its close."""
    for series, closes in year_market.closes.items():
        held, listed = (
            {
                bar.span: bar
                for bar in bars(series, year_market.trades(series, kinds), closes, year_market.days, "session")
            }
            for kinds in (EXCHANGE_KINDS, ("listed",))
        )
        for day, price in closes.items():
            assert held[day].close == listed[day].vwap == price


def test_every_book_of_a_wall_has_its_own_depth_and_every_session_the_prices_it_published(
    simulated: list[Line],
) -> None:
    records = [decode(line) for line in simulated]
    found = read_market(simulated)
    for series in found.series:
        for depth in found.depths(series, None):
            levels = naive_levels(records, series, depth.wall)
            assert [(each.price, each.count, each.orders) for each in depth.bids] == levels["buy"]
            assert [(each.price, each.count, each.orders) for each in depth.asks] == levels["sell"]
    ended = [event for record in records for event in record.events if isinstance(event, e.SessionClosed)]
    # where the exchange opens twice in a day, the bar of the day is of both, and neither published it
    days = Counter(event.day for event in ended)
    closed = [event for event in ended if days[event.day] == 1]
    for series in found.series:
        trades = found.trades(series, EXCHANGE_KINDS)
        held = {bar.span: bar for bar in bars(series, trades, found.closes.get(series, {}), found.days, "session")}
        for event in closed:
            if series in event.closes:
                assert (held[event.day].open, held[event.day].close) == (event.opens[series], event.closes[series])


def test_nothing_traded_is_nothing_and_not_zero() -> None:
    found = read_market(market().journal.lines())
    (bar,) = bars(SERIES, found.trades(SERIES), {}, found.days, "session")
    (row,) = summaries(found, None)

    assert (bar.trades, bar.count, bar.fen) == (0, 0, 0)
    assert [bar.open, bar.high, bar.low, bar.last_price, bar.vwap, bar.close, bar.carried] == [None] * 7
    assert [row.vwap, row.close, row.bid, row.ask, row.spread_basis_points] == [None] * 5
    assert (found.depth(SERIES).bids, found.depth(SERIES).asks) == ((), ())


def test_quotes_are_what_waited_before_a_session_closed() -> None:
    runner = market()
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 402_000))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "buy", 200, 398_000))
    done(runner, EXCHANGE, c.CloseSession(DAY))

    (quote,) = read_market(runner.journal.lines(), history=True).quotes
    assert (quote.day, quote.depth.bid, quote.depth.ask) == (DAY, 398_000, 402_000)
    assert (quote.depth.spread, quote.depth.spread_basis_points) == (4_000, 100)
    assert read_market(runner.journal.lines()).depth(SERIES).bids == ()


def test_a_series_that_nobody_issued_and_a_record_beyond_the_end_are_named() -> None:
    lines = list(market().journal.lines())
    with pytest.raises(Malformed, match="there is no 'SO2-KM-2099'; there are SO2-KM-2027"):
        read_market(lines).known("SO2-KM-2099")
    with pytest.raises(Malformed, match="none is issued up to here"):
        read_market(lines, Until(0)).known(SERIES)
    with pytest.raises(Malformed, match=f"record 9999: is not there; the book ends at {len(lines)}"):
        read_market(lines, Until(9_999))
    with pytest.raises(Malformed, match="its bytes do not give its hash"):
        read_market([lines[0], lines[1]._replace(record=lines[1].record.replace(b"small", b"large"))])


def test_deals_and_calls_are_on_the_tape_under_their_kinds() -> None:
    runner = market()
    large = RULES.trading.block_from
    done(runner, "steel", c.OfferDeal("block", "steel", "cement", SERIES, large, 405_000))
    done(runner, "cement", c.AcceptDeal(1))
    done(runner, "cement", c.OfferDeal("transfer", "cement", "steel", SERIES, 300, 399_000))
    done(runner, "steel", c.AcceptDeal(2))
    done(runner, EXCHANGE, c.OpenCall("noon", SERIES, ""))
    done(runner, "steel", c.PlaceCallOrder("noon", "steel", "sell", 500, 400_000))
    done(runner, "broker", c.PlaceCallOrder("noon", "broker", "buy", 200, 404_000))
    done(runner, "cement", c.PlaceCallOrder("noon", "cement", "buy", 300, 404_000))
    done(runner, EXCHANGE, c.CloseCall("noon", 5))
    done(runner, EXCHANGE, c.CloseSession(DAY))
    found = read_market(runner.journal.lines(), history=True)

    assert [(trade.kind, trade.count) for trade in found.tape] == [
        ("block", large),
        ("transfer", 300),
        ("call", 200),
        ("call", 300),
    ]
    called = [trade for trade in found.tape if trade.kind == "call"]
    (bar,) = bars(SERIES, called, found.closes[SERIES], found.days, "session")
    assert bar.open == bar.close == bar.vwap == called[0].price
    assert {trade.day for trade in found.tape} == {DAY}


def test_a_strip_has_its_own_tape_bars_depth_and_page_and_counts_each_vintage_in_the_index() -> None:
    runner = two_vintages()
    done(runner, "steel", c.PlaceOrder("steel", STRIP, "sell", 500, 800_000))
    done(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", 300, 800_000))
    done(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", 100, 790_000))
    done(runner, EXCHANGE, c.CloseSession(DAY))
    found = read_market(runner.journal.lines(), history=True)

    assert found.names == [SERIES, NEXT, STRIP]
    assert [(trade.series, trade.price, trade.count, trade.fen) for trade in found.tape] == [
        (STRIP, 800_000, 300, 240_000)
    ]
    (bar,) = bars(STRIP, found.tape, found.closes[STRIP], found.days, "session")
    assert (bar.open, bar.close, bar.count) == (800_000, 800_000, 300)
    (quote,) = found.quotes
    assert (quote.depth.series, quote.depth.ask) == (STRIP, 800_000)
    row = summaries(found, None)[-1]
    assert (row.series, row.count, row.circulating, row.turnover_basis_points) == (STRIP, 300, None, None)
    (point,) = zone_index(found, RULES, "month")
    assert [(each.code, each.price) for each in point.components] == [("SO2", 400_000)]
    facts = facts_of(found, RULES, "strip.book")
    assert facts.series == (STRIP,)
    assert f"bars-{STRIP}" in build(facts)
    table = ROWS["bars"](found, RULES)
    assert sum(row[6] for row in table if row[0] == "week") == 300
