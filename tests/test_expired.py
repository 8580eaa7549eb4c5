"""A vintage that counts for no year any more is not traded in any way, and what waited with it is free again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.procedures.deadlines import NEVER, deadline, ends
from airshed.engine.runner import Answer, Runner
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.market.zonecall.nouns import SECONDS
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Delivered
from airshed.service.book.zone_call import close
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, DAY, SERIES, done, send, why
from terms import NEXT, STRIP, held, two_vintages

#: Under these laws a vintage counts for its own year only: 2027 is surrendered for until this day.
LAST = "2028-06-30"
LATER, MONDAY = instant("2028-07-03", 10), "2028-07-03"
LAW: dict[str, dict[str, Any]] = {
    "allowance": {"vintages_back": 0},
    "trade_rules": {"walled_sectors": (), "group_limit_basis_points": 0},
    "trading": {"block_from": 100, "resale_same_day": True},
}


def expiring() -> Runner:
    """Two vintages, of which the first is about to expire; everybody has money and nothing is offered yet."""
    runner = two_vintages(**LAW)
    for account in ("steel", "cement", "broker", "fund"):
        done(runner, BANK, c.Deposit(account, 10**12))
    return runner


def everything_waits(series: str = SERIES) -> Runner:
    """Every kind of offer, order and bid waits with the series."""
    runner = expiring()
    done(runner, AUTHORITY, c.GrantRight("cement", "SO2", "KM", 100, 2027, 2028))
    wishes: list[tuple[str, c.Body]] = [
        ("steel", c.PlaceOrder("steel", series, "sell", 100, 410_000)),
        ("fund", c.PlaceOrder("fund", series, "buy", 100, 400_000)),
        (EXCHANGE, c.OpenCall("call", series, "")),
        ("steel", c.PlaceCallOrder("call", "steel", "sell", 100, 400_000)),
        ("fund", c.PlaceCallOrder("call", "fund", "buy", 100, 400_000)),
        (EXCHANGE, c.OpenZoneCall("zone", "SO2")),
        ("steel", c.PlaceZoneOffer("zone", "steel", series, "KM", 100, 400_000)),
        ("fund", c.PlaceZoneBid("zone", "fund", "HH", 2027, 100, 400_000)),
        ("steel", c.OfferDeal("block", "steel", "fund", series, 100, 400_000)),
        ("steel", c.OfferDeal("transfer", "steel", "fund", series, 100, 400_000)),
        ("steel", c.OfferAuction("own", "steel", series, 100, 400_000)),
        ("fund", c.PlaceBid("own", "fund", 100, 400_000)),
        (AUTHORITY, c.OpenAuction("public", series, 100)),
        ("steel", c.ConsignLot("public", "steel", 100)),
        ("fund", c.PlaceBid("public", "fund", 100, 400_000)),
        ("steel", c.PledgeAllowances("steel", "fund", series, 100, 1_000, "2029-01-31")),
        ("steel", c.OfferLease("steel", "fund", series, 100, 1_000, "once")),
        ("cement", c.OfferRight(1, "fund", 2027, 1_000)),
    ]
    for actor, body in wishes:
        done(runner, actor, body)
    check_state(runner.state)
    return runner


@pytest.mark.parametrize(
    ("actor", "body"),
    [
        ("steel", c.PlaceOrder("steel", SERIES, "sell", 100, 400_000)),
        ("fund", c.PlaceOrder("fund", SERIES, "buy", 100, 400_000)),
        ("steel", c.PlaceOrder("steel", STRIP, "sell", 100, 800_000)),
        (EXCHANGE, c.OpenCall("new", STRIP, "")),
        ("fund", c.PlaceCallOrder("call", "fund", "buy", 100, 400_000)),
        ("steel", c.PlaceZoneOffer("zone", "steel", SERIES, "KM", 100, 400_000)),
        ("fund", c.PlaceZoneBid("zone", "fund", "HH", 2027, 100, 400_000)),
        ("steel", c.OfferDeal("block", "steel", "fund", SERIES, 100, 400_000)),
        ("steel", c.OfferDeal("transfer", "steel", "fund", STRIP, 100, 800_000)),
        ("fund", c.AcceptDeal(1)),
        ("fund", c.AcceptDeal(2)),
        ("steel", c.OfferAuction("new", "steel", SERIES, 100, 400_000)),
        (AUTHORITY, c.OpenAuction("new", SERIES, 100)),
        ("cement", c.ConsignLot("public", "cement", 100)),
        ("fund", c.PlaceBid("own", "fund", 100, 400_000)),
        ("steel", c.PledgeAllowances("steel", "fund", SERIES, 100, 1_000, "2029-01-31")),
        ("fund", c.AcceptPledge(1)),
        ("steel", c.OfferLease("steel", "fund", STRIP, 100, 1_000, "once")),
        ("fund", c.AcceptLease(1)),
        ("fund", c.AcceptRight(1)),
        ("steel", c.OfferRepurchase("steel", SERIES, 100)),
        ("steel", c.Transfer("steel", "fund", SERIES, 100)),
        (AUTHORITY, c.OpenRepurchase("back", SERIES, 100, 1_000)),
        (AUTHORITY, c.NoticeWithdrawal("s-steel", SERIES, "excess", "output", 1, 2)),
        (AUTHORITY, c.OpenSale("sale", SERIES, 1, 100, "2028-12-31")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, c.Wish) else str(value),
)
def test_a_vintage_that_has_expired_is_not_traded_in_any_way(actor: str, body: c.Body) -> None:
    runner = everything_waits()
    # the day of the session goes on, so that it is the vintage that is refused, not the hour
    runner.state.session, runner.state.session_end = MONDAY, LATER + 1

    refusal = send(runner, actor, body, LATER).refusal

    assert refusal is not None
    assert refusal.why is Why.EXPIRED_VINTAGE
    assert "2027" in refusal.detail
    assert refusal.detail.startswith("2027 was") or LAST in refusal.detail
    assert refusal.cite in ("Demonstration measures (assumed), art. 3", "Demonstration measures (assumed), art. 12")


def test_on_its_last_day_it_is_traded_and_a_millisecond_later_it_is_not() -> None:
    runner = expiring()
    last = deadline(runner.rules, 2027)
    gift = c.Transfer("steel", "fund", SERIES, 100)

    done(runner, "steel", gift, last)
    assert why(runner, "steel", gift, last + 1) is Why.EXPIRED_VINTAGE
    assert why(runner, EXCHANGE, c.OpenCall("late", SERIES, ""), LATER) is Why.EXPIRED_VINTAGE
    done(runner, "steel", c.Transfer("steel", "fund", NEXT, 100), LATER)


def test_what_has_expired_may_still_go_to_the_reserve() -> None:
    runner = expiring()
    done(runner, "steel", c.Transfer("steel", "reserve-KM", SERIES, 100), LATER)


def opened(runner: Runner) -> Answer:
    """The first session after the vintage has expired."""
    done(runner, EXCHANGE, c.CloseSession(DAY), LATER)
    return done(runner, EXCHANGE, c.OpenSession(MONDAY), LATER)


def test_the_first_session_afterwards_frees_everything_that_waited() -> None:
    runner = everything_waits()
    before = held(runner, "steel")[SERIES]
    assert before[1] == 900

    kinds = {type(event) for event in opened(runner).events}

    assert kinds == {
        e.CallOrderDropped,
        e.ZoneOrderDropped,
        e.DealDropped,
        e.LotReturned,
        e.AuctionCleared,
        e.PledgeReleased,
        e.LeaseDropped,
        e.RightDropped,
        e.SessionOpened,
    }
    assert held(runner, "steel")[SERIES] == (before[0], 0)
    assert all(purse.held == 0 for purse in runner.state.ledger.purses.values())
    assert not any(runner.state.wanted.values())
    check_state(runner.state)


def test_every_lot_of_an_event_that_has_expired_comes_back_once() -> None:
    """I2: the first auction that is called off frees all that the event has set aside."""
    runner = expiring()
    elsewhere = "SO2-QJ-2027"
    line = c.ActivityLine("s-power", (2024,), (800,), (10**6,))
    for actor, body in (
        (AUTHORITY, c.SetCap("SO2", "QJ", 2027)),
        (AUTHORITY, c.Allocate("SO2", "QJ", 2027, (line,))),
        (AUTHORITY, c.OpenAuction("first", SERIES, 100, "both")),
        (AUTHORITY, c.OpenAuction("second", elsewhere, 100, "both")),
        ("power", c.ConsignLot("second", "power", 100)),
    ):
        done(runner, actor, body)

    opened(runner)

    assert held(runner, "power")[elsewhere][1] == 0
    check_state(runner.state)


def test_what_waits_with_a_later_vintage_stays() -> None:
    runner = expiring()
    done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", NEXT, 100, 400_000))
    done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", STRIP, 100, 800_000))

    dropped = [event for event in opened(runner).events if isinstance(event, e.DealDropped)]

    assert [each.series for each in dropped] == [STRIP]
    done(runner, "fund", c.AcceptDeal(1), LATER)


def test_a_call_and_an_auction_that_end_too_late_sell_nothing_and_free_all() -> None:
    runner = everything_waits()
    (call,) = done(runner, EXCHANGE, c.CloseCall("call", 1), LATER).events
    (auction,) = done(runner, EXCHANGE, c.CloseAuction("public", 1), LATER).events

    assert isinstance(call, e.CallCleared)
    assert (call.price, call.count, call.entry) == (None, 0, ())
    assert isinstance(auction, e.AuctionCleared)
    assert (auction.sold, auction.unsold, auction.awards) == (0, 100, ())
    assert [each.refusal.why for each in auction.refused] == [Why.EXPIRED_VINTAGE]
    check_state(runner.state)


def test_of_an_event_only_the_vintage_that_lives_is_sold() -> None:
    runner = expiring()
    done(runner, AUTHORITY, c.OpenAuction("spot", SERIES, 100, "both"))
    done(runner, AUTHORITY, c.OpenAuction("ahead", NEXT, 100, "both"))
    for name in ("spot", "ahead"):
        done(runner, "fund", c.PlaceBid(name, "fund", 100, 400_000))

    assert not any(isinstance(event, e.AuctionCleared) for event in opened(runner).events)
    spot, ahead = done(runner, EXCHANGE, c.CloseAuction("spot", 1), LATER).events

    assert isinstance(spot, e.AuctionCleared)
    assert isinstance(ahead, e.AuctionCleared)
    assert (spot.sold, ahead.sold) == (0, 100)
    check_state(runner.state)


def test_a_zone_wide_call_with_an_expired_offer_closes_without_it() -> None:
    runner = everything_waits()
    assert why(runner, EXCHANGE, c.CloseZoneCall("zone", 0, ()), LATER) is Why.UNPROVEN

    closed = close(runner, EXCHANGE, "zone", LATER, seconds=SECONDS)
    assert not isinstance(closed, Refusal)
    (event,) = closed.answer.events
    assert isinstance(event, e.ZoneCallCleared)
    assert {each.refusal.why for each in event.refused} == {Why.EXPIRED_VINTAGE}
    assert event.fills == ()
    check_state(runner.state)


def test_a_pledge_of_what_has_expired_covers_nothing() -> None:
    """The pledgee is not paid in allowances that nobody can use."""
    runner = expiring()
    debt = 40_000  # 100 kg at 4,000 yuan a tonne
    done(runner, "steel", c.PledgeAllowances("steel", "fund", STRIP, 100, 2 * debt, "2027-12-31"))
    done(runner, "fund", c.AcceptPledge(1))
    done(runner, "fund", c.CallPledge(1), LATER)
    (enforced,) = done(runner, "fund", c.EnforcePledge(1), instant("2028-09-01")).events

    assert isinstance(enforced, e.PledgeEnforced)
    assert [move.series for move in enforced.entry if isinstance(move, Delivered)] == [NEXT]
    assert (enforced.fen, enforced.uncovered) == (debt, debt)


@given(st.integers(1990, 2090), st.integers(0, 100), st.sampled_from(["stays", "next_business_day"]))
def test_a_vintage_ends_with_the_last_year_that_admits_it(vintage: int, back: int, closed_days: str) -> None:
    """I11. The same instant that ends the surrender for the last year that admits it."""
    replace = msgspec.structs.replace
    rules = replace(
        RULES,
        allowance=replace(RULES.allowance, vintages_back=back),
        calendar=replace(RULES.calendar, on_closed_days=closed_days),
    )
    assert ends(rules, f"SO2-KM-{vintage}") == deadline(rules, vintage + back)
    assert ends(rules, f"SO2-KM-{vintage}..{vintage + 3}") == deadline(rules, vintage + back)


def test_the_last_years_that_can_be_written_never_end() -> None:
    assert ends(RULES, "SO2-KM-9998") == NEVER
    assert AT < ends(RULES, SERIES) == deadline(RULES, 2028)
