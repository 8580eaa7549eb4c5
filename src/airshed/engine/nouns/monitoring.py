"""How a works is monitored: its plan, masses that no monitor measured, tests of its monitors."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.engine.commands import PlanLine
from airshed.engine.events import OutOfControl


@dataclass(frozen=True, slots=True)
class MonitoringPlan:
    """How a works is monitored from a day on."""

    begins: str
    lines: tuple[PlanLine, ...]
    evidence: str
    actor: str
    confirmed_by: str

    def method(self, part: str, pollutant: str) -> str | None:
        """How a pollutant of a part is monitored; None where the plan does not name it."""
        return next((line.method for line in self.lines if (line.part, line.pollutant) == (part, pollutant)), None)


@dataclass(frozen=True, slots=True)
class FiledEstimate:
    """A mass that no monitor measured, and the digest of the file that it is calculated from."""

    source: str
    year: int
    pollutant: str
    part: str
    method: str
    first: str
    last: str
    mass_mg: int
    below: int | None
    above: int | None
    calculation: str
    evidence: str
    actor: str


@dataclass(frozen=True, slots=True)
class MonitorTest:
    """A test of a monitor; `at` is the instant at which its hour begins."""

    id: int
    stack: str
    of: str
    test: str
    at: int
    result: int
    outcome: str
    about: tuple[str, ...]
    actor: str
    evidence: str


@dataclass(frozen=True, slots=True)
class TestedHours:
    """Hours of a monitor that do not count because of its tests: instants of the first and after the last."""

    #: Number under which sealed days name them, above those of marks.
    number: int
    why: str
    first: int
    #: None until a test passes, or is made.
    after: int | None
    about: tuple[str, ...]

    def touches(self, first: int, after: int) -> bool:
        """Whether a span has one of these hours."""
        return self.first < after and (self.after is None or first < self.after)


def out_number(out: OutOfControl) -> int:
    """The number under which sealed days name hours that tests put out of control.

    >>> out_number(OutOfControl("failed", 7, "2027-03-01T08", "")), out_number(OutOfControl("overdue", 7, "", ""))
    (1000007, 2000007)
    """
    return out.test + (1_000_000 if out.why == "failed" else 2_000_000)
