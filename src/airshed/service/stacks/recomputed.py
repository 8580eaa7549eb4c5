"""A folder of recomputed stack-years: where each lies, from what it was made, and whether it still holds.

    hours/year=2027/stack=KM-CEM-01-A/hours.parquet   the final hours, one row per hour and pollutant
    results/2027/KM-CEM-01-A.json                     the closed stack-year as canonical JSON
    manifests/2027/KM-CEM-01-A.json                   from what and by which code both were made, and their SHA-256
    summary-2027.json                                 totals, and one SHA-256 over all results in the order of stacks

A manifest is written after what it tells of, and its sums are checked, so a stack-year counts as done when it is whole.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from hashlib import file_digest, sha256
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import DecodeError, ValidationError

import airshed
from airshed.model.provenance import Told
from airshed.model.refusal import Malformed
from airshed.mrv.year import StackYear, YearMass
from airshed.service.run.parts import put

CODE = (
    "model/*.py",
    "mrv/**/*.py",
    "zone/*.py",
    "service/run/parts.py",
    "service/stacks/evidence.py",
    "service/stacks/measure.py",
    "service/stacks/reading_files.py",
    "service/stacks/recompute*.py",
)
"""The sources that make a result."""


class Inputs(msgspec.Struct, frozen=True):
    """All that a result follows from; two runs with the same inputs write the same bytes."""

    #: Evidence digest of the stack's last day, which rests on all frames; empty when there were none.
    last_day: str
    #: SHA-256 over the stack's files of evidence as they lie on disk, or over the chains of its readings: of the year,
    #: and of the year before where it is there.
    evidence: str
    #: SHA-256 of rules, registration and the operator's marks.
    rules: str
    #: SHA-256 of the sources that compute, with the versions of what they stand on.
    code: str


class Made(msgspec.Struct, frozen=True):
    """The manifest of one stack-year."""

    inputs: Inputs
    result_sha256: str
    hours_sha256: str
    #: What the evidence is.
    provenance: Told


class Recomputed(msgspec.Struct, frozen=True):
    """What a worker says of one stack-year; the rest is on disk."""

    stack: str
    year: int
    sealed_days: int
    masses: tuple[YearMass, ...]
    result_sha256: str
    hours_sha256: str
    #: Whether it was there already, whole and from the same inputs.
    kept: bool
    #: What its evidence is.
    provenance: Told


class ResultSummary(msgspec.Struct, frozen=True):
    """What the summary needs of a result."""

    days: tuple[msgspec.Raw, ...]
    masses: tuple[YearMass, ...]
    provenance: Told


def hours_path(out: Path, year: int, stack: str) -> Path:
    """Where the hours of a stack's year lie, so that Polars, DuckDB and Spark read year and stack from the path."""
    return out / "hours" / f"year={year}" / f"stack={stack}" / "hours.parquet"


def result_path(out: Path, year: int, stack: str) -> Path:
    """Where the closed stack-year lies."""
    return out / "results" / str(year) / f"{stack}.json"


def made_path(out: Path, year: int, stack: str) -> Path:
    """Where it is said what the two others were made from."""
    return out / "manifests" / str(year) / f"{stack}.json"


def summary_path(out: Path, year: int) -> Path:
    """Where the sum of a year lies."""
    return out / f"summary-{year}.json"


def stacks_there(out: Path, year: int, wanted: set[str], lacks: str = "which the evidence does not") -> set[str]:
    """The stacks whose results of a year lie there; `Malformed` for one that is not wanted, saying what `lacks` it.

    A sum over a folder is one of what was recomputed, so that nothing else may lie there.
    """
    names = {path.stem for path in made_path(out, year, "any").parent.glob("*.json")}
    for name in sorted(names - wanted):
        raise Malformed("--out", f"{out} holds {name}, {lacks}", "name another folder")
    return names


def kept(out: Path, year: int, stack: str, inputs: Inputs) -> Recomputed | None:
    """What lies there, if it is whole and from these inputs."""
    result, hours = result_path(out, year, stack), hours_path(out, year, stack)
    try:
        made = msgspec.json.decode(made_path(out, year, stack).read_bytes(), type=Made)
        if made.inputs != inputs or sum_of(hours) != made.hours_sha256 or sum_of(result) != made.result_sha256:
            return None
        closed = msgspec.json.decode(result.read_bytes(), type=ResultSummary)
    except (OSError, DecodeError, ValidationError, UnicodeDecodeError):
        return None
    if closed.provenance != made.provenance:
        return None
    return Recomputed(
        stack,
        year,
        len(closed.days),
        closed.masses,
        made.result_sha256,
        made.hours_sha256,
        kept=True,
        provenance=made.provenance,
    )


def told_in(result: bytes) -> Told:
    """What the evidence of a result is, as stands in the result itself, under its digest."""
    return msgspec.json.decode(result, type=ResultSummary).provenance


def result_of(closed: StackYear, provenance: Told) -> bytes:
    """A closed stack-year as canonical JSON, and last what its evidence is."""
    raw = msgspec.json.encode(closed, order="sorted")
    return raw[:-1] + b',"provenance":' + msgspec.json.encode(provenance) + b"}\n"


def put_made(out: Path, year: int, stack: str, made: Made) -> None:
    """Say that a stack-year is done."""
    put(out, made_path(out, year, stack), msgspec.json.encode(made) + b"\n")


def sum_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=4)
def code_digest(patterns: tuple[str, ...] = CODE) -> str:
    """The SHA-256 of the sources that make a result, and of the versions of Python, NumPy and Polars."""
    root = Path(airshed.__file__).parent
    said = sha256(f"{airshed.__version__} {sys.version_info[:2]} {version('numpy')} {version('polars')}".encode())
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        said.update(f"\n{path.relative_to(root).as_posix()} {sum_of(path)}".encode())
    return said.hexdigest()
