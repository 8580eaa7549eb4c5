"""Hourly readings on disk: what a stack's monitor said of every hour, as Parquet by year and stack, without frames.

    readings.json                  what is there: each stack's years, and the seed of simulated ones
    stacks.json                    registrations of its stacks, where no zone has them
    readings/year=2027/stack=KM-CEM-01-A/readings.parquet
                                   a row per hour: mean and flag of each factor
    chains/2027/KM-CEM-01-A.json   SHA-256 of that file, and the evidence digest of each day

`readings.json` pins the chains, and each chain its Parquet, so one digest is enough to know that all is as it was. The
digests of days are those of the frames that the readings were read from; a simulated sector never had any.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from msgspec import DecodeError, ValidationError

from airshed.model.provenance import Figures, Simulation, Told, of_evidence
from airshed.model.refusal import Malformed
from airshed.mrv.flue_gas import Floats
from airshed.mrv.readings import FACTORS, FLOW, Flags, StackReadings
from airshed.mrv.rules import StackRegistration
from airshed.mrv.spans import hours_in
from airshed.service.run.parts import put
from airshed.service.stacks.evidence import check_told
from airshed.service.stacks.measure import CODEC, CODEC_LEVEL

FORMAT = "airshed readings 1"
MANIFEST, STACKS = "readings.json", "stacks.json"
READINGS, CHAINS = "readings", "chains"
MEAN, FLAG, TOTAL, CONVERTED = "-Avg", "-Flag", "-Cou", "-ZsAvg"
"""Columns are named as the fields of HJ 212-2017, `a21026-Avg` and `a21026-Flag`."""

Record = TypeVar("Record")


class HoursChain(msgspec.Struct, frozen=True):
    """A stack's year: the file of its hours, and what of its readings is no column."""

    stack: str
    year: int
    #: Of `readings.parquet`.
    sha256: str
    #: Evidence digest of each day; empty when there were no frames.
    days: tuple[str, ...]
    #: Frames that named an hour of another year.
    outside: int
    #: Hours of the year that have passed; None when it is over.
    through: int | None
    #: Valid hourly masses of the year before, mg, oldest first, where they came with the readings.
    history_mg: dict[str, tuple[int, ...]]
    #: What the readings are; None in a folder of before that was written, whose manifest says it.
    provenance: Told | None = None


class YearOfReadings(msgspec.Struct, frozen=True):
    """One stack's year in the manifest."""

    stack: str
    year: int
    #: SHA-256 of its chain.
    chain: str


class ReadingsManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder of readings holds; written last, so a year that is not in it is unfinished."""

    format: str
    #: None for readings of real frames, and for those of more than one seed.
    seed: int | None
    #: What the readings are together; a manifest of before that was written has none.
    provenance: Told | None = None
    holdings: tuple[YearOfReadings, ...]

    @property
    def told(self) -> Told:
        """What the readings are. Old ones without a seed are measured or of several seeds: nobody said which."""
        if self.provenance is not None:
            return self.provenance
        return Figures(("given",)) if self.seed is None else of_evidence(self.seed)


def readings_path(folder: Path, year: int, stack: str) -> Path:
    """Where a stack's year lies, so that Polars, DuckDB and Spark read year and stack from the path."""
    return folder / READINGS / f"year={year}" / f"stack={stack}" / "readings.parquet"


def chain_path(folder: Path, year: int, stack: str) -> Path:
    """Where its SHA-256 and the evidence of its days lie."""
    return folder / CHAINS / str(year) / f"{stack}.json"


def write_readings(folder: Path, stack: str, readings: StackReadings, provenance: Told) -> YearOfReadings:
    """Put a stack's year on disk, each file whole or not at all, with what it is in the metadata of its schema."""
    packed = io.BytesIO()
    said_of = {"provenance": msgspec.json.encode(provenance).decode()}
    _table(readings).write_parquet(packed, compression=CODEC, compression_level=CODEC_LEVEL, metadata=said_of)
    content = packed.getvalue()
    chain = HoursChain(
        stack,
        readings.year,
        sha256(content).hexdigest(),
        readings.evidence,
        readings.outside,
        readings.through,
        {pollutant: tuple(masses.tolist()) for pollutant, masses in readings.history_mg.items()},
        provenance,
    )
    said = msgspec.json.encode(chain) + b"\n"
    put(folder, readings_path(folder, readings.year, stack), content)
    put(folder, chain_path(folder, readings.year, stack), said)
    return YearOfReadings(stack, readings.year, sha256(said).hexdigest())


def read_chain(folder: Path, holding: YearOfReadings) -> HoursChain:
    """The chain of a stack's year, which must be the one that the manifest pins."""
    path = chain_path(folder, holding.year, holding.stack)
    said = _read(path)
    if sha256(said).hexdigest() != holding.chain:
        raise Malformed(str(path), f"it is not the chain that {MANIFEST} names", "restore both from one copy")
    return _record(path, said, HoursChain)


def read_content(folder: Path, chain: HoursChain) -> bytes:
    """The Parquet of a stack's year, checked against its chain."""
    path = readings_path(folder, chain.year, chain.stack)
    content = _read(path)
    if sha256(content).hexdigest() != chain.sha256:
        raise Malformed(
            str(path), f"it is not the file that {chain_path(folder, chain.year, chain.stack)} names",
            "restore both from one copy",
        )  # fmt: skip
    return content


def read_readings(folder: Path, chain: HoursChain, content: bytes) -> StackReadings:
    """The readings in such a Parquet file; `Malformed` for one that was never written by `write_readings`."""
    import polars as pl

    path = readings_path(folder, chain.year, chain.stack)
    try:
        return _readings(chain, pl.read_parquet(content))
    except (pl.exceptions.PolarsError, KeyError, ValueError) as error:
        said = str(error).partition("\n")[0].rstrip(".")
        raise Malformed(str(path), f"holds no hourly readings ({said})", "write it with airshed mrv readings") from None


def read_manifest(folder: Path) -> ReadingsManifest:
    """The manifest of a folder, or `Malformed`."""
    path = folder / MANIFEST
    if not path.is_file():
        raise Malformed(str(path), "the file is missing, so the readings are unfinished", "write them again")
    manifest = _record(path, _read(path), ReadingsManifest)
    if manifest.format != FORMAT:
        raise Malformed(str(path), f"format {manifest.format!r}", f"this version reads {FORMAT!r}")
    check_told(path, manifest.seed, manifest.provenance)
    return manifest


def write_manifest(folder: Path, provenance: Told, holdings: Sequence[YearOfReadings]) -> None:
    """Say what is there; the last thing to be written."""
    seed = provenance.seed if isinstance(provenance, Simulation) else None
    rows = b",\n".join(msgspec.json.encode(holding) for holding in holdings)
    head = msgspec.json.encode({"format": FORMAT, "seed": seed, "provenance": provenance}).removesuffix(b"}")
    put(folder, folder / MANIFEST, head + b',"holdings":[\n' + rows + b"\n]}\n", durable=True)


def read_registrations(folder: Path) -> dict[str, StackRegistration]:
    """The registrations that lie with the readings, by stack; none where the zone has them."""
    path = folder / STACKS
    if not path.exists():
        return {}
    return {each.stack: each for each in _record(path, _read(path), tuple[StackRegistration, ...])}


def write_registrations(folder: Path, registrations: Sequence[StackRegistration]) -> None:
    """Lay registrations to the readings of stacks that no zone has."""
    rows = b",\n".join(msgspec.json.encode(each) for each in registrations)
    put(folder, folder / STACKS, b"[\n" + rows + b"\n]\n", durable=True)


def is_readings(folder: Path) -> bool:
    """Whether a folder holds readings rather than evidence, finished or not."""
    return (folder / MANIFEST).is_file() or (folder / READINGS).is_dir()


def _table(readings: StackReadings) -> Any:
    """A row per hour. Hour, `framed` and the factors of every monitor are always there; the rest where it was said."""
    import polars as pl

    start = np.datetime64(f"{readings.year:04}-01-01T00", "h") + np.arange(hours_in(readings.year))
    columns: dict[str, Any] = {"hour": start.astype("datetime64[ms]"), "framed": readings.framed}
    for factor in dict.fromkeys((*FACTORS, *readings.values)):
        columns[factor + MEAN] = _or_null(readings.values.get(factor), readings.hours)
        columns[factor + FLAG] = readings.marks(factor)
    for name, hours in (("duplicate", readings.duplicates), ("conflict", readings.conflicts)):
        if hours:
            columns[name] = np.isin(np.arange(readings.hours), hours)
    floats = {"load": readings.load, "clock_h": readings.clock_h, FLOW + MEAN: readings.flow_m3_s}
    floats |= {factor + TOTAL: column for factor, column in readings.totals.items()}
    floats |= {factor + CONVERTED: column for factor, column in readings.converted.items()}
    columns |= {name: _or_null(column, readings.hours) for name, column in floats.items() if column is not None}
    return pl.DataFrame(columns)


def _readings(chain: HoursChain, table: Any) -> StackReadings:
    there = dict(zip(table.columns, table.get_columns(), strict=True))

    def by_factor(suffix: str) -> dict[str, Any]:
        return {name.removesuffix(suffix): own.to_numpy() for name, own in there.items() if name.endswith(suffix)}

    def hours_of(name: str) -> tuple[int, ...]:
        return tuple(np.flatnonzero(there[name].to_numpy()).tolist()) if name in there else ()

    def floats_of(name: str) -> Floats | None:
        return there[name].to_numpy() if name in there else None

    values: dict[str, Floats] = {}
    flags: dict[str, Flags] = {}
    for factor, marks in by_factor(FLAG).items():
        means = there[factor + MEAN]
        if marks.any() or means.null_count() < len(means):
            values[factor], flags[factor] = means.to_numpy(), marks
    return StackReadings(
        year=chain.year,
        framed=table["framed"].to_numpy(),
        values=values,
        flags=flags,
        duplicates=hours_of("duplicate"),
        outside=chain.outside,
        evidence=chain.days,
        through=chain.through,
        history_mg={pollutant: np.array(masses, np.int64) for pollutant, masses in chain.history_mg.items()},
        load=floats_of("load"),
        clock_h=floats_of("clock_h"),
        conflicts=hours_of("conflict"),
        flow_m3_s=floats_of(FLOW + MEAN),
        totals=by_factor(TOTAL),
        converted=by_factor(CONVERTED),
    )


def _or_null(values: Floats | None, hours: int) -> Any:
    """Absence is a state: a reader of the file must not take NaN for a number."""
    import polars as pl

    if values is None:
        return pl.Series([None], dtype=pl.Float64).new_from_index(0, hours)
    return pl.Series(values).fill_nan(None)


def _read(path: Path) -> bytes:
    cure = "restore it from a copy, or write the readings again"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Malformed(str(path), "the file is missing", cure) from None
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", cure) from None


def _record(path: Path, content: bytes, kind: type[Record]) -> Record:
    try:
        return msgspec.json.decode(content, type=kind)
    except (DecodeError, ValidationError, UnicodeDecodeError) as error:
        cure = "restore it from a copy; it is not written by hand"
        raise Malformed(str(path), str(error).rstrip("."), cure) from None
