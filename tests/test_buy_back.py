"""The government buys back from those who ask least, as far as volume and budget reach."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.market.auction import Ask, RepurchaseLaw, buy_back
from airshed.market.auction.reverse import RepurchaseTerms
from airshed.model.refusal import Malformed, Why

ASKS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9), st.integers(1, 6)), max_size=12)
RULES: list[Literal["uniform", "pay-as-bid"]] = ["uniform", "pay-as-bid"]


def rules(**terms: Any) -> RepurchaseLaw:
    made: dict[str, Any] = {
        "id": "r-1",
        "series": "SO2-KM-2028",
        "price_rule": "uniform",
        "price_per": "allowance",
        "count": 100,
        "ceiling_fen": 9,
        "lot": 1,
        "tick_fen": 1,
        "tie": "random",
        "seed": 7,
        "cite": "a test",
        "status": "confirmed",
    }
    return RepurchaseLaw(repurchase=RepurchaseTerms(**{**made, **terms}))


def naive(law: RepurchaseLaw, asks: list[Ask]) -> int:
    """How many allowances: take one lot after the other, the cheapest first, while all that is taken can be paid."""
    terms = law.repurchase
    per = {"tonne": 1_000, "allowance": 1}[terms.price_per]
    lots = sorted(ask.price for ask in asks if ask.price <= terms.ceiling_fen for _ in range(ask.count // terms.lot))
    best = 0
    for many in range(1, min(len(lots), terms.count // terms.lot) + 1):
        taken = lots[:many]
        value = many * taken[-1] if terms.price_rule == "uniform" else sum(taken)
        if terms.budget_fen is None or Fraction(value * terms.lot, per) <= terms.budget_fen:
            best = many
    return best * terms.lot


@given(
    ASKS,
    st.sampled_from(RULES),
    st.none() | st.integers(0, 120),
    st.integers(1, 30),
    st.integers(0, 9),
    st.sampled_from(("random", "pro-rata")),
    st.sampled_from(("allowance", "tonne")),
)
def test_a_reverse_auction_buys_what_buying_lot_by_lot_buys(
    rows: list[tuple[str, int, int]],
    rule: str,
    budget: int | None,
    lots: int,
    ceiling: int,
    tie: str,
    per: str,
) -> None:
    """No cheaper ask is left behind, nobody gets less than it asked, the budget holds, the fen add up."""
    scale = 1_000 if per == "tonne" else 1
    asks = [Ask(seller=name, price=price, count=count * 2 * scale) for name, price, count in rows]
    law = rules(
        price_rule=rule,
        budget_fen=budget,
        count=lots * 2 * scale,
        ceiling_fen=ceiling,
        lot=2 * scale,
        tie=tie,
        price_per=per,
    )

    bought = buy_back(law, asks)

    assert bought.bought == naive(law, asks) == sum(award.count for award in bought.awards)
    assert bought.paid_fen == sum(award.payment_fen for award in bought.awards)
    assert budget is None or bought.paid_fen <= budget
    assert {each.refusal.why for each in bought.refused} <= {Why.OUTSIDE_BAND}
    assert buy_back(law, asks[::-1]).awards == bought.awards
    if bought.price is None:
        assert bought.awards == ()
        return
    won = {award.seller: award for award in bought.awards}
    for name in "abcd":
        below = sum(ask.count for ask in asks if ask.seller == name and ask.price < bought.price)
        within = sum(ask.count for ask in asks if ask.seller == name and ask.price <= bought.price)
        count = won[name].count if name in won else 0
        assert below <= count <= within
        if rule == "uniform" and count:
            assert won[name].payment_fen == count * bought.price // scale


@pytest.mark.parametrize(
    ("ask", "why", "words"),
    [
        (Ask(seller="nobody", price=5, count=10), Why.UNKNOWN_ACCOUNT, "not on the list of holders"),
        (Ask(seller="a", price=5, count=0), Why.NOT_POSITIVE, "ask for at least one"),
        (Ask(seller="a", price=-1, count=10), Why.NOT_POSITIVE, "at zero or more"),
        (Ask(seller="a", price=5, count=15), Why.OFF_LOT, "not a multiple of the lot, 10"),
        (Ask(seller="a", price=7, count=10), Why.OFF_TICK, "not a multiple of the tick, 0.05"),
        (Ask(seller="a", price=10, count=10), Why.OUTSIDE_BAND, "above the ceiling of 0.09"),
        (Ask(seller="a", price=5, count=60), Why.INSUFFICIENT_HOLDING, "all asks of a are for 60, it holds 50"),
    ],
)
def test_an_ask_is_refused_for_the_first_reason_that_holds(ask: Ask, why: Why, words: str) -> None:
    law = rules(lot=10, tick_fen=5)

    bought = buy_back(law, [Ask(seller="b", price=5, count=10), ask], {"a": 50, "b": 50})

    (refused,) = bought.refused
    assert (refused.place, refused.refusal.why, refused.refusal.cite) == (1, why, "a test")
    assert words in refused.refusal.detail
    assert [award.seller for award in bought.awards] == ["b"]


def test_asks_of_one_seller_are_counted_together() -> None:
    asks = [Ask(seller="a", price=price, count=30) for price in (5, 4)]

    bought = buy_back(rules(), asks, {"a": 50})

    assert [each.place for each in bought.refused] == [0]  # its cheapest is looked at first
    assert (bought.bought, bought.price) == (30, 4)


def test_a_volume_that_is_no_whole_lot_is_malformed() -> None:
    with pytest.raises(Malformed, match="101 is not a multiple of the lot, 2"):
        buy_back(rules(count=101, lot=2), [])
