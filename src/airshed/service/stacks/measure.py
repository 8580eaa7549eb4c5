"""From evidence on disk to sealed days, a stack at a time, and from a simulated zone to evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from airshed.lab.stacks.episodes import Episode, episodes_of
from airshed.lab.stacks.operation import month_of_hours
from airshed.lab.stacks.stacks import Levels, simulate
from airshed.model.near import near
from airshed.model.period import days_of
from airshed.model.provenance import Told, of_evidence
from airshed.model.refusal import Malformed
from airshed.mrv.days import day_chain
from airshed.mrv.flue_gas import Floats
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.hj212.rows import HourRows
from airshed.mrv.marks import HoursMark
from airshed.mrv.readings import AIR_PRESSURE, AIR_PRESSURE_OF_FLUE_GAS, FACTORS, FLOW, FURTHER_GASES, StackReadings
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.spans import hours_in
from airshed.mrv.substitution import FinalHours
from airshed.mrv.year import StackYear, close_year, close_year_with_hours
from airshed.mrv.year_from_frames import TOTALS, told_year
from airshed.service.run.pool import Crew, each
from airshed.service.stacks import evidence as files
from airshed.zone.monitoring import registrations
from airshed.zone.zone import Stack, Zone

Marks = Mapping[str, Sequence[HoursMark]]
"""The operator's marks that stand, by stack."""
Progress = Callable[[str], None]
"""Told the name of each stack that is done."""

CODES = (*FACTORS, *FURTHER_GASES, FLOW, AIR_PRESSURE_OF_FLUE_GAS)
CODEC: Literal["zstd"] = "zstd"
CODEC_LEVEL = 1
"""Of hours and readings in Parquet: the cheapest level, for level 3 takes a quarter longer and saves 1 to 4 %."""


class StackTruth(msgspec.Struct, frozen=True):
    """What a simulated stack really emitted, kg per pollutant, and what was done to its monitor."""

    stack: str
    true_kg: Mapping[str, float]
    episodes: tuple[Episode, ...]


class Truth(msgspec.Struct, frozen=True):
    """What only a simulation knows; a verifier does not see it."""

    year: int
    seed: int
    stacks: tuple[StackTruth, ...]


class SimulateJob(msgspec.Struct, frozen=True):
    """All that a worker needs to write one stack's year."""

    folder: Path
    stack: Stack
    year: int
    seed: int
    levels: Levels
    episodes: tuple[Episode, ...]


class MeasureJob(msgspec.Struct, frozen=True):
    """All that a worker needs to read and close one stack's year."""

    folder: Path
    holding: files.EvidenceHolding
    year: int
    registration: StackRegistration
    rules: MonitoringRules
    #: What the evidence is.
    provenance: Told
    #: Where to put the stack's hours as Parquet; None for nowhere.
    hours: Path | None = None
    #: The operator's marks that stand.
    marks: tuple[HoursMark, ...] = ()


def simulate_stack(job: SimulateJob) -> tuple[files.EvidenceHolding, StackTruth]:
    """Write the evidence of one simulated stack's year."""
    stack = job.stack.stack
    made = simulate(job.stack, job.year, job.seed, job.levels, job.episodes)
    bounds = np.searchsorted(month_of_hours(job.year)[made.hours], np.arange(13))
    months = tuple(
        files.write_month(job.folder, stack, month, made.frames[bounds[place] : bounds[place + 1]])
        for place, month in enumerate(files.months_of(job.year))
    )
    raw = [frame[:-2] for frame in made.frames]
    days = day_chain(raw, made.hours // 24, job.year)
    files.write_record(job.folder / stack / files.CHAIN, files.EvidenceChain(stack, job.year, months, days))
    files.sync([job.folder / stack])
    holding = files.EvidenceHolding(stack, len(raw), sum(month.bytes for month in months), days[-1])
    return holding, StackTruth(stack, made.true_kg, job.episodes)


def simulate_zone(
    folder: Path,
    zone: Zone,
    year: int,
    seed: int,
    *,
    episodes: Sequence[Episode] = (),
    stacks: Sequence[str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    workers: int | Crew | None = None,
    progress: Progress | None = None,
) -> files.EvidenceManifest:
    """Write a simulated year of evidence for the stacks of a zone (or those named) into an empty folder.

    `levels` gives per stack and pollutant the steps by which its emission changes in the year.
    """
    chosen = chosen_stacks(zone, stacks)
    files.prepare(folder)
    jobs = [
        SimulateJob(folder, stack, year, seed, (levels or {}).get(stack.stack, {}), episodes_of(episodes, stack.stack))
        for stack in chosen
    ]
    done = list(each(simulate_stack, jobs, workers, progress and (lambda job: progress(job.stack.stack))))
    manifest = files.EvidenceManifest(
        format=files.FORMAT,
        year=year,
        seed=seed,
        provenance=of_evidence(seed),
        stacks=tuple(holding for holding, _ in done),
    )
    files.write_record(folder / files.TRUTH, Truth(year, seed, tuple(truth for _, truth in done)))
    files.write_record(folder / files.MANIFEST, manifest)
    files.sync([folder])
    return manifest


def chosen_stacks(zone: Zone, names: Sequence[str] | None) -> tuple[Stack, ...]:
    """The stacks of these names in the order of the inventory; all when None. `Malformed` for one that is not there."""
    known = [stack.stack for stack in zone.stacks]
    for name in names or ():
        if name not in known:
            raise Malformed("stacks", f"no such stack {name!r} in {zone.name_en}", near(name, known))
    return tuple(stack for stack in zone.stacks if names is None or stack.stack in names)


def measure_stack(job: MeasureJob) -> StackYear:
    """Read the evidence of one stack's year and close it."""
    readings = read_readings(job.folder, job.holding, job.year)
    if job.hours is None:
        return close_year(job.registration, readings, job.rules, marks=job.marks)
    closed, hours = close_year_with_hours(job.registration, readings, job.rules, marks=job.marks)
    job.hours.mkdir(parents=True, exist_ok=True)
    path = job.hours / f"{job.registration.stack}.parquet"
    part = path.with_suffix(".part")
    write_hours(part, job.year, hours, job.provenance)
    part.replace(path)
    return closed


def measure_zone(
    folder: Path,
    zone: Zone,
    rules: MonitoringRules,
    *,
    hours: Path | None = None,
    marks: Marks | None = None,
    stacks: Sequence[str] | None = None,
    workers: int | Crew | None = None,
    progress: Progress | None = None,
) -> Iterator[StackYear]:
    """The closed years of all stacks in a folder of evidence (or of those named), in the order of its manifest.

    `marks` gives per stack the operator's marks that stand.
    With `hours` the final hours of each stack are written there as `STACK.parquet`. `Malformed` names the first
    file that is missing, cut, or not the one that the manifest pins.
    """
    jobs = [
        job for job in measure_jobs(folder, zone, rules, hours, marks) if stacks is None or job.holding.stack in stacks
    ]
    return each(measure_stack, jobs, workers, progress and (lambda job: progress(job.holding.stack)))


def truth_in(folder: Path) -> tuple[Episode, ...]:
    """What was made to happen to the stacks of a folder of simulated evidence; nothing where it does not say."""
    path = folder / files.TRUTH
    if not path.is_file():
        return ()
    try:
        truth = msgspec.json.decode(path.read_bytes(), type=Truth)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(str(path), f"cannot be read ({error})", "restore it from a copy") from None
    return tuple(episode for stack in truth.stacks for episode in stack.episodes)


def measure_jobs(
    folder: Path, zone: Zone, rules: MonitoringRules, hours: Path | None = None, marks: Marks | None = None
) -> list[MeasureJob]:
    """One job per stack of a folder of evidence, in the order of its manifest; `Malformed` for a stack of elsewhere."""
    manifest = files.read_manifest(folder)
    known = registrations(zone)
    for holding in manifest.stacks:
        if holding.stack not in known:
            raise Malformed(
                str(folder / files.MANIFEST), f"no such stack {holding.stack!r} in {zone.name_en}", "name its own zone"
            )
    return [
        MeasureJob(
            folder,
            holding,
            manifest.year,
            known[holding.stack],
            rules,
            manifest.told,
            hours,
            tuple((marks or {}).get(holding.stack, ())),
        )
        for holding in manifest.stacks
    ]


def read_readings(folder: Path, holding: files.EvidenceHolding, year: int) -> StackReadings:
    """The readings of a stack's year with the evidence digest of each day, all checked against the chain on disk."""
    chain = files.read_chain(folder, holding, year)
    frames: list[bytes] = []
    for month in chain.months:
        frames += files.read_month(folder, holding.stack, month.month, month)
    rows = hour_rows(frames, CODES, totals=TOTALS)
    at = np.full(len(frames), -1, np.int64)
    at[rows.position] = (rows.hour.astype("datetime64[D]") - np.datetime64(f"{year:04}-01-01")).astype(np.int64)
    days = day_chain(frames, at, year)
    if days != chain.days:
        first = next((day for day, a, b in zip(days_of(year), days, chain.days, strict=False) if a != b), "its end")
        raise Malformed(
            str(folder / holding.stack / files.CHAIN),
            f"from {first} on the digests are not those of the frames",
            "restore the chain and the months from one copy",
        )
    return told_year(year, rows, means=_with_air_pressure(rows), evidence=days)


def _with_air_pressure(rows: HourRows) -> dict[str, Floats]:
    """Air pressure by whichever code the device sends; i23001 goes first. Changes the flags of `rows` with it."""
    means = dict(rows.avg)
    other = means.pop(AIR_PRESSURE_OF_FLUE_GAS)
    other_flags = rows.flag.pop(AIR_PRESSURE_OF_FLUE_GAS)
    silent = np.isnan(means[AIR_PRESSURE]) & (rows.flag[AIR_PRESSURE] == "")
    means[AIR_PRESSURE] = np.where(silent, other, means[AIR_PRESSURE])
    rows.flag[AIR_PRESSURE] = np.where(silent, other_flags, rows.flag[AIR_PRESSURE])
    return means


def write_hours(path: Path, year: int, hours: Mapping[str, FinalHours], provenance: Told) -> None:
    """The hours of a stack, one row per hour and pollutant: status before and after, why, mass before and after.

    What they are stands in the metadata of the schema. The bytes depend on that and the hours alone, not on what the
    process did before, for one version of Polars.
    """
    import polars as pl

    finals = list(hours.values())
    raws = [final.raw for final in finals]
    columns = {
        "raw_status": np.concatenate([raw.status for raw in raws]),
        "why": np.concatenate([raw.why for raw in raws]),
        "raw_mass_mg": np.concatenate([raw.mass_mg for raw in raws]),
        "mg_m3": np.concatenate([raw.measured_mg_m3 for raw in raws]),
        "oxygen_percent": np.concatenate([raw.oxygen for raw in raws]),
        "status": np.concatenate([final.status for final in finals]),
        "mass_mg": np.concatenate([final.mass_mg for final in finals]),
    }
    series = [*_keys(year, tuple(hours)), *(pl.Series(name, column) for name, column in columns.items())]
    said = {"provenance": msgspec.json.encode(provenance).decode()}
    pl.DataFrame(series).write_parquet(path, compression=CODEC, compression_level=CODEC_LEVEL, metadata=said)


@lru_cache(maxsize=16)
def _keys(year: int, pollutants: tuple[str, ...]) -> tuple[Any, Any]:
    """The columns that stacks with the same pollutants have alike: hour and pollutant."""
    import polars as pl

    start = np.datetime64(f"{year:04}-01-01T00", "h") + np.arange(hours_in(year))
    names = [pl.Series("pollutant", [pollutant]).new_from_index(0, len(start)) for pollutant in pollutants]
    return pl.Series("hour", np.tile(start.astype("datetime64[ms]"), len(pollutants))), pl.concat(names).rechunk()
