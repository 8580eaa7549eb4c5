"""Sealed days of a stack, and what was found of its year."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Day:
    """A sealed day: (measured, substituted, stopped) hours and mass in milligrams per pollutant."""

    hours: dict[str, tuple[int, int, int]]
    mass_mg: dict[str, int]
    evidence: str
    marks: tuple[int, ...] = ()
    #: How many times it was corrected.
    corrections: int = 0
