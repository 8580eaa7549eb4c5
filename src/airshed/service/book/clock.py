"""The instant at which a book is written: that of the machine in a programme, any that is asked for in a simulation."""

from __future__ import annotations

from airshed.engine.journal import END_OF_TIME
from airshed.engine.state import State
from airshed.model.period import DAY_MS
from airshed.model.provenance import Programme, Provenance
from airshed.model.refusal import Malformed

#: How far the machine's clock may be ahead of what happened last before somebody has to say that it is right: a month
#: without one accepted command is rare, and a clock that jumps as far would settle deadlines that nobody has missed.
LONGEST_REST_MS = 31 * DAY_MS
#: How far it may be behind, as a clock that was set right by a little is.
LONGEST_STEP_BACK_MS = 5 * 60 * 1000


def asked_of(provenance: Provenance | None, asked: int | None, now: int) -> int:
    """The instant to write at: `asked`, or now; `Malformed` when it is asked for in a programme, or has no day."""
    if asked is not None and isinstance(provenance, Programme):
        what = "this book is a real programme, and takes the clock of the machine"
        raise Malformed("--at", what, "leave it out; rehearse in a book that is a simulation")
    if not 0 <= (when := now if asked is None else asked) < END_OF_TIME:
        place = "clock of the machine" if asked is None else "--at"
        raise Malformed(place, "is not between the years 1970 and 9999", "set it right")
    return when


def instant_for(state: State, asked: int | None, now: int, *, sure: bool = False) -> int:
    """The instant to write at; in a programme that of the machine, far from the last only if somebody is `sure`.

    An instant that stands in a book stays: all that comes later counts from it.
    """
    when = asked_of(state.provenance, asked, now)
    if not isinstance(state.provenance, Programme) or sure or state.seq == 0:
        return when
    far = when - state.at
    if -LONGEST_STEP_BACK_MS <= far <= LONGEST_REST_MS:
        return when
    days = abs(far) / DAY_MS
    way = "after" if far > 0 else "before"
    what = f"this machine says {state.civil.clock(when)}, {days:,.1f} days {way} what happened last"
    cure = f"it was {state.civil.clock(state.at)}: set the clock right, or say --clock-is-right"
    raise Malformed("clock", what, cure)
