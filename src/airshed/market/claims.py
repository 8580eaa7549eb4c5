"""What each method of allocation says of one source: an exact claim in kilograms and the sentence behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from airshed.model.measures import tonnes
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Baseline

ALL_BASIS_POINTS = 10_000
G_PER_KG = 1000
#: Claims that are kept: a method is asked what each source would lose, and all others claim what they did.
REMEMBERED = 4096
EMISSION = "emission (emitted_kg)"
OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class PowerRule:
    """What the output-based rule for power plants asks beside output (A2b); shares in hundredths of a percent.

    `heat_gj` is the heat sold in each baseline year, `heat_benchmark_g` grams per GJ of it, `heat_basis_points` the
    part of the unit's heat that is sold, `load_basis_points` the unit's mean load.
    """

    fuel: Literal["coal", "gas"]
    cooling: Literal["air", "water"]
    heat_gj: tuple[int | None, ...] = ()
    heat_benchmark_g: int | None = None
    heat_basis_points: int = 0
    load_basis_points: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """What a source did in its baseline years, and the standards it is measured by.

    `emitted_kg`, `output` (whole products) and `heat_mmbtu` (fuel burnt) have one figure for each of `years`, None
    where none is verified. `benchmark_g` and `quota_g` are grams per product, `quota_kg` is a permitted quantity a
    year, `capacity` is products a year, `exposure_basis_points` the part of its benchmark that a sector exposed to
    leakage keeps (all of it where none is given). `place` says where the row was read, for errors.
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
    heat_mmbtu: tuple[int | None, ...] = ()
    exposure_basis_points: int | None = None
    power: PowerRule | None = None


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


@lru_cache(maxsize=REMEMBERED)
def by_history(activity: Activity, baseline: Baseline) -> Claim:
    """A1: the mean or median of the verified emissions, or the mean of the best years."""
    kg = middle(activity, verified(activity, EMISSION, activity.emitted_kg), baseline)
    first, last = activity.years[0], activity.years[-1]
    en, zh = said(baseline)
    return Claim(
        kg,
        f"History: {en} emission of baseline years {first}-{last} is {in_tonnes(kg)} t",
        f"历史法：基准年{first}—{last}排放{zh}{in_tonnes(kg)}吨",
    )


@lru_cache(maxsize=REMEMBERED)
def by_benchmark(activity: Activity, baseline: Baseline) -> Claim:
    """A2: output times benchmark, times the part that a sector exposed to leakage keeps where one is given.

    The correction that brings all claims under the cap is the pool over their sum (EU: CSCF).
    """
    output = middle(activity, verified(activity, OUTPUT, activity.output), baseline)
    en, zh = said(baseline)
    whole = _per_product(activity, "Benchmark", "基准法", f"{en} output", f"产量{zh}", output, "benchmark_g")
    if activity.exposure_basis_points is None:
        return whole
    part = Fraction(_standard(activity, "exposure_basis_points"), ALL_BASIS_POINTS)
    kg = whole.kg * part
    return Claim(
        kg,
        f"{whole.en}, of which its exposure to leakage leaves {percent(part)}, {in_tonnes(kg)} t",
        f"{whole.zh}，按碳泄漏暴露系数{percent(part)}计{in_tonnes(kg)}吨",
    )


def by_intensity(activity: Activity, baseline: Baseline, slope_basis_points: int, most_basis_points: int) -> Claim:
    """Emission, and so much more or less of it as its intensity lies under or over the benchmark.

    China's plan for steel, cement and aluminium of 2025: slope 15 %, at most 3 %, from a deviation of 20 % on
    (recalled, to confirm). Output cancels: it is output times an intensity between the works' own and the benchmark's.

    >>> works = Activity("a", "cement", (2025,), (900,), (1_000,), benchmark_g=1_000)
    >>> by_intensity(works, "mean", 1_500, 300).kg
    Fraction(1827, 2)
    """
    emitted = middle(activity, verified(activity, EMISSION, activity.emitted_kg), baseline)
    output = middle(activity, verified(activity, OUTPUT, activity.output), baseline)
    due = output * _standard(activity, "benchmark_g") / G_PER_KG
    if not due:
        return Claim(
            emitted, f"Intensity: {in_tonnes(emitted)} t, no output", f"强度法：{in_tonnes(emitted)}吨，无产量"
        )
    most = Fraction(most_basis_points, ALL_BASIS_POINTS)
    deviation = (due - emitted) / due
    rate = max(-most, min(most, deviation * slope_basis_points / ALL_BASIS_POINTS))
    kg = emitted * (1 + rate)
    en, zh = said(baseline)
    sign = "-" if rate < 0 else "+"
    return Claim(
        kg,
        f"Intensity: {en} emission {in_tonnes(emitted)} t, {percent(abs(deviation))} "
        f"{'over' if deviation < 0 else 'under'} the benchmark, {sign} {percent(abs(rate))} is {in_tonnes(kg)} t",
        f"强度法：排放{zh}{in_tonnes(emitted)}吨，{'高' if deviation < 0 else '低'}于基准{percent(abs(deviation))}，"
        f"{'减' if rate < 0 else '加'}{percent(abs(rate))}，计{in_tonnes(kg)}吨",
    )


@lru_cache(maxsize=REMEMBERED)
def by_limit(activity: Activity, baseline: Baseline) -> Claim:
    """A3: the permitted quantity if one is stated; else capacity, or output where none is stated, times quota."""
    if activity.quota_kg is not None:
        kg = Fraction(_standard(activity, "quota_kg"))
        return Claim(kg, f"Limit: the permit allows {in_tonnes(kg)} t a year", f"限值法：许可年排放量{in_tonnes(kg)}吨")
    if activity.capacity is not None:
        output = Fraction(_standard(activity, "capacity"))
        return _per_product(activity, "Limit", "限值法", "capacity", "产能", output, "quota_g")
    output = middle(activity, verified(activity, OUTPUT, activity.output), baseline)
    en, zh = said(baseline)
    return _per_product(activity, "Limit", "限值法", f"{en} output", f"产量{zh}", output, "quota_g")


@lru_cache(maxsize=REMEMBERED)
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
        output = middle(activity, verified(activity, OUTPUT, activity.output), baseline)
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


_SAID: Mapping[str, tuple[str, str]] = {"mean": ("mean", "均值"), "median": ("median", "中位数")}


def said(baseline: Baseline) -> tuple[str, str]:
    """A baseline in words of both languages.

    >>> said("best_2")
    ('best-2-year mean', '最高2年均值')
    """
    many = baseline.removeprefix("best_")
    return _SAID.get(baseline) or (f"best-{many}-year mean", f"最高{many}年均值")


def middle(activity: Activity, figures: Sequence[int], baseline: Baseline) -> Fraction:
    """The figure that stands for all baseline years. Malformed if more best years are asked for than there are."""
    if baseline == "mean":
        return Fraction(sum(figures), len(figures))
    ordered = sorted(figures)
    if baseline == "median":
        half = len(ordered) // 2
        return Fraction(ordered[half] + ordered[-half - 1], 2)
    many = int(baseline.removeprefix("best_"))
    if many > len(ordered):
        raise Malformed(
            place_of(activity), f"the best {many} of {len(ordered)} baseline years", "ask for fewer, or give more years"
        )
    return Fraction(sum(ordered[-many:]), many)


def verified(activity: Activity, what: str, figures: Sequence[int | None]) -> list[int]:
    """The figures of all baseline years; one that is absent or below zero is an error, never a zero."""
    if not activity.years or len(figures) != len(activity.years):
        raise Malformed(
            place_of(activity),
            f"{len(figures)} years of {what} for {len(activity.years)} baseline years",
            "give one verified figure a year",
        )
    for year, later in pairwise(activity.years):
        if later <= year:
            raise Malformed(
                place_of(activity),
                f"baseline year {later} stands after {year}",
                "name each year once, in order",
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
    return tonnes(kg.numerator if kg.denominator == 1 else round(kg))


def percent(share: Fraction) -> str:
    """A share as percent for a sentence.

    >>> percent(Fraction(1, 3))
    '33.33 %'
    """
    return percent_of(share.numerator, share.denominator)


def percent_of(part: int, whole: int) -> str:
    """A part of a whole as percent for a sentence, half to even, as fractions are rounded.

    >>> percent_of(1, 3), percent_of(1, 80_000), percent_of(3, 80_000)
    ('33.33 %', '0.00 %', '0.00 %')
    """
    hundredths, rest = divmod(part * ALL_BASIS_POINTS, whole)
    if 2 * rest > whole or (2 * rest == whole and hundredths % 2):
        hundredths += 1
    return f"{hundredths // 100}.{hundredths % 100:02d} %"
