"""A demo year that is left on a day: the beginning of the same year, with nothing told of what comes later."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.engine.journal import Line, MemoryJournal, decode
from airshed.engine.procedures.deadlines import surrender_day
from airshed.lab.season.days import QUIET_DAYS, stop
from airshed.model.refusal import Malformed
from airshed.mrv import states
from airshed.rulebook.shipped import shipped
from airshed.service.book.sqlite import Book
from beijing import day_of, instant
from laws import RULES
from seasons import FEW_WORKS, YEAR, played


def lines(until: str = "") -> list[Line]:
    """What is written in the year of a few works, up to the morning of a day."""
    return list(played(MemoryJournal(), tables=False, works=FEW_WORKS, until=until).runner.journal.lines())


def test_a_year_that_is_left_on_a_day_is_the_beginning_of_the_whole_one() -> None:
    whole = lines()
    for day in ("2027-01-04", "2027-06-22", "2028-04-12", "2028-06-30", "2028-07-03", "2028-07-17"):
        found, nine = lines(day), instant(day, 9)
        assert found == whole[: len(found)]
        assert decode(found[-1]).at < nine <= decode(whole[len(found)]).at, day


def test_firms_surrender_in_the_last_days_and_a_few_on_the_very_last(year_lines: list[Line]) -> None:
    records = [record for record in map(decode, year_lines) if type(record.body).__name__ == "Surrender"]
    days = Counter({(record.actor, day_of(record.at)): 1 for record in records})
    firms = Counter(day for _, day in days)
    assert len(firms) == QUIET_DAYS
    assert 0 < firms[surrender_day(RULES, YEAR)] < min(firms[day] for day in firms if day != surrender_day(RULES, YEAR))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("soon", "--until: 'soon' is no day; name one as 2028-07-03"),
        ("2028-02-30", "--until: '2028-02-30' is no day; name one as 2028-07-03"),
        ("20280630", "--until: '20280630' is not written as days are here; write it as 2028-06-30"),
        ("2028-07-01", "--until: nobody works on 2028-07-01 under this law; say 2028-07-03, the next business day"),
        ("2026-12-31", "--until: 2026-12-31 is no day of this year; name one from 2027-01-04 to 2028-07-17"),
        ("2028-07-18", "--until: 2028-07-18 is no day of this year; name one from 2027-01-04 to 2028-07-17"),
    ],
)
def test_a_day_that_a_year_cannot_be_left_on_is_refused_in_a_line(day: str, said: str) -> None:
    with pytest.raises(Malformed) as refused:
        stop(RULES, YEAR, day)
    assert str(refused.value) == said


def one_works(folder: Path) -> Path:
    """A zone of one power works."""
    shutil.copytree(shipped("zones", "acidrain"), folder)
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(path.read_text("utf-8").splitlines()))
        if rows[0][0] in ("source", "stack"):
            kept = [row for row in rows[1:] if row[0].startswith("US-PWR-01")]
            with path.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows([rows[0], *kept])
    return folder


def test_the_shell_leaves_a_year_on_a_day_without_a_reading_of_later(tmp_path: Path) -> None:
    demo = ["demo", "--rulebook", "acidrain", "--zone", str(one_works(tmp_path / "zone"))]
    left: dict[str, list[Line]] = {}
    for name, more in (("whole", []), ("left", ["--until", "2003-06-10"])):
        out = tmp_path / name
        said = CliRunner().invoke(build(ROOMS), [*demo, "--workers", "1", "--out", str(out), *more])
        assert said.exit_code == 0, said.output
        with Book.read(out / "acidrain.book") as book:
            left[name] = list(book.lines())
        assert ("until   2003-06-10" in said.output) == bool(more)
    assert left["left"] == left["whole"][: len(left["left"])]
    assert sorted(path.name for path in (tmp_path / "left").iterdir()) == ["acidrain.book", "demo.json", "hours"]
    for path in (tmp_path / "left" / "hours").iterdir():
        hours, whole = pl.read_parquet(path), pl.read_parquet(tmp_path / "whole" / "hours" / path.name)
        before = pl.col("hour") < pl.datetime(2003, 6, 10)
        assert hours.filter(before).equals(whole.filter(before))
        assert set(hours.filter(~before)["status"]) == {states.MISSING}
        assert set(hours.filter(~before)["mass_mg"]) == {0}
        assert pl.read_parquet_metadata(path) == pl.read_parquet_metadata(tmp_path / "whole" / "hours" / path.name)
