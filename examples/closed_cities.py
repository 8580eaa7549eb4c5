"""Closed cities against one zone: what a border costs, what the dirty air pays, and how cities share the gain.

    python examples/closed_cities.py [POLLUTANT]

Costs are indicative and emissions simulated; put your own frames in their place.
"""

from __future__ import annotations

import sys

import polars as pl

from airshed import lab


def main(pollutant: str = "NOx") -> pl.DataFrame:
    zone = lab.zone_tables("dianzhong", pollutant, years=5)
    one = lab.solve_market(zone.curves, zone.caps)
    alone = lab.solve_market(zone.curves, zone.caps, border="closed")
    air = lab.solve_market(zone.curves, zone.caps, matrix=zone.matrix)

    first = zone.caps["year"][0]
    prices = one.prices.filter(pl.col("year") == first).select("zone", one_market="price_yuan_per_t")
    for name, found in (("closed", alone), ("receptors", air)):
        own = found.prices.filter(pl.col("year") == first).select("zone", pl.col("price_yuan_per_t").alias(name))
        prices = prices.join(own, on="zone")
    shared = lab.link_cities(zone.curves, zone.caps).with_columns(
        (pl.col("shapley_yuan") / pl.col("alone_yuan")).alias("shapley_share")
    )
    for found in (one, alone, air):
        found.prove()  # worked out again without a solver
    print(f"{pollutant}, price of {first} in yuan/t:", prices, "who saves by one market:", shared, sep="\n")
    print(f"closed borders cost {alone.cost_yuan / one.cost_yuan - 1:.1%} more; the same load at every receptor")
    print(f"{air.cost_yuan / one.cost_yuan - 1:.1%} more than one price. {'; '.join(zone.origins)}")
    return prices


if __name__ == "__main__":
    main(*sys.argv[1:])
