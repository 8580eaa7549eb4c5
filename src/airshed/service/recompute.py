"""A folder of evidence to hours, stack-years and their sum, on this machine or on a cluster, to the same bytes.

    hours/year=2027/stack=KM-CEM-01-A/hours.parquet   the final hours, one row per hour and pollutant
    results/2027/KM-CEM-01-A.json                     the closed stack-year as canonical JSON
    manifests/2027/KM-CEM-01-A.json                   from what and by which code both were made, and their SHA-256
    summary-2027.json                                 totals, and one SHA-256 over all results in the order of stacks

A manifest is written after what it tells of, and its sums are checked, so a stack counts as done when it is whole.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import msgspec
from msgspec import DecodeError, ValidationError

import airshed
from airshed.lab.zone import Zone
from airshed.model.refusal import Malformed
from airshed.mrv.rules import MonitoringRules
from airshed.mrv.year import YearMass, close_year_with_hours
from airshed.service import evidence as files
from airshed.service.cluster import each_on_cluster
from airshed.service.measure import MeasureJob, Progress, measure_jobs, read_readings, write_hours
from airshed.service.workers import DEFAULT_WORKERS, each

CODE = ("model/*.py", "mrv/**/*.py", "service/evidence.py", "service/measure.py", "service/recompute.py")
"""The sources that make a result."""
PARTS = ".parts"
"""Where files lie until they are whole."""


class Inputs(msgspec.Struct, frozen=True):
    """All that a result follows from; two runs with the same inputs write the same bytes."""

    #: Evidence digest of the stack's last day, which rests on all frames.
    last_day: str
    #: SHA-256 over the stack's files of evidence as they lie on disk.
    evidence: str
    #: SHA-256 of rules and registration.
    rules: str
    #: SHA-256 of the sources that compute, with the versions of what they stand on.
    code: str


class Made(msgspec.Struct, frozen=True):
    """The manifest of one stack's results."""

    inputs: Inputs
    result_sha256: str
    hours_sha256: str


class RecomputeJob(msgspec.Struct, frozen=True):
    """All that a worker needs to recompute one stack's year into `out`."""

    measure: MeasureJob
    out: Path
    #: The code of the one who asks; a worker with other code refuses.
    code: str


class Recomputed(msgspec.Struct, frozen=True):
    """What a worker says of one stack; the rest is on disk."""

    stack: str
    sealed_days: int
    masses: tuple[YearMass, ...]
    result_sha256: str
    hours_sha256: str
    #: Whether it was there already, whole and from the same inputs.
    kept: bool


class Closed(msgspec.Struct, frozen=True):
    """What the summary needs of a result."""

    days: tuple[msgspec.Raw, ...]
    masses: tuple[YearMass, ...]


class PollutantTotal(msgspec.Struct, frozen=True):
    """One pollutant over all stacks that monitor it."""

    pollutant: str
    stacks: int
    mass_mg: int
    #: Hours by how they came about.
    measured: int
    substituted: int
    stopped: int
    missing: int


class Summary(msgspec.Struct, frozen=True):
    """A recomputed year."""

    year: int
    stacks: int
    sealed_days: int
    totals: tuple[PollutantTotal, ...]
    #: Over the SHA-256 of each result, and of each stack's hours, in the order of the evidence's manifest.
    results_sha256: str
    hours_sha256: str


def hours_path(out: Path, year: int, stack: str) -> Path:
    """Where the hours of a stack's year lie, so that Polars, DuckDB and Spark read year and stack from the path."""
    return out / "hours" / f"year={year}" / f"stack={stack}" / "hours.parquet"


def result_path(out: Path, year: int, stack: str) -> Path:
    """Where the closed stack-year lies."""
    return out / "results" / str(year) / f"{stack}.json"


def made_path(out: Path, year: int, stack: str) -> Path:
    """Where it is said what the two others were made from."""
    return out / "manifests" / str(year) / f"{stack}.json"


def recompute_stack(job: RecomputeJob) -> Recomputed:
    """Recompute one stack's year, unless what lies there is whole and from the same inputs.

    May be run twice, also at once: every file gets its name when it is whole, and both have the same bytes.
    """
    measure, stack, year = job.measure, job.measure.holding.stack, job.measure.year
    if code_digest() != job.code:
        raise Malformed("--cluster", "a worker runs other code", "install this version of Airshed where it runs")
    inputs = _inputs(measure, job.code)
    there = _kept(job.out, year, stack, inputs)
    if there is not None:
        return there
    closed, hours = close_year_with_hours(
        measure.registration, read_readings(measure.folder, measure.holding, year), measure.rules
    )
    result = msgspec.json.encode(closed, order="sorted") + b"\n"
    hours_at = hours_path(job.out, year, stack)
    hours_sum = _whole(job.out, hours_at, lambda part: write_hours(part, year, hours))
    result_sum = _whole(job.out, result_path(job.out, year, stack), lambda part: part.write_bytes(result))
    made = msgspec.json.encode(Made(inputs, result_sum, hours_sum)) + b"\n"
    _whole(job.out, made_path(job.out, year, stack), lambda part: part.write_bytes(made))
    return Recomputed(stack, len(closed.days), closed.masses, result_sum, hours_sum, kept=False)


def recompute(
    folder: Path,
    zone: Zone,
    rules: MonitoringRules,
    out: Path,
    *,
    workers: int = DEFAULT_WORKERS,
    cluster: str = "",
    progress: Progress | None = None,
) -> tuple[Summary, int]:
    """Recompute all stacks in a folder of evidence; the summary, and how many stacks were up to date.

    On a pool of `workers`, or on the cluster at an address, whose workers must see both folders under these paths.
    `Malformed` names the first file that is missing, cut or changed; stacks that are done stay done.
    """
    if folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise Malformed("--out", f"{out} lies in the evidence", "name a folder outside of it")
    if cluster:
        folder, out = folder.resolve(), out.resolve()
    year = files.read_manifest(folder).year
    jobs = [RecomputeJob(measure, out, code_digest()) for measure in measure_jobs(folder, zone, rules)]
    before = _there(out, year, {job.measure.holding.stack for job in jobs})

    def told(job: RecomputeJob) -> None:
        if progress:
            progress(job.measure.holding.stack)

    shutil.rmtree(out / PARTS, ignore_errors=True)  # what a run that was ended left unfinished
    done = each_on_cluster(cluster, recompute_stack, jobs, told) if cluster else _local(jobs, workers, told)
    summary, kept = _sum_up(year, done, before)
    content = msgspec.json.format(msgspec.json.encode(summary), indent=1) + b"\n"
    _whole(out, out / f"summary-{year}.json", lambda part: part.write_bytes(content))
    shutil.rmtree(out / PARTS, ignore_errors=True)
    return summary, kept


@lru_cache(maxsize=1)
def code_digest() -> str:
    """The SHA-256 of the sources that make a result, and of the versions of Python, NumPy and Polars."""
    root = Path(airshed.__file__).parent
    said = sha256(f"{airshed.__version__} {sys.version_info[:2]} {version('numpy')} {version('polars')}".encode())
    for path in sorted(path for pattern in CODE for path in root.glob(pattern)):
        said.update(f"\n{path.relative_to(root).as_posix()} {_sum_of(path)}".encode())
    return said.hexdigest()


def _there(out: Path, year: int, wanted: set[str]) -> set[str]:
    """The stacks whose results lie there; `Malformed` for one that the evidence does not hold."""
    names = {path.stem for path in made_path(out, year, "any").parent.glob("*.json")}
    for name in sorted(names - wanted):
        raise Malformed("--out", f"{out} holds {name}, which the evidence does not", "name another folder")
    return names


def _local(jobs: Sequence[RecomputeJob], workers: int, told: Callable[[RecomputeJob], None]) -> Iterator[Recomputed]:
    try:
        yield from each(recompute_stack, jobs, workers, told)
    except BrokenProcessPool:
        cure = "run it again, with more memory or --workers 1; what is done stays"
        raise Malformed("--workers", "a worker was ended from outside", cure) from None


def _sum_up(year: int, done: Iterator[Recomputed], before: set[str]) -> tuple[Summary, int]:
    """Totals and digests, a stack at a time. One that was made in this run, and again after its worker was lost, is not
    one that was `before`."""
    totals: dict[str, PollutantTotal] = {}
    results, hours = sha256(), sha256()
    stacks = days = kept = 0
    for one in done:
        stacks, days, kept = stacks + 1, days + one.sealed_days, kept + (one.kept and one.stack in before)
        results.update(bytes.fromhex(one.result_sha256))
        hours.update(bytes.fromhex(one.hours_sha256))
        for mass in one.masses:
            totals[mass.pollutant] = _added(totals.get(mass.pollutant), mass)
    shown = tuple(totals[name] for name in sorted(totals))
    return Summary(year, stacks, days, shown, results.hexdigest(), hours.hexdigest()), kept


def _added(so_far: PollutantTotal | None, mass: YearMass) -> PollutantTotal:
    before = so_far or PollutantTotal(mass.pollutant, 0, 0, 0, 0, 0, 0)
    return PollutantTotal(
        mass.pollutant,
        before.stacks + 1,
        before.mass_mg + mass.mass_mg,
        before.measured + mass.measured,
        before.substituted + mass.substituted,
        before.stopped + mass.stopped,
        before.missing + mass.missing,
    )


def _inputs(job: MeasureJob, code: str) -> Inputs:
    said = sha256()
    folder = job.folder / job.holding.stack
    chain = files.read_chain(job.folder, job.holding, job.year)
    months = [files.month_path(job.folder, job.holding.stack, month.month) for month in chain.months]
    for path in (folder / files.CHAIN, *months):
        try:
            said.update(bytes.fromhex(_sum_of(path)))
        except OSError as error:
            cure = "take the file from the monitor's own archive again"
            raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None
    rules = sha256(msgspec.json.encode((job.rules, job.registration), order="sorted")).hexdigest()
    return Inputs(job.holding.last_day, said.hexdigest(), rules, code)


def _kept(out: Path, year: int, stack: str, inputs: Inputs) -> Recomputed | None:
    """What lies there, if it is whole and from these inputs."""
    result, hours = result_path(out, year, stack), hours_path(out, year, stack)
    try:
        made = msgspec.json.decode(made_path(out, year, stack).read_bytes(), type=Made)
        if made.inputs != inputs or _sum_of(hours) != made.hours_sha256 or _sum_of(result) != made.result_sha256:
            return None
        closed = msgspec.json.decode(result.read_bytes(), type=Closed)
    except (OSError, DecodeError, ValidationError, UnicodeDecodeError):
        return None
    return Recomputed(stack, len(closed.days), closed.masses, made.result_sha256, made.hours_sha256, kept=True)


def _whole(out: Path, path: Path, write: Callable[[Path], object]) -> str:
    """Write beside and rename, so that there is a whole file or none of that name; its SHA-256."""
    part = out / PARTS / f"{uuid4().hex}.part"
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        said = _sum_of(part)
        part.replace(path)
    except OSError as error:
        raise Malformed(
            str(path), f"cannot be written ({error.strerror or error})", "make room and run again"
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return said


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
