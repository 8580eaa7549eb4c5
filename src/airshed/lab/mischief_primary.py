"""Random commands about the paid initial allocation, for the simulator."""

from __future__ import annotations

import random
from datetime import date, timedelta

from airshed.engine import commands as c
from airshed.engine.state import State
from airshed.lab.small_market import Wish
from airshed.model.period import day_of
from airshed.rulebook.schema import Rulebook


def sales(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Open, close, buy, pay and withdraw, mostly where there is something to."""
    owing = [purchase for purchase in state.purchases.values() if purchase.due]
    if owing and rng.random() < 0.5:
        purchase = rng.choice(owing)
        if rng.random() < 0.6:
            return [(purchase.account, c.PayInstalment(purchase.id))]
        return [(authority, c.WithdrawUnpaid(purchase.id))]
    running = [sale for sale in state.sales.values() if sale.open]
    if running and rng.random() < 0.7:
        sale = rng.choice(running)
        if rng.random() < 0.1:
            return [(authority, c.CloseSale(sale.id))]
        there = [state.sources[source] for source, name in state.grants if name == sale.series[0]]
        source = rng.choice(there if there and rng.random() < 0.8 else list(state.sources.values()))
        count = rules.paid_allocation.smallest_purchase * rng.choice((1, 2, 10, 10, 1_000_000))
        first = rng.choice((rules.paid_allocation.first_basis_points, 5_000, 10_000, 3_999))
        return [(source.account, c.BuyAllocation(sale.id, source.id, count, first))]
    if not state.ledger.caps:
        return []
    series = rng.choice(sorted(state.ledger.caps))
    until = date.fromisoformat(day_of(max(at, state.at))) + timedelta(days=rng.randint(-1, 300))
    count = rules.paid_allocation.smallest_purchase * rng.choice((1, 50, 100))
    years = rng.choice((1, 1, 2, 7))
    return [(authority, c.OpenSale(f"sale-{len(state.sales) + 1}", series, years, count, until.isoformat()))]
