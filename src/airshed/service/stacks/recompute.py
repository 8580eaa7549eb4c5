"""Evidence or hourly readings to hours, stack-years and their sum, on this machine or on a cluster, to the same bytes.

What is written where stands in `service.recomputed`. One stack with all its years is one job, so memory is bounded by a
stack and not by the input; a stack-year that is whole and from the same inputs is not computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from airshed.model.near import near
from airshed.model.provenance import Told
from airshed.model.refusal import Malformed
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.marks import HoursMark
from airshed.mrv.readings import StackReadings
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.year import close_year_with_hours
from airshed.service.run.cluster import each_on_cluster
from airshed.service.run.lock import only_writer, still_writes
from airshed.service.run.parts import put, sweep, whole
from airshed.service.run.pool import each
from airshed.service.stacks import evidence as files
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.measure import MeasureJob, Progress, measure_jobs, read_readings, write_hours
from airshed.service.stacks.recomputed import (
    Inputs,
    Made,
    Recomputed,
    code_digest,
    hours_path,
    kept,
    put_made,
    result_of,
    result_path,
    stacks_there,
    sum_of,
    summary_path,
)
from airshed.service.stacks.stack_folder import YearMarks
from airshed.service.stacks.totals import YearSummary, sum_up
from airshed.zone.monitoring import registrations
from airshed.zone.zone import Zone

Job = TypeVar("Job", "RecomputeJob", "ReadingsJob")


class RecomputeJob(msgspec.Struct, frozen=True):
    """All that a worker needs to recompute one stack's year of evidence into `out`."""

    measure: MeasureJob
    out: Path
    #: The code of the one who asks; a worker with other code refuses.
    code: str
    #: The run that `out` belongs to (`lock.only_writer`); empty when nobody else can write there.
    run: str = ""

    @property
    def stack(self) -> str:
        """Which one."""
        return self.measure.holding.stack


class ReadingsJob(msgspec.Struct, frozen=True):
    """All that a worker needs to recompute the years of one stack from its readings into `out`."""

    folder: Path
    stack: str
    #: Its years, in order of time.
    holdings: tuple[hourly.YearOfReadings, ...]
    registration: StackRegistration
    rules: MonitoringRules
    out: Path
    #: What the folder says that it holds, for chains that do not say it.
    provenance: Told
    #: As in `RecomputeJob`.
    code: str
    run: str = ""
    #: The operator's marks that stand, by year.
    marks: Mapping[int, tuple[HoursMark, ...]] = msgspec.field(default_factory=dict)


def recompute_stack(job: RecomputeJob) -> tuple[Recomputed, ...]:
    """Recompute one stack's year of evidence, unless what lies there is whole and from the same inputs.

    May be run twice, also at once: every file gets its name when it is whole, and both have the same bytes.
    """
    measure, year = job.measure, job.measure.year
    _same_code(job.code)
    inputs = _inputs(measure, job.code)
    there = kept(job.out, year, job.stack, inputs)
    if there is None:
        readings = read_readings(measure.folder, measure.holding, year)
        there, _ = _close(
            job, measure.registration, readings, measure.rules, inputs, None, measure.marks, measure.provenance
        )
    return (there,)


def recompute_readings_of(job: ReadingsJob) -> tuple[Recomputed, ...]:
    """Recompute the years of one stack from its readings; each looks back on the year before where that is there.

    As `recompute_stack` otherwise.
    """
    _same_code(job.code)
    done: list[Recomputed] = []
    earlier: _Earlier | None = None
    for holding in job.holdings:
        if earlier is not None and earlier.holding.year != holding.year - 1:
            earlier = None
        chain = hourly.read_chain(job.folder, holding)
        content = hourly.read_content(job.folder, chain)
        told = chain.provenance or job.provenance
        chains = holding.chain + (earlier.holding.chain if earlier else "") + _said(told)
        marks = job.marks.get(holding.year, ())
        rules = _rules_sum(job.rules, job.registration, (*job.marks.get(holding.year - 1, ()), *marks))
        inputs = Inputs(next(reversed(chain.days), ""), sha256(chains.encode()).hexdigest(), rules, job.code)
        there = kept(job.out, holding.year, job.stack, inputs)
        raw: Mapping[str, ClosedHours] | None = None
        if there is None:
            readings = hourly.read_readings(job.folder, chain, content)
            before = earlier.closed(job) if earlier else None
            there, raw = _close(job, job.registration, readings, job.rules, inputs, before, marks, told)
        done.append(there)
        earlier = _Earlier(holding, chain, content, raw)
    return tuple(done)


def recompute(
    folder: Path,
    zone: Zone,
    rules: MonitoringRules,
    out: Path,
    *,
    marks: YearMarks | None = None,
    stacks: Collection[str] = (),
    workers: int | None = None,
    cluster: str = "",
    progress: Progress | None = None,
) -> tuple[YearSummary, int]:
    """Recompute the stacks in a folder of evidence; the summary, and how many stacks were up to date.

    All of them, or those that `stacks` names; `Malformed` where one of these is not there. `marks` gives the operator's
    marks that stand, by stack and year.

    On a pool of `workers`, or on the cluster at an address, whose workers must see both folders under these paths.
    `Malformed` names the first file that is missing, cut or changed; stacks that are done stay done.
    """
    folder, out = _places(folder, out, cluster)
    year = files.read_manifest(folder).year
    standing = {stack: by_year.get(year, ()) for stack, by_year in (marks or {}).items()}
    jobs = [RecomputeJob(measure, out, code_digest()) for measure in measure_jobs(folder, zone, rules, marks=standing)]
    jobs = _only(jobs, stacks, folder)
    wanted = {year: {job.stack for job in jobs}}
    (summary,), done = _run(recompute_stack, jobs, out, wanted, bool(stacks), workers, cluster, progress)
    return summary, done


def recompute_readings(
    folder: Path,
    zone: Zone,
    rules: MonitoringRules,
    out: Path,
    *,
    marks: YearMarks | None = None,
    stacks: Collection[str] = (),
    workers: int | None = None,
    cluster: str = "",
    progress: Progress | None = None,
) -> tuple[tuple[YearSummary, ...], int]:
    """Recompute stacks and their years in a folder of readings; the summary of each year, and how many stack-years were
    up to date.

    Registrations that lie with the readings go before those of the zone. As `recompute` otherwise.
    """
    folder, out = _places(folder, out, cluster)
    known = {**registrations(zone), **hourly.read_registrations(folder)}
    by_stack: dict[str, list[hourly.YearOfReadings]] = {}
    manifest = hourly.read_manifest(folder)
    for holding in manifest.holdings:
        if holding.stack not in known:
            place = str(folder / hourly.MANIFEST)
            raise Malformed(place, f"no such stack {holding.stack!r} in {zone.name_en}", "name its own zone")
        by_stack.setdefault(holding.stack, []).append(holding)
    code = code_digest()
    jobs = [
        ReadingsJob(
            folder,
            stack,
            tuple(sorted(own, key=lambda one: one.year)),
            known[stack],
            rules,
            out,
            manifest.told,
            code,
            marks=(marks or {}).get(stack, {}),
        )
        for stack, own in by_stack.items()
    ]
    jobs = _only(jobs, stacks, folder)
    wanted: dict[int, set[str]] = {}
    for job in jobs:
        for holding in job.holdings:
            wanted.setdefault(holding.year, set()).add(job.stack)
    return _run(recompute_readings_of, jobs, out, wanted, bool(stacks), workers, cluster, progress)


def _only(jobs: list[Job], stacks: Collection[str], folder: Path) -> list[Job]:
    """The jobs of the stacks that are asked for; all where none are."""
    there = {job.stack for job in jobs}
    for name in stacks:
        if name not in there:
            raise Malformed("--stacks", f"{folder} holds no stack {name!r}", near(name, sorted(there)))
    return [job for job in jobs if not stacks or job.stack in stacks]


def _run(
    work: Callable[[Job], tuple[Recomputed, ...]],
    jobs: Sequence[Job],
    out: Path,
    wanted: Mapping[int, set[str]],
    chosen: bool,
    workers: int | None,
    cluster: str,
    progress: Progress | None,
) -> tuple[tuple[YearSummary, ...], int]:
    def told(job: Job) -> None:
        if progress:
            progress(job.stack)

    with only_writer(out, "mrv run") as run:
        jobs = [msgspec.structs.replace(job, run=run) for job in jobs]
        lacks = "which --stacks does not name" if chosen else "which the evidence does not"
        before = {year: stacks_there(out, year, stacks, lacks) for year, stacks in wanted.items()}
        sweep(out)
        done = each_on_cluster(cluster, work, jobs, told) if cluster else _local(work, jobs, workers, told)
        summaries, up_to_date = sum_up((one for stack in done for one in stack), before)
        for summary in summaries:
            content = msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n"
            put(out, summary_path(out, summary.year), content)
        sweep(out)
    return summaries, up_to_date


def _places(folder: Path, out: Path, cluster: str) -> tuple[Path, Path]:
    if folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise Malformed("--out", f"{out} lies in the evidence", "name a folder outside of it")
    return (folder.resolve(), out.resolve()) if cluster else (folder, out)


def _local(
    work: Callable[[Job], tuple[Recomputed, ...]], jobs: Sequence[Job], workers: int | None, told: Callable[[Job], None]
) -> Iterator[tuple[Recomputed, ...]]:
    try:
        yield from each(work, jobs, workers, told)
    except BrokenProcessPool:
        cure = "run it again, with more memory or --workers 1; what is done stays"
        raise Malformed("--workers", "a worker was ended from outside", cure) from None


def _same_code(asked: str) -> None:
    if code_digest() != asked:
        cure = "install this version of Airshed where it runs, and change nothing during a run"
        raise Malformed("workers", "one of them runs other code", cure)


def _close(
    job: RecomputeJob | ReadingsJob,
    registration: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    inputs: Inputs,
    before: Mapping[str, ClosedHours] | None,
    marks: tuple[HoursMark, ...],
    told: Told,
) -> tuple[Recomputed, Mapping[str, ClosedHours]]:
    """Close a stack-year and put it on disk: hours and result, then what says that they are whole."""
    out, year, stack = job.out, readings.year, registration.stack
    closed, hours = close_year_with_hours(registration, readings, rules, before, marks)
    result = result_of(closed, told)
    if job.run and not still_writes(out, job.run):
        raise Malformed("--out", f"{out} belongs to another run by now", "nothing to do: that one does it")
    hours_sum = whole(out, hours_path(out, year, stack), lambda part: write_hours(part, year, hours, told))
    result_sum = put(out, result_path(out, year, stack), result)
    put_made(out, year, stack, Made(inputs, result_sum, hours_sum, told))
    done = Recomputed(stack, year, len(closed.days), closed.masses, result_sum, hours_sum, kept=False, provenance=told)
    return done, {pollutant: final.raw for pollutant, final in hours.items()}


class _Earlier(msgspec.Struct, frozen=True):
    """The year before: its raw hours if they were closed just now, and all that is needed to close them."""

    holding: hourly.YearOfReadings
    chain: hourly.HoursChain
    content: bytes
    raw: Mapping[str, ClosedHours] | None

    def closed(self, job: ReadingsJob) -> Mapping[str, ClosedHours]:
        """Its raw hours, per pollutant."""
        if self.raw is not None:
            return self.raw
        readings = hourly.read_readings(job.folder, self.chain, self.content)
        return close_hours(job.registration, readings, job.rules, job.marks.get(self.holding.year, ()))[0]


def _rules_sum(rules: MonitoringRules, registration: StackRegistration, marks: tuple[HoursMark, ...]) -> str:
    return sha256(msgspec.json.encode((rules, registration, marks), order="sorted")).hexdigest()


def _said(told: Told) -> str:
    return msgspec.json.encode(told).decode()


def _inputs(job: MeasureJob, code: str) -> Inputs:
    said = sha256(_said(job.provenance).encode())
    folder = job.folder / job.holding.stack
    chain = files.read_chain(job.folder, job.holding, job.year)
    months = [files.month_path(job.folder, job.holding.stack, month.month) for month in chain.months]
    for path in (folder / files.CHAIN, *months):
        try:
            said.update(bytes.fromhex(sum_of(path)))
        except OSError as error:
            cure = "take the file from the monitor's own archive again"
            raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None
    return Inputs(job.holding.last_day, said.hexdigest(), _rules_sum(job.rules, job.registration, job.marks), code)
