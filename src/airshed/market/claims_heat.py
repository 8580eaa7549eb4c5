"""Claims by heat: the Acid Rain Program's heat input (A1b) and the output-based rule of China's power sector (A2b)."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec

from airshed.market.claims import (
    ALL_BASIS_POINTS,
    G_PER_KG,
    OUTPUT,
    Activity,
    Claim,
    PowerRule,
    in_tonnes,
    middle,
    place_of,
    said,
    verified,
)
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Baseline

#: Kilograms of a pound, exactly.
KG_PER_POUND = Fraction(45_359_237, 100_000_000)
#: Full-load hours, kWh of heat in a MJ, and how much of a kWh of electricity one of them counts as (permit
#: specification of the power sector; recalled, to confirm).
QUOTA_HOURS, KWH_PER_MJ, HEAT_AS_POWER = 5_500, Fraction(278, 1000), Fraction(3, 10)
#: Digits of a load factor that is a power of another, so that every machine finds the same.
DIGITS = 12
HEAT_INPUT = "heat input (heat_mmbtu)"
HEAT = "heat (heat_gj)"


class OutputRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Factors of the output-based rule, hundredths of a percent: the national plan for power of 2021 and 2022.

    A = Qe Be Fl Fr Ff + Qh Bh. Gas: Fr read in a copy of the ministry's plan (secondary source); coal: recalled.
    """

    #: Air-cooled units burn more; water-cooled ones count 1.
    air_cooled_basis_points: int = 10_500
    #: What the part of heat that is sold takes off: Fr = 1 - this x part.
    coal_heat_basis_points: int = 2_200
    gas_heat_basis_points: int = 6_000
    status: Literal["confirmed", "to confirm"] = "to confirm"


def load_factor(load_basis_points: int) -> Fraction:
    """Ff by mean load F: 1 from 85 %, 1 + 0.0014 (85 - 100 F), from 80 % down 1.007 + 0.0016 (80 - 100 F), below 75 %
    1.015 to the power of 16 - 20 F; continuous at all three.

    >>> [float(load_factor(each)) for each in (9_000, 8_200, 7_700)]
    [1.0, 1.0042, 1.0118]
    """
    percent = Fraction(load_basis_points, 100)
    if percent >= 85:
        return Fraction(1)
    if percent >= 80:
        return 1 + Fraction(14, 10_000) * (85 - percent)
    if percent >= 75:
        return Fraction(1_007, 1000) + Fraction(16, 10_000) * (80 - percent)
    power = round(1.015 ** float(16 - percent / 5) * 10**DIGITS)
    return Fraction(power, 10**DIGITS)


def power_quota_kg(capacity_mw: int, heat_mj: int, quota_mg_kwh: int) -> Fraction:
    """What a permit allows a power plant a year: (MW x 5,500 h + heat as power) x grams per kWh (A3).

    >>> power_quota_kg(300, 0, 350)
    Fraction(577500, 1)
    """
    kwh = 1000 * capacity_mw * QUOTA_HOURS + heat_mj * KWH_PER_MJ * HEAT_AS_POWER
    return kwh * quota_mg_kwh / 1_000_000


def by_heat_input(activity: Activity, baseline: Baseline, pounds_per_1000_mmbtu: int) -> Claim:
    """A1b: heat burnt in the baseline years times pounds per mmBtu (phase I: 2.5; 42 USC 7651c)."""
    heat = middle(activity, verified(activity, HEAT_INPUT, activity.heat_mmbtu), baseline)
    kg = heat * pounds_per_1000_mmbtu * KG_PER_POUND / 1000
    en, zh = said(baseline)
    rate = f"{pounds_per_1000_mmbtu / 1000:g}"
    return Claim(
        kg,
        f"Heat input: {en} of {round(heat):,} mmBtu x {rate} lb is {in_tonnes(kg)} t",
        f"热输入法：{zh}{round(heat):,} mmBtu×{rate}磅＝{in_tonnes(kg)}吨",
    )


def by_output(activity: Activity, baseline: Baseline, rule: OutputRule) -> Claim:
    """A2b: Qe Be Fl Fr Ff + Qh Bh, power in MWh and heat in GJ. It has no cap of its own: the pool closes it."""
    power = activity.power
    if power is None:
        raise Malformed(
            place_of(activity), "fuel and cooling are not given", "give them, or choose a method that does without"
        )
    if activity.benchmark_g is None:
        raise Malformed(place_of(activity), "benchmark_g is not given", "give it, grams per MWh")
    mwh = middle(activity, verified(activity, OUTPUT, activity.output), baseline)
    factor = _factor(activity, power, rule)
    kg = mwh * activity.benchmark_g * factor / G_PER_KG
    heat, sold = _heat(activity, power, baseline), ""
    zh_sold = ""
    if heat:
        sold = f" and heat of {in_tonnes(heat)} t"
        zh_sold = f"，供热{in_tonnes(heat)}吨"
    en, zh = said(baseline)
    return Claim(
        kg + heat,
        f"Output-based: {en} output {round(mwh):,} MWh x {activity.benchmark_g:,} g x factors of {float(factor):.4f}"
        f"{sold} is {in_tonnes(kg + heat)} t",
        f"产出基准法：产量{zh}{round(mwh):,}兆瓦时×{activity.benchmark_g:,}克×修正系数{float(factor):.4f}{zh_sold}，"
        f"计{in_tonnes(kg + heat)}吨",
    )


def _factor(activity: Activity, power: PowerRule, rule: OutputRule) -> Fraction:
    """Fl Fr Ff; only coal is corrected for cooling and load."""
    if not 0 <= power.heat_basis_points <= ALL_BASIS_POINTS:
        raise Malformed(place_of(activity), f"heat_basis_points is {power.heat_basis_points}", "give 0 to 10000")
    sold = Fraction(power.heat_basis_points, ALL_BASIS_POINTS)
    if power.fuel == "gas":
        return 1 - Fraction(rule.gas_heat_basis_points, ALL_BASIS_POINTS) * sold
    load = power.load_basis_points
    if load is None or not 0 < load <= ALL_BASIS_POINTS:
        raise Malformed(place_of(activity), f"load_basis_points is {load}", "give the mean load, 1 to 10000")
    cooling = Fraction(rule.air_cooled_basis_points, ALL_BASIS_POINTS) if power.cooling == "air" else Fraction(1)
    return cooling * (1 - Fraction(rule.coal_heat_basis_points, ALL_BASIS_POINTS) * sold) * load_factor(load)


def _heat(activity: Activity, power: PowerRule, baseline: Baseline) -> Fraction:
    """Qh Bh, in kg; nothing where no heat is sold."""
    if not power.heat_gj:
        return Fraction(0)
    if power.heat_benchmark_g is None:
        raise Malformed(place_of(activity), "heat_benchmark_g is not given", "give it, grams per GJ")
    sold = middle(activity, verified(activity, HEAT, power.heat_gj), baseline)
    return sold * power.heat_benchmark_g / G_PER_KG
