"""One truth shown: the report, `mrv exceedances`, the pages of stacks and the heat map count alike."""

from __future__ import annotations

import calendar
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from airshed.cli.mrv.group import app
from airshed.lab.season.marking import marks_of, read_marks
from airshed.lab.stacks.episodes import Episode, read_episodes
from airshed.mrv.exceedance import exceedances_of
from airshed.mrv.year import StackYear
from airshed.pages.kit.words import same
from airshed.pages.report.facts import WHOLE
from airshed.pages.report.ground import Ground, StackPlace
from airshed.pages.report.monitoring import Monitoring, monitoring
from airshed.pages.report.sight import Sight
from airshed.pages.stack.completeness import completeness
from airshed.pages.stack.facts import read_stack
from airshed.rulebook.shipped import shipped
from airshed.service.book.sqlite import Book
from airshed.service.stacks.measure import measure_zone, simulate_zone
from airshed.service.stacks.stack_folder import YearMarks
from airshed.zone.load import load as load_zone
from airshed.zone.monitoring import monitoring_rules
from airshed.zone.zone import Zone
from laws import RULES

YEAR, SEED = 2027, 7
LAW = monitoring_rules(RULES)


class Year(NamedTuple):
    """The stacks of the demo year at which something is made to happen, measured with the marks that stand."""

    folder: Path
    zone: Zone
    marks: YearMarks
    years: tuple[StackYear, ...]
    report: Monitoring


def ground_of(zone: Zone) -> Ground:
    """The stacks of a zone, as a report has them whose book has entered all of them."""
    places = {each.stack: StackPlace(each.stack, each.source, "KM", same(each.stack)) for each in zone.stacks}
    return Ground(None, (), places, (), ())


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    folder = shipped("zones", "dianzhong")
    zone = load_zone(folder)
    episodes: tuple[Episode, ...] = tuple(read_episodes(folder, zone))
    planned = read_marks(folder, zone, YEAR)
    stacks = sorted({each.stack for each in episodes} | {each.stack for each in planned})
    there = tmp_path_factory.mktemp("year")
    simulate_zone(there / "evidence", zone, YEAR, SEED, episodes=episodes, stacks=stacks, workers=1)
    stand = marks_of(planned, YEAR, at_last=True)
    years = tuple(measure_zone(there / "evidence", zone, LAW, marks=stand, workers=1))
    with Book.create(there / "empty.book") as book:
        report = monitoring(Sight(book, WHOLE, YEAR), ground_of(zone), RULES, years, episodes)
    marks = {stack: {YEAR: tuple(own)} for stack, own in stand.items()}
    return Year(there / "evidence", zone, marks, years, report)


def of_shell(folder: Path) -> list[dict[str, Any]]:
    found = CliRunner().invoke(app, ["exceedances", str(folder), "--json", "--limit", "99", "--workers", "1"])
    assert found.exit_code == 0, found.output
    return [json.loads(line) for line in found.output.splitlines()]


def test_the_report_lists_what_the_shell_lists(year: Year) -> None:
    """Without a book the shell knows no marks: it lists the same rows, for a mark hides none."""
    report = [
        (row.stack, row.pollutant, row.worst_mg_m3, row.worst_at, f"{row.times_over:.2f}", row.hours_over)
        for row in year.report.exceedances
    ]
    shell = [
        (row["stack"], row["pollutant"], row["worst_mg_m3"], row["worst_at"], row["times_over"], row["hours_over"])
        for row in of_shell(year.folder)
    ]
    assert report == shell
    assert len(report) == year.report.broken + year.report.marked
    assert year.report.marked == 1


def test_the_page_of_a_stack_counts_as_the_report_does(year: Year) -> None:
    for stack in sorted({row.stack for row in year.report.exceedances}):
        page = read_stack(year.folder, stack, year.zone, LAW, YEAR, year.marks)
        mine = [row for row in year.report.exceedances if row.stack == stack]
        assert [(each.limit.pollutant, each.breaches, each.as_read.marked_hours) for each in page.found.rows] == [
            (row.pollutant, row.breaches, row.marked_hours) for row in mine
        ]
        for each in page.pollutants:
            over = [row.hours_over for row in mine if row.pollutant == each.pollutant]
            assert len(each.over) == sum(over), (stack, each.pollutant)


def test_the_heat_map_has_the_capture_of_the_report(year: Year) -> None:
    """Valid hours by day, added up to the months of the report, the pollutant caught least."""
    heat = {
        count.stack: count for count in completeness(year.folder, year.zone, LAW, marks=year.marks, workers=1).stacks
    }
    days = [0]
    for month in range(1, 13):
        days.append(days[-1] + calendar.monthrange(YEAR, month)[1])
    for row in year.report.capture:
        span = slice(days[row.month - 1], days[row.month])
        rates = [
            sum(each.valid[span]) * 10_000 // sum(each.running[span])
            for each in heat[row.stack].pollutants
            if sum(each.running[span])
        ]
        assert row.basis_points == (min(rates) if rates else None), row


def test_every_case_that_was_made_to_happen_is_found_by_the_list_that_shows_it(year: Year) -> None:
    """No table of a page says "not found" of what another table of it lists."""
    listed = {(row.stack, row.pollutant) for row in year.report.exceedances}
    peaks = [row for row in year.report.episodes if row.kind == "peak"]

    assert len(peaks) == 6
    for row in peaks:
        assert (row.stack, row.pollutant) in listed
        assert row.found, row
    assert [row.stack for row in peaks if row.found == ("marked",)] == ["KM-CEM-03-A"]


def test_no_mark_that_stands_lies_over_another_peak(year: Year) -> None:
    peaks = {(row.stack, row.pollutant) for row in year.report.episodes if row.kind == "peak"}
    open_to_all = [
        row for row in year.report.exceedances if (row.stack, row.pollutant) in peaks and row.stack != "KM-CEM-03-A"
    ]

    assert len(open_to_all) == 5
    assert all(row.breaches and not row.marked_hours for row in open_to_all)


def test_what_is_counted_once_is_counted_by_one_function(year: Year) -> None:
    found = exceedances_of(each for closed in year.years for each in closed.exceedances)

    assert (len(found.rows), found.compared, found.broken, found.marked) == (
        len(year.report.exceedances),
        year.report.compared,
        year.report.broken,
        year.report.marked,
    )
