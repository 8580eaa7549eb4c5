"""What each method of allocation says of one source: an exact claim in kilograms and the sentence behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from airshed.model.measures import tonnes
from airshed.model.refusal import Malformed

Baseline = Literal["mean", "median"]
ALL_BASIS_POINTS = 10_000
G_PER_KG = 1000
EMISSION = "emission (emitted_kg)"
OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Activity:
    """What a source did in its baseline years, and the standards it is measured by.

    `emitted_kg` and `output` (whole products) have one figure for each of `years`, None where none is verified.
    `benchmark_g` and `quota_g` are grams per product, `quota_kg` is a permitted quantity a year, `capacity` is
    products a year. `place` says where the row was read, for errors.
    """

    source: str
    sector: str
    years: tuple[int, ...]
    emitted_kg: tuple[int | None, ...]
    output: tuple[int | None, ...]
    benchmark_g: int | None = None
    quota_g: int | None = None
    quota_kg: int | None = None
    entrant: bool = False
    capacity: int | None = None
    utilisation_basis_points: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a method says of one source: kilograms, and how they come about."""

    kg: Fraction
    en: str
    zh: str


def quota_g(volume_m3: int, limit_mg_m3: int) -> Fraction:
    """Grams per product that a limit allows at a base flue gas volume per product (permit specifications; A3).

    >>> quota_g(2_500, 400)
    Fraction(1000, 1)
    """
    return Fraction(volume_m3 * limit_mg_m3, 1000)


def by_history(activity: Activity, baseline: Baseline) -> Claim:
    """A1: the mean or median of the verified emissions."""
    kg = _middle(verified(activity, EMISSION, activity.emitted_kg), baseline)
    first, last = activity.years[0], activity.years[-1]
    return Claim(
        kg,
        f"History: {baseline} emission of baseline years {first}-{last} is {in_tonnes(kg)} t",
        f"历史法：基准年{first}—{last}排放{_ZH[baseline]}{in_tonnes(kg)}吨",
    )


def by_benchmark(activity: Activity, baseline: Baseline) -> Claim:
    """A2: output times benchmark."""
    output = _middle(verified(activity, OUTPUT, activity.output), baseline)
    return _per_product(
        activity, "Benchmark", "基准法", f"{baseline} output", f"产量{_ZH[baseline]}", output, "benchmark_g"
    )


def by_limit(activity: Activity, baseline: Baseline) -> Claim:
    """A3: the permitted quantity if one is stated; else capacity, or output where none is stated, times quota."""
    if activity.quota_kg is not None:
        kg = Fraction(_standard(activity, "quota_kg"))
        return Claim(kg, f"Limit: the permit allows {in_tonnes(kg)} t a year", f"限值法：许可年排放量{in_tonnes(kg)}吨")
    if activity.capacity is not None:
        output = Fraction(_standard(activity, "capacity"))
        return _per_product(activity, "Limit", "限值法", "capacity", "产能", output, "quota_g")
    output = _middle(verified(activity, OUTPUT, activity.output), baseline)
    return _per_product(activity, "Limit", "限值法", f"{baseline} output", f"产量{_ZH[baseline]}", output, "quota_g")


def by_latest(activity: Activity, baseline: Baseline) -> Claim:
    """A4: the emission of the latest baseline year."""
    kg = Fraction(verified(activity, EMISSION, activity.emitted_kg)[-1])
    year = activity.years[-1]
    return Claim(
        kg,
        f"Equal cut: emission of baseline year {year} is {in_tonnes(kg)} t",
        f"等比例削减：基准年{year}排放{in_tonnes(kg)}吨",
    )


def of_entrant(activity: Activity, baseline: Baseline) -> Claim:
    """A11: benchmark times capacity at standard utilisation, or times the stated output without a capacity."""
    if activity.capacity is None:
        output = _middle(verified(activity, OUTPUT, activity.output), baseline)
        return _per_product(activity, "benchmark", "基准", "stated output", "申报产量", output, "benchmark_g")
    used = _standard(activity, "utilisation_basis_points")
    output = Fraction(_standard(activity, "capacity") * used, ALL_BASIS_POINTS)
    at = percent(Fraction(used, ALL_BASIS_POINTS))
    return _per_product(
        activity, "benchmark", "基准", f"capacity used to {at}", f"产能按利用率{at}", output, "benchmark_g"
    )


def _per_product(
    activity: Activity, en: str, zh: str, of_en: str, of_zh: str, output: Fraction, standard: str
) -> Claim:
    grams = _standard(activity, standard)
    kg = output * grams / G_PER_KG
    return Claim(
        kg,
        f"{en}: {of_en} {round(output):,} x {grams:,} g is {in_tonnes(kg)} t",
        f"{zh}：{of_zh}{round(output):,}×{grams:,}克＝{in_tonnes(kg)}吨",
    )


_ZH: Mapping[str, str] = {"mean": "均值", "median": "中位数"}


def _middle(figures: Sequence[int], baseline: Baseline) -> Fraction:
    if baseline == "mean":
        return Fraction(sum(figures), len(figures))
    ordered = sorted(figures)
    half = len(ordered) // 2
    return Fraction(ordered[half] + ordered[-half - 1], 2)


def verified(activity: Activity, what: str, figures: Sequence[int | None]) -> list[int]:
    """The figures of all baseline years; one that is absent or below zero is an error, never a zero."""
    if not activity.years or len(figures) != len(activity.years):
        raise Malformed(
            place_of(activity),
            f"{len(figures)} years of {what} for {len(activity.years)} baseline years",
            "give one verified figure a year",
        )
    known: list[int] = []
    for year, figure in zip(activity.years, figures, strict=True):
        if figure is None:
            raise Malformed(
                place_of(activity), f"no verified {what} for {year}", "have it verified or determined; it is not zero"
            )
        if figure < 0:
            raise Malformed(place_of(activity), f"{what} of {year} is {figure}", "give a figure from zero up")
        known.append(figure)
    return known


def _standard(activity: Activity, name: str) -> int:
    value: int | None = getattr(activity, name)
    if value is None:
        raise Malformed(place_of(activity), f"{name} is not given", "give it, or choose a method that does without")
    if value < 0:
        raise Malformed(place_of(activity), f"{name} is {value}", "give a figure from zero up")
    return value


def place_of(activity: Activity) -> str:
    """Where the source stands, for an error."""
    return f"{activity.place} (source {activity.source})" if activity.place else f"source {activity.source}"


def in_tonnes(kg: Fraction) -> str:
    """Kilograms as tonnes for a sentence."""
    return tonnes(round(kg))


def percent(share: Fraction) -> str:
    """A share as percent for a sentence.

    >>> percent(Fraction(1, 3))
    '33.33 %'
    """
    hundredths = round(share * ALL_BASIS_POINTS)
    return f"{hundredths // 100}.{hundredths % 100:02d} %"
