"""A book's tape as a data frame: what was traded, where money went, and how a price moved.

make demo && python examples/book_tape.py demo/dianzhong.book
"""

from __future__ import annotations

import sys

import polars as pl

from airshed.service.marketdata.frames import market_frames


def main(book: str = "demo/dianzhong.book") -> pl.DataFrame:
    found = market_frames(book, ("trades", "interest"))
    tape = found["trades"].with_columns(
        pl.col("series").str.split("-").list.get(0).alias("pollutant"),
        (pl.col("count") / 1_000).alias("t"),
        (pl.col("fen") / 100).alias("yuan"),
    )
    ways = (
        tape.group_by("pollutant", "kind")
        .agg(pl.len().alias("trades"), pl.col("t").sum(), (pl.col("yuan").sum() / 1e6).alias("million_yuan"))
        .sort("pollutant", "kind")
    )
    months = (
        tape.filter(pl.col("kind").is_in(["listed", "call"]))
        .group_by("pollutant", pl.col("day").str.slice(0, 7).alias("month"))
        .agg((pl.col("yuan").sum() / pl.col("t").sum()).alias("mean_yuan_per_t"), pl.col("t").sum())
        .sort("pollutant", "month")
    )
    print("ways to trade:", ways, "the mean price by month:", months, sep="\n")
    return ways


if __name__ == "__main__":
    main(*sys.argv[1:])
