"""`airshed mrv run` on the stacks of the zone, beside merely reading its evidence, merely reading and writing its
Parquet, and a straightforward reader that goes hour by hour on a tenth.

Run alone: `PYTHONPATH=src:. python -m bench.hours [--country]`; `--country` recomputes as many stack-years as the
power sector of China has in four years (4,622 stacks, 18,488 stack-years), one zone-year after another, so that the
disk stays small.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from airshed.lab.stacks.episodes import read_episodes
from airshed.mrv.hj212 import Frame, decode
from airshed.mrv.readings import AIR_PRESSURE, AIR_PRESSURE_OF_FLUE_GAS
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.states import Measured, Missing
from airshed.rulebook.load import find
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.shipped import shipped
from airshed.service.stacks import evidence as files
from airshed.service.stacks.measure import CODEC, CODEC_LEVEL, simulate_zone
from airshed.zone.load import of_shipped_law
from airshed.zone.monitoring import monitoring_rules, registrations

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from naive_hours import close_hour

YEAR, SEED = 2027, 7
WORKERS = 2
#: 4,622 stacks, 35,064 hours, three pollutants.
SECTOR_VALUES = 4_622 * 35_064 * 3
SECTOR_STACK_YEARS = 4_622 * 4
LOOK_BACK = 180


def simulated(folder: Path, seed: int = SEED) -> files.EvidenceManifest:
    """A year of evidence of all stacks of the zone."""
    inventory = shipped("zones", "dianzhong")
    zone = of_shipped_law("dianzhong")
    return simulate_zone(folder, zone, YEAR, seed, episodes=read_episodes(inventory, zone), workers=WORKERS)


def run_command(evidence: Path, out: Path, workers: int = WORKERS) -> tuple[dict[str, Any], int]:
    """The command as a process of its own: what it says, and the peak of its largest process in kB."""
    command = [sys.executable, "-m", "airshed", "mrv", "run", str(evidence), "--out", str(out)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([*command, "--workers", str(workers), "--json"], stdout=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, process.returncode
        said.seek(0)
        answer: dict[str, Any] = json.loads(said.read())
    return answer, _peak(used)


def _peak(used: resource.struct_rusage) -> int:
    return used.ru_maxrss if sys.platform != "darwin" else used.ru_maxrss // 1024


def hour_by_hour(
    evidence: Path, holding: files.EvidenceHolding, stack: StackRegistration, rules: MonitoringRules
) -> dict[str, int]:
    """The peer: every frame decoded, every hour closed by itself, a gap filled by the highest of the last valid hours.

    Hours measured per pollutant. It checks no chain, writes nothing, and knows neither tiers nor limits.
    """
    hours: dict[str, dict[str, tuple[float, str]]] = {}
    for month in files.months_of(YEAR):
        for raw in files.read_month(evidence, holding.stack, month):
            frame = decode(raw)
            assert isinstance(frame, Frame)
            hours[frame.field("DataTime") or ""] = {
                AIR_PRESSURE if reading.code == AIR_PRESSURE_OF_FLUE_GAS else reading.code: (
                    float(reading.values["avg"]),
                    reading.flag or "",
                )
                for reading in frame.readings
            }
    measured = dict.fromkeys(stack.pollutants, 0)
    for pollutant in stack.pollutants:
        valid: deque[int] = deque(maxlen=LOOK_BACK)
        total = 0
        for stamp in sorted(hours):
            closed = close_hour(stack, hours[stamp], rules, pollutant)
            if isinstance(closed, Measured):
                valid.append(closed.mass_mg)
                measured[pollutant] += 1
                total += closed.mass_mg
            elif isinstance(closed, Missing):
                total += max(valid, default=0)
    return measured


def tenth_of(evidence: Path, manifest: files.EvidenceManifest, folder: Path) -> files.EvidenceManifest:
    """Every tenth stack as evidence of its own."""
    few = msgspec.structs.replace(manifest, stacks=manifest.stacks[::10])
    for holding in few.stacks:
        shutil.copytree(evidence / holding.stack, folder / holding.stack)
    files.write_record(folder / files.MANIFEST, few)
    return few


def run() -> list[tuple[str, str]]:
    """Name and result of each measurement, as rates and as ratios within this run."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        evidence, out = place / "evidence", place / "out"
        manifest = simulated(evidence)
        first, peak = run_command(evidence, out)
        again, _ = run_command(evidence, out)
        assert again["up_to_date"] == len(manifest.stacks)
        seconds = first["seconds"]
        paths = sorted((out / "hours").rglob("*.parquet"))
        values = sum(pl.scan_parquet(path).select(pl.len()).collect().item() for path in paths)
        begun = time.perf_counter()
        for path in paths:
            pl.read_parquet(path).write_parquet(
                place / "copy.parquet", compression=CODEC, compression_level=CODEC_LEVEL
            )
        copying = time.perf_counter() - begun
        begun = time.perf_counter()
        for holding in manifest.stacks:
            for month in files.read_chain(evidence, holding, YEAR).months:
                files.read_month(evidence, holding.stack, month.month, month)
        reading = time.perf_counter() - begun
        tenth = place / "tenth"
        few = tenth_of(evidence, manifest, tenth)
        alone, _ = run_command(tenth, place / "few", workers=1)
        zone, rules = of_shipped_law("dianzhong"), monitoring_rules(load_rules(find("dianzhong")))
        known = registrations(zone)
        begun = time.perf_counter()
        measured = sum(
            sum(hour_by_hour(tenth, holding, known[holding.stack], rules).values()) for holding in few.stacks
        )
        plain = time.perf_counter() - begun
        assert measured == sum(total["measured"] for total in alone["years"][0]["totals"])
    stacks = len(manifest.stacks)
    sector = SECTOR_VALUES / (values / seconds) / 60
    return [
        (f"mrv run: {stacks} stack-years, {values:,} hourly values, {WORKERS} workers", f"{seconds:.1f} s"),
        ("mrv run: hourly values from raw frames", f"{values / seconds:,.0f}/s; {SECTOR_VALUES:,} in {sector:.0f} min"),
        ("mrv run: peak of its largest process", f"{peak / 1024:,.0f} MB, {WORKERS + 1} processes"),
        ("mrv run: beside one process that merely unpacks and checks the evidence", f"{seconds / reading:.1f} x"),
        ("mrv run: beside one process that merely reads and writes its Parquet", f"{seconds / copying:.1f} x"),
        (
            f"mrv run: one worker beside a reader hour by hour, {len(few.stacks)} stacks, same hours measured",
            f"{plain / alone['seconds']:.1f} x as fast ({alone['seconds']:.1f} s, {plain:.1f} s)",
        ),
        ("mrv run: again, all up to date", f"{again['seconds']:.2f} s, {seconds / again['seconds']:.0f} x as fast"),
    ]


def full(stack_years: int = SECTOR_STACK_YEARS) -> tuple[str, str]:
    """Zone-years one after another until so many stack-years are recomputed; making the evidence is not counted."""
    done = values = peak = 0
    seconds = 0.0
    with tempfile.TemporaryDirectory() as made:
        while done < stack_years:
            evidence, out = Path(made) / f"evidence-{done}", Path(made) / f"out-{done}"
            simulated(evidence, SEED + done)
            answer, highest = run_command(evidence, out)
            for path in (out / "hours").rglob("*.parquet"):
                values += pl.scan_parquet(path).select(pl.len()).collect().item()
            done, seconds = done + answer["years"][0]["stacks"], seconds + answer["seconds"]
            peak = max(peak, highest)
            shutil.rmtree(evidence)
            shutil.rmtree(out)
    return (
        f"mrv run: {done:,} stack-years, {values:,} hourly values, {WORKERS} workers",
        f"{seconds / 60:.1f} min, largest process {peak / 1024:,.0f} MB",
    )


def main() -> None:
    """Print the measurements."""
    for name, result in run():
        print(f"{name}: {result}", flush=True)
    if "--country" in sys.argv:
        print(": ".join(full()))


if __name__ == "__main__":
    main()
