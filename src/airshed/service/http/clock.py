"""The clock of a book that is served: that of the machine, or one that a rehearsal sets."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from airshed.compliance.deadline import next_business_day
from airshed.model.period import DAY_MS, HOUR_MS
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def machine_ms() -> int:
    """The clock of this machine, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def clock_from(at: int | None, machine: Callable[[], int]) -> Callable[[], int]:
    """The clock of the book: that of the machine, or one that goes on from an instant."""
    if at is None:
        return machine
    begun = machine()
    return lambda: at + machine() - begun


def next_morning(rules: Rulebook, at: int) -> int:
    """The next ten o'clock of a business day of a law: when a book that is shown goes on, so that its market may open.

    >>> from airshed.rulebook.load import find, load
    >>> law = load(find("dianzhong"))
    >>> def after(day, hour): return law.civil.day_of(next_morning(law, law.civil.instant(day, hour)))
    >>> after("2028-07-15", 9), after("2028-07-17", 9), after("2028-07-17", 10)
    ('2028-07-17', '2028-07-17', '2028-07-18')
    """
    day = next_business_day(rules.civil.day_of(at + DAY_MS - 10 * HOUR_MS), partial(lookup.worked, rules))
    return rules.civil.instant(day, 10)
