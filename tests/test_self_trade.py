"""Nobody trades with itself, in any kind of trade: the law says who that is, and what happens (I5)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.model.refusal import Why
from airshed.service.book.zone_call import ZoneCallClosed, close
from laws import RULES
from markets import AT, AUTHORITY, SERIES, done, market, send

#: Two accounts of the corporate group `lime`; `steel` has no group.
ONE, OTHER = "kiln", "fund"


def of(whose: str, what: str = "refuse", **trading: Any) -> Runner:
    """A market under a law that says who is oneself; both of the group hold allowances and money."""
    replace = msgspec.structs.replace
    trade = replace(
        RULES.trade_rules, walled_sectors=(), group_limit_basis_points=0, self_trade_of=whose, self_trade=what
    )
    runner = market(rules=replace(RULES, trade_rules=trade, trading=replace(RULES.trading, block_from=100, **trading)))
    for account in (ONE, OTHER, "steel"):
        done(runner, BANK, c.Deposit(account, 10**12))
    for account in (ONE, OTHER):
        done(runner, "steel", c.Transfer("steel", account, SERIES, 5_000))
    done(runner, EXCHANGE, c.OpenCall("call", SERIES, ""))
    done(runner, EXCHANGE, c.OpenZoneCall("zone", "SO2"))
    done(runner, AUTHORITY, c.OpenAuction("public", SERIES, 1_000))
    return runner


def listed(account: str, side: c.Side, limit: int = 400_000) -> c.Body:
    return c.PlaceOrder(account, SERIES, side, 100, limit)


def called(account: str, side: c.Side) -> c.Body:
    return c.PlaceCallOrder("call", account, side, 100, 400_000)


OFFER = c.PlaceZoneOffer("zone", ONE, SERIES, "YX", 100, 400_000)
BID = c.PlaceZoneBid("zone", OTHER, "HH", 2027, 100, 400_000)
OWN = c.OfferAuction("own", ONE, SERIES, 100, 400_000)

#: What waits of one account, and what the other sends then.
PAIRS: dict[str, tuple[c.Body, c.Body]] = {
    "listed": (listed(ONE, "sell"), listed(OTHER, "buy")),
    "listed, the other way round": (listed(ONE, "buy"), listed(OTHER, "sell")),
    "call": (called(ONE, "sell"), called(OTHER, "buy")),
    "call, the other way round": (called(ONE, "buy"), called(OTHER, "sell")),
    "zone-wide call": (OFFER, BID),
    "zone-wide call, the other way round": (
        c.PlaceZoneBid("zone", ONE, "YX", 2027, 100, 400_000),
        c.PlaceZoneOffer("zone", OTHER, SERIES, "HH", 100, 400_000),
    ),
    "holder's auction": (OWN, c.PlaceBid("own", OTHER, 100, 400_000)),
    "lot of a holder": (c.ConsignLot("public", ONE, 100), c.PlaceBid("public", OTHER, 100, 400_000)),
    "lot after a bid": (c.PlaceBid("public", ONE, 100, 400_000), c.ConsignLot("public", OTHER, 100)),
}
TAKEN_OFF = ("listed", "call", "zone-wide call")


@pytest.mark.parametrize("kind", PAIRS)
def test_one_account_of_a_group_does_not_trade_with_another(kind: str) -> None:
    first, second = PAIRS[kind]
    runner = of("group")
    done(runner, ONE, first)

    refusal = send(runner, OTHER, second).refusal

    assert refusal is not None
    assert (refusal.why, refusal.cite) == (Why.SELF_TRADE, "Demonstration measures (assumed), art. 16")
    assert ONE in refusal.detail


@pytest.mark.parametrize("whose", ["account", "group"])
def test_an_order_against_the_same_account_is_refused_under_either_law(whose: str) -> None:
    runner = of(whose)
    done(runner, ONE, listed(ONE, "sell"))

    refusal = send(runner, ONE, listed(ONE, "buy")).refusal

    assert refusal is not None
    assert (refusal.why, refusal.cite) == (Why.SELF_TRADE, "Demonstration measures (assumed), art. 16")
    assert f"{ONE}'s own order 1" in refusal.detail
    done(runner, ONE, listed(ONE, "buy", 390_000))  # one that does not meet it


@pytest.mark.parametrize("kind", PAIRS)
def test_where_an_account_is_oneself_its_sister_is_anybody(kind: str) -> None:
    first, second = PAIRS[kind]
    runner = of("account")
    done(runner, ONE, first)
    done(runner, OTHER, second)


@pytest.mark.parametrize("kind", [kind for kind in PAIRS if kind.startswith(TAKEN_OFF)])
@pytest.mark.parametrize("whose", ["account", "group"])
def test_what_waits_of_oneself_may_give_way(kind: str, whose: str) -> None:
    """The orders that wait go, and are free; the new one stands and meets nobody."""
    first, second = PAIRS[kind]
    runner = of(whose, "cancel_resting")
    done(runner, ONE, first)
    if whose == "account":
        (side,) = {"account"} & set(second.__struct_fields__)
        second = msgspec.structs.replace(second, **{side: ONE, **({"place": "YX"} if hasattr(second, "place") else {})})
    sender = ONE if whose == "account" else OTHER

    gone, placed = done(runner, sender, second).events

    assert isinstance(gone, e.OrderCancelled | e.CallOrderDropped | e.ZoneOrderDropped)
    assert gone.account == ONE
    assert type(placed).__name__.endswith("Placed")
    check_state(runner.state)


def test_strangers_between_are_met_and_ones_own_passed_over() -> None:
    runner = of("group", "cancel_resting")
    done(runner, ONE, listed(ONE, "sell", 398_000))
    done(runner, "steel", listed("steel", "sell", 399_000))

    gone, placed, traded = done(runner, OTHER, listed(OTHER, "buy")).events

    assert isinstance(gone, e.OrderCancelled)
    assert isinstance(placed, e.OrderPlaced)
    assert isinstance(traded, e.Traded)
    assert (gone.account, traded.seller, traded.buyer) == (ONE, "steel", OTHER)


@pytest.mark.parametrize("kind", ["block", "transfer"])
def test_a_deal_within_a_group_is_no_deal(kind: Any) -> None:
    """Within a group allowances move without money, so that no price is made up."""
    deal = c.OfferDeal(kind, ONE, OTHER, SERIES, 100, 400_000)
    refusal = send(of("group"), ONE, deal).refusal

    assert refusal is not None
    assert refusal.why is Why.SELF_TRADE
    assert "Transfer" in refusal.detail
    runner = of("account")
    done(runner, ONE, deal)
    done(runner, OTHER, c.AcceptDeal(1))
    done(of("group"), ONE, c.Transfer(ONE, OTHER, SERIES, 100))


def test_a_deal_that_waits_is_looked_at_again_under_a_new_law() -> None:
    runner = of("account")
    done(runner, ONE, c.OfferDeal("transfer", ONE, OTHER, SERIES, 100, 400_000))
    trade = msgspec.structs.replace(runner.rules.trade_rules, self_trade_of="group")
    runner.rules = msgspec.structs.replace(runner.rules, trade_rules=trade)

    refusal = send(runner, OTHER, c.AcceptDeal(1)).refusal

    assert refusal is not None
    assert refusal.why is Why.SELF_TRADE


def test_at_an_auction_the_law_of_its_close_says_who_is_oneself() -> None:
    runner = of("account")
    done(runner, ONE, OWN)
    done(runner, OTHER, c.PlaceBid("own", OTHER, 100, 410_000))
    done(runner, "steel", c.PlaceBid("own", "steel", 100, 400_000))
    trade = msgspec.structs.replace(runner.rules.trade_rules, self_trade_of="group")
    runner.rules = msgspec.structs.replace(runner.rules, trade_rules=trade)

    (cleared,) = done(runner, EXCHANGE, c.CloseAuction("own", 1)).events

    assert isinstance(cleared, e.AuctionCleared)
    assert [each.account for each in cleared.awards] == ["steel"]
    assert [(each.number, each.refusal.why) for each in cleared.refused] == [(1, Why.SELF_TRADE)]


def test_in_a_call_the_law_of_its_close_says_who_is_oneself() -> None:
    """The bid of whoever sells does not count."""
    runner = of("account")
    done(runner, ONE, called(ONE, "sell"))
    done(runner, OTHER, called(OTHER, "buy"))
    done(runner, "steel", called("steel", "buy"))
    trade = msgspec.structs.replace(runner.rules.trade_rules, self_trade_of="group")
    runner.rules = msgspec.structs.replace(runner.rules, trade_rules=trade)

    (cleared,) = done(runner, EXCHANGE, c.CloseCall("call", 1)).events

    assert isinstance(cleared, e.CallCleared)
    assert {(fill.account, fill.side, fill.count) for fill in cleared.fills} == {
        (ONE, "sell", 100),
        ("steel", "buy", 100),
    }


def test_no_wash_trade_comes_out_of_a_zone_wide_call() -> None:
    """Own orders that could not meet may both stand; what is delivered goes to strangers, whatever the solver finds."""
    runner = of("group")
    runner.rules = msgspec.structs.replace(  # a scarce receptor could pay for what leaves one of two places
        runner.rules,
        receptors=msgspec.structs.replace(RULES.receptors, rows=()),
        transfer=msgspec.structs.replace(RULES.transfer, rows=()),
    )
    done(runner, ONE, msgspec.structs.replace(OFFER, limit=420_000))
    done(runner, OTHER, msgspec.structs.replace(BID, limit=410_000))
    done(runner, "steel", c.PlaceZoneBid("zone", "steel", "KM", 2027, 100, 430_000))
    done(runner, "steel", c.PlaceZoneOffer("zone", "steel", SERIES, "KM", 100, 440_000))

    closed = close(runner, EXCHANGE, "zone", AT)

    assert isinstance(closed, ZoneCallClosed)
    assert closed.answer.refusal is None
    (cleared,) = closed.answer.events
    assert isinstance(cleared, e.ZoneCallCleared)
    sides = {(fill.account, fill.side) for fill in cleared.fills}
    assert sides == {(ONE, "sell"), ("steel", "buy")}
    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), runner.rules)
