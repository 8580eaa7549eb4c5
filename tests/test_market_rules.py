"""The rules of trade hold in every kind of trade: walls, air, borders, groups, prices, days (I5, I7)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply import apply
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import decode
from airshed.engine.procedures.taken_off import sales_off
from airshed.engine.procedures.zone_call_law import air_of
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from laws import RULES
from markets import AT, AUTHORITY, DAY, SERIES, adopting_next, done, market, send, why


def law(**trade: Any) -> Rulebook:
    """The shipped law with other rules of trade."""
    return msgspec.structs.replace(RULES, trade_rules=msgspec.structs.replace(RULES.trade_rules, **trade))


def trading(rules: Rulebook = RULES, **changed: Any) -> Rulebook:
    """A law with other rules of the listed market."""
    return msgspec.structs.replace(rules, trading=msgspec.structs.replace(rules.trading, **changed))


OPEN = law(walled_sectors=(), group_limit_basis_points=0)
BUY = c.PlaceOrder("fund", SERIES, "buy", 100, 400_000)
SELL = c.PlaceOrder("steel", SERIES, "sell", 100, 400_000)


def rich(rules: Rulebook) -> Runner:
    """A market in which everybody has money."""
    runner = market(rules=rules)
    for name in ("steel", "cement", "power", "kiln", "broker", "fund"):
        done(runner, BANK, c.Deposit(name, 10**12))
    return runner


# --- any trades in any order


class Trades(RuleBasedStateMachine):
    """Trades of every kind under a law that is strict in everything; a second opinion looks at each record."""

    names = st.sampled_from(["steel", "cement", "power", "kiln", "broker", "fund"])
    limits = st.sampled_from([390_000, 398_000, 400_000, 400_000, 402_000, 410_000, 419_000, 430_000])
    lots = st.sampled_from([1, 2, 5, 10, 900, 6_000, 19_000])
    sides = st.sampled_from(["buy", "sell"])

    @initialize(
        walls=st.sampled_from([(), ("cement",), ("steel",)]),
        crossing=st.sampled_from(["free", "first", "never"]),
        own=st.sampled_from(["refuse", "cancel_resting"]),
        of=st.sampled_from(["account", "group"]),
        breaker=st.sampled_from([0, 0, 400]),
    )
    def opened(self, walls: tuple[str, ...], crossing: str, own: str, of: str, breaker: int) -> None:
        rules = law(
            walled_sectors=walls,
            crossing=crossing,
            group_limit_basis_points=4_800,
            self_trade=own,
            self_trade_of=of,
        )
        rules = trading(rules, breaker_basis_points=breaker, block_from=200)
        pollutants = tuple(msgspec.structs.replace(rule, ceiling_fen_per_t=420_000) for rule in rules.pollutants)
        self.strict = msgspec.structs.replace(rules, pollutants=pollutants)
        self.runner = rich(self.strict)
        self.mirror = Mirror()
        self.seen = 0
        for name in ("kiln", "broker", "fund", "power"):
            for origin in ("steel", "cement"):
                send(self.runner, origin, c.Transfer(origin, name, SERIES, 50_000))
        self.given = {name: self.held(name) for name in ("steel", "cement", "power", "kiln", "broker", "fund")}
        self.follow()

    def held(self, account: str) -> int:
        return self.runner.state.ledger.held_of(account, SERIES).count

    def follow(self) -> None:
        for line in self.runner.journal.lines(self.seen):
            self.mirror.follow(decode(line), self.strict)
            self.seen += 1

    def tell(self, actor: str, body: c.Body) -> None:
        send(self.runner, actor, body)
        self.follow()

    @rule(orders=st.lists(st.tuples(names, sides, lots, limits), min_size=1, max_size=8))
    def order(self, orders: list[tuple[str, c.Side, int, int]]) -> None:
        for name, side, lots, limit in orders:
            self.tell(name, c.PlaceOrder(name, SERIES, side, 100 * lots, limit))

    @rule(seller=names, buyer=names, lots=lots, price=limits, kind=st.sampled_from(["block", "transfer"]))
    def deal(self, seller: str, buyer: str, lots: int, price: int, kind: Literal["block", "transfer"]) -> None:
        self.tell(seller, c.OfferDeal(kind, seller, buyer, SERIES, 100 * lots, price))
        self.tell(buyer, c.AcceptDeal(self.runner.state.next_deal - 1))

    @rule(orders=st.lists(st.tuples(names, sides, lots, limits), max_size=6), seed=st.integers(0, 3))
    def call(self, orders: list[tuple[str, c.Side, int, int]], seed: int) -> None:
        name = f"call-{len(self.runner.state.calls)}"
        self.tell(EXCHANGE, c.OpenCall(name, SERIES, ""))
        for account, side, lots, limit in orders:
            self.tell(account, c.PlaceCallOrder(name, account, side, 100 * lots, limit))
        self.tell(EXCHANGE, c.CloseCall(name, seed))

    @rule(seller=names, bids=st.lists(st.tuples(names, limits), max_size=3))
    def auction(self, seller: str, bids: list[tuple[str, int]]) -> None:
        name = f"auction-{len(self.runner.state.auctions)}"
        self.tell(seller, c.OfferAuction(name, seller, SERIES, 1_000, 400_000))
        for account, limit in bids:
            self.tell(account, c.PlaceBid(name, account, 500, limit))
        self.tell(EXCHANGE, c.CloseAuction(name, 3))

    @rule(name=names, order=st.tuples(names, sides, lots, limits), freeze=st.booleans())
    def stop(self, name: str, order: tuple[str, c.Side, int, int], freeze: bool) -> None:
        self.tell(AUTHORITY, c.FreezeAccount(name, "inspection") if freeze else c.HaltMarket(SERIES, "news"))
        self.order([order])
        self.tell(AUTHORITY, c.ThawAccount(name) if freeze else c.ResumeMarket(SERIES))

    @rule()
    def resumed(self) -> None:
        self.tell(EXCHANGE, c.ResumeMarket(SERIES))

    @invariant()
    def holds(self) -> None:
        """I1 to I4, I6; and nobody is above the limit of its group who was not there before it bought."""
        check_state(self.runner.state)
        most = self.runner.state.ledger.caps[SERIES] * 4_800 // 10_000
        for names in (("steel",), ("cement",), ("power",), ("broker",), ("kiln", "fund")):
            assert sum(map(self.held, names)) <= max(most, sum(self.given[name] for name in names))


TestTrades = Trades.TestCase
TestTrades.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


# --- one rule after the other


def test_those_behind_a_wall_have_a_book_of_their_own() -> None:
    runner = rich(law(walled_sectors=("steel",), group_limit_basis_points=0))
    done(runner, "steel", SELL)

    assert len(done(runner, "fund", BUY).events) == 1
    assert why(runner, "steel", c.OfferDeal("transfer", "steel", "fund", SERIES, 5, 400_000)) is Why.WALLED_OFF
    assert why(runner, "steel", c.Transfer("steel", "fund", SERIES, 5)) is Why.WALLED_OFF
    assert len(done(runner, "cement", msgspec.structs.replace(SELL, account="cement")).events) == 2


def test_an_account_that_comes_behind_a_wall_takes_its_orders_off_the_market() -> None:
    runner = rich(law(walled_sectors=("power",), group_limit_basis_points=0))
    done(runner, "steel", SELL)
    answer = done(runner, AUTHORITY, c.RegisterSource("s-new", "boiler", "steel", "KM", "power", True))

    assert [type(event) for event in answer.events] == [e.OrderCancelled, e.SourceRegistered]
    assert len(done(runner, "fund", BUY).events) == 1


def test_nothing_from_elsewhere_is_bought_where_the_air_fails() -> None:
    runner = rich(law(walled_sectors=(), failing=("YX SO2",), group_limit_basis_points=0))
    kiln = c.PlaceOrder("kiln", SERIES, "buy", 100, 400_000)

    assert why(runner, "kiln", kiln) is Why.ADDS_LOAD
    assert why(runner, "steel", c.Transfer("steel", "kiln", SERIES, 100)) is Why.ADDS_LOAD
    done(runner, "fund", BUY)  # a trader adds no load
    done(runner, "cement", msgspec.structs.replace(BUY, account="cement"))


def test_what_a_city_keeps_at_home_only_its_own_sources_buy() -> None:
    runner = rich(law(walled_sectors=(), no_export=("KM",), group_limit_basis_points=0))
    kiln = c.PlaceOrder("kiln", SERIES, "buy", 100, 400_000)

    assert why(runner, "kiln", kiln) is Why.CROSSING
    assert why(runner, "steel", c.Transfer("steel", "kiln", SERIES, 100)) is Why.CROSSING
    done(runner, "cement", msgspec.structs.replace(BUY, account="cement"))


def test_a_zone_call_takes_nothing_out_of_a_city_that_lets_nothing_out() -> None:
    air = air_of(law(no_export=("KM",)), "SO2")
    assert air.ratios is not None
    assert air.ratios["KM", "QJ"] is None
    assert air.ratios["QJ", "KM"] == air.ratios["QJ", "YX"] == 1


def test_with_approval_the_leave_ends_on_its_day() -> None:
    runner = rich(law(walled_sectors=(), crossing="approval", group_limit_basis_points=0))
    kiln = c.PlaceOrder("kiln", SERIES, "buy", 100, 400_000)

    assert why(runner, "kiln", kiln) is Why.CROSSING
    done(runner, AUTHORITY, c.AllowCrossing("kiln", "KM", DAY, "no offer at home"))
    done(runner, "kiln", kiln)
    done(runner, EXCHANGE, c.CloseSession(DAY))
    done(runner, EXCHANGE, c.OpenSession("2027-03-02"), AT + DAY_MS)
    assert why(runner, "kiln", kiln, AT + DAY_MS) is Why.CROSSING


def test_who_may_not_buy_any_more_buys_nothing_when_a_call_or_an_auction_closes() -> None:
    """A leave that has ended, and air that fails under a new law; others trade, and all cash is free again."""
    rules = law(walled_sectors=(), crossing="approval", group_limit_basis_points=0)
    runner, mirror = rich(rules), Mirror()
    done(runner, AUTHORITY, c.AllowCrossing("kiln", "KM", DAY, "no offer at home"))
    done(runner, EXCHANGE, c.OpenCall("c1", SERIES, ""))
    done(runner, "steel", c.OfferAuction("a1", "steel", SERIES, 100, 390_000))
    for name in ("kiln", "fund"):
        done(runner, name, c.PlaceCallOrder("c1", name, "buy", 100, 400_000))
        done(runner, name, c.PlaceBid("a1", name, 100, 400_000 if name == "kiln" else 390_000))
    done(runner, "steel", c.PlaceCallOrder("c1", "steel", "sell", 200, 400_000))

    (call,) = done(runner, EXCHANGE, c.CloseCall("c1", 1), AT + DAY_MS).events
    (auction,) = done(runner, AUTHORITY, c.CloseAuction("a1", 1), AT + DAY_MS).events
    assert isinstance(call, e.CallCleared)
    assert isinstance(auction, e.AuctionCleared)
    assert [(fill.account, fill.count) for fill in call.fills] == [("fund", 100), ("steel", 100)]
    assert [(award.account, award.count) for award in auction.awards] == [("fund", 100)]
    assert runner.state.ledger.purses["kiln"].held == runner.state.ledger.purses["fund"].held == 0
    check_state(runner.state)
    for line in runner.journal.lines():
        mirror.follow(decode(line), rules)


def test_the_city_first_then_the_zone() -> None:
    runner = rich(law(walled_sectors=(), crossing="first", group_limit_basis_points=0))
    done(runner, AUTHORITY, c.SetCap("SO2", "YX", 2027))
    done(runner, AUTHORITY, c.Allocate("SO2", "YX", 2027, (c.ActivityLine("s-kiln", (2024,), (800,), (10**6,)),)))
    done(runner, "kiln", c.Transfer("kiln", "broker", "SO2-YX-2027", 500))
    offer = done(runner, "broker", c.PlaceOrder("broker", "SO2-YX-2027", "sell", 100, 401_000)).events[0]
    assert isinstance(offer, e.OrderPlaced)
    dear = c.PlaceOrder("kiln", SERIES, "buy", 100, 402_000)

    assert why(runner, "kiln", dear) is Why.CROSSING
    done(runner, "kiln", msgspec.structs.replace(dear, limit=400_000))  # home costs more than that
    done(runner, "broker", c.CancelOrder(offer.order))
    done(runner, "kiln", dear)


def test_what_was_bought_today_is_sold_tomorrow() -> None:
    runner = rich(trading(OPEN, resale_same_day=False))
    done(runner, "steel", SELL)
    done(runner, "fund", BUY)
    resale = c.PlaceOrder("fund", SERIES, "sell", 100, 400_000)

    assert why(runner, "fund", resale) is Why.BOUGHT_TODAY
    assert why(runner, "fund", c.OfferDeal("transfer", "fund", "steel", SERIES, 1, 400_000)) is Why.BOUGHT_TODAY
    done(runner, EXCHANGE, c.CloseSession(DAY))
    done(runner, EXCHANGE, c.OpenSession("2027-03-02"), AT + DAY_MS)
    done(runner, "fund", resale, AT + DAY_MS)


def test_a_halt_may_leave_resting_orders_where_they_are() -> None:
    runner = rich(trading(OPEN, cancel_on_halt=False))
    done(runner, "steel", SELL)

    assert len(done(runner, EXCHANGE, c.HaltMarket("", "news")).events) == 1
    assert why(runner, "fund", BUY) is Why.MARKET_HALTED
    done(runner, EXCHANGE, c.ResumeMarket(""))
    assert isinstance(done(runner, "fund", BUY).events[-1], e.Traded)


@pytest.mark.parametrize("series", [SERIES, ""])
def test_a_halt_takes_off_whatever_waits_for_its_series(series: str) -> None:
    """Listed orders, those of calls and blocks, in the series and in strips of it; a transfer with a price stays."""
    runner = rich(msgspec.structs.replace(OPEN, trading=msgspec.structs.replace(OPEN.trading, block_from=100)))
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    strip, zero = "SO2-KM-2027..2028", runner.state.ledger.purses["fund"].held
    done(runner, "fund", c.PlaceOrder("fund", strip, "buy", 100, 800_000))
    done(runner, "steel", SELL)
    for call, instrument, limit in (("c1", SERIES, 400_000), ("c2", strip, 800_000)):
        done(runner, EXCHANGE, c.OpenCall(call, instrument, ""))
        done(runner, "fund", c.PlaceCallOrder(call, "fund", "buy", 100, limit))
    done(runner, "steel", c.OfferDeal("block", "steel", "fund", SERIES, 100, 400_000))
    done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", SERIES, 5, 400_000))
    done(runner, EXCHANGE, c.OpenZoneCall("z1", "SO2"))
    done(runner, "steel", c.PlaceZoneOffer("z1", "steel", SERIES, "KM", 100, 400_000))
    done(runner, "fund", c.PlaceZoneBid("z1", "fund", "HH", 2027, 100, 400_000))

    halt = done(runner, EXCHANGE, c.HaltMarket(series, "news"))
    assert [type(event) for event in halt.events] == [
        *[e.OrderCancelled] * 2,
        *[e.CallOrderDropped] * 2,
        *[e.ZoneOrderDropped] * (1 if series else 2),
        e.DealDropped,
        e.MarketHalted,
    ]
    assert runner.state.ledger.held_of("steel", SERIES).held == 5
    if not series:  # a bid of the zone-wide call names no series
        assert runner.state.ledger.purses["fund"].held == zero
    check_state(runner.state)
    assert why(runner, "fund", c.PlaceOrder("fund", strip, "buy", 100, 800_000)) is Why.MARKET_HALTED


def test_a_holders_auction_stands_still_with_its_series_and_one_of_a_jurisdiction_does_not() -> None:
    runner = rich(OPEN)
    done(runner, "steel", c.OfferAuction("a1", "steel", SERIES, 100, 400_000))
    done(runner, "fund", c.PlaceBid("a1", "fund", 100, 400_000))
    done(runner, AUTHORITY, c.OpenAuction("a2", SERIES, 100))
    done(runner, EXCHANGE, c.HaltMarket(SERIES, "news"))

    assert why(runner, "steel", c.OfferAuction("a3", "steel", SERIES, 100, 400_000)) is Why.MARKET_HALTED
    assert why(runner, "fund", c.PlaceBid("a1", "fund", 100, 400_000)) is Why.MARKET_HALTED
    assert why(runner, AUTHORITY, c.CloseAuction("a1", 1)) is Why.MARKET_HALTED
    done(runner, "fund", c.PlaceBid("a2", "fund", 100, 400_000))
    done(runner, AUTHORITY, c.CloseAuction("a2", 1))
    done(runner, EXCHANGE, c.ResumeMarket(SERIES))
    assert [type(event) for event in done(runner, AUTHORITY, c.CloseAuction("a1", 1)).events] == [e.AuctionCleared]


def test_a_trade_that_halts_its_series_takes_strips_and_calls_of_it_off_too() -> None:
    runner = rich(trading(OPEN, breaker_basis_points=100))
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    done(runner, "fund", c.PlaceOrder("fund", "SO2-KM-2027..2028", "buy", 100, 800_000))
    done(runner, EXCHANGE, c.OpenCall("c1", SERIES, ""))
    done(runner, "fund", c.PlaceCallOrder("c1", "fund", "buy", 100, 400_000))
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 410_000))
    happened = done(runner, "fund", c.PlaceOrder("fund", SERIES, "buy", 200, 410_000)).events

    assert [type(event) for event in happened] == [
        e.OrderPlaced,
        e.Traded,
        e.OrderCancelled,
        e.OrderCancelled,
        e.CallOrderDropped,
        e.MarketHalted,
    ]
    assert [event.left for event in happened if isinstance(event, e.OrderCancelled)] == [100, 100]
    assert runner.state.ledger.purses["fund"].held == 0
    assert not runner.state.orders
    check_state(runner.state)


def test_a_new_law_takes_every_order_off_and_leaves_deals() -> None:
    runner = rich(OPEN)
    done(runner, "steel", SELL)
    done(runner, EXCHANGE, c.OpenCall("c1", SERIES, ""))
    done(runner, "fund", c.PlaceCallOrder("c1", "fund", "buy", 100, 400_000))
    done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", SERIES, 5, 400_000))
    following = msgspec.structs.replace(OPEN, programme=msgspec.structs.replace(OPEN.programme, version="next"))
    runner.rules = following
    answer = done(runner, AUTHORITY, adopting_next(following))

    assert [type(event) for event in answer.events[:2]] == [e.OrderCancelled, e.CallOrderDropped]
    done(runner, "fund", c.AcceptDeal(1))
    check_state(runner.state)


def test_the_close_of_a_year_takes_back_everything_that_is_offered() -> None:
    """An offer, of whatever kind, does not hide allowances from the banking limit."""
    runner = rich(OPEN)
    done(runner, "steel", SELL)
    done(runner, EXCHANGE, c.OpenCall("c1", SERIES, ""))
    done(runner, "steel", c.PlaceCallOrder("c1", "steel", "sell", 100, 400_000))
    done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", SERIES, 5, 400_000))
    done(runner, "steel", c.OfferAuction("a1", "steel", SERIES, 100, 400_000))

    for event in sales_off(runner.state, "steel", AUTHORITY):
        apply(runner.state, event)
    assert runner.state.ledger.held_of("steel", SERIES).held == 0
    check_state(runner.state)


def test_a_call_delivers_and_pays_in_one_entry_through_the_exchange() -> None:
    """I3: buyers pay the price of their own count, sellers get as much in all; only fees stay."""
    runner = rich(OPEN)
    done(runner, EXCHANGE, c.OpenCall("c1", SERIES, ""))
    for name, side, count in (
        ("steel", "sell", 300),
        ("cement", "sell", 200),
        ("fund", "buy", 400),
        ("broker", "buy", 200),
    ):
        assert side in ("buy", "sell")
        done(runner, name, c.PlaceCallOrder("c1", name, "buy" if side == "buy" else "sell", count, 400_000))
    before = runner.state.ledger.purses["exchange"].fen
    (cleared,) = done(runner, EXCHANGE, c.CloseCall("c1", 5)).events
    assert isinstance(cleared, e.CallCleared)

    assert (cleared.price, cleared.count, cleared.surplus) == (400_000, 500, 100)
    delivered = [move for move in cleared.entry if isinstance(move, Delivered)]
    assert sum(block.count for move in delivered for block in move.blocks) == 500
    fees = sum(fill.fee for fill in cleared.fills)
    assert runner.state.ledger.purses["exchange"].fen - before == fees == 2 * 1_500
