"""A whole auction event: every rule against selling lot by lot, and what no rule may break."""

from __future__ import annotations

from hypothesis import given, settings

from airshed.market.auction import hold
from auction_laws import Case, cases
from naive_auction import naive_hold


@settings(max_examples=300)
@given(cases())
def test_an_event_comes_out_as_if_it_were_held_lot_by_lot(case: Case) -> None:
    outcome = hold(case.law, case.bids, case.bidders, case.consigned)
    slow = naive_hold(case.law, case.bids, case.bidders, case.consigned)

    assert outcome.refused == ()
    assert len(outcome.sales) == len(slow)
    for sale, naive in zip(outcome.sales, slow, strict=True):
        assert (sale.withheld, sale.released, sale.sold) == (naive.withheld, naive.released, naive.sold)
        assert sale.price == naive.price
        assert {award.bidder: award.count for award in sale.awards} == naive.awards
        assert {award.bidder: award.payment_fen for award in sale.awards} == naive.payments
        assert {each.holder: (each.sold, each.proceeds_fen) for each in sale.proceeds} == naive.proceeds
