"""Frames in, frames out: published prices in one language, and where they contradict themselves."""

from __future__ import annotations

import polars as pl

from airshed.lab.frames.reading import figure, frame_in, frame_of, rows_of
from airshed.lab.prices.quotes import FAR, AnnualPrice, PublishedPrice, alarms, examine, in_one_language, read_quotes
from airshed.lab.prices.taxes import read_fees, read_taxes

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

    place, pollutant, kind, yuan_per_t (as it was published: for its whole term, or a year), years (a number, or open),
    per_year (yes or no), when, source, status; years and per_year are null where the source names no term.
    """
    return frame_of(read_quotes(), PublishedPrice, _QUOTE)


def annual_prices(quotes: pl.DataFrame, *, rate: float = 0.08, life: float = 20.0) -> pl.DataFrame:
    """The quotes with more columns: yuan_per_t_year, yuan_per_t_life for a plant's life paid at once; fee, tax, all_in.

    P r / (1 - (1 + r)^-n) of a right of n years, P r of one without an end; null where no term is said. fee_per_t_year
    is the buyer's, tax_per_t today's environmental tax, all_in_per_t_year all three (the fee where one is known); null
    where the shipped tables say nothing; all in yuan per tonne and year, yuan_per_t_life in yuan per tonne. `rate` is a
    fraction from 0 to 10, `life` years from 1 (the annuity of any textbook of finance). `quotes` has the columns of
    `published_prices`. Malformed names the argument, or the row and the column.
    """
    quotes = frame_in(quotes, "quotes")
    said = _said(quotes, rate, life)
    columns = {
        "yuan_per_t_year": [each.yearly for each in said],
        "yuan_per_t_life": [each.at_once for each in said],
        "fee_per_t_year": [each.fee for each in said],
        "tax_per_t": [each.tax for each in said],
        "all_in_per_t_year": [each.all_in for each in said],
    }
    kept = quotes.select(list(_QUOTE))
    return kept.with_columns(pl.Series(name, values, dtype=pl.Float64) for name, values in columns.items())


def price_alarms(quotes: pl.DataFrame, *, rate: float = 0.08, far: float = FAR) -> pl.DataFrame:
    """Pairs of yearly prices more than `far` times apart: inside (one place contradicts itself), pollutant, low_place,
    low_kind, high_place, high_kind, times, together (both of one time); the farthest pair of each place at one time,
    of each place over time, and of each pollutant.

    A row a pair. `quotes` has the columns of `published_prices`, `rate` is a fraction, `far` a multiple from 1. Nothing
    is compared that names no term. Malformed names the argument, or the row and the column.
    """
    found = alarms(_said(quotes, rate, 20.0), figure(far, "far", 1, 1e9, float))
    rows = [
        (
            each.inside,
            each.low.quote.pollutant,
            each.low.quote.place,
            each.low.quote.kind,
            each.high.quote.place,
            each.high.quote.kind,
            each.times,
            each.together,
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
        "together": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _said(quotes: pl.DataFrame, rate: float, life: float) -> list[AnnualPrice]:
    rate, life = figure(rate, "rate", 0, 10, float), figure(life, "life", 1, 1_000, float)
    rows = rows_of(quotes, PublishedPrice, "quotes")
    examine(rows, lambda number: f"quotes row {number}")
    fees = {each.place: each.percent_each_side / 100 for each in read_fees()}
    taxes = {(each.place, each.pollutant): each.yuan_per_t for each in read_taxes()}
    return in_one_language(rows, rate, life, fees, taxes)
