"""Frames in, allocations out: a cap shared by a plan, and methods side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Annotated, Any, Literal

import msgspec
import polars as pl

from airshed.lab.equilibrium.case import CurveLine
from airshed.lab.frames.reading import figure, frame_in, rows_of
from airshed.lab.methods import compare
from airshed.lab.methods import plans as named
from airshed.market.allocation import Activity, split
from airshed.market.claims import PowerRule
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


class SourceFacts(SourceYear, frozen=True):
    """The same with what a method may ask for beside; docs/explanation/allocation.md says what each is."""

    quota_kg: Count | None
    entrant: bool | None
    capacity: Count | None
    utilisation_basis_points: Count | None
    exposure_basis_points: Count | None
    heat_mmbtu: Count | None
    fuel: Literal["coal", "gas"] | None
    cooling: Literal["air", "water"] | None
    load_basis_points: Count | None
    heat_gj: Count | None
    heat_benchmark_g: Count | None
    heat_basis_points: Count | None


#: Columns that may be left out; a method that asks for one of them names the source.
OPTIONAL = tuple(name for name in SourceFacts.__struct_fields__ if name not in SourceYear.__struct_fields__)
#: What `compare_methods` says of a method.
COMPARED = (
    "gini",
    "gini_emission",
    "gini_permit",
    "burden_gap_yuan",
    "theil",
    "atkinson",
    "jain",
    "whip",
    "worst_whip",
    "windfall_yuan",
    "loss_yuan",
    "revenue_yuan",
    "alone_yuan",
    "short_t",
    "entrant_gap_yuan",
)


#: A method of one's own: what each source claims, by its name, from the frame of sources.
Method = Callable[[pl.DataFrame], Mapping[str, float]]


def share_cap(pool: int, sources: pl.DataFrame, plan: Mapping[str, Any] | Method) -> pl.DataFrame:
    """All of `pool` allowances (1 kg each) among the sources, a row a source: source, count, why_en, why_zh.

    `sources` has a row a source and baseline year: source, jurisdiction, sector, year, emitted_kg, output, benchmark_g,
    quota_g (g per product); null where nothing is verified. More columns may be there, as a plan asks for them:
    quota_kg, entrant, capacity, utilisation_basis_points, exposure_basis_points, heat_mmbtu, fuel, cooling,
    load_basis_points, heat_gj, heat_benchmark_g, heat_basis_points (docs/explanation/allocation.md). `plan` is that of
    docs/explanation/sharing.md as a dictionary, or a function that says from the frame what each source claims: then
    the pool is shared in proportion, by largest remainder. The counts add up to `pool` (I2). Malformed names the row,
    the tier or the source.

    >>> sources = pl.DataFrame({"source": ["a", "b"], "jurisdiction": ["KM", "KM"], "sector": ["cement", "cement"],
    ...     "year": [2026, 2026], "emitted_kg": [300, 100], "output": [1, 1], "benchmark_g": [1, 1], "quota_g": [1, 1]})
    >>> share_cap(200, sources, {"tiers": [{"by": "source", "claim": "history"}]})["count"].to_list()
    [150, 50]
    >>> share_cap(200, sources, lambda frame: dict(zip(frame["source"], frame["output"])))["count"].to_list()
    [100, 100]
    """
    if not isinstance(plan, Mapping):
        return _by_function(figure(pool, "pool", 0, 10**15, int), sources, plan)
    found = share(figure(pool, "pool", 0, 10**15, int), members_of(sources), plan_of(plan))
    return pl.DataFrame(
        [(each.source, each.count, each.en, each.zh) for each in found.shares],
        schema={"source": pl.String, "count": pl.Int64, "why_en": pl.String, "why_zh": pl.String},
        orient="row",
    )


def _by_function(pool: int, sources: pl.DataFrame, method: Method) -> pl.DataFrame:
    if not callable(method):
        raise Malformed("plan", f"is a {type(method).__name__}", "give tiers as a dictionary, or a function")
    names = [each.activity.source for each in members_of(sources)]
    claims = method(frame_in(sources, "sources"))
    if not isinstance(claims, Mapping) or sorted(claims) != sorted(names):
        raise Malformed("plan", "the function does not say of every source what it claims", "return a claim by source")
    exact = {name: Fraction(figure(float(claims[name]), f"claim of {name}", 0, 1e15, float)) for name in names}
    whole = lcm(*(claim.denominator for claim in exact.values()))
    counts = split(pool, {name: int(claim * whole) for name, claim in exact.items()})
    total, title = sum(exact.values()), getattr(method, "__name__", "function")
    rows = [
        (
            name,
            counts[name],
            f"{title}: {float(claim):,.6g} of {float(total):,.6g} claimed",
            f"{title}：申请{float(claim):,.6g}，合计{float(total):,.6g}",
        )
        for name, claim in exact.items()
    ]
    return pl.DataFrame(
        rows, schema={"source": pl.String, "count": pl.Int64, "why_en": pl.String, "why_zh": pl.String}, orient="row"
    )


def compare_methods(
    pool: int,
    sources: pl.DataFrame,
    curves: pl.DataFrame,
    price: float,
    methods: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    pass_through: float = 0.0,
) -> pl.DataFrame:
    """Methods of allocation side by side at a price in yuan/t, a row a method (docs/explanation/sharing.md).

    Columns: method, gini, theil, atkinson (aversion 0.5), jain (of shares per need at the benchmark), gini_emission and
    gini_permit (per emission, per permitted quantity), burden_gap_yuan, whip and worst_whip (allowances lost per kg
    abated early), windfall_yuan, loss_yuan and revenue_yuan (a year), alone_yuan and short_t (if nobody trades) and
    entrant_gap_yuan (a tonne and year); null where there is none. `methods` are plans by name; those that the sources
    have figures for if None. `sources` as in `share_cap`, `curves` as in `solve_market`, `pass_through` from 0 to 1;
    `pool` is allowances of 1 kg. Gini (1912) is from 0, all alike, to 1; the whip is a finite difference through the
    whole plan. Malformed names what is wrong.
    """
    if not isinstance(methods, Mapping | None):
        raise Malformed("methods", f"is a {type(methods).__name__}", "give plans by name in a dictionary")
    pool, price = figure(pool, "pool", 0, 10**15, int), figure(price, "price", 0, 1e9, float)
    members = members_of(sources)
    plans = named(members=members) if methods is None else {name: plan_of(each) for name, each in methods.items()}
    steps = rows_of(curves, CurveLine, "curves")
    found = compare(pool, members, steps, price, plans, pass_through=pass_through)
    rows = [(each.name, *(getattr(each, name) for name in COMPARED)) for each in found]
    return pl.DataFrame(rows, schema={"method": pl.String, **dict.fromkeys(COMPARED, pl.Float64)}, orient="row")


def plan_of(plan: Mapping[str, Any]) -> Plan:
    """A plan from plain values. Malformed, naming the key, if it is none."""
    try:
        return msgspec.convert(plan, Plan)
    except msgspec.ValidationError as error:
        said = str(error)
        raise Malformed(
            "plan", said[0].lower() + said[1:], "write tiers as docs/explanation/sharing.md has them"
        ) from None


def members_of(sources: pl.DataFrame) -> Sequence[Member]:
    """The sources of a frame, each with its years. Malformed if a year stands twice or two rows contradict."""
    sources = frame_in(sources, "sources")
    left_out = [name for name in OPTIONAL if name not in sources.columns]
    sources = sources.with_columns(pl.lit(None).alias(name) for name in left_out)
    rows: dict[str, list[SourceFacts]] = {}
    for number, row in enumerate(rows_of(sources, SourceFacts, "sources"), start=1):
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
            quota_kg=first.quota_kg,
            entrant=bool(first.entrant),
            capacity=first.capacity,
            utilisation_basis_points=first.utilisation_basis_points,
            exposure_basis_points=first.exposure_basis_points,
            heat_mmbtu=tuple(each.heat_mmbtu for each in years),
            power=_power(source, years),
        )
        found.append(Member(activity, first.jurisdiction))
    return found


def _power(source: str, years: Sequence[SourceFacts]) -> PowerRule | None:
    """What the output-based rule asks of a power plant; None of another source."""
    first = years[0]
    if first.fuel is None and first.cooling is None:
        return None
    if first.fuel is None or first.cooling is None:
        raise Malformed(f"sources, {source}", "fuel or cooling is missing", "give both, or neither")
    sold = tuple(each.heat_gj for each in years)
    return PowerRule(
        first.fuel,
        first.cooling,
        sold if any(each is not None for each in sold) else (),
        first.heat_benchmark_g,
        first.heat_basis_points or 0,
        first.load_basis_points,
    )


def _standing(row: SourceFacts) -> tuple[object, ...]:
    """What of a source is the same in every year."""
    changing = ("year", "emitted_kg", "output", "heat_mmbtu", "heat_gj")
    return tuple(getattr(row, name) for name in row.__struct_fields__ if name not in changing)
