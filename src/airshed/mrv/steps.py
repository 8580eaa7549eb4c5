"""How the mass of one hour, day or year came about, step by step, with every figure that a pencil needs.

Nothing here decides: each step is the arithmetic of `flue_gas`, `substitution` and `part75` said in words, and what
comes out is asserted to be the mass that the closed year has.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.measures import times_over
from airshed.mrv import flue_gas, states
from airshed.mrv.duct import duct_hours
from airshed.mrv.exceedance import over_limit
from airshed.mrv.gases import gas_code
from airshed.mrv.hours import ClosedHours
from airshed.mrv.marks import out_of_control_codes
from airshed.mrv.part75_choice import available_tenths
from airshed.mrv.readings import (
    AIR_PRESSURE,
    MOISTURE,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    StackReadings,
)
from airshed.mrv.rules import LimitValue, MonitoringRules, StackRegistration
from airshed.mrv.spans import hour_text, quarter_bounds
from airshed.mrv.substitution import FinalHours, Gap, StandIn, tier_for

MG_PER_KG = 1_000_000


class Step(msgspec.Struct, frozen=True):
    """One line of arithmetic."""

    #: What it gives, in English and in Chinese.
    name_en: str
    name_zh: str
    #: Where the formula stands, as `HJ 212-2017 (31)`.
    source: str
    formula: str
    #: The same with figures in place of letters.
    figures: str
    #: What comes out, with its measure.
    value: str


def flow_steps(stack: StackRegistration, readings: StackReadings, hour: int, rules: MonitoringRules) -> list[Step]:
    """From velocity to dry flow in standard state; empty where the duct does not speak."""
    flow = float(duct_hours(stack, readings, rules)[0].flow[hour])
    if np.isnan(flow):
        return []
    velocity, celsius, static, moisture, air = (
        float(readings.column(each)[hour]) for each in (VELOCITY, TEMPERATURE, STATIC_PRESSURE, MOISTURE, AIR_PRESSURE)
    )
    there = flue_gas.altitude_pressure_pa(stack.altitude_m)
    allowed = there * rules.pressure_tolerance_basis_points / 10_000
    used = air * 1_000
    flag = chr(int(readings.marks(AIR_PRESSURE)[hour]))
    reported = "none reported" if np.isnan(air) else f"{_n(air)} kPa reported"
    told = f"{reported}; the altitude of {stack.altitude_m:g} m says {there / 1_000:.2f} kPa"
    if flag not in rules.flags_measured or not abs(used - there) <= allowed:
        used = there
    wet = flue_gas.duct_flow(stack.duct_area_m2, velocity, stack.velocity_coefficient)
    dry = flue_gas.dry_standard_flow(wet, celsius, used, static * 1_000, moisture / 100)
    assert abs(dry - flow) <= 1e-6 * max(flow, 1.0), (dry, flow)
    return [
        Step(
            "air pressure", "大气压", f"altitude, +-{rules.pressure_tolerance_basis_points / 100:g} %", "Ba",
            told, f"{_n(used)} Pa",
        ),
        Step(
            "flow of the duct, wet", "烟道湿烟气流量", "HJ 212-2017 (29), (30)", "Qsh = 3600 x F x Kv x Vp",
            f"3600 x {_n(stack.duct_area_m2)} x {_n(stack.velocity_coefficient)} x {_n(velocity)}", f"{wet:.4f} m3/h",
        ),
        Step(
            "dry flow in standard state", "标态干烟气流量", "HJ 212-2017 (31)",
            "Qsn = Qsh x 273/(273+ts) x (Ba+Ps)/101325 x (1-Xsw)",
            f"{wet:.4f} x 273/(273+{_n(celsius)}) x ({_n(used)}{static * 1_000:+.10g})/101325"
            f" x (1-{_n(moisture / 100)})",
            f"{dry:.4f} m3/h",
        ),
    ]  # fmt: skip


def measured_steps(
    stack: StackRegistration,
    readings: StackReadings,
    final: FinalHours,
    hour: int,
    limit: LimitValue | None,
    rules: MonitoringRules,
) -> list[Step]:
    """From one frame to the mass of its hour, and to the concentration that is compared with the limit."""
    steps = flow_steps(stack, readings, hour, rules)
    duct = duct_hours(stack, readings, rules)[0]
    flow, oxygen = float(duct.flow[hour]), float(duct.oxygen[hour])
    concentration = float(final.raw.measured_mg_m3[hour])
    steps += _dry_standard_steps(stack, readings, final.pollutant, hour, float(duct.air_pa[hour]))
    mass = round(concentration * flow)
    assert mass == int(final.raw.mass_mg[hour]), (mass, hour)
    converted = (
        None
        if limit is None
        else flue_gas.at_reference_oxygen(concentration, oxygen, limit.reference_o2_percent, rules.idle_oxygen_percent)
    )
    if limit is not None and converted is not None:
        over = bool(over_limit(np.array([converted]), limit, rules)[0])
        reference = limit.reference_o2_percent
        if reference is not None:
            steps.append(
                Step(
                    "at reference oxygen", "折算浓度", "HJ 212-2017 (28)", "Cz = C x (21-O2s)/(21-O2)",
                    f"{_n(concentration)} x (21-{_n(reference)})/(21-{_n(oxygen)})", f"{converted:.4f} mg/m3",
                )
            )  # fmt: skip
        steps.append(
            Step(
                "against the limit", "与限值比较", limit.standard, "Cz/L - 1, GB/T 8170",
                f"{converted:.4f}/{limit.limit_mg_m3:g} - 1",
                f"{times_over(converted, limit.limit_mg_m3)} times over" if over else "kept",
            )
        )  # fmt: skip
    steps.append(
        Step(
            "mass of the hour", "小时排放量", "HJ 212-2017 (33)", "Gh = C x Qsn x 10^-6",
            f"{_n(concentration)} x {flow:.4f} x 10^-6", kg(mass),
        )
    )  # fmt: skip
    return steps


def _dry_standard_steps(
    stack: StackRegistration, readings: StackReadings, pollutant: str, hour: int, air_pa: float
) -> list[Step]:
    """What an analyser of moist gas, or one at duct conditions, reads, brought to dry gas and standard state."""
    steps = []
    value = float(readings.column(gas_code(pollutant))[hour])
    celsius, static, moisture = (
        float(readings.column(factor)[hour]) for factor in (TEMPERATURE, STATIC_PRESSURE, MOISTURE)
    )
    if pollutant in stack.at_duct:
        made = flue_gas.standard_state(value, air_pa, static * 1_000, celsius)
        steps.append(
            Step(
                "in standard state", "标态浓度", "HJ 212-2017 (18)", "Csn = Cs x 101325/(Ba+Ps) x (273+ts)/273",
                f"{_n(value)} x 101325/({_n(air_pa)}{static * 1_000:+.10g}) x (273+{_n(celsius)})/273",
                f"{made:.4f} mg/m3",
            )
        )  # fmt: skip
        value = made
    if pollutant in stack.wet:
        made = flue_gas.dry(value, moisture / 100)
        steps.append(
            Step(
                "in dry gas", "干基浓度", "HJ 212-2017 (19)", "Cdry = Cwet/(1-Xsw)",
                f"{value:.4f}/(1-{_n(moisture / 100)})", f"{made:.4f} mg/m3",
            )
        )  # fmt: skip
    if "O2" in stack.wet:
        read = float(readings.column(OXYGEN)[hour])
        steps.append(
            Step(
                "oxygen of dry gas", "干基含氧量", "HJ 212-2017 (19)", "O2dry = O2wet/(1-Xsw)",
                f"{_n(read)}/(1-{_n(moisture / 100)})", f"{flue_gas.dry(read, moisture / 100):.4f} %",
            )
        )  # fmt: skip
    return steps


def hj75_steps(final: FinalHours, gap: Gap, hour: int, year: int, rules: MonitoringRules) -> list[Step]:
    """What stands in for a missing hour under HJ 75-2017: capture rate, row of the table, look-back, highest hour."""
    quarter = int(np.searchsorted(quarter_bounds(year), hour, side="right"))
    rate = final.captures[quarter - 1]
    steps = [
        Step(
            f"capture rate of quarter {quarter}", f"第{quarter}季度数据捕集率", "HJ 75-2017",
            "alpha = (H - Hstop - Hinvalid)/(H - Hstop)",
            f"({rate.after_hour - rate.first_hour} - {rate.stopped} - {rate.invalid})"
            f"/({rate.after_hour - rate.first_hour} - {rate.stopped})",
            "stood still" if rate.basis_points is None else f"{rate.basis_points / 100:.2f} %",
        ),
        Step(
            "length of the gap", "连续缺失时长", "HJ 75-2017 tables 5 and 6", "N",
            f"from {hour_text(year, gap.first_hour)} to {hour_text(year, gap.last_hour)}", f"{gap.run_hours} h",
        ),
    ]  # fmt: skip
    tier = tier_for(rate, gap.run_hours, rules.tiers)
    if tier is None or gap.method.startswith(("determined", "undetermined", "open")):
        mass = "no mass" if gap.mass_mg is None else kg(gap.mass_mg)
        return [*steps, Step("determination", "主管部门核定", rules.cite, gap.method, _from(gap, year), mass)]
    calibrated = gap.kind == "out_of_control"
    longest = "any N" if tier.longest_hours is None else f"N up to {tier.longest_hours} h"
    steps.append(
        Step(
            "row of the table", "适用档次", f"HJ 75-2017 table {'5' if calibrated else '6'}",
            f"alpha from {tier.capture_from_basis_points / 100:g} %, {longest}",
            f"look back from {'the last calibration' if calibrated else 'the beginning of the gap'}",
            f"{tier.statistic} of {tier.look_back_hours} valid hours",
        )
    )  # fmt: skip
    assert gap.mass_mg is not None
    valid = _looked_back(final, gap, tier.look_back_hours, rules)
    span = "hours of the year before"
    if valid.size:
        span = f"{valid.size} valid hours from {hour_text(year, int(valid[0]))} to {hour_text(year, int(valid[-1]))}"
    if valid.size < tier.look_back_hours:
        span += f"; of the other {tier.look_back_hours - valid.size} those of the year before that are known"
    else:
        assert int(final.raw.mass_mg[valid].max()) == gap.mass_mg, gap
    steps.append(Step("what stands in", "替代值", span, "max(Gh)", f"the mass of {_from(gap, year)}", kg(gap.mass_mg)))
    return steps


def _looked_back(final: FinalHours, gap: Gap, hours: int, rules: MonitoringRules) -> NDArray[np.int64]:
    """The valid hours of the year that a gap looks back on, in order; fewer where the year does not have so many."""
    running = np.flatnonzero(final.raw.status != states.STOPPED)
    place = int(np.searchsorted(running, gap.first_hour))
    while place and final.raw.status[running[place - 1]] == states.MISSING:
        place -= 1
    end = int(running[place])
    if gap.kind == "out_of_control":
        earlier = np.flatnonzero(np.isin(final.raw.why[:end], out_of_control_codes(rules)))
        end = int(earlier[-1]) if earlier.size else end
    valid = np.flatnonzero(final.raw.status[:end] == states.MEASURED)
    return valid[-hours:]


def part75_steps(
    stack: StackRegistration,
    readings: StackReadings,
    final: FinalHours,
    hour: int,
    rules: MonitoringRules,
    before: ClosedHours | None = None,
) -> list[Step]:
    """What stands in for a missing hour under 40 CFR part 75: for what is missing by its rule, times the rest."""
    year = readings.year
    steps: list[Step] = []
    parts: dict[str, float] = {}
    for parameter, measure in (("gas", "mg/m3"), ("flow", "m3/h")):
        found = next(
            (
                each
                for each in final.stand_ins
                if each.parameter == parameter and each.first_hour <= hour <= each.last_hour
            ),
            None,
        )
        if found is None:
            column = final.raw.gas_mg_m3 if parameter == "gas" else final.raw.flow_m3_h
            assert column is not None
            parts[parameter] = float(column[hour])
            steps += flow_steps(stack, readings, hour, rules) if parameter == "flow" else []
        else:
            parts[parameter] = found.value
            steps += _stand_in_steps(found, year, measure, _recorded(final.raw, before, parameter, hour, rules))
    mass = round(parts["gas"] * parts["flow"])
    assert mass == int(final.mass_mg[hour]), (mass, hour)
    steps.append(
        Step(
            "mass of the hour", "小时排放量", "40 CFR 75.33", "G = C x Q x 10^-6",
            f"{parts['gas']:.6f} x {parts['flow']:.4f} x 10^-6", kg(mass),
        )
    )  # fmt: skip
    return steps


def _recorded(
    raw: ClosedHours, before: ClosedHours | None, parameter: str, hour: int, rules: MonitoringRules
) -> tuple[int, int]:
    """How many of the running hours up to this one, at most those of the law, were quality-assured, and of how many."""
    parts = (raw,) if before is None else (before, raw)
    here = hour + 1 + (0 if before is None else len(before.status))
    columns = [part.gas_mg_m3 if parameter == "gas" else part.flow_m3_h for part in parts]
    values = np.concatenate([column for column in columns if column is not None])[:here]
    running = np.concatenate([part.status for part in parts])[:here] != states.STOPPED
    window = values[running][-rules.part75.availability_hours :]
    return int((~np.isnan(window)).sum()), len(window)


def _stand_in_steps(found: StandIn, year: int, measure: str, recorded: tuple[int, int]) -> list[Step]:
    what = ("concentration", "浓度") if found.parameter == "gas" else ("flow", "流量")
    available = available_tenths(*recorded)
    low, high = sorted(found.available_tenths)
    assert low <= available <= high, (available, found)
    looked = ""
    if found.look_back is not None:
        begin, end, count = found.look_back
        looked = f"{count} hours from {hour_text(year, begin)} to {hour_text(year, end)}"
        looked += f", load bin {found.load_bin}" if found.load_bin else ""
    hours = " and ".join(hour_text(year, each) for each in found.from_hours)
    return [
        Step(
            f"availability of the {what[0]} monitor", f"{what[1]}监测可用率", "40 CFR 75.32",
            "PMA = quality-assured hours / running hours, to 0.1 %",
            f"{recorded[0]} / {recorded[1]}; N = {found.run_hours} h", f"{available / 10:.1f} %",
        ),
        Step(
            f"what stands in for the {what[0]}", f"{what[1]}替代值", f"40 CFR 75.31, 75.33 (MODC {found.modc:02})",
            found.rule, "; ".join(each for each in (looked, hours) if each) or "maximum potential",
            f"{found.value:.6f} {measure}",
        ),
    ]  # fmt: skip


def day_steps(final: FinalHours, first_hour: int) -> list[Step]:
    """The sum of the 24 hours of a day, by how they came about."""
    return [_sum_step(final, slice(first_hour, first_hour + 24), "day", "日")]


def year_steps(final: FinalHours) -> list[Step]:
    """The sum of the hours of a year, by how they came about."""
    return [_sum_step(final, slice(0, len(final.status)), "year", "年")]


def _sum_step(final: FinalHours, span: slice, english: str, chinese: str) -> Step:
    status, mass = final.status[span], final.mass_mg[span]
    words = {states.MEASURED: "measured", states.SUBSTITUTED: "substituted", states.STOPPED: "stopped"}
    told = [
        f"{int((status == code).sum())} h {word} {kg(int(mass[status == code].sum()))}"
        for code, word in words.items()
        if (status == code).any()
    ]
    missing = int((status == states.MISSING).sum())
    total = "no mass: an hour is missing" if missing else kg(int(mass.sum()))
    told += [f"{missing} h missing"] if missing else []
    return Step(
        f"mass of the {english}", f"{chinese}排放量", "HJ 212-2017 (34)",
        "G = sum of Gh (its second 10^-6 is an erratum)", " + ".join(told), total,
    )  # fmt: skip


def kg(mass_mg: int) -> str:
    """Milligrams as kilograms, in full.

    >>> kg(69_000_123), kg(0)
    ('69.000123 kg', '0.000000 kg')
    """
    return f"{mass_mg // MG_PER_KG:,}.{mass_mg % MG_PER_KG:06d} kg"


def _from(gap: Gap, year: int) -> str:
    if gap.from_hour is None:
        return "no single hour"
    if gap.from_hour < 0:
        return f"a valid hour of {year - 1}, {-gap.from_hour} from its end"
    return f"{hour_text(year, gap.from_hour)}"


def _n(number: float) -> str:
    return f"{number:.10g}"
