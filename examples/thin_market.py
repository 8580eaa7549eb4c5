"""How thin may a market be? The same firms meet in one call; fewer and fewer of them come.

    python examples/thin_market.py

Every tonne that a firm must abate anyway it would rather buy for less than its own cost, and every tonne beyond that it
sells for no less: these are its orders. If all come, the call finds the equilibrium; the rule is the book's own.
"""

from __future__ import annotations

from random import Random

import polars as pl

from airshed import lab

COMES = (3, 6, 12, 25, 100)
DRAWS = 40
#: What a firm pays rather than fall short, yuan per tonne.
DEAREST = 100_000
HISTORY = {"tiers": [{"by": "source", "claim": "history"}]}


def main(pollutant: str = "NOx", seed: int = 7) -> pl.DataFrame:
    zone = lab.zone_tables("dianzhong", pollutant, years=1)
    given = lab.share_cap(zone.pool, zone.sources, HISTORY).select("source", cap_t=pl.col("count") / 1_000)
    firms = (
        zone.sources.group_by("source", pl.col("jurisdiction").alias("zone"), maintain_order=True)
        .agg(baseline_t=pl.col("emitted_kg").mean() / 1_000)
        .join(given, on="source", maintain_order="left")
    )
    curves = zone.curves.filter(pl.col("source").is_in(firms["source"].to_list()))
    whole = firms.group_by("zone").agg(pl.lit(2027).alias("year"), pl.col("baseline_t").sum(), pl.col("cap_t").sum())
    price = float(lab.solve_market(curves, whole).prices["price_yuan_per_t"][0])

    books = [_orders(curves, *firm) for firm in firms.select("source", "baseline_t", "cap_t").iter_rows()]
    rng = Random(seed)
    rows = []
    for many in COMES:
        there = min(many, len(books))
        prices, filled, wanted = [], 0, 0.0
        for _ in range(DRAWS):
            gathered = [order for own in rng.sample(books, there) for order in own]
            orders = pl.DataFrame(gathered, schema=["side", "limit", "count"], orient="row").with_row_index("number")
            call = lab.clear_call(orders, reference=round(price) * 100, seed=rng.randrange(10**6))
            filled += call.count
            wanted += float(orders.filter(pl.col("side") == "buy")["count"].sum())
            if call.price is not None:
                prices.append(call.price / 100)
        spread = pl.Series(prices, dtype=pl.Float64)
        rows.append((there, len(prices) / DRAWS, filled / wanted, spread.mean(), spread.std()))
    schema = ["firms", "calls_that_trade", "part_of_bids_filled", "mean_yuan_per_t", "deviation_yuan_per_t"]
    found = pl.DataFrame(rows, schema=schema, orient="row")
    print(f"{pollutant}: the equilibrium is {price:,.0f} yuan/t; {DRAWS} calls each", found, sep="\n")
    return found


def _orders(curves: pl.DataFrame, source: str, baseline_t: float, cap_t: float) -> list[tuple[str, int, int]]:
    """Side, limit in fen per tonne on the tick of 10 yuan, and allowances, of each order of a firm."""
    short = round((baseline_t - cap_t) * 1_000)
    own = curves.filter(pl.col("source") == source).sort("cost_yuan_per_t")
    found = []
    for cost, potential in own.select("cost_yuan_per_t", "potential_t").iter_rows():
        kg = round(potential * 1_000)
        limit = max(1, round(cost / 10)) * 1_000
        needed = min(max(short, 0), kg)
        found += [(side, limit, count) for side, count in (("buy", needed), ("sell", kg - needed)) if count]
        short -= kg
    if short > 0:
        found.append(("buy", DEAREST * 100, short))
    return found


if __name__ == "__main__":
    main()
