"""`airshed mrv run` on the hourly readings of a simulated sector of power over four years, beside pandas on a tenth of
it and beside merely reading and writing the same Parquet.

Run alone: `PYTHONPATH=src:. python -m bench.sector [--full]` (after `scripts/bench-peers`); `--full` takes 4,622
stacks, 486 million hourly values, and 12 GB of disk, which it gives back.
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
from pathlib import Path
from threading import Event, Thread
from typing import Any

import msgspec
import polars as pl

from airshed.service.run.pool import each
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.measure import CODEC, CODEC_LEVEL
from airshed.service.stacks.recomputed import ResultSummary, hours_path, result_path

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "build" / "peers"
SEED, WORKERS = 7, 2
YEARS = "2024-2027"
#: 35,064 hours each: the size of China's power sector over four years, and what runs in a minute.
FULL, SMALL = 4_622, 150
LOOK_S = 0.5


class Copy(msgspec.Struct, frozen=True):
    """A stack-year of which the Parquet is merely read and written."""

    folder: Path
    out: Path
    year: int
    stack: str


def copied(job: Copy) -> float:
    """Seconds that it takes to read the readings and to write the hours of a stack-year, and nothing else."""
    hours = pl.read_parquet(hours_path(job.out, job.year, job.stack), hive_partitioning=False)
    begun = time.perf_counter()
    pl.read_parquet(hourly.readings_path(job.folder, job.year, job.stack), hive_partitioning=False)
    hours.write_parquet(job.out / f"copy-{job.stack}.parquet", compression=CODEC, compression_level=CODEC_LEVEL)
    return time.perf_counter() - begun


def command(*arguments: str) -> tuple[dict[str, Any], int]:
    """A command as a process of its own: what it says, with its processor time in seconds under `cpu_s`; and the sum of
    the peaks of all its processes in kB."""
    peaks: dict[int, int] = {}
    ended = Event()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([sys.executable, "-m", "airshed", *arguments, "--json"], stdout=said)
        watch = Thread(target=_watch, args=(process.pid, peaks, ended))
        watch.start()
        status = process.wait()
        ended.set()
        watch.join()
        assert status == 0, (arguments, status)
        said.seek(0)
        answer: dict[str, Any] = json.loads(said.read())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer["cpu_s"] = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return answer, sum(peaks.values())


def _watch(root: int, peaks: dict[int, int], ended: Event) -> None:
    """The highest resident memory of a process and of all that it started, as Linux tells it."""
    while not ended.wait(LOOK_S):
        family = [root]
        for pid in family:
            try:
                family += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            peaks[pid] = sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def plainly(folder: Path, out: Path) -> dict[str, Any]:
    """The pandas version on the same folder: its seconds and masses."""
    paths = os.pathsep.join(str(path) for path in (ROOT / "src", ROOT, PEERS))
    said = subprocess.run(
        [sys.executable, "-m", "bench.plain", str(folder), str(out), str(WORKERS)],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        check=True,
    )
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def tenth_of(folder: Path, into: Path) -> None:
    """Every tenth stack as a folder of its own."""
    manifest = hourly.read_manifest(folder)
    stacks = sorted({holding.stack for holding in manifest.holdings})[::10]
    few = [holding for holding in manifest.holdings if holding.stack in set(stacks)]
    for holding in few:
        for place in (hourly.readings_path, hourly.chain_path):
            path = place(into, holding.year, holding.stack)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(place(folder, holding.year, holding.stack), path)
    shutil.copy(folder / hourly.STACKS, into / hourly.STACKS)
    hourly.write_manifest(into, manifest.told, few)


def values_of(answer: dict[str, Any]) -> int:
    """Hours times pollutants of a run."""
    kinds = ("measured", "substituted", "stopped", "missing")
    return sum(total[kind] for year in answer["years"] for total in year["totals"] for kind in kinds)


def run(stacks: int) -> list[tuple[str, str]]:
    """Name and result of each measurement, as rates and as ratios within this run."""
    with tempfile.TemporaryDirectory() as made:
        place = Path(made)
        folder, out = place / "sector", place / "out"
        drawn, _ = command("simulate", "sector", "--seed", str(SEED), "--stacks", str(stacks), "--years", YEARS,
                           "--out", str(folder), "--workers", str(WORKERS))  # fmt: skip
        first, peak = command("mrv", "run", str(folder), "--out", str(out), "--workers", str(WORKERS))
        again, _ = command("mrv", "run", str(folder), "--out", str(out), "--workers", str(WORKERS))
        holdings = hourly.read_manifest(folder).holdings
        assert again["up_to_date"] == len(holdings)
        jobs = [Copy(folder, out, one.year, one.stack) for one in holdings]
        copying = sum(each(copied, jobs, WORKERS)) / WORKERS
        found = _beside_pandas(folder, out, place)
        written = sum(path.stat().st_size for path in (out / "hours").rglob("*.parquet"))
    values, seconds = values_of(first), first["seconds"]
    rate = values / seconds
    return [
        (f"sector: {stacks:,} stacks, {YEARS}, drawn and written", f"{drawn['seconds']:.1f} s, {drawn['bytes']:,} B"),
        (
            f"mrv run on readings: {len(holdings):,} stack-years, {values:,} hourly values, {WORKERS} workers",
            f"{seconds:.1f} s ({first['cpu_s']:.0f} s of processor time), {rate:,.0f} values/s, {written:,} B of hours",
        ),
        ("mrv run on readings: peaks of its processes together", f"{peak / 1024:,.0f} MB"),
        ("mrv run on readings: beside merely reading and writing the same Parquet", f"{seconds / copying:.2f} x"),
        found,
        ("mrv run on readings: again, all up to date", f"{again['seconds']:.1f} s"),
    ]


def _beside_pandas(folder: Path, out: Path, place: Path) -> tuple[str, str]:
    """Both on every tenth stack, after a look that the masses of each year and pollutant are the same."""
    if not (PEERS / "pandas").exists():
        return "mrv run on readings: beside pandas", "not measured: scripts/bench-peers did not install it"
    tenth = place / "tenth"
    tenth_of(folder, tenth)
    plain = plainly(tenth, place / "plain")
    for stack, years in plain["masses"].items():
        for year, masses in years.items():
            closed = msgspec.json.decode(result_path(out, int(year), stack).read_bytes(), type=ResultSummary)
            assert {mass.pollutant: mass.mass_mg for mass in closed.masses} == masses, (stack, year)
    ours, _ = command("mrv", "run", str(tenth), "--out", str(place / "few"), "--workers", str(WORKERS))
    return (
        f"mrv run on readings: beside pandas on a tenth, {len(plain['masses'])} stacks, same masses, as many workers",
        f"{plain['seconds'] / ours['seconds']:.1f} x as fast ({ours['seconds']:.1f} s, {plain['seconds']:.1f} s)",
    )


def main() -> None:
    """Print the measurements."""
    for name, result in run(FULL if "--full" in sys.argv else SMALL):
        print(f"{name}: {result}", flush=True)


if __name__ == "__main__":
    main()
