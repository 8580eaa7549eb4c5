"""Stacks without monitors: tests by hand, what counts of them, and what is never made up."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.mrv.group import app
from airshed.model.refusal import Malformed
from airshed.mrv.factors import FactorSpread
from airshed.mrv.manual import STUDENT_T, ManualTest, judge, manual_year, shown
from airshed.service.stacks.records import flows_of, hours_of, manual_rules, read_tests, surveys_of
from laws import RULES

LAW = manual_rules(RULES)
HEAD = "date,stack,pollutant,standard,samples_mg_m3,flow_m3_h,load_percent"
GOOD = "2027-02-16,A,SO2,HJ 57-2017,34 35 36,100000,88"


def made_of(*rows: str) -> tuple[ManualTest, ...]:
    return read_tests("\n".join((HEAD, *rows)), "tests.csv")


def test_a_quarter_is_the_mean_rate_of_its_tests_times_its_running_hours() -> None:
    """35 mg/m3 x 100,000 m3/h = 3.5 kg/h; with a second test of 5.5 kg/h the mean is 4.5 kg/h; x 1,000 h = 4.5 t."""
    found = made_of(GOOD, "2027-03-01,A,SO2,HJ 57-2017,55 55 55,100000,88")
    year = manual_year("A", "SO2", 2027, found, {1: 1_000, 2: 0, 3: 0, 4: 0}, LAW)

    assert year.quarters[0].rate_mg_h == 4_500_000
    assert year.mass_mg == 4_500 * 1_000_000


def test_a_quarter_without_a_test_that_counts_is_missing_and_so_is_the_year() -> None:
    hours = dict.fromkeys((1, 2, 3, 4), 500)
    year = manual_year("A", "SO2", 2027, made_of(GOOD), hours, LAW)

    assert [each.mass_mg for each in year.quarters] == [1_750 * 1_000_000, None, None, None]
    assert [each.missing for each in year.quarters[1:]] == ["0 tests count, not 1"] * 3
    assert year.mass_mg is None
    assert year.spread is None


def test_a_quarter_of_which_nobody_said_the_hours_is_missing() -> None:
    year = manual_year("A", "SO2", 2027, made_of(GOOD), {2: 0, 3: 0, 4: 0}, LAW)

    assert year.quarters[0].missing == "nobody said how many hours it ran"
    assert year.mass_mg is None


def test_a_stack_that_stood_still_needs_no_test_and_emitted_nothing() -> None:
    year = manual_year("A", "SO2", 2027, made_of(GOOD), {1: 0, 2: 0, 3: 0, 4: 0}, LAW)

    assert year.mass_mg == 0


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2027-02-16,A,SO2,HJ 57-2017,34 35,100000,88", "2 samples, not 3"),
        ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,100000,74.99", "load 74.99 %, under 75 %"),
        ("2027-02-16,A,SO2,HJ 836-2017,34 35 36,100000,88", "HJ 836-2017 is no standard for SO2"),
        ("2027-02-16,A,SO2,HJ 57-2018,34 35 36,100000,88", "HJ 57-2018 is no standard for SO2"),
        ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,100000,75", None),
    ],
)
def test_a_test_counts_only_as_the_rules_say(row: str, why: str | None) -> None:
    (test,) = made_of(row)
    judged = judge(test, LAW)

    assert judged.why == why
    assert (judged.rate_mg_h is None) == (why is not None)


def test_nothing_detected_is_half_of_the_lowest_and_never_zero() -> None:
    (test,) = made_of("2027-02-16,A,SO2,HJ 57-2017,ND 2 33,100000,88")

    assert judge(test, LAW).mean_mg_m3 == (Decimal("1.5") + Decimal("1.5") + 33) / 3
    unstated = msgspec.structs.replace(
        LAW, standards=tuple(msgspec.structs.replace(each, lowest_mg_m3=None) for each in LAW.standards)
    )
    assert judge(test, unstated).why == "HJ 57-2017 states no lowest concentration to stand for ND"


def test_the_range_is_that_of_students_t_and_of_the_standard() -> None:
    """34, 35, 36: s = 1, 4.303 x 1 / sqrt(3) = 2.484, over 35: 7.1 %; with 10 % of the standard 12.3 %."""
    (test,) = made_of(GOOD)
    judged = judge(test, LAW)

    assert judged.spread is not None
    assert abs(judged.spread - Decimal("0.1226")) < Decimal("0.0001")
    assert STUDENT_T[1] == Decimal("4.303")
    year = manual_year("A", "SO2", 2027, (test,), {1: 1_000, 2: 0, 3: 0, 4: 0}, LAW)
    assert year.spread == FactorSpread(judged.spread, judged.spread)


def test_a_range_never_reaches_below_nothing() -> None:
    (test,) = made_of("2027-02-16,A,SO2,HJ 57-2017,ND ND 90,100000,88")
    year = manual_year("A", "SO2", 2027, (test,), {1: 1_000, 2: 0, 3: 0, 4: 0}, LAW)

    assert year.spread is not None
    assert year.spread.below == 1
    assert year.spread.above > 1


def test_four_even_quarters_have_half_the_range_of_one() -> None:
    rows = [GOOD.replace("-02-", f"-{month:02}-") for month in (2, 5, 8, 11)]
    year = manual_year("A", "SO2", 2027, made_of(*rows), dict.fromkeys((1, 2, 3, 4), 1_000), LAW)

    assert year.spread is not None
    assert abs(year.spread.above - Decimal("0.1226") / 2) < Decimal("0.0002")


@given(st.lists(st.integers(1, 99_999), min_size=3, max_size=8), st.integers(0, 2_160), st.integers(1, 2_160))
def test_more_hours_never_emit_less(samples: list[int], hours: int, more: int) -> None:
    row = f"2027-02-16,A,SO2,HJ 57-2017,{' '.join(map(str, samples))},100000,88"
    found = made_of(row)
    few, many = (
        manual_year("A", "SO2", 2027, found, {1: each, 2: 0, 3: 0, 4: 0}, LAW).mass_mg for each in (hours, hours + more)
    )

    assert few is not None
    assert many is not None
    assert many > few or many == few == 0


BAD = (
    ("2027-02-30,A,SO2,HJ 57-2017,34 35 36,1000,88", "tests.csv line 2, column date: there is no day 2027-02-30"),
    ("16.02.2027,A,SO2,HJ 57-2017,34 35 36,1000,88", "line 2, column date: '16.02.2027' is not written as it should"),
    ("2027-02-16,A,SO2,HJ 57-2017,34;35;36,1000,88", "write text like 34.1 35.0 33.8, or ND"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 -5 36,1000,88", "column samples_mg_m3: '34 -5 36' is not written"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 0 36,1000,88", "a sample of 0 was not measured; write ND"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 nan 36,1000,88", "column samples_mg_m3: '34 nan 36' is not written"),
    ("2027-02-16,A,SO2,HJ 57-2017,,1000,88", "column samples_mg_m3: is empty"),
    (f"2027-02-16,A,SO2,HJ 57-2017,{' '.join(['5'] * 101)},1000,88", "101 samples; a test has at most 100"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,0,88", "column flow_m3_h: 0.0 is out of bounds"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,1e9,88", "column flow_m3_h: 1000000000.0 is out of bounds"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,many,88", "column flow_m3_h: 'many' is not a number"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,1000,880", "column load_percent: 880.0 is out of bounds"),
    ("2027-02-16,A,SO2,HJ 57-2017,34 35 36,1000", "has 6 cells, the header 7"),
    ("2027-02-16,=cmd|'x',SO2,HJ 57-2017,34 35 36,1000,88", "column stack"),
    (f"{GOOD}\n{GOOD}", "line 3: 2027-02-16 A SO2 HJ 57-2017 stands in line 2 already; put all samples in one row"),
    (f"{GOOD}\n{GOOD.replace('2027', '2026')}", "line 3: 2026-02-16 is of another year than 2027-02-16"),
    ("", "has a header and no rows"),
)


@pytest.mark.parametrize(("row", "said"), BAD, ids=range(len(BAD)))
def test_a_bad_row_names_its_line_its_column_and_the_cure(row: str, said: str) -> None:
    with pytest.raises(Malformed) as raised:
        made_of(row)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("A,2027Q1,2161", "column hours: 2027Q1 has 2160 hours, not 2161; check them"),
        ("A,2027Q1,-1", "column hours: -1 is out of bounds"),
        ("A,2027Q5,1", "column quarter: '2027Q5' is not written as it should be; write text like 2027Q1"),
        ("A,2026Q1,1", "2026Q1 is not of 2027; give the year of the tests"),
        ("A,2027Q1,1\nA,2027Q1,1", "hours.csv line 3: A 2027Q1 stands there already; keep one"),
        ("A,2027Q1,12.5", "column hours: '12.5' is not a whole number"),
    ],
)
def test_bad_hours_are_named(row: str, said: str) -> None:
    with pytest.raises(Malformed) as raised:
        hours_of(f"stack,quarter,hours\n{row}", 2027, "hours.csv")
    assert said in str(raised.value)


def outcome(read: Callable[[str], object], text: str) -> str:
    """The error that reading ends with, or that it is read: `x`."""
    try:
        read(text)
    except Malformed as error:
        return str(error)
    return "x"


@given(st.text(max_size=200))
def test_no_record_brings_down_the_reader(text: str) -> None:
    """Any text after any header: it is read, or one line says why not."""
    for head, read in (
        (HEAD, lambda said: read_tests(said, "x")),
        ("stack,quarter,hours", lambda said: hours_of(said, 2027, "x")),
        ("material,way,tonnes,sulphur_percent,range_percent", lambda said: flows_of(said, "x")),
        ("component,count,leaking,hours,range_percent", lambda said: surveys_of(said, "x")),
    ):
        for said in (text, f"{head}\n{text}"):
            assert outcome(read, said).startswith("x")


def test_a_file_that_is_no_record_ends_with_one_line(tmp_path: Path) -> None:
    binary, long = tmp_path / "binary.csv", tmp_path / "long.csv"
    binary.write_bytes(b"\xff\xfe\0\0")
    long.write_bytes(b" " * 4_000_001)
    for path, said in ((binary, "is not UTF-8 text"), (long, "is larger than"), (tmp_path, "cannot be read")):
        done = CliRunner().invoke(app, ["manual", str(path), "--hours", str(path)])
        assert isinstance(done.exception, Malformed)
        assert said in str(done.exception)


def test_the_command_gives_the_same_as_the_library(tmp_path: Path) -> None:
    (tmp_path / "tests.csv").write_text(f"{HEAD}\n{GOOD}\n")
    (tmp_path / "hours.csv").write_text("stack,quarter,hours\nA,2027Q1,1000\nA,2027Q2,0\nA,2027Q3,0\nA,2027Q4,0\n")

    done = CliRunner().invoke(
        app, ["manual", str(tmp_path / "tests.csv"), "--hours", str(tmp_path / "hours.csv"), "--json"]
    )

    year = json.loads(done.stdout)
    assert year["mass_mg"] == 3_500 * 1_000_000
    assert year["quarters"][0]["rate_mg_h"] == "3500000"
    assert shown(Decimal("2.345")) == "2.34"
