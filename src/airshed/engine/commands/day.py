"""Sealed days of a stack, and what was found of its year."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.wish import Day, Hour, Maybe, Name, Text, Whole, Wish, Year


class SealDay(Wish, frozen=True, omit_defaults=True):
    """Close a day of a stack: hours by state, mass per pollutant, digest of the evidence. 封存日数据。"""

    stack: Name
    day: Day
    #: By pollutant: measured, substituted and stopped hours, 24 in all.
    hours: dict[Name, tuple[Whole, Whole, Whole]]
    #: By pollutant: mass of the day.
    mass_mg: dict[Name, Whole]
    #: SHA-256 of the raw frames of the day.
    evidence: Name
    #: Evidence digest of the sealed day that this one corrects; empty for a first sealing.
    replaces: Maybe = ""
    #: Why it is corrected, as "late frames of the outage of 3 March"; needed with `replaces`.
    reason: Text = ""
    #: Numbers of the marks that its hours take into account: every one that stands and touches the day.
    marks: tuple[Whole, ...] = ()


class FindingLine(msgspec.Struct, frozen=True, gc=False):
    """Something suspicious in a stack's readings."""

    #: Name of the finding, from `docs/reference/findings.md`.
    finding: Name
    #: Pollutant or factor; empty when it concerns the whole stack.
    subject: Maybe
    #: First hour concerned.
    first: Hour
    #: Last hour concerned, itself included.
    last: Hour
    #: How many hours between them.
    hours: Whole
    #: What was found, in words.
    detail: Text


class NoteFindings(Wish, frozen=True):
    """What the monitoring host found in a stack's year, in place of what it noted before; nothing is an answer too.

    记录核查发现。
    """

    stack: Name
    year: Year
    #: All of them; empty says that nothing was found.
    findings: tuple[FindingLine, ...] = ()


DayBody = SealDay | NoteFindings
