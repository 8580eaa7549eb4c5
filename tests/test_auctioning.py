"""Auctions in the book: held on the terms of their opening, by the law of `market.auction`, settled in one record."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.auction import lots_of
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Answer, Runner
from airshed.lab.simulator.small_market import BANK
from airshed.market.auction.waiting import Waiting, due, left_over
from airshed.model.refusal import Why
from airshed.rulebook.check import contradictions_there
from airshed.rulebook.schema import Rulebook
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, SERIES, adopting_next, done, market, why

replace = msgspec.structs.replace
NEXT = "SO2-KM-2028"


def ruled(version: str = "2027.2", **terms: Any) -> Rulebook:
    """The shipped law with other rules for auctions."""
    prices = {key: terms.pop(key) for key in tuple(terms) if key.endswith("_fen_per_t") and "tick" not in key}
    return replace(
        RULES,
        programme=replace(RULES.programme, version=version),
        auction=replace(RULES.auction, **terms),
        pollutants=tuple(replace(rule, **prices) if rule.code == "SO2" else rule for rule in RULES.pollutants),
    )


def held(**terms: Any) -> Runner:
    """A market with these rules for auctions; the fund holds some allowances, two accounts are of one group."""
    runner = market(rules=ruled(**terms))
    done(runner, REGISTRAR, c.OpenAccount("iron-1", "trader", "Iron One", "KM", "iron"))
    done(runner, REGISTRAR, c.OpenAccount("iron-2", "trader", "Iron Two", "KM", "iron"))
    for name in ("iron-1", "iron-2"):
        done(runner, REGISTRAR, c.RegisterActor(name, "trader", name))
        done(runner, BANK, c.Deposit(name, 10**9))
    done(runner, BANK, c.Deposit("fund", 10**10))
    done(runner, BANK, c.Deposit("broker", 10**10))
    return runner


def handed(runner: Runner, account: str, count: int) -> None:
    """Steel gives some of its allowances to an account that it does not name as trusted: that takes days."""
    done(runner, "steel", c.Transfer("steel", account, SERIES, count))
    done(runner, AUTHORITY, c.ExecuteTransfers(), AT + 5 * 86_400_000)


def adopted(runner: Runner, rules: Rulebook) -> None:
    runner.rules = rules
    done(runner, AUTHORITY, adopting_next(rules))


def bids(runner: Runner, auction: str, *rows: tuple[str, int, int]) -> None:
    """Bids by account, count and yuan per tonne."""
    for account, count, yuan in rows:
        done(runner, account, c.PlaceBid(auction, account, count, yuan * 100))


def cleared(answer: Answer) -> list[e.AuctionCleared]:
    found = [event for event in answer.events if isinstance(event, e.AuctionCleared)]
    assert len(found) == len(answer.events)
    return found


def close(runner: Runner, auction: str = "a") -> list[e.AuctionCleared]:
    outcome = cleared(done(runner, AUTHORITY, c.CloseAuction(auction, 1)))
    check_state(runner.state)
    return outcome


def won(event: e.AuctionCleared) -> dict[str, tuple[int, int]]:
    return {award.account: (award.count, award.fen) for award in event.awards}


def test_each_pays_its_own_bid_and_no_reserve_price_is_asked_for() -> None:
    """US SO2 auctions: pay-as-bid, no reserve price (42 USC 7651o(d)(2))."""
    runner = held(rule="pay-as-bid", reserve_price=False, reserve_fen_per_t=0)
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    bids(runner, "a", ("fund", 600, 2_000), ("broker", 600, 10))

    (event,) = close(runner)

    assert won(event) == {"fund": (600, 120_000), "broker": (400, 400)}
    assert (event.price, runner.state.auctions["a"].reserve) == (1_000, 0)


def test_bids_that_no_account_could_hold_together_leave_the_auction_open(monkeypatch: pytest.MonkeyPatch) -> None:
    runner = held()
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    bids(runner, "a", ("fund", 500, 2_000))
    monkeypatch.setattr("airshed.market.auction.event.LARGEST_SUM", 400)

    assert why(runner, AUTHORITY, c.CloseAuction("a", 1)) is Why.TOO_LARGE
    assert runner.state.auctions["a"].open
    check_state(runner.state)


def two_vintages(runner: Runner) -> None:
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines))
    done(runner, AUTHORITY, c.OpenAuction("spot", SERIES, 1_000, "spring"))
    done(runner, AUTHORITY, c.OpenAuction("advance", NEXT, 2_000, "spring"))


def test_spot_and_advance_vintages_are_cleared_in_one_record_and_share_the_cash_of_a_bidder() -> None:
    """I8, I4: a tenth is set aside at the bid; at the end what is there pays for the first series first."""
    runner = held(guarantee_basis_points=1_000)
    two_vintages(runner)
    free = runner.state.ledger.purses["iron-1"].free
    done(runner, BANK, c.Withdraw("iron-1", free - 300_000))
    bids(runner, "spot", ("iron-1", 1_000, 2_000))
    bids(runner, "advance", ("iron-1", 1_000, 2_000), ("fund", 500, 1_600))

    spot, advance = close(runner, "advance")

    assert [runner.state.auctions[name].delivery for name in ("spot", "advance")] == ["spot", "advance"]
    assert won(spot) == {"iron-1": (1_000, 200_000)}
    # 100,000 fen are left: 500 at 2,000, or 600 at the 1,600 of the other bid
    assert won(advance) == {"iron-1": (600, 96_000), "fund": (500, 80_000)}
    assert not any(auction.open for auction in runner.state.auctions.values())


def test_the_terms_of_an_auction_are_those_of_its_opening() -> None:
    runner = held()
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    adopted(runner, ruled("2027.3", rule="pay-as-bid", lot=500))
    bids(runner, "a", ("fund", 1_000, 3_000), ("broker", 100, 2_000))

    (event,) = close(runner)

    assert won(event) == {"fund": (1_000, 300_000)}


def test_what_holders_sell_goes_first_and_they_get_their_part_of_the_price() -> None:
    """I3, I8."""
    runner = held(consignment="first")
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    for seller, count in (("steel", 300), ("cement", 300)):
        done(runner, seller, c.ConsignLot("a", seller, count))
    bids(runner, "a", ("fund", 500, 2_000), ("broker", 100, 1_900))
    before = {name: runner.state.ledger.purses[name].fen for name in ("steel", "cement", "treasury")}
    own = runner.state.ledger.held_of("auction-KM", SERIES).count

    (event,) = close(runner)

    assert event.price == 190_000
    assert {each.account: (each.count, each.fen) for each in event.proceeds} == {
        "cement": (300, 57_000),
        "steel": (300, 57_000),
    }
    after = {name: runner.state.ledger.purses[name].fen for name in before}
    assert {name: after[name] - before[name] for name in before} == {"steel": 57_000, "cement": 57_000, "treasury": 0}
    assert (event.sold, event.unsold) == (600, 1_000)
    assert runner.state.ledger.held_of("auction-KM", SERIES).count == own


def test_holders_with_a_minimum_price_sell_after_the_government_and_the_rest_is_free_again() -> None:
    """40 CFR 73.70."""
    runner = held(rule="pay-as-bid", consignment="last")
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 500))
    done(runner, "steel", c.ConsignLot("a", "steel", 300, 180_000))
    bids(runner, "a", ("fund", 600, 2_000), ("broker", 400, 1_700))

    (event,) = close(runner)

    assert won(event) == {"fund": (600, 120_000)}
    assert [(each.account, each.count, each.fen) for each in event.proceeds] == [("steel", 100, 20_000)]
    assert runner.state.ledger.held_of("steel", SERIES).held == 0


def test_the_closing_of_a_year_gives_a_consigned_lot_back() -> None:
    runner = held()
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 500))
    done(runner, "steel", c.ConsignLot("a", "steel", 300))

    assert [(each.auction, each.number, each.count) for each in lots_of(runner.state, "steel")] == [("a", 1, 300)]


def test_limits_are_those_of_the_corporate_group() -> None:
    refusing = held(purchase_basis_points=4_000, over_limit="refuse")
    done(refusing, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    bids(refusing, "a", ("iron-1", 300, 2_000))
    assert why(refusing, "iron-2", c.PlaceBid("a", "iron-2", 200, 300_000)) is Why.TOO_LARGE
    bids(refusing, "a", ("iron-2", 100, 2_000), ("fund", 400, 1_500))
    assert won(close(refusing)[0])["iron-2"] == (100, 15_000)

    trimming = held(purchase_basis_points=4_000, over_limit="trim")
    done(trimming, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    bids(trimming, "a", ("iron-1", 300, 2_000), ("iron-2", 200, 3_000), ("fund", 400, 1_500))
    (event,) = close(trimming)
    assert won(event) == {"iron-2": (200, 30_000), "iron-1": (200, 30_000), "fund": (400, 60_000)}


def test_a_holding_limit_counts_what_all_accounts_of_the_group_hold() -> None:
    for over in ("refuse", "trim"):
        runner = held(holding_basis_points=1, over_limit=over)
        limit = runner.state.ledger.caps[SERIES] // 10_000
        assert 500 < limit < 10_000
        handed(runner, "iron-2", limit - 250)
        done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
        if over == "refuse":
            assert why(runner, "iron-1", c.PlaceBid("a", "iron-1", 300, 200_000)) is Why.TOO_LARGE
            continue
        bids(runner, "a", ("iron-1", 300, 2_000))
        assert won(close(runner)[0]) == {"iron-1": (200, 40_000)}


def test_a_bid_that_was_within_the_limit_does_not_count_once_its_group_holds_too_much() -> None:
    runner = held(holding_basis_points=1, over_limit="refuse")
    limit = runner.state.ledger.caps[SERIES] // 10_000
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    bids(runner, "a", ("iron-1", 300, 2_000))
    handed(runner, "iron-2", limit - 250)

    (event,) = close(runner)

    assert [(each.number, each.refusal.why) for each in event.refused] == [(1, Why.TOO_LARGE)]
    assert event.awards == ()


def test_a_frozen_bidder_wins_nothing_and_a_frozen_holder_sells_nothing() -> None:
    runner = held()
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    done(runner, "steel", c.ConsignLot("a", "steel", 300))
    bids(runner, "a", ("fund", 300, 2_000), ("broker", 200, 1_800))
    for account in ("fund", "steel"):
        done(runner, AUTHORITY, c.FreezeAccount(account, "an inquiry"))

    (event,) = close(runner)

    assert won(event) == {"broker": (200, 36_000)}
    assert [(each.number, each.refusal.why) for each in event.refused] == [(1, Why.ACCOUNT_FROZEN)]
    assert event.proceeds == ()


def test_a_cost_containment_reserve_is_drawn_from_the_government_reserve() -> None:
    runner = held(cost_containment_basis_points=2_000, cost_containment_fen_per_t=200_000)
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    reserve = runner.state.ledger.held_of("reserve-KM", SERIES)
    before = reserve.count
    assert reserve.held == 200
    bids(runner, "a", ("fund", 900, 2_500), ("broker", 400, 2_100))

    (event,) = close(runner)

    assert (event.released, event.sold, event.price) == (200, 1_200, 210_000)
    assert reserve.count == before - 200


def test_an_emissions_containment_reserve_goes_to_the_government_reserve() -> None:
    runner = held(emissions_containment_basis_points=2_000, emissions_containment_fen_per_t=200_000)
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
    before = runner.state.ledger.held_of("reserve-KM", SERIES).count
    bids(runner, "a", ("fund", 500, 2_500), ("broker", 500, 1_600))

    (event,) = close(runner)

    assert (event.withheld, event.sold, event.price) == (200, 800, 160_000)
    assert runner.state.ledger.held_of("reserve-KM", SERIES).count == before + 200


def test_a_quarter_of_what_nobody_bought_comes_back_in_each_of_the_next_four_auctions() -> None:
    """None above 125 % of what is newly offered."""
    runner = held(unsold="next-auctions")
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 2_000))
    (event,) = close(runner)
    assert event.waiting == Waiting((500, 500, 500, 500))

    there = runner.state.ledger.held_of("auction-KM", SERIES).free
    assert why(runner, AUTHORITY, c.OpenAuction("b", SERIES, (there - 1_900) // 100 * 100)) is Why.INSUFFICIENT_HOLDING
    (opened,) = done(runner, AUTHORITY, c.OpenAuction("b", SERIES, 1_000)).events
    assert isinstance(opened, e.AuctionOpened)
    assert (opened.back, opened.count, opened.waiting) == (200, 1_200, Waiting((800, 500, 500)))


def test_what_nobody_bought_may_go_to_the_government_reserve() -> None:
    runner = held(unsold="reserve")
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 2_000))
    before = runner.state.ledger.held_of("reserve-KM", SERIES).count
    bids(runner, "a", ("fund", 500, 2_500))

    close(runner)

    assert runner.state.ledger.held_of("reserve-KM", SERIES).count == before + 1_500


def test_what_nobody_bought_may_wait_for_two_auctions_above_the_reserve_price() -> None:
    runner = held(unsold="after-two-above")
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 500))
    assert close(runner)[0].waiting == Waiting((), 500, 0)
    for name in ("b", "c"):
        done(runner, AUTHORITY, c.OpenAuction(name, SERIES, 500))
        bids(runner, name, ("fund", 500, 2_500))
        close(runner, name)

    (opened,) = done(runner, AUTHORITY, c.OpenAuction("d", SERIES, 1_000)).events
    assert isinstance(opened, e.AuctionOpened)
    assert (opened.back, opened.waiting) == (200, Waiting((), 300, 2))


def test_an_undersubscribed_sale_may_be_cancelled_or_held_at_the_reserve_price() -> None:
    for rule, price, sold in (("cancel", None, 0), ("reserve", 150_000, 500)):
        runner = held(undersubscribed=rule)
        done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 1_000))
        bids(runner, "a", ("fund", 500, 2_500))
        (event,) = close(runner)
        assert (event.price, event.sold) == (price, sold)


def test_the_earlier_bid_is_served_first_where_time_breaks_ties() -> None:
    runner = held(tie="time")
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 500))
    bids(runner, "a", ("iron-2", 300, 2_000), ("broker", 300, 2_000), ("fund", 300, 2_000))
    assert won(close(runner)[0]) == {"iron-2": (300, 60_000), "broker": (200, 40_000)}


def test_a_second_auction_joins_an_event_only_if_it_fits() -> None:
    runner = held()
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 500, "spring"))
    for body, reason in (
        (c.OpenAuction("spring", SERIES, 500), Why.ALREADY_EXISTS),
        (c.OpenAuction("b", SERIES, 500, "spring"), Why.ALREADY_EXISTS),
        (c.OpenAuction("b", NEXT, 500, "spring"), Why.UNKNOWN_SERIES),
    ):
        assert why(runner, AUTHORITY, body) is reason
    for pollutant, vintage in (("NOx", 2027), ("SO2", 2028)):
        done(runner, AUTHORITY, c.SetCap(pollutant, "KM", vintage))
    assert why(runner, AUTHORITY, c.OpenAuction("b", "NOx-KM-2027", 500, "spring")) is Why.WRONG_KIND
    assert why(runner, AUTHORITY, c.OpenAuction("b", NEXT, 500, "spring")) is Why.INSUFFICIENT_HOLDING
    close(runner)
    assert why(runner, AUTHORITY, c.OpenAuction("b", NEXT, 500, "spring")) is Why.AUCTION_CLOSED


def test_a_vintage_too_far_ahead_is_not_sold() -> None:
    runner = held(advance_years=0)
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    assert why(runner, AUTHORITY, c.OpenAuction("b", NEXT, 500)) is Why.TOO_EARLY


@pytest.mark.parametrize(
    ("terms", "actor", "body", "reason"),
    [
        ({}, "fund", c.ConsignLot("a", "steel", 100), Why.NOT_YOUR_OWN),
        ({}, "steel", c.ConsignLot("b", "steel", 100), Why.UNKNOWN_AUCTION),
        ({"consignment": "none"}, "steel", c.ConsignLot("a", "steel", 100), Why.WRONG_KIND),
        ({}, "steel", c.ConsignLot("a", "steel", 100, 200_000), Why.WRONG_KIND),
        ({}, "steel", c.ConsignLot("a", "steel", 0), Why.NOT_POSITIVE),
        ({}, "steel", c.ConsignLot("a", "steel", -100), Why.NOT_POSITIVE),
        ({}, "steel", c.ConsignLot("a", "steel", 150), Why.OFF_LOT),
        (
            {"rule": "pay-as-bid", "consignment": "last"},
            "steel",
            c.ConsignLot("a", "steel", 100, 200_001),
            Why.OFF_TICK,
        ),
        (
            {"rule": "pay-as-bid", "consignment": "last"},
            "steel",
            c.ConsignLot("a", "steel", 100, -1_000),
            Why.NOT_POSITIVE,
        ),
        ({}, "iron-2", c.ConsignLot("a", "iron-2", 100), Why.SELF_TRADE),
        ({}, "fund", c.ConsignLot("a", "fund", 100), Why.INSUFFICIENT_HOLDING),
        ({}, "cement", c.PlaceBid("a", "cement", 100, 200_000), Why.SELF_TRADE),
        ({"guarantee_basis_points": 0}, "fund", c.PlaceBid("a", "fund", 2_000, 2**53 // 1_000 * 1_000), Why.TOO_LARGE),
    ],
)
def test_a_lot_or_bid_that_the_rules_do_not_allow_is_refused(
    terms: dict[str, Any], actor: str, body: c.Body, reason: Why
) -> None:
    runner = held(**terms)
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 10_000))
    bids(runner, "a", ("iron-1", 100, 2_000))
    if terms.get("consignment") != "none":
        done(runner, "cement", c.ConsignLot("a", "cement", 100))
    assert why(runner, actor, body) is reason
    check_state(runner.state)


@given(
    st.sampled_from(("stay", "reserve", "next-auctions", "after-two-above")),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 100), st.integers(0, 2)), max_size=12),
    st.sampled_from((1, 100)),
)
@settings(max_examples=200, deadline=None)
def test_whatever_is_unsold_comes_back_and_never_more_of_it(
    method: Any, auctions: list[tuple[int, int, int]], lot: int
) -> None:
    """Conservation through any run of auctions: what was left over waits, comes back, is free, or is in the reserve."""
    waiting, owed = Waiting(), 0
    for lots, percent, above in auctions:
        back, waiting = due(method, waiting, lots * lot, 2_500, lot)
        assert 0 <= back <= lots * lot // 4
        assert back % lot == 0
        owed -= back
        count = lots * lot + back
        unsold = count // lot * percent // 100 * lot
        price = None if unsold == count else 100 + above
        kept, waiting = left_over(method, waiting, unsold, price, 100, lot)
        owed += unsold - kept
        if method == "stay":
            owed = 0
        assert waiting.count == owed, (waiting, owed)
        assert len(waiting.quarters) <= 4


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"reserve_price": False}, "[auction] knows no reserve price"),
        ({"reserve_price": False, "reserve_fen_per_t": 0, "undersubscribed": "reserve"}, "there is none"),
        ({"consignment": "last"}, "minimum prices of holders need bids that pay themselves"),
        ({"trimming": ("guarantee", "guarantee", "holding")}, "is not each of purchase, holding, guarantee once"),
        ({"cost_containment_fen_per_t": 200_000}, "triggers nothing"),
        (
            {"cost_containment_fen_per_t": 200_500, "cost_containment_basis_points": 100},
            "is off the tick of [auction]",
        ),
        ({"cost_containment_fen_per_t": 150_000, "cost_containment_basis_points": 100}, "is not above 150000"),
        (
            {
                "emissions_containment_fen_per_t": 300_000,
                "emissions_containment_basis_points": 100,
                "cost_containment_fen_per_t": 200_000,
                "cost_containment_basis_points": 100,
            },
            "is not above 300000",
        ),
    ],
)
def test_rules_of_auctions_that_contradict_themselves_are_named(terms: dict[str, Any], words: str) -> None:
    found = [str(fault) for fault in contradictions_there(ruled(**terms), "rulebook.toml")]

    assert any(words in fault for fault in found), found


def test_an_event_is_held_on_one_set_of_terms() -> None:
    runner = held()
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 500, "spring"))
    adopted(runner, ruled("2027.3", tie="time"))

    assert why(runner, AUTHORITY, c.OpenAuction("b", "SO2-KM-2028", 500, "spring")) is Why.WRONG_KIND
