"""Frames in, frames out: published prices in one language, and where they contradict themselves."""

from __future__ import annotations

import polars as pl

from airshed.lab.frames.reading import frame_of, rows_of
from airshed.lab.prices.quotes import FAR, OPEN, Quote, Said, alarms, in_one_language, read_quotes
from airshed.model.refusal import Malformed

_QUOTE = {
    "place": pl.String,
    "pollutant": pl.String,
    "kind": pl.String,
    "yuan_per_t": pl.Float64,
    "years": pl.String,
    "per_year": pl.String,
    "when": pl.String,
    "source": pl.String,
    "status": pl.String,
}


def published_prices() -> pl.DataFrame:
    """The prices that are shipped, a row a quote, each with its source and whether it is confirmed.

    place, pollutant, kind, yuan_per_t, years (a number, or open), per_year (yes or no), when, source, status; years and
    per_year are null where the source names no term.
    """
    return frame_of(read_quotes(), Quote, _QUOTE)


def annual_prices(quotes: pl.DataFrame, *, rate: float = 0.08, life: float = 20.0) -> pl.DataFrame:
    """The quotes with two more columns: yuan_per_t_year, and yuan_per_t_life for a plant's life paid at once.

    P r / (1 - (1 + r)^-n) of a right of n years, P r of one without an end; null where no term is said. `rate` is a
    fraction, `life` years. `quotes` has the columns of `published_prices`. Malformed names the row.
    """
    said = _said(quotes, rate, life)
    kept = quotes.select(list(_QUOTE))
    return kept.with_columns(
        pl.Series("yuan_per_t_year", [each.yearly for each in said], dtype=pl.Float64),
        pl.Series("yuan_per_t_life", [each.at_once for each in said], dtype=pl.Float64),
    )


def price_alarms(quotes: pl.DataFrame, *, rate: float = 0.08, far: float = FAR) -> pl.DataFrame:
    """Pairs of yearly prices more than `far` times apart: inside (one place contradicts itself), pollutant, low_place,
    low_kind, high_place, high_kind, times; the farthest pair of each place and of each pollutant."""
    found = alarms(_said(quotes, rate, 20.0), far)
    rows = [
        (
            each.inside,
            each.low.quote.pollutant,
            each.low.quote.place,
            each.low.quote.kind,
            each.high.quote.place,
            each.high.quote.kind,
            each.times,
        )
        for each in found
    ]
    schema = {
        "inside": pl.Boolean,
        "pollutant": pl.String,
        "low_place": pl.String,
        "low_kind": pl.String,
        "high_place": pl.String,
        "high_kind": pl.String,
        "times": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _said(quotes: pl.DataFrame, rate: float, life: float) -> list[Said]:
    rows = rows_of(quotes, Quote, "quotes")
    for number, row in enumerate(rows, start=1):
        if (row.years is None) != (row.per_year is None):
            raise Malformed(f"quotes row {number}", "years and per_year do not go together", "give both, or neither")
        if row.years == OPEN and row.per_year == "yes":
            raise Malformed(f"quotes row {number}", "a price for each year without end", "write years as 1")
    return in_one_language(rows, rate, life)
