"""What people write down of stacks without monitors (tests, hours, flows of sulphur, leaks), read strictly from CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from airshed.model.refusal import Malformed
from airshed.mrv.balances import MaterialFlow, Survey
from airshed.mrv.determination import MethodRule
from airshed.mrv.manual import ManualRules, ManualTest, Standard
from airshed.mrv.spans import quarter_bounds
from airshed.rulebook.kinds import Day
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import rows_of

Row = TypeVar("Row", bound=msgspec.Struct)

#: More rows than this are no record of tests: four quarters of the whole zone ten times over.
MOST_ROWS = 20_000
#: Not detected, as laboratories write it.
ND = "ND"
#: The largest duct of a works carries some 5 million m3/h; beyond it the measure is another one.
LARGEST_M3_H = 10_000_000

Label = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z", examples=["KM-CEM-01-A"])]
#: Samples between blanks, each of at most five digits before the point.
Samples = Annotated[
    str,
    Meta(
        pattern=r"^(ND|[0-9]{1,5}(\.[0-9]{1,6})?)( (ND|[0-9]{1,5}(\.[0-9]{1,6})?))*\Z",
        examples=["34.1 35.0 33.8, or ND"],
    ),
]
#: More samples than this are no test by hand, but a monitor.
MOST_SAMPLES = 100


class TestRow(msgspec.Struct, frozen=True):
    """One row of a record of tests by hand."""

    __test__ = False

    date: Day
    stack: Label
    pollutant: Label
    standard: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}\Z", examples=["HJ 57-2017"])]
    samples_mg_m3: Samples
    flow_m3_h: Annotated[float, Meta(gt=0, le=LARGEST_M3_H)]
    load_percent: Annotated[float, Meta(gt=0, le=150)]


class HoursRow(msgspec.Struct, frozen=True):
    """How many hours a stack ran in a quarter."""

    stack: Label
    quarter: Annotated[str, Meta(pattern=r"^20[0-9]{2}Q[1-4]\Z", examples=["2027Q1"])]
    hours: Annotated[int, Meta(ge=0, le=2_208)]


Material = Annotated[str, Meta(pattern=r"^[^,;\x00-\x1f]{1,60}\Z", examples=["coal"])]
Way = Annotated[str, Meta(pattern=r"^(in|kept)\Z", examples=["in or kept"])]
Tonnes = Annotated[float, Meta(gt=0, le=1e9)]
Percent = Annotated[float, Meta(gt=0, le=100)]
#: Half-width of a 95 % range.
Half = Annotated[float, Meta(ge=0, le=100)]


class SulphurRow(msgspec.Struct, frozen=True):
    """A material that carries sulphur in, or keeps it."""

    material: Material
    way: Way
    tonnes: Tonnes
    sulphur_percent: Percent
    range_percent: Half | None = None

    @property
    def percent(self) -> float:
        """Of what it carries."""
        return self.sulphur_percent


class SolventRow(msgspec.Struct, frozen=True):
    """A material that carries solvent in, or keeps it: in products, recovered, or in waste that is taken away."""

    material: Material
    way: Way
    tonnes: Tonnes
    voc_percent: Percent
    range_percent: Half | None = None

    @property
    def percent(self) -> float:
        """Of what it carries."""
        return self.voc_percent


class LeakRow(msgspec.Struct, frozen=True, kw_only=True):
    """Components of one kind; `leaking` is empty where nobody looked."""

    component: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}\Z", examples=["valve-gas"])]
    count: Annotated[int, Meta(ge=1, le=10_000_000)]
    leaking: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    hours: Annotated[float, Meta(gt=0, le=8_784)]
    range_percent: Annotated[float, Meta(ge=0, le=500)] | None = None


class FactorRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a works did in a measure that a factor of the library is per."""

    factor: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,59}\Z", examples=["leak-valve-gas"])]
    activity: Annotated[float, Meta(gt=0, le=1e15)]
    #: What control takes out.
    removal_percent: Half
    #: Half-widths of the 95 % ranges: of the activity, and of a factor whose source states none.
    activity_range_percent: Half | None = None
    factor_range_percent: Annotated[float, Meta(ge=0, le=500)] | None = None


def manual_rules(rulebook: Rulebook) -> ManualRules:
    """The section [manual_tests] and the standards of `test_methods.csv`."""
    law = rulebook.manual_tests
    return ManualRules(
        law.samples,
        law.load_basis_points,
        law.tests_per_quarter,
        law.not_detected_basis_points,
        tuple(
            Standard(
                row.pollutant,
                row.standard,
                None if row.lowest_mg_m3 is None else number(row.lowest_mg_m3),
                None if row.range_basis_points is None else Decimal(row.range_basis_points) / 10_000,
                row.status,
            )
            for row in law.rows
        ),
        law.cite,
    )


def method_rules(rulebook: Rulebook) -> tuple[MethodRule, ...]:
    """The rows of `methods.csv`."""
    return tuple(
        MethodRule(row.sector, row.process, row.pollutant, tuple(row.methods.split()), row.rule, row.cite, row.status)
        for row in rulebook.methods.rows
    )


def read_tests(text: str, place: str) -> tuple[ManualTest, ...]:
    """The tests of a record, of one year, in its order; `Malformed` names line, column and cure."""
    found: list[ManualTest] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, row in _rows(text, TestRow, place):
        where = f"{place} line {line}"
        day = _day(row.date, f"{where}, column date")
        if found and day[:4] != found[0].day[:4]:
            raise Malformed(where, f"{day} is of another year than {found[0].day}", "give one year a file")
        mark = (row.date, row.stack, row.pollutant, row.standard)
        if mark in seen:
            raise Malformed(
                where, f"{' '.join(mark)} stands in line {seen[mark]} already", "put all samples in one row"
            )
        seen[mark] = line
        samples = _samples(row.samples_mg_m3, f"{where}, column samples_mg_m3")
        load = round(number(row.load_percent) * 100)
        found.append(ManualTest(day, row.stack, row.pollutant, row.standard, samples, number(row.flow_m3_h), load))
    return tuple(found)


def hours_of(text: str, year: int, place: str) -> dict[str, dict[int, int]]:
    """Running hours by stack and quarter of a year; `Malformed` for more than a quarter has."""
    bounds = quarter_bounds(year)
    found: dict[str, dict[int, int]] = {}
    for line, row in _rows(text, HoursRow, place):
        where, quarter = f"{place} line {line}", int(row.quarter[5])
        if int(row.quarter[:4]) != year:
            raise Malformed(f"{where}, column quarter", f"{row.quarter} is not of {year}", "give the year of the tests")
        longest = bounds[quarter] - bounds[quarter - 1]
        if row.hours > longest:
            raise Malformed(
                f"{where}, column hours", f"{row.quarter} has {longest} hours, not {row.hours}", "check them"
            )
        if quarter in found.setdefault(row.stack, {}):
            raise Malformed(where, f"{row.stack} {row.quarter} stands there already", "keep one")
        found[row.stack][quarter] = row.hours
    return found


def flows_of(
    text: str, place: str, pollutant: str = "SO2"
) -> tuple[tuple[MaterialFlow, ...], tuple[MaterialFlow, ...]]:
    """What goes in and what is kept of sulphur, or of solvent; `Malformed` when more is kept than goes in."""
    flows: dict[str, list[MaterialFlow]] = {"in": [], "kept": []}
    kind: type[SulphurRow | SolventRow] = SulphurRow if pollutant == "SO2" else SolventRow
    for _, row in _rows(text, kind, place):
        spread = None if row.range_percent is None else number(row.range_percent) / 100
        flows[row.way].append(MaterialFlow(row.material, number(row.tonnes), number(row.percent), spread))
    into, kept = (sum((each.carried_t for each in flows[way]), Decimal(0)) for way in flows)
    if not flows["in"]:
        raise Malformed(place, "nothing goes in", "give a row whose way is in")
    if kept > into:
        raise Malformed(
            place,
            f"{kept:f} t of {'sulphur' if pollutant == 'SO2' else pollutant} are kept of {into:f} t",
            "check tonnes and percent",
        )
    return tuple(flows["in"]), tuple(flows["kept"])


def surveys_of(text: str, place: str) -> tuple[tuple[Survey, ...], tuple[int, ...]]:
    """The components of a leak survey, and the line of each; `Malformed` when more leak than there are."""
    found: list[Survey] = []
    lines: list[int] = []
    for line, row in _rows(text, LeakRow, place):
        if row.leaking is not None and row.leaking > row.count:
            what = f"{row.leaking} of {row.count} leak"
            raise Malformed(f"{place} line {line}, column leaking", what, "count again")
        spread = None if row.range_percent is None else number(row.range_percent) / 100
        found.append(Survey(row.count, row.leaking, number(row.hours), row.component, spread))
        lines.append(line)
    return tuple(found), tuple(lines)


def factor_rows(text: str, place: str) -> Sequence[tuple[int, FactorRow]]:
    """Activities and the factors that they are multiplied by, each with its line."""
    return _rows(text, FactorRow, place)


def number(figure: float) -> Decimal:
    """A number as it was written, without zeros at its end."""
    return Decimal(str(figure)).normalize() + 0


def _rows(text: str, kind: type[Row], place: str) -> Sequence[tuple[int, Row]]:
    rows, faults = rows_of(text, kind, place)
    if faults:
        raise faults[0]
    if len(rows) > MOST_ROWS:
        raise Malformed(place, f"more than {MOST_ROWS:,} rows", "split the file")
    return [(line, kind(**_given(row))) for line, row in rows]


def _given(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def _samples(text: str, place: str) -> tuple[Decimal | None, ...]:
    samples = tuple(None if each == ND else Decimal(each) for each in text.split(" "))
    if Decimal(0) in samples:
        raise Malformed(place, "a sample of 0 was not measured", f"write {ND} where nothing was detected")
    if len(samples) > MOST_SAMPLES:
        raise Malformed(place, f"{len(samples)} samples", f"a test has at most {MOST_SAMPLES}")
    return samples


def _day(text: str, place: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Malformed(place, f"there is no day {text}", "write a day of the calendar, as 2027-05-03") from None
