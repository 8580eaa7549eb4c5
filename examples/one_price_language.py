"""18,000 against 1,000: eighteen times, or one and a half, or less than one? It depends on the term and the rate.

python examples/one_price_language.py
"""

from __future__ import annotations

import polars as pl

from airshed import lab


def main() -> pl.DataFrame:
    quotes = lab.published_prices().filter(pl.col("pollutant") == "SO2")
    shanxi = (pl.col("place") == "Shanxi") & (pl.col("kind") == "floor")
    chongqing = (pl.col("place") == "Chongqing") & (pl.col("kind") == "guide price")
    rows = []
    for rate in (0.03, 0.05, 1_000 / 18_000, 0.08, 0.12):
        yearly = lab.annual_prices(quotes, rate=rate)["yuan_per_t_year", "place", "kind"]
        high = yearly.filter(shanxi)["yuan_per_t_year"].item()
        low = yearly.filter(chongqing)["yuan_per_t_year"].item()
        rows.append((rate, high, low, high / low))
    found = pl.DataFrame(rows, schema=["rate", "shanxi_yuan_per_t_year", "chongqing", "times"], orient="row")
    print("the right to a tonne of SO2 for a year:", found, sep="\n")
    print("what does not fit together, whatever the rate:", lab.price_alarms(quotes), sep="\n")
    return found


if __name__ == "__main__":
    main()
