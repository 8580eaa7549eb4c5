"""Reports of a year, improvement lists, opinions."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class CheckResult(msgspec.Struct, frozen=True, gc=False):
    """A numbered question to a report, its answer, and what the operator says to it."""

    #: Number and name, from the rulebook.
    number: int
    #: Name of the check.
    check: str
    #: "blocking" or "explain".
    severity: str
    #: Whether nothing was found wrong.
    passed: bool
    #: What was found, with its figures.
    detail: str
    #: The operator's explanation, or empty.
    explanation: str


class YearReported(Fact, frozen=True, omit_defaults=True):
    """A source's year by pollutant, as it is reported: measured (sealed days) and declared. 年度报告已提交。"""

    source: str
    year: int
    #: Who reported.
    actor: str
    #: By pollutant: sum of the sealed days, in milligrams.
    measured_mg: dict[str, int]
    #: By pollutant: what was declared, in milligrams.
    declared_mg: dict[str, int]
    #: 1 for the first report of the year, one more for each that takes the place of another.
    version: int
    #: SHA-256 over stack, day and evidence digest of every sealed day that it rests on.
    rests_on: str
    #: Every check of the rulebook with its answer.
    checks: tuple[CheckResult, ...]
    #: Why it takes the place of an earlier one, or empty.
    reason: str
    #: By pollutant that was declared: SHA-256 of the files that it is calculated from.
    files: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class YearVerified(Fact, frozen=True):
    """The emission that counts, and the obligation in allowances; an adverse opinion leaves both out.

    年度排放已核查。
    """

    source: str
    year: int
    #: The verifier's opinion.
    opinion: str
    #: Who verified.
    actor: str
    #: By pollutant: the emission that counts, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: allowances to surrender.
    obligation: dict[str, int]
    #: What the opinion rests on.
    comments: tuple[str, ...]
    #: Version of the report that was verified.
    version: int
    #: What had been surrendered beyond a lowered obligation goes back to the operator.
    entry: Entry = ()


class YearDetermined(Fact, frozen=True):
    """The authority set the emission that counts. 年度排放已核定。"""

    source: str
    year: int
    #: Who determined.
    actor: str
    #: By pollutant: the emission that counts, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: allowances to surrender.
    obligation: dict[str, int]
    #: Why the authority set it.
    reason: str
    #: What had been surrendered beyond a lowered obligation goes back to the operator.
    entry: Entry = ()


class ObligationDeferred(Fact, frozen=True):
    """Part of what a year obliges to falls due later, with the last year of its control period.

    部分清缴义务递延至履约期末。
    """

    source: str
    year: int
    #: Year with which it falls due.
    until: int
    #: By pollutant: allowances; what was deferred before is replaced.
    deferred: dict[str, int]


class YearReopened(Fact, frozen=True):
    """A verified year may be corrected, reported and verified again; until then it counts as it stands. 年度已重开。"""

    source: str
    year: int
    #: Who reopened it.
    actor: str
    #: Why.
    reason: str


class ImprovementRequested(Fact, frozen=True):
    """An item is on the improvement list of a year. 已要求整改。"""

    source: str
    year: int
    #: Its number on that list.
    number: int
    #: The verifier who asked.
    actor: str
    #: What is to be mended or explained.
    item: str


class ImprovementAnswered(Fact, frozen=True):
    """The operator has answered an item. 整改已答复。"""

    source: str
    year: int
    #: Number on the list.
    number: int
    #: What was done, or why it is so.
    answer: str
    #: SHA-256 of the proof, or empty.
    evidence: str


class ImprovementClosed(Fact, frozen=True):
    """The verifier has closed an item, or sent it back. 整改已审结。"""

    source: str
    year: int
    #: Number on the list.
    number: int
    #: False: it was sent back.
    accepted: bool
    #: Why.
    reason: str


ReportEvent = (
    YearReported
    | YearVerified
    | YearDetermined
    | ObligationDeferred
    | YearReopened
    | ImprovementRequested
    | ImprovementAnswered
    | ImprovementClosed
)
