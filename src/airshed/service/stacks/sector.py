"""Folders of hourly readings: read from evidence, or of a simulated sector. One stack after the other, on a pool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec

from airshed.lab.stacks.sector import MOST_STACKS, sector_stack
from airshed.lab.stacks.stacks import readings
from airshed.model.provenance import Told, of_evidence, together
from airshed.model.refusal import Malformed
from airshed.service.run.lock import LOCK, only_writer
from airshed.service.run.parts import PARTS, sweep
from airshed.service.run.pool import each
from airshed.service.stacks import evidence as files
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.measure import Progress, read_readings

MOST_YEARS = 30
"""Of a simulated sector in one folder: a generation of plants."""


class ReadJob(msgspec.Struct, frozen=True):
    """All that a worker needs to read a stack's year of evidence and write its readings."""

    evidence: Path
    holding: files.EvidenceHolding
    year: int
    out: Path
    provenance: Told


class DrawJob(msgspec.Struct, frozen=True):
    """All that a worker needs to draw the years of one simulated stack and write its readings."""

    number: int
    years: tuple[int, ...]
    seed: int
    out: Path


def read_stack(job: ReadJob) -> hourly.YearOfReadings:
    """Read the evidence of one stack's year, checked against its chain, and write its readings."""
    return hourly.write_readings(
        job.out, job.holding.stack, read_readings(job.evidence, job.holding, job.year), job.provenance
    )


def draw_stack(job: DrawJob) -> tuple[hourly.YearOfReadings, ...]:
    """Draw the years of one simulated stack and write its readings."""
    stack, _ = sector_stack(job.seed, job.number)
    return tuple(
        hourly.write_readings(job.out, stack.stack, readings(stack, year, job.seed), of_evidence(job.seed))
        for year in job.years
    )


def readings_of_evidence(
    evidence: Path, out: Path, *, workers: int | None = None, progress: Progress | None = None
) -> tuple[hourly.YearOfReadings, ...]:
    """Read a folder of evidence into a folder of readings; years that are there already stay, so that one folder takes
    year after year.

    `Malformed` when it holds a stack's year already, and as `read_readings` for evidence that is missing or changed.
    """
    if evidence.resolve() in (out.resolve(), *out.resolve().parents):
        raise Malformed("--out", f"{out} lies in the evidence", "name a folder outside of it")
    manifest = files.read_manifest(evidence)
    with only_writer(out, "mrv readings"):
        there = hourly.read_manifest(out) if (out / hourly.MANIFEST).is_file() else None
        _only_readings(out)
        held = {(one.stack, one.year) for one in there.holdings} if there else set()
        for one in manifest.stacks:
            if (one.stack, manifest.year) in held:
                what = f"{out} holds {one.stack} in {manifest.year} already"
                raise Malformed("--out", what, "name another folder; readings are only added")
        jobs = [ReadJob(evidence, holding, manifest.year, out, manifest.told) for holding in manifest.stacks]
        done = tuple(each(read_stack, jobs, workers, progress and (lambda job: progress(job.holding.stack))))
        both = together([*([there.told] if there else []), manifest.told])
        hourly.write_manifest(out, both, (*(there.holdings if there else ()), *done))
        sweep(out)
    return done


def simulate_sector(
    out: Path,
    stacks: int,
    years: Sequence[int],
    seed: int,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[hourly.YearOfReadings, ...]:
    """Write the readings of a simulated sector of power, `stacks` stacks over `years`, into an empty folder.

    The same seed gives the same bytes on however many workers; a stack is the same whatever others there are.
    """
    assert 1 <= stacks <= MOST_STACKS, stacks
    assert 1 <= len(years) <= MOST_YEARS, years
    files.prepare(out)
    with only_writer(out, "simulate sector"):
        hourly.write_registrations(out, [sector_stack(seed, number)[1] for number in range(1, stacks + 1)])
        jobs = [DrawJob(number, tuple(years), seed, out) for number in range(1, stacks + 1)]
        told = progress and partial(_told, progress)
        drawn: Iterator[tuple[hourly.YearOfReadings, ...]] = each(draw_stack, jobs, workers, told)
        done = tuple(holding for own in drawn for holding in own)
        hourly.write_manifest(out, of_evidence(seed), done)
        sweep(out)
    return done


def _only_readings(out: Path) -> None:
    """Readings are not mixed with anything else; what an earlier try left unfinished is theirs."""
    own = {hourly.MANIFEST, hourly.STACKS, hourly.READINGS, hourly.CHAINS, PARTS, LOCK}
    for name in sorted(path.name for path in out.iterdir()):
        if name not in own:
            raise Malformed("--out", f"{out} holds {name}, which is none of readings", "name a folder for readings")


def _told(progress: Progress, job: DrawJob) -> None:
    progress(str(job.number))
