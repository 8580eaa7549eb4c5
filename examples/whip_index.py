"""The fast ox: which method of allocation takes how much from a works that abated early.

    python examples/whip_index.py [POLLUTANT]

Whip 1: every tonne abated early is a tonne less of allowances; 0: neutral; below 0: rewarded.
"""

from __future__ import annotations

import sys
from typing import Any

import polars as pl

from airshed import lab

METHODS: dict[str, dict[str, Any]] = {
    "history": {"tiers": [{"by": "source", "claim": "history"}]},
    "history by sector, benchmark inside": {
        "tiers": [{"by": "sector", "claim": "history"}, {"by": "source", "claim": "benchmark"}]
    },
    "history, credit for early action": {
        "tiers": [{"by": "source", "claim": "history"}],
        "early_action": {"pool_basis_points": 1_000, "rate_basis_points": 10_000},
    },
    "benchmark": {"tiers": [{"by": "source", "claim": "benchmark"}]},
    "permitted quantity, Talmud rule": {"tiers": [{"by": "source", "claim": "limit", "rule": "talmud"}]},
}


def main(pollutant: str = "SO2") -> pl.DataFrame:
    zone = lab.zone_tables("dianzhong", pollutant, years=1)
    market = lab.solve_market(zone.curves, zone.caps)
    price = float(market.prices["price_yuan_per_t"][0])
    found = lab.compare_methods(zone.pool, zone.sources, zone.curves, price, METHODS)

    # The same question, asked of one works with one's own hands: halve its emissions and share again.
    ox = zone.sources["source"][0]
    before = lab.share_cap(zone.pool, zone.sources, METHODS["history"])
    early = zone.sources.with_columns(
        pl.when(pl.col("source") == ox).then(pl.col("emitted_kg") // 2).otherwise(pl.col("emitted_kg"))
    )
    after = lab.share_cap(zone.pool, early, METHODS["history"])
    own = pl.col("source") == ox
    lost = before.filter(own)["count"].item() - after.filter(own)["count"].item()
    mean = zone.sources.filter(own)["emitted_kg"].mean()
    print(f"{pollutant} at {price:,.0f} yuan/t", found, sep="\n")
    assert isinstance(mean, float)
    print(
        f"{ox} halves its emissions before the programme: by history it loses {lost / (mean / 2):.2f} allowances a kg"
    )
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
