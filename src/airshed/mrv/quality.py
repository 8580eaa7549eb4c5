"""Tests of monitors decide about hours: what a failed or an overdue test makes out of control, as marks of calibration.

A failed test speaks of the hours back to the last of its kind that passed, for nobody knows when the monitor went
wrong, and on until one passes. One that is overdue speaks of the hours after its day. A stack of which no test of a
kind is told is judged by none of that kind: that it has none is for the verifier to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.factors import rows_of
from airshed.mrv.rules import MonitoringRules, QualityKind, QualityRule, Tested
from airshed.mrv.spans import hour_of_day, hours_in

COLUMNS = ("stack", "of", "test", "day", "hour", "result_percent")
KINDS: tuple[QualityKind, ...] = ("zero_drift", "span_drift", "accuracy")
DUST, VELOCITY = "PM", "velocity"
#: A result beyond this is a slip of its measure.
LARGEST_PERCENT = 1_000


class QualityTest(msgspec.Struct, frozen=True):
    """A test of a monitor, one row of a record."""

    stack: str
    #: The pollutant, or `velocity`, on which every mass of the stack rests.
    of: str
    test: QualityKind
    #: ISO date, and the hour of the day from 0 on.
    day: str
    hour: int
    #: Drift of the full scale, or relative accuracy, without its sign.
    result_percent: Decimal

    @property
    def year(self) -> int:
        """The year of its day."""
        return int(self.day[:4])

    @property
    def tested(self) -> Tested:
        """What kind of thing is tested."""
        return "velocity" if self.of == VELOCITY else "PM" if self.of == DUST else "gas"


class QualityGap(msgspec.Struct, frozen=True):
    """Hours that a test makes out of control."""

    stack: str
    of: str
    test: QualityKind
    why: Literal["failed", "overdue"]
    #: First and last hour of the year, both included.
    first_hour: int
    last_hour: int
    #: The result that failed; None where none was made in time.
    result_percent: Decimal | None


def quality_tests(text: str, stacks: Mapping[str, Sequence[str]], place: str) -> tuple[QualityTest, ...]:
    """The tests of a record in order of time; `Malformed` names line and cure. `stacks` has the pollutants of each."""
    found = []
    for line, row in rows_of(text, COLUMNS, place):
        where = f"{place} line {line}"
        if row["stack"] not in stacks:
            raise Malformed(where, f"no such stack {row['stack']!r}", "name a stack of the zone")
        if row["of"] not in (*stacks[row["stack"]], VELOCITY):
            raise Malformed(
                where,
                f"{row['stack']} does not measure {row['of']!r}",
                f"there are {', '.join(stacks[row['stack']])}, {VELOCITY}",
            )
        kind = next((each for each in KINDS if each == row["test"]), None)
        if kind is None:
            raise Malformed(where, f"no such test {row['test']!r}", f"there are {', '.join(KINDS)}")
        found.append(
            QualityTest(
                row["stack"],
                row["of"],
                kind,
                _day(row["day"], where),
                _hour(row["hour"], where),
                _result(row["result_percent"], where),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.day, each.hour, each.stack, each.of, each.test)))


def quality_gaps(tests: Sequence[QualityTest], rules: MonitoringRules, year: int) -> tuple[QualityGap, ...]:
    """What the tests make out of control in a year, by stack, what is tested, and kind of test."""
    known = {(rule.test, rule.of): rule for rule in rules.quality}
    by_series: dict[tuple[str, str, QualityKind], list[QualityTest]] = {}
    for test in tests:
        by_series.setdefault((test.stack, test.of, test.test), []).append(test)
    gaps: list[QualityGap] = []
    for (_, _, kind), series in sorted(by_series.items()):
        rule = known.get((kind, series[0].tested))
        if rule is not None:
            gaps += _of_series(series, rule, year)
    return tuple(gaps)


class OutSpan(NamedTuple):
    """Hours out of control by a series of tests: the first, the one after the last (None: no end yet), and why."""

    why: Literal["failed", "overdue"]
    #: Place in the series of the test that failed, or of the last one before the next was due.
    place: int
    first: int
    after: int | None


def out_spans(points: Sequence[tuple[int, Decimal]], rule: QualityRule, earliest: int) -> Iterator[OutSpan]:
    """What tests of one kind of one monitor make out of control: their hours and results, in order of time.

    `earliest` is the hour from which a monitor that never passed is out of control. Results are in hundredths of a
    percent.

    >>> monthly = QualityRule("zero_drift", "gas", 30, 250, 500)
    >>> [tuple(span) for span in out_spans([(0, Decimal(0)), (100, Decimal(600)), (200, Decimal(0))], monthly, 0)]
    [('failed', 1, 0, 200), ('overdue', 2, 920, None)]
    """
    begun: int | None = None
    worst = 0
    for place, (at, result) in enumerate(points):
        if result > rule.fail_basis_points:
            worst = place
            if begun is None:
                begun = points[place - 1][0] if place else min(earliest, at)
        elif begun is not None and result <= rule.pass_basis_points:
            yield OutSpan("failed", worst, begun, at)
            begun = None
    if begun is not None:
        yield OutSpan("failed", worst, begun, None)
    for place, (at, _) in enumerate(points):
        due, following = at + 24 * rule.every_days, points[place + 1][0] if place + 1 < len(points) else None
        if following is None or due < following:
            yield OutSpan("overdue", place, due, following)


def _of_series(series: Sequence[QualityTest], rule: QualityRule, year: int) -> Iterator[QualityGap]:
    """One kind of test of one monitor, as far as it is about a year."""
    own, whole = series[0], hours_in(year)
    points = [(_at(test, year), 100 * test.result_percent) for test in series]
    for span in out_spans(points, rule, 0):
        first, after = max(span.first, 0), whole if span.after is None else min(span.after, whole)
        if first < after:
            result = series[span.place].result_percent if span.why == "failed" else None
            yield QualityGap(own.stack, own.of, own.test, span.why, first, after - 1, result)


def _at(test: QualityTest, year: int) -> int:
    """The hour of the year at which a test was made; below zero in a year before."""
    return hour_of_day(year, test.day) + test.hour


def _day(text: str, place: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Malformed(place, f"{text!r} is no day", "write it as 2027-05-03") from None


def _hour(text: str, place: str) -> int:
    if not text.isdecimal() or int(text) > 23:
        raise Malformed(place, f"{text!r} is no hour", "write 0 to 23")
    return int(text)


def _result(text: str, place: str) -> Decimal:
    try:
        result = abs(Decimal(text))
    except ArithmeticError:
        raise Malformed(place, f"{text!r} is no result", "write percent, as 2.1 or -2.1") from None
    if not result.is_finite() or result > LARGEST_PERCENT:
        raise Malformed(place, f"{text} percent is no result of a monitor", f"give at most {LARGEST_PERCENT}")
    return result
