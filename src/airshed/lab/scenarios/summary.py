"""What many paths of a scenario come to: quantiles by year, and of whole paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

import polars as pl

from airshed.lab.agents.ensemble import SessionSpread, spread_of
from airshed.lab.scenarios.path import YearRow

#: What a year is summed up by.
MEASURES = tuple(field.name for field in fields(YearRow) if field.name not in ("draw", "year"))
_KINDS = {"int": pl.Int64, "float": pl.Float64}
SHAPE = {field.name: _KINDS[str(field.type)] for field in fields(YearRow)}


@dataclass(frozen=True, slots=True)
class DrawsSummary:
    """Quantiles over paths: of every measure by year, and of the paths' totals.

    Totals are discounted to the first year, in yuan: cost of abatement, the cheapest way to the same emissions, fees,
    auction revenue, penalties; `above`, by how many percent the cost of a path lies above the cheapest way to its own
    emissions; and, not discounted, t emitted and short, and the mean price in yuan/t.
    """

    paths: int
    years: Mapping[int, Mapping[str, SessionSpread]]
    totals: Mapping[str, SessionSpread]


def framed(rows: Iterable[YearRow]) -> pl.DataFrame:
    """Years of paths as a data frame, one row each, columns as `YearRow` has them."""
    return pl.DataFrame([tuple(getattr(row, name) for name in SHAPE) for row in rows], schema=SHAPE, orient="row")


def summed(frame: pl.DataFrame, rate_percent: float) -> DrawsSummary:
    """The summary of a frame of whole paths."""
    years = {
        int(year): {name: spread_of(part[name].to_list()) for name in MEASURES}
        for (year,), part in sorted(frame.partition_by("year", as_dict=True).items())
    }
    return DrawsSummary(
        frame["draw"].n_unique(), years, {name: spread_of(each) for name, each in totals(frame, rate_percent).items()}
    )


def totals(frame: pl.DataFrame, rate_percent: float) -> dict[str, list[float]]:
    """By measure the total of every path, in the order of draws."""
    first = frame["year"].min()
    discount = (1 + rate_percent / 100) ** -(pl.col("year") - first)
    money = ("cost", "cheapest", "least_cost", "fees", "revenue", "penalties")
    price = pl.col("price").fill_nan(None)
    by_path = (
        frame.sort("draw", "year")
        .group_by("draw", maintain_order=True)
        .agg(
            *((pl.col(name) * discount).sum().alias(name) for name in money),
            pl.col("emitted").sum(),
            pl.col("short").sum(),
            pl.col("volume").sum(),
            price.mean().alias("price"),
            pl.col("least_price").mean(),
            pl.col("apart").fill_nan(None).mean(),
        )
        .with_columns(
            pl.when(pl.col("cheapest") > 0).then(100 * (pl.col("cost") / pl.col("cheapest") - 1)).alias("above")
        )
    )
    return {name: by_path[name].fill_null(float("nan")).to_list() for name in by_path.columns if name != "draw"}
