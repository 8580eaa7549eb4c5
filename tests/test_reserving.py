"""The government reserve and reverse auctions: every flow has a reason, no cheaper ask is left, budgets hold."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.reserve import DRAWN, FLOWS, REASONS
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK
from airshed.market.auction.reverse import Ask, RepurchaseLaw, RepurchaseTerms, ReverseOutcome, buy_back
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Why
from airshed.registry.accounts import TREASURY
from airshed.registry.moves import Delivered
from airshed.rulebook.load import read
from airshed.rulebook.schema import Rulebook
from airshed.service.book.preview import foresee
from beijing import instant
from laws import FILES, RULES
from markets import AT, AUTHORITY, SERIES, adopting_next, done, market, send, why

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RESERVE = "reserve-KM"


def changed(section: str, rules: Rulebook = RULES, **law: Any) -> Rulebook:
    return msgspec.structs.replace(rules, **{section: msgspec.structs.replace(getattr(rules, section), **law)})


def rich(rules: Rulebook = RULES) -> Runner:
    """The market, and a treasury with money."""
    runner = market(rules=rules)
    done(runner, BANK, c.Deposit(TREASURY, 10**12))
    return runner


def buying(count: int = 10_000, budget_fen: int = 4_000_000, rules: Rulebook = RULES) -> Runner:
    """The market with a reverse auction in it."""
    runner = rich(rules)
    done(runner, AUTHORITY, c.OpenRepurchase("back", SERIES, count, budget_fen))
    return runner


# --- what the transcript plays


def pencil(price_rule: Literal["uniform", "pay-as-bid"]) -> ReverseOutcome:
    terms = RepurchaseTerms(
        id="back",
        series=SERIES,
        price_rule=price_rule,
        price_per="tonne",
        count=10_000,
        budget_fen=4_000_000,
        ceiling_fen=440_000,
        lot=100,
        tick_fen=1_000,
        tie="pro-rata",
        seed=1,
        cite="x",
        status="to confirm",
    )
    asks = [
        Ask(seller="cement", price=300_000, count=4_000),
        Ask(seller="trade", price=350_000, count=5_000),
        Ask(seller="steel", price=400_000, count=5_000),
        Ask(seller="steel", price=430_000, count=1_000),
    ]
    return buy_back(RepurchaseLaw(repurchase=terms), asks)


def test_what_the_transcript_plays_by_hand() -> None:
    """Ten tonnes for 40,000 yuan at one price; for 33,500 yuan when each gets its own."""
    uniform, own = pencil("uniform"), pencil("pay-as-bid")

    assert (uniform.price, uniform.bought, uniform.paid_fen) == (400_000, 10_000, 4_000_000)
    assert {each.seller: each.payment_fen for each in uniform.awards} == {
        "cement": 1_600_000,
        "trade": 2_000_000,
        "steel": 400_000,
    }
    assert (own.price, own.bought, own.paid_fen) == (400_000, 10_000, 3_350_000)


# --- the reverse auction in the book

ASKS = st.lists(
    st.tuples(st.sampled_from(["steel", "cement", "fund"]), st.integers(1, 60), st.integers(20, 44)), max_size=12
)


@SLOW
@given(ASKS, st.integers(1, 120), st.integers(1, 80), st.sampled_from(["uniform", "pay-as-bid"]))
def test_a_reverse_auction_in_the_book_is_that_of_the_calculator(
    asks: list[tuple[str, int, int]], lots: int, thousands: int, price_rule: str
) -> None:
    """I2, I3, I8: what is asked is set aside, the cheapest are served, each is paid, the rest is free again."""
    runner = buying(lots * 100, thousands * 100_000, changed("reverse_auction", price_rule=price_rule))
    done(runner, "steel", c.Transfer("steel", "fund", SERIES, 5_000))
    state = runner.state
    taken: list[Ask] = []
    for account, count, price in asks:
        answer = send(runner, account, c.AskRepurchase("back", account, count * 100, price * 10_000))
        check_state(state)
        if answer.refusal is None:
            taken.append(Ask(seller=account, price=price * 10_000, count=count * 100))
    held = {name: state.ledger.held_of(name, SERIES).count for name in ("steel", "cement", "fund", RESERVE)}
    cash = {name: state.ledger.purses[name].fen for name in ("steel", "cement", "fund", TREASURY)}

    (cleared,) = done(runner, AUTHORITY, c.CloseRepurchase("back", 7)).events

    assert isinstance(cleared, e.RepurchaseCleared)
    check_state(state)
    assert cleared.fen <= thousands * 100_000
    for award in cleared.awards:
        assert state.ledger.held_of(award.account, SERIES).count == held[award.account] - award.count
        assert state.ledger.purses[award.account].fen == cash[award.account] + award.fen
        dearest = sorted(ask.price for ask in taken if ask.seller == award.account)
        assert award.fen * KG_PER_T >= award.count * dearest[0]
    assert state.ledger.held_of(RESERVE, SERIES).count == held[RESERVE] + cleared.bought
    assert state.ledger.purses[TREASURY].fen == cash[TREASURY] - cleared.fen
    assert all(state.ledger.held_of(name, SERIES).held == 0 for name in ("steel", "cement", "fund"))
    if cleared.price is not None:
        left = [ask for ask in taken if ask.price < cleared.price]
        served = {award.account: award.count for award in cleared.awards}
        for name in {ask.seller for ask in left}:
            assert served.get(name, 0) >= sum(ask.count for ask in left if ask.seller == name)


def test_an_auction_keeps_the_terms_of_its_opening() -> None:
    """A rulebook adopted while asks lie sealed changes nothing about them."""
    runner = buying()
    done(runner, "steel", c.AskRepurchase("back", "steel", 300, 300_000))
    other = changed("reverse_auction", smallest_ask=1_000, step_fen_per_t=7_000)
    runner.rules = changed("programme", other, version="2")
    done(runner, AUTHORITY, adopting_next(runner.rules))

    (cleared,) = done(runner, AUTHORITY, c.CloseRepurchase("back", 1)).events

    assert isinstance(cleared, e.RepurchaseCleared)
    assert (cleared.bought, cleared.fen) == (300, 90_000)


def test_asks_come_back_when_the_year_is_closed_so_that_they_hide_nothing() -> None:
    runner = buying()
    done(runner, "steel", c.AskRepurchase("back", "steel", 5_000, 300_000))
    emitted = {rule.code: 1_000_000 for rule in RULES.pollutants}
    determined = c.DetermineYear("s-steel", 2027, emitted, "no report")
    done(runner, AUTHORITY, determined, instant("2028-05-02"))

    returned, closed = done(runner, AUTHORITY, c.CloseYear("steel", 2027), instant("2028-07-02")).events

    assert returned == e.AskReturned("back", 1, "steel", 5_000)
    assert isinstance(closed, e.YearClosed)
    check_state(runner.state)


def test_a_budget_that_waits_cannot_be_spent_twice() -> None:
    runner = market()
    free = runner.state.ledger.purses[TREASURY].free
    done(runner, AUTHORITY, c.OpenRepurchase("back", SERIES, 1_000, free))

    assert why(runner, AUTHORITY, c.OpenRepurchase("more", SERIES, 1_000, 1)) is Why.INSUFFICIENT_CASH
    assert why(runner, "steel", c.OfferRepurchase("steel", SERIES, 100)) is Why.INSUFFICIENT_CASH


def test_what_a_seller_asks_for_is_summed_over_all_its_asks() -> None:
    """The same allowances do not guarantee two asks."""
    runner = buying(count=5_000_000, budget_fen=10**9, rules=changed("reserve", fullest_basis_points=10_000))
    whole = runner.state.ledger.held_of("steel", SERIES).count // 100 * 100
    done(runner, "steel", c.AskRepurchase("back", "steel", whole - 1_000, 300_000))

    assert why(runner, "steel", c.AskRepurchase("back", "steel", 1_100, 310_000)) is Why.INSUFFICIENT_HOLDING


# --- the reserve


def test_every_reason_has_words_in_both_languages() -> None:
    for kind, reason in DRAWN.items():
        for purpose in ("auction", "containment"):
            event = e.ReserveDrawn(SERIES, 1, purpose, "x", ()) if kind is e.ReserveDrawn else None
            for target in ("steel", "cancelled-KM"):
                assert reason(event, Delivered("reserve-KM", target, SERIES, ())) in REASONS
    assert all(en and zh for en, zh in REASONS.values())
    assert len(FLOWS) > 10


def test_a_reserve_gives_nothing_by_a_transfer_and_takes_only_what_is_its_own() -> None:
    runner = market()

    assert why(runner, AUTHORITY, c.Transfer(RESERVE, "steel", SERIES, 1)) is Why.ROLE_MAY_NOT
    assert why(runner, "steel", c.Transfer("steel", "reserve-QJ", SERIES, 1)) is Why.WRONG_KIND


def test_what_is_kept_for_new_entrants_is_auctioned_once_they_may_not_ask_any_more() -> None:
    runner = rich()

    assert why(runner, AUTHORITY, c.DrawReserve(SERIES, 100, "auction", "short")) is Why.INSUFFICIENT_HOLDING
    done(runner, AUTHORITY, c.DrawReserve(SERIES, 100, "auction", "short"), instant("2027-12-31"))


def test_a_draw_to_contain_the_price_counts_what_auctions_have_sold_for_that() -> None:
    """Over the trigger, up to the part of the cap that the rulebook says."""
    runner = rich(changed("reserve", trigger_basis_points=5_000, containment_basis_points=1))
    most = runner.state.ledger.caps[SERIES] // 10_000
    done(runner, AUTHORITY, c.DrawReserve(SERIES, most - 100, "containment", "the price is high"))

    assert why(runner, AUTHORITY, c.DrawReserve(SERIES, 101, "containment", "still")) is Why.TOO_LARGE
    runner.state.flows[SERIES, "out", "price_over_trigger"] = 50
    assert why(runner, AUTHORITY, c.DrawReserve(SERIES, 51, "containment", "still")) is Why.TOO_LARGE


STEPS = st.lists(
    st.tuples(st.sampled_from(["feed", "draw", "contain", "open", "ask", "close", "give", "sell"]), st.integers(1, 60)),
    max_size=25,
)


@SLOW
@given(STEPS)
def test_the_flows_of_a_reserve_add_up_to_what_it_holds(steps: list[tuple[str, int]]) -> None:
    """I1 to I4 in whatever order it is fed and drawn; no share of the cap is passed."""
    runner = rich(changed("reserve", trigger_basis_points=9_000, fullest_basis_points=2, auction_basis_points=3))
    state, cap = runner.state, runner.state.ledger.caps[SERIES]
    for number, (what, size) in enumerate(steps):
        body: c.Body
        actor = AUTHORITY
        if what == "feed":
            body = c.FeedReserve(SERIES, size * 20, "dry season")
        elif what in ("draw", "contain"):
            purpose: Literal["auction", "containment"] = "auction" if what == "draw" else "containment"
            body = c.DrawReserve(SERIES, size * 40, purpose, "prices")
        elif what == "open":
            body = c.OpenRepurchase(f"b{number}", SERIES, size * 100, size * 20_000)
        elif what == "ask":
            running = [name for name, each in state.repurchases.items() if each.open] or ["none"]
            actor, body = "steel", c.AskRepurchase(running[-1], "steel", size * 100, 10_000 * size)
        elif what == "close":
            running = [name for name, each in state.repurchases.items() if each.open] or ["none"]
            body = c.CloseRepurchase(running[0], size)
        elif what == "give":
            actor, body = "cement", c.Transfer("cement", RESERVE, SERIES, size)
        else:
            actor, body = "cement", c.OfferRepurchase("cement", SERIES, size)
        send(runner, actor, body)
        check_state(state)
        assert sum(position.count for _, position in state.ledger.of_series(SERIES)) == cap
        brought = sum(state.flows.get((SERIES, "in", why_), 0) for why_ in ("set_aside_later", "reverse_auction"))
        assert brought <= cap * 2 // 10_000
        assert state.flows.get((SERIES, "out", "auction"), 0) <= cap * 3 // 10_000


# --- the law


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('apply_by = "09-30"', 'apply_by = "02-30"', "there is no such day in every year as 02-30"),
        ('unused_on = "12-31"', 'unused_on = "08-31"', "nothing is unused while it may be applied for"),
        ("appeal_days = 15", "appeal_days = 45", "an appeal after the withdrawal changes nothing"),
        ("smallest_ask = 100", "smallest_ask = 99", "are not worth whole fen"),
        ('ground = "idle"', 'ground = "closure"', "closure stands there already"),
    ],
)
def test_a_contradiction_of_the_way_back_is_named(old: str, new: str, said: str) -> None:
    law = FILES["rulebook.toml"].decode()
    step = law.replace("step_fen_per_t = 1_000\ntie", "step_fen_per_t = 7\ntie") if "ask" in old else law
    assert old in step

    found = read({**FILES, "rulebook.toml": step.replace(old, new, 1).encode()})[1]

    assert any(said in str(fault) for fault in found), [str(fault) for fault in found]


def test_a_new_source_gets_what_it_claims_in_allowances_of_whatever_size() -> None:
    """An allowance of a tonne: eight tonnes are eight of them, and no eight thousand."""
    allowance = msgspec.structs.replace(RULES.allowance, size_kg=1_000)
    runner = market(rules=msgspec.structs.replace(RULES, allowance=allowance))
    done(runner, AUTHORITY, c.SetCap("NOx", "KM", 2027))
    lines = (
        c.ActivityLine("s-steel", (2024,), (800_000,), (1_000_000,)),
        c.ActivityLine("s-cement", (2024,), (0,), (10_000,), entrant=True),
    )
    wish = c.Command(AUTHORITY, "shares", c.Allocate("NOx", "KM", 2027, lines))
    sharing = next(foresee(runner, [wish], AT)).sharing
    assert sharing is not None
    assert {each.source: each.count for each in sharing.awards}["s-cement"] == 8
    assert sharing.above == sharing.pool - 659
