"""How a mass came about: the steps end at the mass of the closed year, whatever the hour and whichever the law."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner

from airshed.cli.mrv.group import app
from airshed.cli.mrv.shown import measuring_law
from airshed.lab.stacks.episodes import read_episodes
from airshed.model.provenance import Simulation
from airshed.mrv import states
from airshed.mrv.marks import HoursMark
from airshed.mrv.readings import AIR_PRESSURE
from airshed.mrv.rules import Law
from airshed.mrv.spans import hour_of_day, hour_text
from airshed.mrv.substitution import FinalHours
from airshed.mrv.year import close_year_with_hours
from airshed.rulebook.shipped import shipped
from airshed.service.book.opening import adopt
from airshed.service.book.sqlite import Book
from airshed.service.stacks.evidence import read_manifest
from airshed.service.stacks.explain import ClosedYear, Explained, explain, read_year
from airshed.service.stacks.measure import measure_zone, read_readings, simulate_zone
from airshed.zone.load import load as load_zone
from airshed.zone.monitoring import monitoring_rules, registrations
from laws import FILES, RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
STACK = "QJ-PWR-03-B"
YEAR = 2027


class Held(NamedTuple):
    """Evidence of a stack, of the year and of the year before."""

    now: Path
    before: Path


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("explain")
    for name, year in (("now", YEAR), ("before", YEAR - 1)):
        simulate_zone(folder / name, ZONE, year, 7, stacks=[STACK], workers=1)
    return Held(folder / "now", folder / "before")


def told(held: Held, when: str, pollutant: str, law: Law) -> Explained:
    return explain(held.now, STACK, when, ZONE, RULES, pollutant=pollutant, law=law, before=held.before)


@pytest.fixture(scope="module")
def closed(held: Held) -> dict[str, FinalHours]:
    """The year as the law of the rulebook closes it."""
    readings = read_readings(held.now, read_manifest(held.now).stacks[0], YEAR)
    return dict(close_year_with_hours(registrations(ZONE)[STACK], readings, monitoring_rules(RULES))[1])


@pytest.fixture(
    scope="module", params=product(("hj75", "part75"), (True, False)), ids=lambda each: "-".join(map(str, each))
)
def year(request: pytest.FixtureRequest, held: Held) -> ClosedYear:
    """The year read once for all that is asked of it, by each law, with and without the year before."""
    law, with_before = request.param
    return read_year(held.now, STACK, ZONE, RULES, law=law, before=held.before if with_before else None)


@pytest.mark.parametrize("pollutant", ["SO2", "NOx"])
def test_the_steps_of_an_hour_end_at_its_mass(closed: dict[str, FinalHours], year: ClosedYear, pollutant: str) -> None:
    """A sample of measured hours and of every kind of gap; the steps assert their own arithmetic on the way."""
    raw = closed[pollutant].raw
    gaps = [gap.first_hour for gap in closed[pollutant].gaps]
    measured = np.flatnonzero(raw.status == states.MEASURED)
    for hour in [*gaps[:3], gaps[-1], *measured[[0, len(measured) // 2]].tolist()]:
        found = year.explain(hour_text(YEAR, hour), pollutant)
        assert found.mass_mg is not None
        assert found.steps[-1].value == f"{found.mass_mg // 10**6:,}.{found.mass_mg % 10**6:06d} kg"
        assert (found.state_en == "measured") == (int(raw.status[hour]) == states.MEASURED)


def test_a_monitor_of_moist_hot_gas_reports_other_figures_and_the_same_mass(held: Held, tmp_path: Path) -> None:
    """The same year by an extractive analyser and by one in the duct; each is explained from what it reads."""
    words = ("SO2:wet", "NOx:actual", "PM:actual+wet", "O2:wet")
    stacks = tuple(msgspec.structs.replace(row, reported=words) if row.stack == STACK else row for row in ZONE.stacks)
    zone, rules = msgspec.structs.replace(ZONE, stacks=stacks), monitoring_rules(RULES)
    simulate_zone(tmp_path / "moist", zone, YEAR, 7, stacks=[STACK], workers=1)
    (dry,), (moist,) = (
        tuple(measure_zone(folder, each, rules, workers=1))
        for folder, each in ((held.now, ZONE), (tmp_path / "moist", zone))
    )
    for one, other in zip(dry.masses, moist.masses, strict=True):
        assert other.mass_mg == pytest.approx(one.mass_mg, rel=1e-3)
        assert other.measured == one.measured
    assert {each.code for each in moist.findings} <= {each.code for each in dry.findings}
    for shown, again in zip(dry.exceedances, moist.exceedances, strict=True):
        assert again.worst_mg_m3 == pytest.approx(shown.worst_mg_m3, rel=2e-3)
    found = explain(tmp_path / "moist", STACK, "2027-01-09T00", zone, RULES, pollutant="PM")
    assert [step.source for step in found.steps if "(18)" in step.source or "(19)" in step.source] == [
        "HJ 212-2017 (18)",
        "HJ 212-2017 (19)",
        "HJ 212-2017 (19)",
    ]
    assert found.mass_mg is not None
    assert found.steps[-1].value == f"{found.mass_mg // 10**6:,}.{found.mass_mg % 10**6:06d} kg"


def test_the_hours_of_a_day_and_the_months_of_a_year_add_up(held: Held) -> None:
    year, day = told(held, "2027", "SO2", "hj75"), told(held, "2027-03-27", "SO2", "hj75")

    assert year.mass_mg == sum(part.mass_mg or 0 for part in year.parts)
    assert len(year.parts) == 12
    assert day.mass_mg == sum(part.mass_mg or 0 for part in day.parts)
    assert [part.when[-5:] for part in day.parts] == [f"{hour:02}:00" for hour in range(24)]
    assert year.mass_mg is not None
    assert year.obligation == -(-year.mass_mg // 10**6)


def test_an_hour_of_standstill_has_no_steps_and_no_mass_to_explain(held: Held) -> None:
    year = read_year(held.now, STACK, ZONE, RULES)
    hours = (year.explain(f"2027-06-15T{hour:02}", "SO2") for hour in range(24))
    found = next(each for each in hours if each.state_en == "stopped")
    assert (found.mass_mg, found.steps) == (0, ())


def test_a_monitor_that_tells_the_pressure_of_the_sea_is_not_believed(tmp_path: Path) -> None:
    """The zone's own episode: 101.325 kPa entered at 1,700 m; the step says what is used instead."""
    stack, folder = "YX-CEM-03-A", tmp_path / "evidence"
    episodes = read_episodes(shipped("zones", "dianzhong"), ZONE)
    simulate_zone(folder, ZONE, YEAR, 7, episodes=episodes, stacks=[stack], workers=1)
    readings = read_readings(folder, read_manifest(folder).stacks[0], YEAR)
    sea = np.flatnonzero((readings.column(AIR_PRESSURE) > 95) & (readings.marks(AIR_PRESSURE) == ord("N")))
    year = read_year(folder, stack, ZONE, RULES)
    hours = (year.explain(hour_text(YEAR, hour)) for hour in sea.tolist())
    found = next(each for each in hours if each.state_en == "measured")

    assert "101.3" in found.steps[0].figures
    assert float(found.steps[0].value.removesuffix(" Pa")) < 90_000


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None, done.exception
    return done.stdout


def test_january_looks_back_on_the_year_before_for_whoever_reads_both_years(held: Held, tmp_path: Path) -> None:
    """Two years of evidence read to hourly readings and recomputed give what `explain --before` gives."""
    hourly, out = tmp_path / "hourly", tmp_path / "recomputed"
    run("readings", held.before, "--out", hourly)
    run("readings", held.now, "--out", hourly)
    run("run", hourly, "--out", out, "--workers", "1")

    result = json.loads((out / "results" / str(YEAR) / f"{STACK}.json").read_text())
    first = next(gap for gap in result["gaps"] if gap["pollutant"] == "SO2")
    when = hour_text(YEAR, first["first_hour"])
    lone = explain(held.now, STACK, when, ZONE, RULES, pollutant="SO2")
    both = told(held, when, "SO2", "hj75")

    assert first["from_hour"] < 0
    assert first["mass_mg"] == both.mass_mg
    assert both.mass_mg != lone.mass_mg


def test_another_law_is_another_recomputed_year(held: Held, tmp_path: Path) -> None:
    folder, out = american(tmp_path), tmp_path / "out"
    masses = []
    for law in ("dianzhong", str(folder), str(folder)):
        told = json.loads(run("run", held.now, "--out", out, "--workers", "1", "--rulebook", law, "--json"))
        masses.append(json.loads((out / "results" / str(YEAR) / f"{STACK}.json").read_text())["masses"][-1]["mass_mg"])
    assert told["up_to_date"] == 1
    assert masses[0] != masses[1] == masses[2]


def american(tmp_path: Path) -> Path:
    """The shipped rulebook with part 75 in place of HJ 75."""
    folder = tmp_path / "american"
    folder.mkdir()
    for path in shipped("rulebooks", "dianzhong").iterdir():
        text = path.read_text("utf-8")
        (folder / path.name).write_text(text.replace('law = "hj75"', 'law = "part75"'), "utf-8")
    return folder


def test_a_law_of_the_rulebook_and_a_law_of_the_command_give_the_same(held: Held, tmp_path: Path) -> None:
    folder = american(tmp_path)
    words = ("explain", held.now, STACK, "2027-03-27T18", "--json")

    assert run(*words, "--rulebook", folder) == run(*words, "--law", "part75")
    assert run(*words, "--law", "hj75") != run(*words, "--law", "part75")


def test_a_mass_is_explained_by_the_law_of_the_book_that_is_named(held: Held, tmp_path: Path) -> None:
    """A law that fills gaps as 40 CFR part 75 does, adopted by a book; unless another law is named."""
    text = FILES["rulebook.toml"].decode()
    assert '"hj75"' in text
    path = tmp_path / "year.book"
    with Book.create(path) as book:
        adopt(book, {**FILES, "rulebook.toml": text.replace('"hj75"', '"part75"').encode()}, 0, Simulation("a test", 3))
    asked = ["explain", str(held.now), STACK, "2027-03-27T18", "--pollutant", "SO2", "--json"]
    laws = [
        json.loads(CliRunner().invoke(app, [*asked, *more]).stdout)["law"]
        for more in ([], ["--book", str(path)], ["--book", str(path), "--rulebook", "dianzhong"])
    ]
    assert laws == ["hj75", "part75", "hj75"]


def test_whoever_counts_hours_says_by_which_law(held: Held, tmp_path: Path) -> None:
    """Nobody named one, and a figure by another law looks the same."""
    law = f"{RULES.programme.id} {RULES.programme.version}"
    asked: dict[str, list[str | Path]] = {
        "explain": [held.now, STACK, "2027-03-27T18"],
        "limits": [STACK],
        "exceedances": [held.now, "--limit", "1", "--workers", "1"],
        "completeness": [held.now, "--html", tmp_path / "c.html", "--workers", "1"],
        "page": [held.now, STACK, "--html", tmp_path / "s.html"],
        "run": [held.now, "--out", tmp_path / "out", "--workers", "1"],
    }
    for command, words in asked.items():
        assert f"({law})" in run(command, *words), command
        assert json.loads(run(command, *words, "--json").splitlines()[0])["rulebook"] == law, command


def test_hours_of_a_shipped_zone_are_counted_by_the_law_that_ships_for_it() -> None:
    for zone, law in (("dianzhong", "dianzhong"), ("shanxi", "shanxi"), ("a folder/of one's own", "dianzhong")):
        assert measuring_law("", None, zone).programme.id == law


def test_an_hour_under_an_operators_mark_is_what_the_operator_said(held: Held) -> None:
    """A measured hour that its operator says was maintenance is filled as the law fills it."""
    when, hour = "2027-03-24T20", hour_of_day(YEAR, "2027-03-24") + 20
    marks = {STACK: {YEAR: (HoursMark("maintenance", hour, hour, 1),)}}
    before = explain(held.now, STACK, when, ZONE, RULES, pollutant="SO2")

    marked = explain(held.now, STACK, when, ZONE, RULES, pollutant="SO2", marks=marks)

    assert marked.why != before.why
    assert "maintenance" in marked.why
