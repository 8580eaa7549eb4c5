"""Operators' marks on hours: what each does to them, and what a verifier must see of it.

A mark is what an operator says of its stack (standstill, start-up, shut-down, maintenance, calibration, fault) and the
regulator has not refused; whether it came in time and within its yearly allowance is decided before it comes here.
Readings are never changed: the hour says which mark made it what it is, and what its monitor had said is kept beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.mrv import states
from airshed.mrv.columns import Mask, finding
from airshed.mrv.exceedance import over_limit
from airshed.mrv.findings import Finding
from airshed.mrv.flue_gas import Floats, hours_at_reference_oxygen
from airshed.mrv.readings import flag_code
from airshed.mrv.rules import LimitValue, MarkEffect, MarkKind, MonitoringRules, StackRegistration


class HoursMark(msgspec.Struct, frozen=True):
    """What an operator says of hours of a year of its stack."""

    kind: MarkKind
    #: First and last hour of the year, both included.
    first_hour: int
    last_hour: int
    #: Its number; of two marks with one effect on an hour the lower one is named.
    mark: int
    #: Pollutants that it is about; none for all.
    pollutants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MarkColumns:
    """Marks by hour: per effect the number of the mark (0: none) and the code of its kind (`states.MARKS`)."""

    numbers: Mapping[MarkEffect, NDArray[np.int64]]
    codes: Mapping[MarkEffect, NDArray[np.uint8]]


@dataclass(frozen=True, slots=True, eq=False)
class MarkedHours:
    """What marks did to a year of one pollutant, and what its monitor had said in those hours."""

    #: The mark that decided each hour; 0 where none did.
    number: NDArray[np.int64]
    #: Measured hours that are not compared with the limit.
    exempt: Mask
    #: Hours whose own readings are valid: mg/m3 as measured, oxygen, mass; NaN and 0 elsewhere.
    read_mg_m3: Floats
    read_oxygen: Floats
    read_mg: NDArray[np.int64]


def effect_of(kind: MarkKind, rules: MonitoringRules) -> MarkEffect | None:
    """What the law lets a kind of mark do; None for a kind that it does not know."""
    return next((rule.effect for rule in rules.marks if rule.kind == kind), None)


def mark_columns(marks: Iterable[HoursMark], hours: int, rules: MonitoringRules) -> MarkColumns | None:
    """The marks of a year by hour; None when there is none with an effect."""
    numbers: dict[MarkEffect, NDArray[np.int64]] = {}
    codes: dict[MarkEffect, NDArray[np.uint8]] = {}
    for mark in sorted(marks, key=lambda each: -each.mark):
        assert mark.mark > 0, mark
        assert 0 <= mark.first_hour <= mark.last_hour < hours, mark
        effect = effect_of(mark.kind, rules)
        if effect is None:
            continue
        if effect not in numbers:
            numbers[effect], codes[effect] = np.zeros(hours, np.int64), np.zeros(hours, np.uint8)
        numbers[effect][mark.first_hour : mark.last_hour + 1] = mark.mark
        codes[effect][mark.first_hour : mark.last_hour + 1] = states.MARKS[mark.kind]
    return MarkColumns(numbers, codes) if numbers else None


def stop_refuted(
    stack: StackRegistration,
    velocity: float | Floats,
    oxygen: float | Floats,
    velocity_measured: bool | Mask,
    oxygen_said: bool | Mask,
    rules: MonitoringRules,
) -> Mask:
    """Whether readings refute a mark of standstill, as they refute flag F: gas moves and oxygen shows a fire.

    `oxygen_said` is where oxygen is flagged as measured or as stopped; elsewhere its figure is of a broken analyser.
    A velocity that is flagged as measured and above that of a standstill refutes the mark by itself, unless oxygen
    shows air: then only a fan runs.
    """
    speed, o2 = np.asarray(velocity), np.asarray(oxygen)
    measured, said = np.asarray(velocity_measured), np.asarray(oxygen_said) & stack.measures_oxygen
    burning = (speed > 0) & (o2 < rules.idle_oxygen_percent) & said
    moving = measured & (speed > rules.standstill_velocity_m_s)
    refuted: Mask = burning | (moving & ~(said & (o2 >= rules.idle_oxygen_percent)))
    return refuted


def out_of_control_codes(rules: MonitoringRules) -> list[int]:
    """The reasons of hours after which the look-back ends at the calibration before: flags and kinds of mark."""
    return [
        *(flag_code(flag) for flag in rules.flags_out_of_control),
        *(states.MARKS[rule.kind] for rule in rules.marks if rule.effect == "out_of_control"),
    ]


def apply_marks(
    marks: MarkColumns,
    *,
    why: NDArray[np.uint8],
    stopped: Mask,
    refuted: Mask,
    read_mg_m3: Floats,
    read_oxygen: Floats,
    flow: Floats,
) -> MarkedHours:
    """Apply marks to the hours of a pollutant. Changes `why` and `stopped`, which hold what the readings say.

    A standstill by flag stays one, for an analyser may be calibrated in it. A stop mark makes any other hour a
    standstill, or a contradicted one where the readings refute it. Of the rest, an out-of-control mark makes every hour
    missing for its own reason, an invalid one those that were valid, and an exempt one leaves what is measured.
    """
    nothing = np.zeros(len(why), np.int64)
    number = nothing.copy()
    valid = (why == 0) & ~stopped
    stop = marks.numbers.get("stopped", nothing)
    claimed = (stop > 0) & ~stopped
    number[claimed] = stop[claimed]
    holds = claimed & ~refuted
    why[claimed & refuted] = states.CONTRADICTED_STOP
    if holds.any():
        why[holds] = marks.codes["stopped"][holds]
    stopped |= holds
    free = ~stopped & ~claimed
    reaches: tuple[tuple[MarkEffect, Mask], ...] = (("out_of_control", free), ("invalid", free & (why == 0)))
    for effect, reach in reaches:
        own = marks.numbers.get(effect, nothing)
        taken = reach & (own > 0) & (number == 0)
        number[taken] = own[taken]
        if taken.any():
            why[taken] = marks.codes[effect][taken]
    own = marks.numbers.get("exempt", nothing)
    exempt = (why == 0) & ~stopped & (own > 0)
    number[exempt] = own[exempt]
    read = valid & (number > 0)
    mass = nothing.copy()
    mass[read] = np.rint(read_mg_m3[read] * flow[read]).astype(np.int64)
    return MarkedHours(number, exempt, np.where(read, read_mg_m3, np.nan), np.where(read, read_oxygen, np.nan), mass)


def mark_findings(
    pollutant: str,
    marked: MarkedHours,
    marks: Sequence[HoursMark],
    final_mg: NDArray[np.int64],
    limits: Sequence[tuple[LimitValue, int, int]],
    rules: MonitoringRules,
) -> tuple[Finding, ...]:
    """Marks on hours above the limit, and marks by which the year weighs less than its monitor read.

    Hours of standstill, missing and substituted ones alike: what counts in the end is compared with what was read.
    """
    found: list[Finding] = []
    above = np.zeros(len(final_mg), np.bool_)
    for limit, first, after in limits:
        span = slice(first, after)
        read = hours_at_reference_oxygen(
            marked.read_mg_m3[span],
            marked.read_oxygen[span],
            limit.reference_o2_percent,
            rules.idle_oxygen_percent,
        )
        above[span] |= over_limit(read, limit, rules)
    less = np.maximum(marked.read_mg - final_mg, 0)
    for mark in sorted(marks, key=lambda each: each.mark):
        own = marked.number == mark.mark
        name = f"mark {mark.mark} ({mark.kind})"
        over = own & above
        if over.any():
            worst = float(np.nanmax(marked.read_mg_m3[over]))
            detail = f"{name} covers hours above the limit; the highest reads {worst:.1f} mg/m3, not converted"
            found += finding("marked_exceedance", pollutant, over, detail)
        lower = own & (less > 0)
        if lower.any():
            detail = f"by {name} they weigh {int(less[lower].sum()) / 1e6:.3f} kg less than the monitor read"
            found += finding("marked_less", pollutant, lower, detail)
    return tuple(found)
