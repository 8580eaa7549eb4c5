"""A law's market the plain way: every step and every vintage's use a column of one programme, solved whole by HiGHS."""

from __future__ import annotations

from airshed.lab.equilibrium.lawful import markets_of
from airshed.lab.equilibrium.supply import Supply
from airshed.lab.equilibrium.terms import LawTerms
from airshed.market.linear import ProgrammeColumns, solve


def plain_lawful(supply: Supply, terms: LawTerms) -> float:
    """The least discounted cost, with what offices are paid: each allowance is followed from its vintage to its use.

    Knows walls, closed or open borders, limits on banking by what is verified, vintages, auctions and set-asides.
    """
    markets, years, caps = markets_of(supply, terms), len(supply.case.years), supply.case.caps
    discount = supply.case.discount.tolist()
    back = years if terms.vintages_back is None else terms.vintages_back
    columns, low = ProgrammeColumns(), []

    def row(least: float) -> int:
        low.append(least)
        return len(low) - 1

    covered = [[row(float(market.baseline[t])) for t in range(years)] for market in markets]
    banked = [
        [None if terms.bank_share is None else row(-terms.bank_share * float(market.baseline[t])) for t in range(years)]
        for market in markets
    ]
    given = [[row(-float(market.free[v])) for v in range(years)] for market in markets]
    for m, market in enumerate(markets):
        for t in range(years):
            ends = market.curve.running(t)[0]  # type: ignore[union-attr]
            limit = banked[m][t]
            cells = [(covered[m][t], 1.0)] + ([] if limit is None else [(limit, -(terms.bank_share or 0.0))])
            for step, price in enumerate(market.curve.costs.tolist()):  # type: ignore[union-attr]
                columns.add(price * discount[t], 0.0, float(ends[step + 1] - ends[step]), cells)
        for v in range(years):
            for t in range(v, min(years, v + back + 1)):
                kept = [(limit, -1.0) for year in range(v, t) if (limit := banked[m][year]) is not None]
                columns.add(0.0, 0.0, float("inf"), [(given[m][v], -1.0), (covered[m][t], 1.0), *kept])
    floor = terms.reserve_price or 0.0
    groups = [(z,) for z in range(len(caps))] if terms.closed else [tuple(range(len(caps)))]
    for cities in groups:
        for v in range(years):
            for there, price in (
                (float(supply.auctioned[list(cities), v].sum()), floor),
                (float(supply.set_aside[list(cities), v].sum()), floor if terms.set_aside else 0.0),
            ):
                pool = row(-there)
                for m, market in enumerate(markets):
                    if set(cities) & set(market.cities):
                        columns.add(price * discount[v], 0.0, float("inf"), [(pool, -1.0), (given[m][v], 1.0)])
    return solve(columns.programme(low, [float("inf")] * len(low))).cost
