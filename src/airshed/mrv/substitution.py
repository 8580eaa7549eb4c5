"""What stands in for missing hours: the capture rate and the tiers of HJ 75-2017 tables 5 and 6.

Only mass is substituted, never concentration, oxygen or flow. Raw hours stay as they are; the final hours
are a second record with the method and the hour that stood in, so that they can be computed again when late
frames arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.mrv import states
from airshed.mrv.columns import runs
from airshed.mrv.hours import ClosedHours
from airshed.mrv.marks import out_of_control_codes
from airshed.mrv.rules import MonitoringRules, SubstitutionTier
from airshed.mrv.spans import quarter_bounds
from airshed.mrv.states import Hour, Measured, Missing, Stopped, Substituted

Masses = NDArray[np.int64]

#: Out of control: the look-back ends at the calibration before the gap. Other: it ends where the gap begins.
Kind = Literal["out_of_control", "other"]


class Capture(msgspec.Struct, frozen=True):
    """How much of its running time a monitor caught, from raw hours: a substituted hour stays an invalid
    one."""

    pollutant: str
    #: First hour of the span and the one after its last.
    first_hour: int
    after_hour: int
    stopped: int
    invalid: int

    @property
    def running(self) -> int:
        """H - stopped: the hours that should have been measured."""
        return self.after_hour - self.first_hour - self.stopped

    @property
    def basis_points(self) -> int | None:
        """Alpha in hundredths of a percent, rounded down; None when the source stood still throughout.

        >>> Capture("SO2", 0, 2_184, 240, 97).basis_points
        9501
        """
        return (self.running - self.invalid) * 10_000 // self.running if self.running else None

    def at_least(self, basis_points: int) -> bool:
        """Whether alpha reaches a rate, compared exactly. A span that stood still has missed nothing."""
        return (self.running - self.invalid) * 10_000 >= basis_points * self.running


class Gap(msgspec.Struct, frozen=True):
    """A run of missing hours, or its part in one quarter, and what stands in for each of them."""

    pollutant: str
    first_hour: int
    last_hour: int
    #: Missing hours between them (stopped hours do not count).
    hours: int
    #: Missing hours of the whole run: the N of the tables.
    run_hours: int
    kind: Kind
    #: The rule, as `maximum_of_180_hours`; "undetermined" when none covers it; "open" before its quarter
    #: ends.
    method: str
    #: Mass of each of its hours, mg; None while nothing stands in, or where its hours differ (part 75 multiplies by the
    #: flow of each hour).
    mass_mg: int | None
    #: Hour whose mass that is; below zero in the year before; None when no single hour does.
    from_hour: int | None


class StandIn(msgspec.Struct, frozen=True):
    """What stands in for one measured parameter over neighbouring missing hours (part 75), and from which hours."""

    #: Concentration in mg/m3, or flow in m3/h.
    parameter: Literal["gas", "flow"]
    first_hour: int
    last_hour: int
    #: Missing hours between them, and of the whole run: the N of the tables.
    hours: int
    run_hours: int
    #: As `percentile_90_of_720_hours`.
    rule: str
    #: Method of determination code of ECMPS.
    modc: int
    value: float
    #: The hours whose values they are; below zero in the year before; empty for an average and for a potential.
    from_hours: tuple[int, ...]
    #: First hour, last hour and number of the hours looked back on; None when there was no look-back.
    look_back: tuple[int, int, int] | None
    #: Tenth of full load that was looked back on, 1 to 10; 0 for every load.
    load_bin: int
    #: Percent monitor data availability at the first and at the last of these hours, in tenths of a percent.
    available_tenths: tuple[int, int]


class Determination(msgspec.Struct, frozen=True):
    """The regulator's decision on hours that no tier covers: a rule, and the order that says so."""

    rule: Literal["maximum_of_year", "potential"]
    #: Hundredths of a percent of that mass.
    basis_points: int
    #: Reference of the decision, kept with every hour it sets.
    order: str
    #: What the stack emits in an hour at full load and the limit, mg (rule "potential").
    potential_mg: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FinalHours:
    """A year of one pollutant after substitution, beside the raw hours that it rests on."""

    pollutant: str
    raw: ClosedHours
    status: NDArray[np.uint8]
    #: 0 unless the hour is measured or substituted.
    mass_mg: Masses
    gaps: tuple[Gap, ...]
    captures: tuple[Capture, ...]
    #: Under part 75: what stands in for each parameter of the missing hours.
    stand_ins: tuple[StandIn, ...] = ()

    def at(self, hour: int) -> Hour:
        """One hour as a value."""
        match int(self.status[hour]):
            case states.MEASURED:
                return Measured(int(self.mass_mg[hour]))
            case states.STOPPED:
                return Stopped()
            case states.SUBSTITUTED:
                gap = next(gap for gap in self.gaps if gap.first_hour <= hour <= gap.last_hour)
                return Substituted(int(self.mass_mg[hour]), gap.method, gap.from_hour)
            case _:
                return Missing(states.why_text(int(self.raw.why[hour])))


def capture(pollutant: str, status: NDArray[np.uint8], first: int, after: int) -> Capture:
    """The capture rate of a span of raw hours."""
    span = status[first:after]
    stopped, invalid = np.count_nonzero(span == states.STOPPED), np.count_nonzero(span == states.MISSING)
    return Capture(pollutant, first, after, int(stopped), int(invalid))


def quarter_captures(pollutant: str, status: NDArray[np.uint8], year: int, through: int | None) -> tuple[Capture, ...]:
    """The capture rate of each quarter; of one that runs, of the hours that have passed.

    >>> [each.running for each in quarter_captures("SO2", np.zeros(8_760, np.uint8), 2027, 2_161)]
    [2160, 1, 0, 0]
    """
    bounds = [end if through is None else min(end, through) for end in quarter_bounds(year)]
    return tuple(capture(pollutant, status, first, after) for first, after in pairwise(bounds))


def tier_for(rate: Capture, run_hours: int, tiers: Sequence[SubstitutionTier]) -> SubstitutionTier | None:
    """The first row that covers a run of this length at this capture rate; None leaves it to the regulator.

    >>> from airshed.mrv.rules import SubstitutionTier
    >>> tiers = SubstitutionTier(9_000, 24, 180, "maximum"), SubstitutionTier(9_000, None, 720, "maximum")
    >>> rate = Capture("SO2", 0, 2_184, 240, 97)
    >>> [tier_for(rate, run, tiers).look_back_hours for run in (24, 25)]
    [180, 720]
    """
    for tier in tiers:
        if rate.at_least(tier.capture_from_basis_points) and (
            tier.longest_hours is None or run_hours <= tier.longest_hours
        ):
            return tier
    return None


def substitute(
    pollutant: str,
    raw: ClosedHours,
    year: int,
    rules: MonitoringRules,
    *,
    history_mg: Masses | None = None,
    through: int | None = None,
) -> FinalHours:
    """Let the tiers set the mass of missing hours, quarter by quarter.

    A run of missing hours ends only with a measured hour: hours of standstill inside neither count nor end
    it, or a stop mark would cut a long gap into short ones. N is the whole run, also across a quarter's
    end; the capture rate is that of the quarter in which an hour lies. The look-back takes valid hours in
    time order, goes back over quarters and into `history_mg` (the year before, oldest first), takes what
    there is when that is fewer than the tier names, and leaves the gap undetermined when there is none.
    Of a year of which `through` hours have passed, later hours are in no gap and no rate. Quarters that end after it
    are left open, for their capture rate is not known yet, and so is a run that has not ended, for its N is not.
    """
    bounds = quarter_bounds(year)
    captures = quarter_captures(pollutant, raw.status, year, through)
    pieces = _pieces(raw, bounds, rules, through)
    longest = max((tier.look_back_hours for tier in rules.tiers), default=1)
    before = np.zeros(0, np.int64) if history_mg is None else history_mg[-longest:]
    valid = np.flatnonzero(raw.status == states.MEASURED)
    masses = np.concatenate((before, raw.mass_mg[valid]))

    ends = np.searchsorted(valid, [piece.look_back_end for piece in pieces]) + len(before)
    tiers = [tier_for(captures[piece.quarter], piece.run_hours, rules.tiers) for piece in pieces]
    spans = [tier.look_back_hours if tier else 1 for tier in tiers]
    highest, where = highest_of_last(masses, ends, np.array(spans, np.int64))

    status, mass = raw.status.copy(), raw.mass_mg.copy()
    gaps: list[Gap] = []
    for piece, tier, end, mg, place in zip(pieces, tiers, ends.tolist(), highest.tolist(), where.tolist(), strict=True):
        if through is not None and (bounds[piece.quarter + 1] > through or piece.goes_on):
            gaps.append(piece.gap(pollutant, "open"))
        elif tier is None or end == 0:
            gaps.append(piece.gap(pollutant))
        else:
            source = place - len(before)
            method = f"{tier.statistic}_of_{tier.look_back_hours}_hours"
            gaps.append(piece.gap(pollutant, method, mg, int(valid[source]) if source >= 0 else source))
            status[piece.hours] = states.SUBSTITUTED
            mass[piece.hours] = mg
    return FinalHours(pollutant, raw, status, mass, tuple(gaps), captures)


def determine(final: FinalHours, decision: Determination) -> FinalHours:
    """Apply the regulator's decision to the undetermined hours; they stay missing if it gives no figure for
    them.

    The share is taken in whole milligrams, half upwards.
    """
    valid = np.flatnonzero(final.raw.status == states.MEASURED)
    from_hour: int | None = None
    base = decision.potential_mg
    if decision.rule == "maximum_of_year":
        base = None
        if valid.size:
            from_hour = int(valid[np.argmax(final.raw.mass_mg[valid])])
            base = int(final.raw.mass_mg[from_hour])
    if base is None or all(gap.method != "undetermined" for gap in final.gaps):
        return final

    set_mg = (base * decision.basis_points + 5_000) // 10_000
    status, mass = final.status.copy(), final.mass_mg.copy()
    gaps: list[Gap] = []
    for gap in final.gaps:
        if gap.method != "undetermined":
            gaps.append(gap)
            continue
        method = f"determined_{decision.rule}_at_{decision.basis_points}_of_10000 ({decision.order})"
        gaps.append(msgspec.structs.replace(gap, method=method, mass_mg=set_mg, from_hour=from_hour))
        hours = slice(gap.first_hour, gap.last_hour + 1)
        missing = status[hours] == states.MISSING
        mass[hours][missing] = set_mg
        status[hours][missing] = states.SUBSTITUTED
    return FinalHours(final.pollutant, final.raw, status, mass, tuple(gaps), final.captures, final.stand_ins)


def highest_of_last(
    masses: Masses, ends: NDArray[np.int64], spans: NDArray[np.int64]
) -> tuple[Masses, NDArray[np.int64]]:
    """For each end, the highest of the (up to) `span` masses before it and the first place where it stands.

    A table of maxima over 1, 2, 4, ... neighbours answers all questions at once, in n log n.

    >>> highest, where = highest_of_last(np.array([5, 9, 9, 1]), np.array([1, 4, 4]), np.array([3, 1, 3]))
    >>> highest.tolist(), where.tolist()
    ([5, 1, 9], [0, 3, 1])
    """
    assert len(masses) < 1 << 14, "a year and its look-back"
    assert masses.size == 0 or (masses.min() >= 0 and masses.max() < 1 << 48), "mg of one hour"
    last = (1 << 14) - 1
    # Mass and place in one number, so that one maximum finds both; of equal masses the earliest place wins.
    table = [(masses.astype(np.int64) << 14) | (last - np.arange(len(masses)))]
    widths = np.minimum(ends, spans)
    steps = np.zeros(len(ends), np.int64)
    while 2 << (len(table) - 1) <= (widths.max() if widths.size else 0):
        half = 1 << (len(table) - 1)
        table.append(np.maximum(table[-1][:-half], table[-1][half:]))
        steps[widths >= 2 * half] = len(table) - 1
    keys = np.zeros(len(ends), np.int64)
    for step, maxima in enumerate(table):
        asked = (steps == step) & (widths > 0)
        keys[asked] = np.maximum(maxima[ends[asked] - widths[asked]], maxima[ends[asked] - (1 << step)])
    return keys >> 14, last - (keys & last)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """The part of a run of missing hours that lies in one quarter."""

    hours: NDArray[np.int64]
    quarter: int
    run_hours: int
    kind: Kind
    look_back_end: int
    #: Whether the run lasts to the last running hour that is known.
    goes_on: bool

    def gap(
        self, pollutant: str, method: str = "undetermined", mass_mg: int | None = None, from_hour: int | None = None
    ) -> Gap:
        first, last = int(self.hours[0]), int(self.hours[-1])
        return Gap(pollutant, first, last, len(self.hours), self.run_hours, self.kind, method, mass_mg, from_hour)


def _pieces(raw: ClosedHours, bounds: Sequence[int], rules: MonitoringRules, through: int | None) -> list[_Piece]:
    running = np.flatnonzero(raw.status[:through] != states.STOPPED)
    out_of_control = np.isin(raw.why, out_of_control_codes(rules))
    calibrations = np.flatnonzero(out_of_control)
    spans = runs(raw.status[running] == states.MISSING)
    firsts, lasts = running[spans[:, 0]], running[spans[:, 1] - 1]
    so_far = np.concatenate(([0], np.cumsum(out_of_control[running])))
    failed = so_far[spans[:, 1]] > so_far[spans[:, 0]]
    before = np.searchsorted(calibrations, firsts)
    ends = np.where(failed & (before > 0), np.append(calibrations, 0)[before - 1], firsts)
    quarters = np.searchsorted(bounds, np.column_stack((firsts, lasts)), side="right") - 1
    pieces: list[_Piece] = []
    for (first, after), bad, end, (quarter, last) in zip(
        spans.tolist(), failed.tolist(), ends.tolist(), quarters.tolist(), strict=True
    ):
        kind: Kind = "out_of_control" if bad else "other"
        hours = running[first:after]
        goes_on = after == len(running)
        if quarter == last:
            pieces.append(_Piece(hours, quarter, after - first, kind, end, goes_on))
            continue
        cuts = np.searchsorted(hours, bounds)
        for part in range(quarter, last + 1):
            if cuts[part] < cuts[part + 1]:
                pieces.append(_Piece(hours[cuts[part] : cuts[part + 1]], part, after - first, kind, end, goes_on))
    return pieces
