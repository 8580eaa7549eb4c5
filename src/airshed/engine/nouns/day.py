"""Sealed days of a stack, and what was found of its year."""

from __future__ import annotations

import msgspec


class Day(msgspec.Struct, frozen=True, gc=False):
    """A sealed day: (measured, substituted, stopped) hours and mass in milligrams per pollutant.

    A book has tens of thousands: a struct is made in a fraction of the time, and none holds what could hold it.
    """

    hours: dict[str, tuple[int, int, int]]
    mass_mg: dict[str, int]
    evidence: str
    marks: tuple[int, ...] = ()
    #: How many times it was corrected.
    corrections: int = 0
