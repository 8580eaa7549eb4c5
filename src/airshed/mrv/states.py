"""What an hour of a stack can be: measured, substituted, missing or stopped; and what was found about it."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.mrv.rules import MarkKind


class Measured(msgspec.Struct, frozen=True, tag=True):
    """A valid hour: its mass in milligrams, rounded once."""

    mass_mg: int


class Substituted(msgspec.Struct, frozen=True, tag=True):
    """An hour without a valid reading whose mass the rules set."""

    mass_mg: int
    #: Which rule, as `maximum_of_180_hours`.
    method: str
    #: Hour of the year whose mass stands in; below zero in the year before; None when no single hour does.
    from_hour: int | None


class Missing(msgspec.Struct, frozen=True, tag=True):
    """An hour nobody knows the mass of. It is never zero."""

    why: str


class Stopped(msgspec.Struct, frozen=True, tag=True):
    """An hour in which the source stood still, marked so and not contradicted by its own readings."""


RawHour = Measured | Missing | Stopped
Hour = Measured | Substituted | Missing | Stopped

#: The same states as a column.
Statuses = NDArray[np.uint8]
MEASURED, SUBSTITUTED, MISSING, STOPPED = 0, 1, 2, 3

# Why an hour is missing, in a column: a small number, or from 32 on the character of its data flag.
NO_FRAME, CONTRADICTED_STOP, NO_VALUE, ABSURD_VALUE, FLAT_LINE, NO_FLAG = 1, 2, 3, 4, 5, 6
CLOCK_OFF, NEGATIVE_FLOW, AIR_LEAK, UNIT_SLIP, TOO_FEW_MINUTES = 7, 8, 9, 10, 11
FIRST_FLAG = 32
#: The hour is as it is because the operator marked it so; the readings are kept beside.
MARKS: dict[MarkKind, int] = {
    "stopped": 20,
    "start_up": 21,
    "shut_down": 22,
    "maintenance": 23,
    "calibration": 24,
    "fault": 25,
}
_WHYS = {
    NO_FRAME: "no_frame",
    CONTRADICTED_STOP: "contradicted_stop",
    NO_VALUE: "no_value",
    ABSURD_VALUE: "absurd_value",
    FLAT_LINE: "flat_line",
    NO_FLAG: "no_flag",
    CLOCK_OFF: "clock_off",
    NEGATIVE_FLOW: "negative_flow",
    AIR_LEAK: "air_leak",
    UNIT_SLIP: "unit_slip",
    TOO_FEW_MINUTES: "too_few_minutes",
    **{code: f"mark_{kind}" for kind, code in MARKS.items()},
}


def why_text(code: int) -> str:
    """The reason of a missing hour, or of one that a mark stopped, in words.

    >>> why_text(NO_FRAME), why_text(ord("D")), why_text(MARKS["fault"])
    ('no_frame', 'flag_D', 'mark_fault')
    """
    return _WHYS[code] if code < FIRST_FLAG else f"flag_{chr(code)}"
