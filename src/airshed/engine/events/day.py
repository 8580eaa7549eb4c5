"""Sealed days of a stack, and what was found of its year."""

from __future__ import annotations

from airshed.engine.commands import FindingLine
from airshed.engine.events.fact import Fact


class DaySealed(Fact, frozen=True, omit_defaults=True):
    """A day of a stack is closed for good; a correction names what it replaces. 日数据已封存。"""

    stack: str
    day: str
    #: By pollutant: measured, substituted and stopped hours, 24 in all.
    hours: dict[str, tuple[int, int, int]]
    #: By pollutant: mass of the day in milligrams.
    mass_mg: dict[str, int]
    #: SHA-256 of the raw frames of the day.
    evidence: str
    #: Evidence digest of the sealed day that this one corrects, or empty.
    replaces: str
    #: Numbers of the marks that were taken into account.
    marks: tuple[int, ...] = ()


class DayReversed(Fact, frozen=True):
    """What a sealed day booked is taken back, in full; the correction follows in the same record.

    原封存日数据已冲销。
    """

    stack: str
    day: str
    #: By pollutant: mass that was accepted and counts no longer, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: what the correction adds to it (below zero: takes off), in milligrams.
    difference_mg: dict[str, int]
    #: Evidence digest of the day taken back.
    evidence: str
    #: Why.
    reason: str


class FindingsNoted(Fact, frozen=True):
    """What was found in a stack's year, in place of what was noted before. 核查发现已记录。"""

    stack: str
    year: int
    #: All of them.
    findings: tuple[FindingLine, ...]
    #: How many were noted before.
    before: int


DayEvent = DaySealed | DayReversed | FindingsNoted
