"""After the clearing: what is unsold goes on by rule, a mistake is corrected in time, the public learns no position."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.market.auction import Bidder, Outcome, digest, hold, notice, supersede
from airshed.market.auction.unsold import after_two_above, to_next_auctions
from airshed.model.refusal import Malformed, Refusal, Why
from auction_laws import Case, bid, cases, law

VOLUMES = st.lists(st.integers(0, 400), min_size=4, max_size=4)


@given(st.integers(0, 2_000), VOLUMES, VOLUMES, st.integers(1, 7))
def test_unsold_volume_is_neither_lost_nor_made_and_no_auction_gets_too_much(
    unsold: int, first: list[int], more: list[int], lot: int
) -> None:
    now = [one + two // 8 for one, two in zip(first, more, strict=True)]
    carried = to_next_auctions(unsold, first, now, lot=lot)

    assert sum(carried.volumes) + carried.reserve == sum(now) + unsold
    for was, first_volume, volume in zip(now, first, carried.volumes, strict=True):
        assert volume >= was
        assert volume == was or volume <= first_volume * 5 // 4
        assert (volume - was) % lot == 0
    # an auction with room gets what the others get, to the lot, and the nearer one not less than the later
    added = [volume - was for was, volume in zip(now, carried.volumes, strict=True)]
    room = [
        (each * 5 // 4 - volume) // lot if each * 5 // 4 >= volume else 0
        for each, volume in zip(first, carried.volumes, strict=True)
    ]
    for mine, space in zip(added, room, strict=True):
        assert space == 0 or mine + lot >= max(added)
        assert space == 0 or carried.reserve < lot
    open_ones = [mine for mine, space in zip(added, room, strict=True) if space]
    assert open_ones == sorted(open_ones, reverse=True)


def test_a_quarter_goes_to_each_of_the_next_four_auctions() -> None:
    """UK SI 2021/484 reg. 6(8)."""
    assert to_next_auctions(400, [1_000] * 4).volumes == (1_100,) * 4
    assert to_next_auctions(1_200, [1_000] * 4).reserve == 200
    with pytest.raises(Malformed, match="give those of the next 4 auctions"):
        to_next_auctions(1, [1])
    with pytest.raises(Malformed, match="below zero"):
        to_next_auctions(-1, [1] * 4)


def test_what_waits_comes_back_after_two_auctions_above_the_reserve_price() -> None:
    assert after_two_above(0, 500, 1, 1_000, 2_500).waiting == 500
    assert after_two_above(0, 500, 2, 1_000, 2_500).volumes == (1_250,)


BIDS = [bid("steel", 30, 60), bid("power", 20, 60), bid("kiln", 10, 60)]
RULES = law({"count": 100})


def corrected() -> Outcome:
    return hold(RULES, [bid("steel", 30, 80), *BIDS[1:]])


def test_a_correction_names_what_it_replaces_and_why() -> None:
    earlier = hold(RULES, BIDS)

    later = supersede(RULES, earlier, corrected(), "the bid of  steel was\nmistyped", published=False)

    assert isinstance(later, Outcome)
    assert (later.number, later.replaces) == (2, digest(earlier))
    assert later.reason == "the bid of steel was mistyped"
    shown = notice(RULES, BIDS, later)
    assert (shown.number, shown.replaces, shown.reason) == (2, 1, later.reason)


@pytest.mark.parametrize(
    ("why", "reason", "published", "other", "same"),
    [
        (Why.UNKNOWN_AUCTION, "mistyped", False, "another", False),
        (Why.TOO_LATE, "mistyped", True, "a-1", False),
        (Why.UNEXPLAINED, " ", False, "a-1", False),
        (Why.NOTHING_DUE, "mistyped", False, "a-1", True),
    ],
)
def test_a_correction_that_comes_too_late_or_says_nothing_is_refused(
    why: Why, reason: str, published: bool, other: str, same: bool
) -> None:
    earlier = msgspec.structs.replace(hold(RULES, BIDS), auction=other)
    later = earlier if same else corrected()

    refusal = supersede(RULES, earlier, later, reason, published=published)

    assert isinstance(refusal, Refusal)
    assert (refusal.why, refusal.cite) == (why, "a test")


@given(cases())
def test_what_is_published_has_no_position_in_it(case: Case) -> None:
    """Neither what one bidder bid or won, nor a digest by which a guess of it could be proven."""
    outcome = hold(case.law, case.bids, case.bidders, case.consigned)
    shown = msgspec.to_builtins(notice(case.law, case.bids, outcome))

    for sale in shown["sales"]:
        assert not {"awards", "trims", "proceeds", "seller_fen"} & set(sale)
        for key, held in sale.items():
            assert key in ("series", "delivery", "bids") or held is None or isinstance(held, int), key
    assert digest(outcome) not in msgspec.json.encode(shown).decode()


@given(cases())
def test_the_order_in_which_bids_are_given_changes_nothing(case: Case) -> None:
    forward = hold(case.law, case.bids, case.bidders, case.consigned)
    backward = hold(case.law, case.bids[::-1], case.bidders[::-1], case.consigned[::-1])

    assert forward.sales == backward.sales


def test_the_public_sees_who_bid_how_prices_spread_and_how_concentrated_the_sale_was() -> None:
    bidders = [Bidder(bidder=name, group=group) for name, group in (("steel", "g"), ("power", "g"), ("kiln", ""))]

    shown = notice(RULES, BIDS, hold(RULES, BIDS, bidders))

    (sale,) = shown.sales
    assert shown.bidders == ("kiln", "power", "steel")
    assert (sale.price, sale.sold, sale.winners, sale.bid_ratio_basis_points) == (20, 100, 2, 18_000)
    assert sale.bids is not None
    assert (sale.bids.lowest, sale.bids.median, sale.bids.mean, sale.bids.highest) == (10, 20, 20, 30)
    assert sale.hhi == 10_000  # one group took all
