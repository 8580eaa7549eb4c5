"""Sealing a day: its masses, how its hours came about, and a digest of its evidence chained to the day
before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.period import days_of
from airshed.model.refusal import Refusal, Why
from airshed.mrv import states
from airshed.mrv.rules import MonitoringRules
from airshed.mrv.spans import month_bounds
from airshed.mrv.states import Hour, Measured, Missing, Stopped, Substituted
from airshed.mrv.substitution import Capture, FinalHours, capture

#: What stands before the first day of a stack.
GENESIS = "0" * 64
HOURS_PER_DAY = 24


class DayMass(msgspec.Struct, frozen=True):
    """One pollutant of a sealed day; its hours are measured, substituted or stopped, 24 together (I10)."""

    pollutant: str
    mass_mg: int
    measured: int
    substituted: int
    stopped: int


class SealedDay(msgspec.Struct, frozen=True):
    """A day of a stack as it goes into the book. It is never changed; a correction names what it replaces
    (I9)."""

    stack: str
    #: ISO date.
    day: str
    masses: tuple[DayMass, ...]
    #: SHA-256 over the raw frames of the day and the evidence of the day before; None without frames at hand.
    evidence: str | None


class MonthCapture(msgspec.Struct, frozen=True):
    """Whether a month of one pollutant has enough valid days (HJ 76-2017 appendix B)."""

    #: 1 to 12.
    month: int
    capture: Capture
    valid_days: int
    stopped_days: int
    needed_days: int

    @property
    def valid(self) -> bool:
        """Days of standstill are no fault of the monitor: they count towards the days that are needed."""
        return self.valid_days + self.stopped_days >= self.needed_days


def evidence_digest(previous: str, frames: Iterable[bytes]) -> str:
    """The evidence of a day: SHA-256 over the evidence of the day before and every raw frame, each after
    its length.

    A day without frames still has one, so that a day cannot be left out of the chain.

    >>> evidence_digest(GENESIS, [b"ab", b"c"]) == evidence_digest(GENESIS, [b"a", b"bc"])
    False
    """
    digest = sha256(bytes.fromhex(previous))
    for frame in frames:
        digest.update(len(frame).to_bytes(8, "big"))
        digest.update(frame)
    return digest.hexdigest()


def evidence_of_days(previous: str, days: Iterable[Iterable[bytes]]) -> tuple[str, ...]:
    """The chain of evidence over consecutive days of raw frames, in order of receipt."""
    chain: list[str] = []
    for frames in days:
        previous = evidence_digest(previous, frames)
        chain.append(previous)
    return tuple(chain)


def frames_by_day(frames: Sequence[bytes], days: NDArray[np.int64], year: int) -> tuple[list[bytes], ...]:
    """Raw frames in order of receipt, by the days of a year that they are evidence of.

    `days` is the day of the year (0 for 1 January) that each frame tells of, -1 where it tells of none. What tells of
    no day of the year (noise, a frame of another year) stays with the frame before it, the first ones with the first
    day: evidence is what came, not what was liked.
    """
    by_day: tuple[list[bytes], ...] = tuple([] for _ in days_of(year))
    day = 0
    for frame, told in zip(frames, days.tolist(), strict=True):
        day = told if 0 <= told < len(by_day) else day
        by_day[day].append(frame)
    return by_day


def day_chain(frames: Sequence[bytes], days: NDArray[np.int64], year: int) -> tuple[str, ...]:
    """The evidence digest of each day of a year over the frames that prove it, as `frames_by_day` has them."""
    return evidence_of_days(GENESIS, frames_by_day(frames, days, year))


def seal(
    stack: str, day: str, hours: Mapping[str, Sequence[Hour]], evidence: str | None, rules: MonitoringRules
) -> SealedDay | Refusal:
    """Seal a day from its 24 hours of each pollutant, or refuse when one of them is missing (I10)."""
    masses = []
    for pollutant, column in hours.items():
        assert len(column) == HOURS_PER_DAY, (stack, day, pollutant)
        mass = measured = substituted = stopped = 0
        for place, hour in enumerate(column):
            match hour:
                case Measured(mass_mg=mg):
                    mass, measured = mass + mg, measured + 1
                case Substituted(mass_mg=mg):
                    mass, substituted = mass + mg, substituted + 1
                case Stopped():
                    stopped += 1
                case Missing(why=why):
                    return _refused(stack, day, f"{pollutant} of {place:02}:00", why, rules)
        masses.append(DayMass(pollutant, mass, measured, substituted, stopped))
    return SealedDay(stack, day, tuple(masses), evidence)


def seal_year(
    stack: str,
    year: int,
    hours: Mapping[str, FinalHours],
    evidence: Sequence[str],
    rules: MonitoringRules,
    through: int | None = None,
) -> tuple[tuple[SealedDay, ...], tuple[Refusal, ...]]:
    """`seal` for every day of a year: the days that could be sealed, and why the others could not.

    Of a year of which `through` hours have passed, a day that is not over is neither.
    """
    days = days_of(year)
    assert len(evidence) in {0, len(days)}, (stack, len(evidence), "one digest per day, or none at all")
    masses: list[list[DayMass]] = []
    first_gap: list[str | None] = [None] * len(days)
    for pollutant, final in hours.items():
        rows, open_hours = _by_day(final)
        masses.append([DayMass(pollutant, *row) for row in rows])
        for place in np.flatnonzero(open_hours).tolist():
            first_gap[place] = first_gap[place] or pollutant
    by_day = list(zip(*masses, strict=True)) or [()] * len(days)
    sealed: list[SealedDay] = []
    refused: list[Refusal] = []
    over = len(days) if through is None else through // HOURS_PER_DAY
    for place, (day, gap, own) in enumerate(zip(days[:over], first_gap, by_day, strict=False)):
        if gap is None:
            sealed.append(SealedDay(stack, day, own, evidence[place] if evidence else None))
        else:
            final, first = hours[gap], place * HOURS_PER_DAY
            hour = int(np.argmax(final.status[first : first + HOURS_PER_DAY] == states.MISSING))
            why = states.why_text(int(final.raw.why[first + hour]))
            refused.append(_refused(stack, day, f"{gap} of {hour:02}:00", why, rules))
    return tuple(sealed), tuple(refused)


def name_in_law(rules: MonitoringRules, sector: str, measured: str) -> str:
    """The pollutant of the programme that the mass of what a monitor measures counts as, in a sector."""
    for row in rules.counts:
        if row.measured == measured and row.sector in ("", sector):
            return row.pollutant
    return measured


def named_as_owed(days: Sequence[SealedDay], rules: MonitoringRules, sector: str) -> tuple[SealedDay, ...]:
    """Sealed days with their masses under the names of the law; the same days where no name differs."""
    if not rules.counts:
        return tuple(days)
    replace = msgspec.structs.replace
    return tuple(
        replace(
            day,
            masses=tuple(replace(mass, pollutant=name_in_law(rules, sector, mass.pollutant)) for mass in day.masses),
        )
        for day in days
    )


def months(
    pollutant: str, raw_status: states.Statuses, year: int, rules: MonitoringRules, through: int | None = None
) -> list[MonthCapture]:
    """The valid days of each month. A day is valid when it lacks at most 24 - `hours_per_day` of its hours.

    A stopped hour lacks nothing; a day of standstill from end to end is counted apart. The rate of a month that runs
    is that of the hours which have passed.
    """
    bounds = month_bounds(year)
    seen = [end if through is None else min(end, through) for end in bounds]
    by_day = raw_status.reshape(-1, HOURS_PER_DAY)
    measured = (by_day == states.MEASURED).sum(axis=1)
    stopped = (by_day == states.STOPPED).sum(axis=1)
    still = stopped == HOURS_PER_DAY
    valid = (measured + stopped >= rules.hours_per_day) & ~still
    return [
        MonthCapture(
            month,
            capture(pollutant, raw_status, *rated),
            int(valid[first // HOURS_PER_DAY : after // HOURS_PER_DAY].sum()),
            int(still[first // HOURS_PER_DAY : after // HOURS_PER_DAY].sum()),
            rules.days_per_february if month == 2 else rules.days_per_month,
        )
        for month, ((first, after), rated) in enumerate(zip(pairwise(bounds), pairwise(seen), strict=True), start=1)
    ]


def _by_day(final: FinalHours) -> tuple[list[list[int]], NDArray[np.int64]]:
    """Per day: mass in mg, then measured, substituted and stopped hours; and apart from them the missing ones."""
    count = len(final.status) // HOURS_PER_DAY
    places = np.repeat(np.arange(count) * 4, HOURS_PER_DAY) + final.status
    states_of = np.bincount(places, minlength=4 * count).reshape(count, 4)
    mass = final.mass_mg.reshape(count, HOURS_PER_DAY).sum(axis=1)
    shown = states_of[:, [states.MEASURED, states.SUBSTITUTED, states.STOPPED]]
    rows: list[list[int]] = np.column_stack((mass, shown)).tolist()
    return rows, states_of[:, states.MISSING]


def _refused(stack: str, day: str, hour: str, why: str, rules: MonitoringRules) -> Refusal:
    """`hour` as "SO2 of 07:00"."""
    detail = f"{stack} has no {hour} on {day} ({why}); send the hour again or have it determined"
    return Refusal(Why.HOURS_MISSING, detail, rules.cite)
