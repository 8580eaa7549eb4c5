"""How a works is monitored: its plan, masses that no monitor measured, tests of its monitors."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.engine.commands.wish import Day, Hour, Maybe, Name, Share, Text, Whole, Wish, Year
from airshed.mrv import rules as _rules
from airshed.rulebook import mrv_tables as _tables

#: How a mass without a monitor is come by, and which test of a monitor.
Method = _tables.Method
QualityKind = _rules.QualityKind

#: SHA-256 of what a command rests on.
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", title="SHA-256")]
#: A share in hundredths of a percent, of which the procedure says how much it may be.
Spread = Annotated[int, Meta(ge=0, le=1_000_000, extra=Share.__metadata__[0].extra)]


class PlanLine(msgspec.Struct, frozen=True, gc=False):
    """How one pollutant of one part of a works is monitored."""

    #: A stack, or another part of the works, as "coating line 1".
    part: Name
    #: Pollutant of the law.
    pollutant: Name
    #: "monitor" on a stack; else "manual" tests, a "balance", a survey of "leaks", or a "factor".
    method: Method


class ApprovePlan(Wish, frozen=True):
    """Approve how a works is monitored from a day on, in place of the plan before. 批准监测方案。"""

    source: Name
    #: First day on which the plan holds.
    begins: Day
    #: Every pollutant of every part, each once.
    lines: tuple[PlanLine, ...]
    #: SHA-256 of the plan that was handed in.
    evidence: Digest


class FileEstimate(Wish, frozen=True, omit_defaults=True):
    """Hand in a mass that no monitor measured, with the file that it is calculated from. 提交核算排放量。"""

    source: Name
    year: Year
    pollutant: Name
    #: Part of the works, as the monitoring plan names it.
    part: Name
    #: How it was found: "manual" tests, a "balance", a survey of "leaks", or a "factor".
    method: Method
    #: First day that it is about.
    first: Day
    #: Last day that it is about, of the same year.
    last: Day
    #: Mass of these days.
    mass_mg: Whole
    #: The calculation in words and figures.
    calculation: Text
    #: SHA-256 of the file.
    evidence: Digest
    #: How far the real mass may lie below it (95 %), as a share of it; left out where a part has no stated range.
    below: Spread | None = None
    #: How far the real mass may lie above it (95 %), as a share of it; left out where a part has no stated range.
    above: Spread | None = None
    #: SHA-256 of the file whose place this one takes; empty for a first one.
    replaces: Maybe = ""
    #: Why it takes the place of another; needed with `replaces`.
    reason: Text = ""


class RecordTest(Wish, frozen=True):
    """Enter a test of a monitor: drift of zero or span, or accuracy against a reference. 录入质控测试。"""

    stack: Name
    #: The pollutant that was tested, or `velocity`.
    of: Name
    #: "zero_drift", "span_drift" or "accuracy".
    test: QualityKind
    #: Hour of the test.
    hour: Hour
    #: Drift as a share of full scale, or deviation from the reference, without its sign.
    result: Spread
    #: SHA-256 of its protocol.
    evidence: Digest


MonitoringBody = ApprovePlan | FileEstimate | RecordTest
