"""Frames in, allocations out: a cap shared by a plan, and methods side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
import polars as pl

from airshed.lab.equilibrium.case import CurveLine
from airshed.lab.frames.reading import rows_of
from airshed.lab.methods import compare
from airshed.market.allocation import Activity
from airshed.market.sharing.tiers import Member, Plan, share
from airshed.model.refusal import Malformed

Count = Annotated[int, msgspec.Meta(ge=0, le=10**15)]


class SourceYear(msgspec.Struct, frozen=True):
    """What a source did in a baseline year; None where nothing is verified. Standards are grams per product."""

    source: str
    jurisdiction: str
    sector: str
    year: int
    emitted_kg: Count | None
    output: Count | None
    benchmark_g: Count | None
    quota_g: Count | None


def share_cap(pool: int, sources: pl.DataFrame, plan: Mapping[str, Any]) -> pl.DataFrame:
    """All of `pool` allowances (1 kg each) among the sources, a row a source: source, count, why_en, why_zh.

    `sources` has a row a source and baseline year: source, jurisdiction, sector, year, emitted_kg, output, benchmark_g,
    quota_g (g per product); null where nothing is verified. `plan` is that of docs/sharing.md as a dictionary. The
    counts add up to `pool` (I2). Malformed names the row, the tier or the source.

    >>> sources = pl.DataFrame({"source": ["a", "b"], "jurisdiction": ["KM", "KM"], "sector": ["cement", "cement"],
    ...     "year": [2026, 2026], "emitted_kg": [300, 100], "output": [1, 1], "benchmark_g": [1, 1], "quota_g": [1, 1]})
    >>> share_cap(200, sources, {"tiers": [{"by": "source", "claim": "history"}]})["count"].to_list()
    [150, 50]
    """
    found = share(pool, members_of(sources), plan_of(plan))
    return pl.DataFrame(
        [(each.source, each.count, each.en, each.zh) for each in found.shares],
        schema={"source": pl.String, "count": pl.Int64, "why_en": pl.String, "why_zh": pl.String},
        orient="row",
    )


def compare_methods(
    pool: int,
    sources: pl.DataFrame,
    curves: pl.DataFrame,
    price: float,
    methods: Mapping[str, Mapping[str, Any]] | None = None,
) -> pl.DataFrame:
    """Methods of allocation side by side at a price in yuan/t, a row a method; docs/sharing.md says what is measured.

    Columns: method, gini (of shares per need at the benchmark), whip and worst_whip (allowances lost per kg abated
    early), windfall_yuan and loss_yuan (a year). `methods` are plans by name; those of `airshed lab methods` if None.
    `sources` as in `share_cap`, `curves` as in `solve_market`. Malformed names what is wrong.
    """
    plans = None if methods is None else {name: plan_of(each) for name, each in methods.items()}
    found = compare(pool, members_of(sources), rows_of(curves, CurveLine, "curves"), price, plans)
    names = ("gini", "whip", "worst_whip", "windfall_yuan", "loss_yuan")
    rows = [(each.name, *(float(getattr(each, name)) for name in names)) for each in found]
    return pl.DataFrame(rows, schema={"method": pl.String, **dict.fromkeys(names, pl.Float64)}, orient="row")


def plan_of(plan: Mapping[str, Any]) -> Plan:
    """A plan from plain values. Malformed, naming the key, if it is none."""
    try:
        return msgspec.convert(plan, Plan)
    except msgspec.ValidationError as error:
        said = str(error)
        raise Malformed("plan", said[0].lower() + said[1:], "write tiers as docs/sharing.md has them") from None


def members_of(sources: pl.DataFrame) -> Sequence[Member]:
    """The sources of a frame, each with its years. Malformed if a year stands twice or two rows contradict."""
    rows: dict[str, list[SourceYear]] = {}
    for number, row in enumerate(rows_of(sources, SourceYear, "sources"), start=1):
        own = rows.setdefault(row.source, [])
        if any(each.year == row.year for each in own):
            raise Malformed(f"sources row {number}", f"{row.source} {row.year} stands twice", "keep one")
        if own and _standing(own[0]) != _standing(row):
            what = f"{row.source} has another jurisdiction, sector or standard than before"
            raise Malformed(f"sources row {number}", what, "give a source the same in every year")
        own.append(row)
    found = []
    for source, own in rows.items():
        years = sorted(own, key=lambda each: each.year)
        first = years[0]
        activity = Activity(
            source=source,
            sector=first.sector,
            years=tuple(each.year for each in years),
            emitted_kg=tuple(each.emitted_kg for each in years),
            output=tuple(each.output for each in years),
            benchmark_g=first.benchmark_g,
            quota_g=first.quota_g,
        )
        found.append(Member(activity, first.jurisdiction))
    return found


def _standing(row: SourceYear) -> tuple[object, ...]:
    return row.jurisdiction, row.sector, row.benchmark_g, row.quota_g
