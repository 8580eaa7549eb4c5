"""The peer of `airshed mrv run` on hourly readings: what an analyst writes in pandas, a stack and a year at a time.

It reads the same Parquet, closes the hours, fills gaps by the tiers of HJ 75 with the year before, adds up days and
writes hours; it checks no digest, compares with no limit, finds nothing and writes no result. The masses are the same
to the milligram. `PYTHONPATH=src:.:build/peers python -m bench.plain DIR OUT WORKERS` prints them as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from airshed.mrv.flue_gas import altitude_pressure_pa
from airshed.mrv.readings import POLLUTANT_CODES
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.rulebook.load import find
from airshed.rulebook.load import load as load_rules
from airshed.service.stacks import reading_files as hourly
from airshed.zone.monitoring import monitoring_rules

NORMAL, STOPPED, CALIBRATING = ord("N"), ord("F"), ord("C")
BOUNDS = {"a01011": (0, 100), "a01012": (-50, 1_200), "a01013": (-30, 30), "a01014": (0, 60), "a19001": (0, 25)}
MOST_MG_M3 = 100_000

Masses = dict[str, dict[int, dict[str, int]]]


def hours_of(readings: pd.DataFrame, stack: StackRegistration, rules: MonitoringRules, pollutant: str) -> pd.DataFrame:
    """State and mass of every hour of one pollutant, before substitution."""
    code = POLLUTANT_CODES[pollutant]
    mean = {name: readings[f"{name}-Avg"] for name in (*BOUNDS, code, "i23001")}
    flag = {name: readings[f"{name}-Flag"] for name in mean}
    valid = readings["framed"] & flag[code].eq(NORMAL) & mean[code].between(0, MOST_MG_M3)
    for name, (low, high) in BOUNDS.items():
        valid &= flag[name].eq(NORMAL) & mean[name].between(low, high)
    burning = mean["a01011"].gt(0) & mean["a19001"].lt(rules.idle_oxygen_percent)
    stopped = readings["framed"] & flag["a01011"].eq(STOPPED) & flag[code].ne(NORMAL) & ~burning
    there = altitude_pressure_pa(stack.altitude_m)
    air = mean["i23001"] * 1_000
    fits = flag["i23001"].eq(NORMAL) & (air - there).abs().le(there * rules.pressure_tolerance_basis_points / 10_000)
    air = air.where(fits, there)
    flow = 3_600.0 * stack.duct_area_m2 * (stack.velocity_coefficient * mean["a01011"])
    flow = flow * 273.0 / (273.0 + mean["a01012"]) * (air + mean["a01013"] * 1_000) / 101_325.0
    flow = flow * (1.0 - mean["a01014"] / 100)
    return pd.DataFrame(
        {
            "hour": readings["hour"],
            "valid": valid,
            "stopped": stopped & ~valid,
            "calibrating": ~valid & ~stopped & readings["framed"] & flag[code].eq(CALIBRATING),
            "mg_m3": mean[code].where(valid),
            "oxygen_percent": mean["a19001"].where(valid),
            "raw_mass_mg": (mean[code] * flow).round().where(valid),
        }
    )


def filled(hours: pd.DataFrame, before: pd.Series | None, rules: MonitoringRules) -> pd.DataFrame:
    """The hours with what the tiers of HJ 75 put in the place of missing ones."""
    quarter = hours["hour"].dt.quarter
    running = (~hours["stopped"]).groupby(quarter).transform("sum")
    capture = hours["valid"].groupby(quarter).transform("sum") * 10_000
    own = hours.loc[hours["valid"], "raw_mass_mg"]
    history = own if before is None else pd.concat([before, own])
    alive = hours.loc[~hours["stopped"]]
    missing = ~alive["valid"]
    run = missing.ne(missing.shift()).cumsum()
    gaps = pd.DataFrame({"run": run, "calibrating": alive["calibrating"], "place": alive.index})[missing]
    grouped = gaps.groupby("run")
    first = grouped["place"].transform("first")
    length = grouped["place"].transform("size")
    failed = grouped["calibrating"].transform("any")
    calibrations = pd.Series(hours.index, hours.index).where(hours["calibrating"]).ffill().shift()
    last_calibration = calibrations.reindex(first).set_axis(gaps.index)
    end = first.where(~failed | last_calibration.isna(), last_calibration).astype("int64")

    mass = hours["raw_mass_mg"].copy()
    for tier in reversed(rules.tiers):
        highest = history.rolling(tier.look_back_hours, min_periods=1).max()
        # What is known right before an hour: of this year, else of the last valid hour of the year before.
        known = highest.loc[highest.index >= 0].reindex(hours.index).ffill().shift()
        if before is not None and len(before):
            known = known.fillna(highest.loc[highest.index < 0].iloc[-1])
        applies = capture.loc[gaps.index] >= tier.capture_from_basis_points * running.loc[gaps.index]
        if tier.longest_hours is not None:
            applies &= length <= tier.longest_hours
        value = known.reindex(end).set_axis(gaps.index)
        mass.loc[gaps.index[applies]] = value[applies]
    open_hours = gaps.index[mass.loc[gaps.index].isna()]
    if len(open_hours) and rules.determination_basis_points is not None and len(own):
        mass.loc[open_hours] = (int(own.max()) * rules.determination_basis_points + 5_000) // 10_000
    return hours.assign(mass_mg=mass, substituted=~hours["valid"] & ~hours["stopped"] & mass.notna())


def years_of(
    stack: StackRegistration, years: list[int], folder: Path, out: Path, rules: MonitoringRules
) -> dict[int, dict[str, int]]:
    """The years of one stack: hours on disk, and the mass of each year and pollutant in mg."""
    before: dict[str, pd.Series] = {}
    masses: dict[int, dict[str, int]] = {}
    for year in years:
        readings = pd.read_parquet(hourly.readings_path(folder, year, stack.stack), engine="pyarrow")
        tables = []
        earlier = before if year - 1 in masses else {}
        before, masses[year] = {}, {}
        for pollutant in stack.pollutants:
            raw = hours_of(readings, stack, rules, pollutant)
            final = filled(raw, earlier.get(pollutant), rules)
            by_day = final["mass_mg"].groupby(final["hour"].dt.date).sum()
            masses[year][pollutant] = int(by_day.sum())
            own = raw.loc[raw["valid"], "raw_mass_mg"]
            before[pollutant] = own.set_axis(own.index - len(raw))
            tables.append(final.assign(pollutant=pollutant))
        path = out / f"year={year}" / f"stack={stack.stack}"
        path.mkdir(parents=True)
        pd.concat(tables).to_parquet(path / "hours.parquet", engine="pyarrow", compression="zstd", index=False)
    return masses


def main() -> None:
    """Print seconds and masses."""
    folder, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    rules = monitoring_rules(load_rules(find("dianzhong")))
    known = hourly.read_registrations(folder)
    years: dict[str, list[int]] = {}
    for holding in hourly.read_manifest(folder).holdings:
        years.setdefault(holding.stack, []).append(holding.year)
    begun = time.perf_counter()
    work = partial(years_of, folder=folder, out=out, rules=rules)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        done = pool.map(work, [known[stack] for stack in years], [sorted(own) for own in years.values()])
        masses: Masses = dict(zip(years, done, strict=True))
    print(json.dumps({"seconds": time.perf_counter() - begun, "masses": masses}))


if __name__ == "__main__":
    main()
