"""How a works is monitored: its plan, masses that no monitor measured, tests of its monitors."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.monitoring import PlanLine
from airshed.engine.events.fact import Fact


class PlanApproved(Fact, frozen=True):
    """How a works is monitored from a day on. 监测方案已批准。"""

    source: str
    #: First day on which the plan holds.
    begins: str
    #: Every pollutant of every part.
    lines: tuple[PlanLine, ...]
    #: SHA-256 of the plan that was handed in.
    evidence: str
    #: Who approved.
    actor: str
    #: Who confirmed it; empty where the law wants nobody.
    confirmed_by: str = ""


class EstimateFiled(Fact, frozen=True):
    """A mass that no monitor measured is handed in, with the file that it is calculated from. 核算排放量已提交。"""

    source: str
    year: int
    pollutant: str
    #: Part of the works.
    part: str
    #: How it was found.
    method: str
    #: First day that it is about.
    first: str
    #: Last day that it is about.
    last: str
    #: Mass of these days.
    mass_mg: int
    #: How far the true mass may lie below it (95 %), in hundredths of a percent; null where nobody stated a range.
    below: int | None
    #: The same above it.
    above: int | None
    #: The calculation in words and figures.
    calculation: str
    #: SHA-256 of the file.
    evidence: str
    #: Who handed it in.
    actor: str
    #: SHA-256 of the file whose place it takes, or empty.
    replaces: str
    #: Why it takes the place of another, or empty.
    reason: str


class OutOfControl(msgspec.Struct, frozen=True, gc=False):
    """Hours of a monitor that do not count because of its tests."""

    #: "failed" or "overdue".
    why: str
    #: Number of the test that failed, or of the last one before the next was due.
    test: int
    #: First hour.
    first: str
    #: Last hour, itself included; empty until a test passes, or is made.
    last: str


class MonitorTested(Fact, frozen=True):
    """A monitor was tested; which of its hours do not count, by all tests of this kind together. 质控测试已录入。"""

    #: Number that the test gets.
    number: int
    stack: str
    #: The pollutant, or `velocity`.
    of: str
    #: Kind of the test.
    test: str
    #: Hour of the test.
    hour: str
    #: Result in hundredths of a percent.
    result: int
    #: "passed", "failed", or "between" what passes and what fails.
    outcome: str
    #: What is out of control with it: pollutants as monitors name them.
    about: tuple[str, ...]
    #: Hours out of control by tests of this kind, in place of what the test before said.
    out: tuple[OutOfControl, ...]
    #: Who entered it.
    actor: str
    #: SHA-256 of its protocol.
    evidence: str


MonitoringEvent = PlanApproved | EstimateFiled | MonitorTested
