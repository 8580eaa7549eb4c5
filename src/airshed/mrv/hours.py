"""Closing the hours of a stack: each is measured, missing with a reason, or stopped; never zero by default.

An hour of a pollutant is measured when its concentration, the velocity, temperature, static pressure and moisture,
and the oxygen where the monitor has it, are all flagged as measured, present and possible. It is stopped when the
velocity is flagged so, the concentration is not flagged as measured (an analyser may be calibrated in a standstill)
and the readings do not show a fire: a stop mark that its own stack contradicts does not count, or marking would be
free of charge. Everything else is missing. Hourly frames carry no count of minutes, so the monitor's flag speaks for
the 45 minutes that an hour needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import flue_gas, states
from airshed.mrv.applicability import limits_of
from airshed.mrv.columns import finding, flagged, flat_lines, runs, why_not
from airshed.mrv.duct import Duct, dry_standard, duct_hours
from airshed.mrv.findings import Finding
from airshed.mrv.flue_gas import Floats
from airshed.mrv.gases import BY_POLLUTANT, gas_code
from airshed.mrv.identities import flow_findings
from airshed.mrv.marks import HoursMark, MarkColumns, MarkedHours, apply_marks, mark_columns, stop_refuted
from airshed.mrv.readings import (
    OXYGEN,
    VELOCITY,
    StackReadings,
)
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.states import Measured, Missing, RawHour, Stopped
from airshed.mrv.unit_slips import unit_slips


@dataclass(frozen=True, slots=True, eq=False)
class ClosedHours:
    """A year of one pollutant: per hour its state, why it is missing, its mass and its concentration."""

    status: NDArray[np.uint8]
    why: NDArray[np.uint8]
    #: 0 unless the hour is measured.
    mass_mg: NDArray[np.int64]
    #: mg/m3, dry, standard state, as measured; NaN unless the hour is measured.
    measured_mg_m3: Floats
    #: Oxygen of measured hours in percent; NaN where there is none.
    oxygen: Floats
    findings: tuple[Finding, ...] = ()
    #: What the analyser and what the duct said, each wherever it counts by itself, in running hours; NaN elsewhere. An
    #: hour is measured where both are there. mg/m3 and m3/h, dry, standard state; None when they are not told apart.
    gas_mg_m3: Floats | None = None
    flow_m3_h: Floats | None = None
    #: Load of the plant, of its full load; NaN or None where nobody recorded it.
    load: Floats | None = None
    #: What operators' marks did; None without any.
    marked: MarkedHours | None = None

    def at(self, hour: int) -> RawHour:
        """One hour as a value."""
        match int(self.status[hour]):
            case states.MEASURED:
                return Measured(int(self.mass_mg[hour]))
            case states.STOPPED:
                return Stopped()
            case _:
                return Missing(states.why_text(int(self.why[hour])))


def close_hours(
    stack: StackRegistration, readings: StackReadings, rules: MonitoringRules, marks: Sequence[HoursMark] = ()
) -> tuple[dict[str, ClosedHours], tuple[Finding, ...]]:
    """Every hour of every registered pollutant, and what was found about the stack as a whole.

    `marks` are those of the operator that are in force. A mark changes what an hour counts as, never what it read.
    """
    duct, found = duct_hours(stack, readings, rules)
    shared = [mark for mark in marks if not mark.pollutants]
    of_all = mark_columns(shared, readings.hours, rules)

    def marked(pollutant: str) -> MarkColumns | None:
        own = [mark for mark in marks if pollutant in mark.pollutants]
        return mark_columns([*shared, *own], readings.hours, rules) if own else of_all

    closed = {
        pollutant: _close(stack, readings, rules, pollutant, duct, marked(pollutant)) for pollutant in stack.pollutants
    }
    return closed, (*found, *flow_findings(readings, duct.flow, rules))


def _close(
    stack: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    pollutant: str,
    shared: Duct,
    marks: MarkColumns | None,
) -> ClosedHours:
    code, flow = gas_code(pollutant), shared.flow
    bounds = (0.0, BY_POLLUTANT[pollutant].highest_mg_m3)
    values, flags = readings.column(code), readings.marks(code)
    dried = dry_standard(stack, pollutant, values, shared, readings)
    oxygen, velocity = shared.oxygen, readings.column(VELOCITY)
    own = why_not(values, flags, bounds, rules)
    why = np.where(own != 0, own, np.where(shared.why != 0, shared.why, shared.oxygen_why))

    marked = flagged(flags, rules.flags_stopped)
    velocity_marked = flagged(readings.marks(VELOCITY), rules.flags_stopped)
    burning = (velocity > 0) & (oxygen < rules.idle_oxygen_percent)
    agreed = velocity_marked & ~flagged(flags, rules.flags_measured)
    stopped = agreed & ~(burning & stack.measures_oxygen) & readings.framed
    contradicted = (marked | velocity_marked) & ~stopped & readings.framed
    why[contradicted] = states.CONTRADICTED_STOP
    why[stopped] = 0
    why[(why == 0) & ~stopped & shared.leaking] = states.AIR_LEAK
    slips = unit_slips(
        values,
        (why == 0) & ~stopped & shared.at_work,
        rules.unit_slip_hours,
        _limit(stack, rules, pollutant, readings.year),
    )
    for slip in slips:
        span = slice(slip.first, slip.after)
        why[span][(why[span] == 0) & ~stopped[span]] = states.UNIT_SLIP
    if shared.misdated is not None:
        stopped &= ~shared.misdated
        contradicted &= ~shared.misdated
        why[shared.misdated] = states.CLOCK_OFF
    why[~readings.framed] = states.NO_FRAME
    marked_hours: MarkedHours | None = None
    if marks is not None:
        said = flagged(readings.marks(OXYGEN), (*rules.flags_measured, *rules.flags_stopped))
        moving = flagged(readings.marks(VELOCITY), rules.flags_measured)
        marked_hours = apply_marks(
            marks,
            why=why,
            stopped=stopped,
            refuted=stop_refuted(stack, velocity, oxygen, moving, said, rules),
            read_mg_m3=dried,
            read_oxygen=oxygen,
            flow=flow,
        )
        contradicted = why == states.CONTRADICTED_STOP

    valid = (why == 0) & ~stopped
    lines = flat_lines(values, valid, rules.flat_line_hours)
    found = [
        Finding("flat_line", pollutant, int(a), int(b) - 1, int(b - a), f"{values[a]:g} mg/m3 in every hour")
        for a, b in lines
    ]
    found += hugging(stack, rules, pollutant, readings.year, np.where(valid, dried, np.nan), oxygen)
    if rules.flat_line_invalid:
        for a, b in lines:
            why[a:b] = states.FLAT_LINE
            valid[a:b] = False
    idle = valid & (oxygen >= rules.idle_oxygen_percent)
    absurd = own == states.ABSURD_VALUE
    found += finding("absurd_value", pollutant, absurd, f"outside {bounds[0]:g} to {bounds[1]:g} mg/m3")
    found += [slip.finding(pollutant, "mg/m3") for slip in slips]
    few = f"fewer than {rules.minutes_per_hour} valid minutes"
    found += finding("too_few_minutes", pollutant, why == states.TOO_FEW_MINUTES, few)
    found += finding(
        "contradicted_stop", pollutant, contradicted, "marked as stopped, other readings of the hour say not"
    )
    if stack.measures_oxygen:
        detail = f"oxygen of {rules.idle_oxygen_percent:g} % or more: not converted, perhaps stopped"
        found += finding("idle", pollutant, idle, detail)

    status = np.full(readings.hours, states.MISSING, np.uint8)
    status[valid] = states.MEASURED
    status[stopped] = states.STOPPED
    mass = np.zeros(readings.hours, np.int64)
    # mg/m3 times m3/h: milligrams of the hour, rounded here and nowhere else, half to even.
    mass[valid] = np.rint(dried[valid] * flow[valid]).astype(np.int64)
    told = readings.framed & ~stopped
    if shared.misdated is not None:
        told &= ~shared.misdated
    duct = told & ~np.isnan(flow)
    # Where the duct speaks and the hour is missing all the same, it is the analyser that fails.
    analyser = told & (own == 0) & (shared.oxygen_why == 0) & ~(duct & ~valid)
    return ClosedHours(
        status,
        why,
        mass,
        np.where(valid, dried, np.nan),
        np.where(valid, oxygen, np.nan),
        tuple(found),
        np.where(analyser, dried, np.nan),
        np.where(duct, flow, np.nan),
        readings.load,
        marked_hours,
    )


def hugging(
    stack: StackRegistration, rules: MonitoringRules, pollutant: str, year: int, dried: Floats, oxygen: Floats
) -> tuple[Finding, ...]:
    """Runs as long as a flat line, in which every hour lies under its limit by less than a stated mean may be off.

    A stack is steered to stay well below: what stays just below for half a day is steered to the figure, or cut off.
    """
    found: list[Finding] = []
    for limit, first, after in limits_of(rules, stack, pollutant, year):
        span = dried[first:after]
        if limit.reference_o2_percent is not None:
            span = flue_gas.hours_at_reference_oxygen(
                span, oxygen[first:after], limit.reference_o2_percent, rules.idle_oxygen_percent
            )
        most = limit.limit_mg_m3
        near = (span <= most) & (span >= most * (1 - rules.identity_converted_basis_points / 10_000))
        for a, b in runs(near):
            if b - a >= rules.flat_line_hours:
                low, high = span[a:b].min(), span[a:b].max()
                said = f"{low:g} to {high:g} mg/m3, under the limit of {most:g} in every hour"
                found.append(Finding("hugs_limit", pollutant, int(first + a), int(first + b - 1), int(b - a), said))
    return tuple(found)


def _limit(stack: StackRegistration, rules: MonitoringRules, pollutant: str, year: int) -> float | None:
    """The highest limit of the year, mg/m3; None without one."""
    return max((limit.limit_mg_m3 for limit, _, _ in limits_of(rules, stack, pollutant, year)), default=None)
