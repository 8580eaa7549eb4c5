"""What a folder holds of a stack's year, whether raw frames or hourly readings: one way to read and close either."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from airshed.model.provenance import Told
from airshed.model.refusal import Malformed
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.marks import HoursMark
from airshed.mrv.readings import StackReadings
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.year import StackYear, close_year
from airshed.service.run.pool import each
from airshed.service.stacks import evidence as files
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.measure import Progress
from airshed.service.stacks.measure import read_readings as read_frames
from airshed.zone.monitoring import registrations
from airshed.zone.zone import Zone

#: The operator's marks that stand, by stack and year.
YearMarks = Mapping[str, Mapping[int, tuple[HoursMark, ...]]]


class HeldStack(msgspec.Struct, frozen=True):
    """One stack's year in a folder."""

    folder: Path
    stack: str
    year: int
    registration: StackRegistration
    #: Of raw frames; None where the folder holds readings.
    frames: files.EvidenceHolding | None = None
    #: Of hourly readings; None where the folder holds frames.
    readings: hourly.YearOfReadings | None = None
    #: The year before in the same folder of readings, which January looks back on.
    before: hourly.YearOfReadings | None = None
    #: The operator's marks that stand, by year; none where no book said which.
    marks: Mapping[int, tuple[HoursMark, ...]] = msgspec.field(default_factory=dict)

    @property
    def own_marks(self) -> tuple[HoursMark, ...]:
        """Those of its year."""
        return self.marks.get(self.year, ())

    def read(self) -> StackReadings:
        """What the monitor said, checked against the chain; `Malformed` names what is missing or changed."""
        if self.frames is not None:
            return read_frames(self.folder, self.frames, self.year)
        assert self.readings is not None
        return _read_hourly(self.folder, self.readings)

    def earlier(self, rules: MonitoringRules) -> Mapping[str, ClosedHours] | None:
        """The raw hours of the year before by pollutant; None where it is not in the folder."""
        if self.before is None:
            return None
        earlier = self.marks.get(self.year - 1, ())
        return close_hours(self.registration, _read_hourly(self.folder, self.before), rules, earlier)[0]

    def months(self) -> tuple[files.Month, ...]:
        """The files of its frames; none where the folder holds readings."""
        return () if self.frames is None else files.read_chain(self.folder, self.frames, self.year).months

    def sha256(self) -> str:
        """Of the file of its readings; empty where the folder holds frames."""
        return "" if self.readings is None else hourly.read_chain(self.folder, self.readings).sha256


class HeldYear(msgspec.Struct, frozen=True):
    """A year of the stacks in a folder."""

    #: The file that says what is there.
    manifest: Path
    year: int
    #: Of a simulation; None for what came from monitors.
    seed: int | None
    #: What it is.
    provenance: Told
    stacks: tuple[HeldStack, ...]

    def of(self, stack: str) -> HeldStack:
        """One of its stacks, or `Malformed`."""
        for held in self.stacks:
            if held.stack == stack:
                return held
        some = ", ".join(held.stack for held in self.stacks[:4])
        more = " and others" if len(self.stacks) > 4 else ""
        raise Malformed(str(self.manifest), f"holds no stack {stack!r}", f"it holds {some}{more}")


class CloseJob(msgspec.Struct, frozen=True):
    """All that a worker needs to read and close one stack's year."""

    held: HeldStack
    rules: MonitoringRules


def held_year(folder: Path, zone: Zone, year: int | None = None, marks: YearMarks | None = None) -> HeldYear:
    """What a folder of evidence or of hourly readings holds of a year: its only one, where none is asked for.

    `marks` are those of operators that stand, by stack and year, as a book has them. The folder that `airshed gateway
    measure` wrote may be named for the readings in it. `Malformed` for a folder that holds neither, a year that it does
    not hold, or a stack that is not of this zone.
    """
    folder = _inner(folder)
    if hourly.is_readings(folder):
        return _marked(_of_readings(folder, zone, year), marks)
    manifest = files.read_manifest(folder)
    path = folder / files.MANIFEST
    if year not in (None, manifest.year):
        raise Malformed("--year", f"{folder} holds no {year}", f"it holds {manifest.year}")
    known = registrations(zone)
    stacks = tuple(
        HeldStack(folder, one.stack, manifest.year, _known(known, one.stack, path, zone), frames=one)
        for one in manifest.stacks
    )
    return _marked(HeldYear(path, manifest.year, manifest.seed, manifest.told, stacks), marks)


def provenance_of(folder: Path) -> Told:
    """What a folder of evidence or of hourly readings says that it holds; `Malformed` for one that holds neither."""
    folder = _inner(folder)
    return hourly.read_manifest(folder).told if hourly.is_readings(folder) else files.read_manifest(folder).told


def _inner(folder: Path) -> Path:
    """The readings in the folder of `airshed gateway measure`; any other folder itself."""
    inner = folder / hourly.READINGS
    is_measured = not (folder / hourly.MANIFEST).is_file() and (inner / hourly.MANIFEST).is_file()
    return inner if is_measured else folder


def _marked(held: HeldYear, marks: YearMarks | None) -> HeldYear:
    if marks is None:
        return held
    replace = msgspec.structs.replace
    return replace(held, stacks=tuple(replace(one, marks=marks.get(one.stack, {})) for one in held.stacks))


def closed_years(
    held: HeldYear, rules: MonitoringRules, *, workers: int | None = None, progress: Progress | None = None
) -> Iterator[StackYear]:
    """The closed year of every stack, in their order."""
    jobs = [CloseJob(one, rules) for one in held.stacks]
    return each(_close, jobs, workers, progress and (lambda job: progress(job.held.stack)))


def _close(job: CloseJob) -> StackYear:
    held = job.held
    return close_year(held.registration, held.read(), job.rules, held.earlier(job.rules), held.own_marks)


def _of_readings(folder: Path, zone: Zone, year: int | None) -> HeldYear:
    manifest, path = hourly.read_manifest(folder), folder / hourly.MANIFEST
    years = sorted({one.year for one in manifest.holdings})
    if not years:
        raise Malformed(str(path), "holds no year", "write the readings again")
    there = ", ".join(map(str, years))
    if year is None and len(years) > 1:
        raise Malformed("--year", f"{folder} holds {there}", "say which one")
    chosen = years[0] if year is None else year
    if chosen not in years:
        raise Malformed("--year", f"{folder} holds no {chosen}", f"it holds {there}")
    known = {**registrations(zone), **hourly.read_registrations(folder)}
    before = {one.stack: one for one in manifest.holdings if one.year == chosen - 1}
    stacks = tuple(
        HeldStack(
            folder,
            one.stack,
            chosen,
            _known(known, one.stack, path, zone),
            readings=one,
            before=before.get(one.stack),
        )
        for one in manifest.holdings
        if one.year == chosen
    )
    return HeldYear(path, chosen, manifest.seed, manifest.told, stacks)


def _read_hourly(folder: Path, holding: hourly.YearOfReadings) -> StackReadings:
    chain = hourly.read_chain(folder, holding)
    return hourly.read_readings(folder, chain, hourly.read_content(folder, chain))


def _known(known: Mapping[str, StackRegistration], stack: str, path: Path, zone: Zone) -> StackRegistration:
    if stack not in known:
        raise Malformed(str(path), f"no such stack {stack!r} in {zone.name_en}", "name its own zone")
    return known[stack]
