"""Whatever way bids are sealed, a market that nobody peeks into ends alike."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.state import State
from airshed.lab.sealed_bids import SealedBidders, closed_by, opened_by
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.rulebook.kinds import SealingWay
from laws import RULES
from markets import AT, AUTHORITY, SERIES, done, market, send

replace = msgspec.structs.replace
WISHES: Sequence[c.PlaceBid | c.PlaceCallOrder] = (
    c.PlaceBid("spring", "cement", 300, 400_000),
    c.PlaceBid("spring", "broker", 500, 390_000),
    c.PlaceBid("spring", "fund", 700, 380_000),
    c.PlaceBid("spring", "cement", 400, 380_000),
    c.PlaceCallOrder("noon", "steel", "sell", 200, 390_000),
    c.PlaceCallOrder("noon", "cement", "buy", 300, 400_000),
    c.PlaceCallOrder("noon", "broker", "buy", 300, 390_000),
)
OPENS = ((AUTHORITY, c.OpenAuction("spring", SERIES, 1_000)), (EXCHANGE, c.OpenCall("noon", SERIES, "")))
CLOSES = ((EXCHANGE, c.CloseAuction("spring", 3)), (EXCHANGE, c.CloseCall("noon", 3)))


def ended(way: SealingWay) -> tuple[State, list[e.Event]]:
    """The auction and the call of a small market, whose bidders seal what they have to."""
    rules = replace(RULES, sealing=replace(RULES.sealing, auctions=way, calls=way))
    runner, bidders, at = market(rules=rules), SealedBidders(7), AT
    state = runner.state
    for actor, opens in OPENS:
        done(runner, actor, opens)
        place = opened_by(opens)
        assert place is not None
        key = bidders.key(state, *place)
        if key is not None:
            done(runner, EXCHANGE, key)
    for wish in WISHES:
        send(runner, wish.account, bidders.sealed(state, rules, at, wish.account, wish), at)
    outcome: list[e.Event] = []
    for actor, closes in CLOSES:
        place = closed_by(closes)
        assert place is not None
        end = bidders.close(state, *place)
        if end is not None:
            done(runner, actor, end, at)
            for bidder, opening in list(bidders.openings(state, *place)):
                done(runner, bidder, opening, at)
            at = max(at, state.sealings[place].until or at)
        outcome += done(runner, actor, closes, at).events
    check_state(state)
    return state, outcome


@pytest.mark.parametrize("way", ["commitment", "key"])
def test_a_market_ends_alike_whatever_way_its_bids_are_sealed(way: SealingWay) -> None:
    in_the_open, usual = ended("open")
    sealed, outcome = ended(way)

    assert outcome == usual
    assert sealed.ledger.purses["treasury"].fen == in_the_open.ledger.purses["treasury"].fen
    assert all(bid == "opened" for each in sealed.sealings.values() for _, bid in each.became.values())
    assert len(sealed.sealings) == 2
