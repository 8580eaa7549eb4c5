"""The pages of measured stacks: what they say of a year of frames, and how they look in a real browser."""

from __future__ import annotations

import html as markup
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.mrv.group import app
from airshed.cli.mrv.shown import named
from airshed.lab.stacks.episodes import read_episodes
from airshed.model.measures import times_over
from airshed.model.provenance import of_evidence, one_line
from airshed.model.refusal import Malformed
from airshed.mrv import states
from airshed.pages import stack as pages
from airshed.pages.kit import picture
from airshed.pages.kit.chromium import BROWSERS
from airshed.pages.kit.html import write
from airshed.pages.stack.charts import charts
from airshed.pages.stack.charts_hours import hours_chart
from airshed.pages.stack.completeness import Completeness, completeness
from airshed.pages.stack.completeness_chart import heat_map, share_of_day
from airshed.pages.stack.facts import StackFacts, read_stack, spans_of
from airshed.pages.stack.page import picture_size
from airshed.pages.stack.words import method_said, why_said
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.shipped import shipped
from airshed.service.stacks.measure import measure_zone, simulate_zone
from airshed.service.stacks.reading_files import readings_path, write_manifest, write_readings
from airshed.service.stacks.sector import readings_of_evidence
from airshed.service.stacks.stack_folder import held_year
from airshed.zone.load import load as load_zone
from airshed.zone.monitoring import monitoring_rules
from browsers import LARGEST_FILE, Seen, opened, sent, show_at, sizes

YEAR, SEED = 2027, 7
#: A night without its scrubber: 1500 mg/m3 of SO2 against 200, 6.50 times over.
BOILER = "HH-PWR-01-B"
#: Its analysers fail for five weeks; its air pressure is that of the sea.
OUTAGE, PRESSURE = "KM-STL-03-A", "YX-CEM-03-A"
STACKS = [OUTAGE, BOILER, PRESSURE]
FOLDER = shipped("zones", "dianzhong")
ZONE = load_zone(FOLDER)
RULES = monitoring_rules(load_rules(shipped("rulebooks", "dianzhong")))
LAW = named(load_rules(shipped("rulebooks", "dianzhong")))
build, build_completeness = partial(pages.build, law=LAW), partial(pages.build_completeness, law=LAW)


class Held(NamedTuple):
    """Evidence of three stacks, and what is read from it."""

    folder: Path
    facts: dict[str, StackFacts]
    complete: Completeness


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder = tmp_path_factory.mktemp("stackpage") / "evidence"
    simulate_zone(folder, ZONE, YEAR, SEED, episodes=read_episodes(FOLDER, ZONE), stacks=STACKS, workers=1)
    facts = {stack: read_stack(folder, stack, ZONE, RULES) for stack in STACKS}
    return Held(folder, facts, completeness(folder, ZONE, RULES, workers=1))


@pytest.fixture(scope="module")
def page(held: Held) -> str:
    return build(held.facts[BOILER])


@pytest.fixture(scope="module")
def seen(page: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    path = tmp_path_factory.mktemp("seen") / "stack.html"
    write(path, page)
    with opened(path) as found:
        yield found


def run(*words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, Malformed):
        return 2, f"error: {done.exception}"
    assert done.exception is None, done.exception
    return done.exit_code, done.stdout


# --- what they say


def test_the_boiler_whose_scrubber_stands_still_is_6_50_times_over_its_limit(held: Held, page: str) -> None:
    worst = held.facts[BOILER].exceedances[0]

    assert worst.limit.pollutant == "SO2"
    assert worst.worst_mg_m3 == pytest.approx(1500, abs=0.05)
    assert str(worst.times_over) == "6.50"
    assert "1,500.00</td>" in page
    assert "6.50 times over" in page
    assert "超标 6.50 倍" in page


def test_a_stack_over_its_limit_without_a_finding_is_not_called_clean(held: Held) -> None:
    facts = held.facts[BOILER]
    assert facts.found.rows
    clean = replace(facts, closed=msgspec.structs.replace(facts.closed, findings=()))
    assert "found nothing odd. What was above a limit stands in section 2." in build(clean)
    never = replace(clean, found=msgspec.structs.replace(facts.found, rows=()))
    assert "section 2" not in build(never)


def test_every_hour_above_a_limit_is_marked_and_none_else(held: Held) -> None:
    for facts in held.facts.values():
        for each in facts.pollutants:
            expected = [
                (hour, float(times_over(value, span.limit.limit_mg_m3)))
                for span in each.limits
                for hour, value in enumerate(each.mg_m3.tolist())
                if span.first_hour <= hour < span.after_hour and value > span.limit.limit_mg_m3
            ]
            assert list(each.over) == expected
            counted = [row.hours_over for row in facts.exceedances if row.limit.pollutant == each.pollutant]
            assert len(each.over) == sum(counted)


def test_the_days_of_the_page_add_up_to_the_year(held: Held) -> None:
    for facts in held.facts.values():
        for each, mass in zip(facts.pollutants, facts.closed.masses, strict=True):
            assert int(each.measured_mg.sum()) == mass.measured_mg
            assert int((each.measured_mg + each.substituted_mg).sum()) == mass.mass_mg
            assert int(each.missing.sum()) == mass.missing
            assert (each.substituted_mg >= 0).all()


def test_the_spans_of_the_strips_are_the_hours_of_the_year(held: Held) -> None:
    for facts in held.facts.values():
        for each, mass in zip(facts.pollutants, facts.closed.masses, strict=True):
            lengths = dict.fromkeys(states_of(mass), 0)
            for span in each.final_spans:
                lengths[span.code] = lengths.get(span.code, 0) + span.after_hour - span.first_hour
            assert lengths == states_of(mass)
            lost = sum(span.after_hour - span.first_hour for span in each.raw_spans)
            assert lost == mass.substituted + mass.missing


def states_of(mass: Any) -> dict[int, int]:
    return {
        states.SUBSTITUTED: mass.substituted,
        states.MISSING: mass.missing,
        states.STOPPED: mass.stopped,
    }


def test_every_gap_names_its_rule_and_the_hour_that_lends_its_mass(held: Held) -> None:
    facts = held.facts[BOILER]
    masses = {each.pollutant: each for each in facts.pollutants}

    assert len(facts.gaps) == len(facts.closed.gaps) > 50
    for row in facts.gaps:
        gap = row.gap
        assert sum(count for _, count in row.whys) == gap.hours
        assert row.tier is not None
        assert row.basis_points is not None
        assert row.basis_points >= row.tier[0]
        assert gap.from_hour is not None
        assert not np.isnan(masses[gap.pollutant].mg_m3[gap.from_hour])
    assert "highest of the 180 valid hours before" in build(facts)
    assert "此前180个有效小时的最大值" in build(facts)


def test_a_quarter_under_75_percent_is_left_to_the_authority(held: Held) -> None:
    outage = max(held.facts[OUTAGE].gaps, key=lambda row: row.gap.hours)

    assert (outage.gap.hours, outage.quarter, outage.tier) == (663, 3, None), (
        "of the 900 hours, those in which the works ran"
    )
    assert outage.basis_points is not None
    assert outage.basis_points < 7_500
    assert method_said(outage.gap.method).en.startswith("determined: 100 % of the year's highest valid hour")
    assert outage.whys[0][0] == why_said(ord("D"))


def test_hours_that_nothing_stands_in_for_are_missing_on_the_page_and_never_zero(held: Held) -> None:
    facts = read_stack(held.folder, OUTAGE, ZONE, msgspec.structs.replace(RULES, determination_basis_points=None))
    html = build(facts)

    assert any(span.code == states.MISSING for each in facts.pollutants for span in each.final_spans)
    assert "no rule covers it: to be determined" in html
    assert "缺失（当日未封存）" in html
    assert f"Sealed days: {len(facts.closed.days)} of 365" in html
    assert len(facts.closed.days) < 330


def test_page_and_heat_map_name_the_law_by_which_hours_were_counted(held: Held, page: str) -> None:
    for html in (page, build_completeness(held.complete)):
        (line,) = re.findall(r'id="provenance">(.*?)</p>', html)
        assert f"Counted by the law of {LAW.en}." in line
        assert f"按{LAW.zh}的规则计算。" in line


def test_another_law_and_no_limits_at_all_make_a_page_too(held: Held) -> None:
    other = build(read_stack(held.folder, OUTAGE, ZONE, msgspec.structs.replace(RULES, law="part75")))
    free = build(read_stack(held.folder, BOILER, ZONE, msgspec.structs.replace(RULES, limits=())))

    assert "percentile_90_of" in other
    assert "table 5" not in other
    assert "The rulebook has no limit for this stack in this year." in free
    assert "No limit applies." in free


def test_the_air_pressure_of_the_sea_is_a_finding_in_words(held: Held) -> None:
    html = build(held.facts[PRESSURE])

    assert "Air pressure of another altitude" in html
    assert "大气压与海拔不符" in html
    assert "pressure_of_another_altitude" in html


def test_the_recipe_of_the_page_computes_the_digests_of_the_page(held: Held, page: str) -> None:
    recipe = re.search(r'<code id="recompute">(.*?)</code>', page, re.DOTALL)
    assert recipe is not None
    said = dict(re.findall(r'id="(first-day|last-day)">([0-9a-f]{64})<', page))
    done = subprocess.run(
        [sys.executable, "-c", markup.unescape(recipe[1])],
        cwd=held.folder,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [f"{YEAR}0101", said["first-day"], f"{YEAR}1231", said["last-day"]]
    holding = held.facts[BOILER].holding
    assert holding is not None
    assert said["last-day"] == holding.last_day


def test_tables_5_and_6_of_the_standard_are_named_as_they_are(page: str) -> None:
    """HJ 75-2017: table 5 for hours out of control (calibrations), table 6 for all others (faults)."""
    rows = re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    by_why = {
        why: [row for row in rows if f"{why}<" in row and "valid hours before" in row]
        for why in ("C calibration", "D fault")
    }
    assert all("table 5, out of control" in row for row in by_why["C calibration"])
    assert all("table 6, other" in row for row in by_why["D fault"])
    assert all(by_why.values())


def test_hourly_readings_make_the_same_pages_as_their_frames(held: Held, page: str, tmp_path: Path) -> None:
    """What the gateway measured is readings: page, completeness and exceedances say of them what they say of frames."""
    folder = tmp_path / "measured" / "readings"
    readings_of_evidence(held.folder, folder, workers=1)
    facts = read_stack(folder.parent, BOILER, ZONE, RULES)
    mine, theirs = build(facts), page

    def figures(text: str) -> str:
        return text[: text.index('id="evidence"')]

    assert figures(mine) == figures(theirs)
    assert f'id="readings-sum">{sha256(readings_path(folder, YEAR, BOILER).read_bytes()).hexdigest()}<' in mine
    assert facts.digests == held.facts[BOILER].digests
    assert completeness(folder, ZONE, RULES, workers=1) == held.complete
    assert run("exceedances", folder) == run("exceedances", held.folder)
    for when in (f"{YEAR}-03-27T18", f"{YEAR}-03-27", str(YEAR)):
        assert run("explain", folder, BOILER, when) == run("explain", held.folder, BOILER, when)


def test_readings_of_two_years_are_asked_by_year_and_look_back(held: Held, tmp_path: Path) -> None:
    for year, name in ((YEAR - 1, "before"), (YEAR, "now")):
        simulate_zone(tmp_path / name, ZONE, year, SEED, stacks=[PRESSURE], workers=1)
        readings_of_evidence(tmp_path / name, tmp_path / "both", workers=1)
    both = tmp_path / "both"

    said = run("page", both, PRESSURE, "--html", tmp_path / "a.html")
    assert said == (2, f"error: --year: {both} holds {YEAR - 1}, {YEAR}; say which one")
    said = run("exceedances", both, "--year", "2020")
    assert said == (2, f"error: --year: {both} holds no 2020; it holds {YEAR - 1}, {YEAR}")
    said = run("completeness", held.folder, "--year", "2020", "--html", tmp_path / "a.html")
    assert said == (2, f"error: --year: {held.folder} holds no 2020; it holds {YEAR}")
    assert not (tmp_path / "a.html").exists()
    january = f"{YEAR}-01-04T08"  # filled from hours of the year before
    assert run("explain", both, PRESSURE, january) == run(
        "explain", tmp_path / "now", PRESSURE, january, "--before", tmp_path / "before"
    )
    assert run("explain", both, PRESSURE, january) != run("explain", tmp_path / "now", PRESSURE, january)


def test_a_year_that_runs_is_drawn_up_to_now(held: Held, tmp_path: Path) -> None:
    through = 5_000
    for stack in STACKS:
        there = held_year(held.folder, ZONE).of(stack).read()
        late = np.arange(there.hours) >= through
        cut = replace(
            there,
            framed=there.framed & ~late,
            values={code: np.where(late, np.nan, column) for code, column in there.values.items()},
            flags={code: np.where(late, 0, column).astype(np.uint8) for code, column in there.flags.items()},
            through=through,
        )
        holding = write_readings(tmp_path, stack, cut, of_evidence(None))
        write_manifest(tmp_path, of_evidence(None), [holding])
        facts = read_stack(tmp_path, stack, ZONE, RULES)
        for each in facts.pollutants:
            spans = (*each.raw_spans, *each.final_spans)
            assert max(span.after_hour for span in spans) <= through
            assert each.missing[through // 24 + 1 :].sum() == 0
        assert "long_hole" not in {finding.code for finding in facts.closed.findings}
        counted = completeness(tmp_path, ZONE, RULES, workers=1)
        assert len(counted.days) == -(-through // 24)
        worst = counted.stacks[0].worst
        assert (
            worst.valid[: through // 24]
            == next(each.worst for each in held.complete.stacks if each.stack == stack).valid[: through // 24]
        )
        assert f"The year has run up to {YEAR}-07-28 08:00." in build(facts)
        heat_map(counted)


def test_the_same_evidence_gives_the_same_page(held: Held, page: str) -> None:
    """I14 for the page."""
    assert build(read_stack(held.folder, BOILER, ZONE, RULES)) == page
    assert sent(page.encode()) < LARGEST_FILE
    assert "http-equiv" not in page


def test_simulated_readings_are_marked_and_real_ones_are_not(held: Held, page: str) -> None:
    mark = one_line(of_evidence(7))[:40]
    facts = held.facts[BOILER]
    fields = {name: getattr(facts, name) for name in facts.__slots__}

    assert mark in page
    measured = build(StackFacts(**{**fields, "provenance": of_evidence(None)}))
    assert mark not in measured
    assert "Figures: measured" in measured


def test_every_figure_names_its_measure_in_both_languages(held: Held) -> None:
    drawn: dict[str, Any] = {**charts(held.facts[OUTAGE]), "days": heat_map(held.complete)}
    for name, figure in drawn.items():
        axes = [axis for key in ("xAxis", "yAxis") for axis in listed(figure[key])]
        titles = [axis["name"] for axis in axes if axis.get("name")]
        assert any(re.search(r"\(.+\)", title.en) and re.search(r"（.+）", title.zh) for title in titles), name


def listed(axes: Any) -> list[Any]:
    return axes if isinstance(axes, list) else [axes]


def test_the_close_view_ends_near_the_limit_and_keeps_the_peak_in_sight(held: Held) -> None:
    whole = hours_chart(held.facts[BOILER])
    close = hours_chart(held.facts[BOILER], close=True)

    assert whole["yAxis"][0]["max"] > 1500
    assert close["yAxis"][0]["max"] == 320
    marks: Any = next(each for each in close["series"] if each["type"] == "scatter")
    assert max(mark["value"][1] for mark in marks["data"]) < 320
    assert "triangle" in [mark.get("symbol") for mark in marks["data"]]


@given(st.lists(st.integers(0, 5), max_size=60))
def test_spans_put_together_are_the_column(codes: list[int]) -> None:
    column = np.array(codes, np.uint8)
    again = np.zeros_like(column)
    spans = spans_of(column)
    for span in spans:
        again[span.first_hour : span.after_hour] = span.code
        assert 0 <= span.first_hour < span.after_hour <= len(column)
    assert again.tolist() == codes
    assert all(a.after_hour <= b.first_hour for a, b in pairwise(spans))


def test_what_the_monitor_said_is_said_in_words() -> None:
    assert why_said(ord("x")).en == "x unknown flag"
    assert {why_said(code).zh for code in range(1, 7)} >= {"未收到数据", "数值恒定不变"}
    assert method_said("open").zh == "季度结束前待定"
    assert method_said("undetermined").en == "no rule covers it: to be determined"
    assert method_said("average_of_720_hours").en == "average_of_720_hours"
    assert method_said("determined_potential_at_20000_of_10000 (art. 1)").en == (
        "determined: 200 % of full load at the limit (art. 1)"
    )


# --- the zone


def test_the_heat_map_counts_the_raw_hours_and_ranks_the_longest_outage_first(held: Held) -> None:
    complete = held.complete
    ranking = complete.ranking()
    closed = {year.stack: year for year in measure_zone(held.folder, ZONE, RULES, workers=1)}

    assert [each.stack for each in complete.stacks] == [OUTAGE, PRESSURE, BOILER]
    assert ranking[0].stack == OUTAGE
    assert ranking[0].worst.longest[1] == 504
    for each in complete.stacks:
        for count, mass in zip(each.pollutants, closed[each.stack].masses, strict=True):
            assert sum(count.valid) == mass.measured
            assert sum(count.running) == mass.measured + mass.substituted + mass.missing
        assert complete.days_short(each) <= sum(
            valid < running for valid, running in zip(each.worst.valid, each.worst.running, strict=True)
        )
    assert sum(place.stacks for place in complete.places()) == len(STACKS)


def test_a_day_of_standstill_has_no_share_and_a_day_without_frames_has_none_of_its_hours(held: Held) -> None:
    outage = held.complete.stacks[0]
    day = held.complete.days.index(f"{YEAR}-08-10")

    share = share_of_day(outage, day)
    assert share is not None
    assert share[0] == 0
    still = [
        place
        for place in range(len(held.complete.days))
        if not any(count.running[place] for count in held.complete.stacks[1].pollutants)
    ]
    assert still
    assert all(share_of_day(held.complete.stacks[1], place) is None for place in still)


def test_exceedances_are_ranked_one_object_a_line(held: Held) -> None:
    status, printed = run("exceedances", held.folder, "--json", "--workers", "1")
    rows = [msgspec.json.decode(line) for line in printed.splitlines()]

    assert status == 0
    assert (rows[0]["stack"], rows[0]["times_over"], rows[0]["limit_mg_m3"]) == (BOILER, "6.50", 200)
    assert [float(row["times_over"]) for row in rows] == sorted(
        (float(row["times_over"]) for row in rows), reverse=True
    )
    assert all(row["breaches"] for row in rows)
    status, printed = run("exceedances", held.folder, "--json", "--workers", "1", "--limit", "1")
    assert len(printed.splitlines()) == 1


# --- what is refused


def test_what_cannot_be_drawn_is_one_line_and_nothing_is_written(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "stack.html"
    asked = {
        "holds no stack 'KM-NOWHERE'; it holds YX-CEM-03-A, KM-STL-03-A, HH-PWR-01-B": (
            "page",
            held.folder,
            "KM-NOWHERE",
            "--html",
            out,
        ),
        "its folder does not exist; make": ("page", held.folder, BOILER, "--html", tmp_path / "no" / "a.html"),
        "is a folder; name a file in it": ("completeness", held.folder, "--html", tmp_path),
        "no language 'fr'; give en or zh": ("page", held.folder, BOILER, "--html", out, "--language", "fr"),
        "so the evidence is unfinished": ("completeness", tmp_path, "--html", out),
        "evidence.json: the file is missing": ("exceedances", tmp_path),
    }
    for said, words in asked.items():
        status, printed = run(*words)
        assert status == 2, words
        assert said in printed
    monkeypatch.setenv("PATH", str(tmp_path))
    status, printed = run("page", held.folder, BOILER, "--html", out, "--png", tmp_path / "a.png")
    assert printed.startswith("error: --png: no browser is on the path (chromium-headless-shell, chromium, ")
    assert printed.endswith("; install Chromium (apt-get install chromium), or open the page in any browser")
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_draws_nothing_is_named_and_nothing_is_written(
    held: Held, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin" / BROWSERS[0]
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:/bin:/usr/bin")
    with pytest.raises(Malformed, match="drew nothing: no word"):
        picture.take("<p>", (100, 100), tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_a_changed_month_makes_no_page(held: Held, tmp_path: Path) -> None:
    shutil.copytree(held.folder, tmp_path / "evidence")
    month = tmp_path / "evidence" / BOILER / f"{YEAR}-03.hj212.gz"
    month.write_bytes((tmp_path / "evidence" / BOILER / f"{YEAR}-04.hj212.gz").read_bytes())
    status, printed = run("page", tmp_path / "evidence", BOILER, "--html", tmp_path / "a.html")

    assert status == 2
    assert f"{YEAR}-03.hj212.gz" in printed
    assert not (tmp_path / "a.html").exists()


# --- how they look


def test_the_browser_asks_for_nothing_and_complains_of_nothing(seen: Seen) -> None:
    assert [url.split(":")[0] for url in seen.requests] == ["file"]
    assert seen.complaints == []


def test_every_chart_is_drawn(seen: Seen) -> None:
    drawn = sizes(seen.page)

    assert {name for name, _, _ in drawn} == {"hours", "mass-SO2", "mass-NOx", "mass-PM", "capture"}
    assert all(width > 200 and height > 200 for _, width, height in drawn), drawn


def test_the_switch_changes_words_and_charts(seen: Seen) -> None:
    page = seen.page
    words = "[...document.querySelectorAll('[data-chart=capture] svg text')].map(text => text.textContent).join()"
    assert page.is_visible("text=The year, hour by hour")
    assert "running hours (%)" in page.evaluate(words)

    show_at(page, 1280, "zh")
    assert page.is_visible("text=逐小时数据")
    assert not page.is_visible("text=The year, hour by hour")
    assert "有效小时占运行小时" in page.evaluate(words)

    show_at(page, 1280, "en")
    page.select_option("select[data-for=hours-chart]", "hours-close")
    reach = "echarts.getInstanceByDom(document.getElementById('hours-chart')).getOption().yAxis[0].max"
    assert page.evaluate(reach) == 320
    assert seen.complaints == []


@pytest.mark.parametrize("width", [400, 1280])
def test_no_figure_of_the_capture_chart_stands_on_another(seen: Seen, width: int) -> None:
    show_at(seen.page, width, "en")
    boxes = seen.page.evaluate(
        "[...document.querySelectorAll('[data-chart=capture] svg text')]"
        ".filter(text => /^\\d+\\.\\d$/.test(text.textContent)).map(text => text.getBoundingClientRect())"
        ".map(box => [box.left, box.right, box.top, box.bottom])"
    )
    assert len(boxes) == 12
    for one, other in combinations(boxes, 2):
        apart = one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]
        assert apart, (one, other)


@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_fits_its_window(seen: Seen, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 900})
    seen.page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every(div =>"
        " div.querySelector('svg').getBoundingClientRect().width <= div.getBoundingClientRect().width + 1)"
    )

    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_command_writes_a_page_and_a_picture_of_its_size(held: Held, tmp_path: Path, page: str) -> None:
    status, _ = run("page", held.folder, BOILER, "--html", tmp_path / "a.html", "--png", tmp_path / "a.png")
    drawn = (tmp_path / "a.png").read_bytes()
    width, height = picture_size(held.facts[BOILER])

    assert status == 0
    assert (tmp_path / "a.html").read_text() == page
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(drawn[16:20], "big"), int.from_bytes(drawn[20:24], "big")) == (2 * width, 2 * height)
    assert len(drawn) > 50_000


def test_the_heat_map_is_drawn(held: Held, tmp_path: Path, seen: Seen) -> None:
    path = tmp_path / "completeness.html"
    write(path, build_completeness(held.complete))
    seen.page.goto(path.as_uri())
    seen.page.wait_for_function("document.querySelectorAll('.chart:not([data-drawn])').length === 0")

    assert all(width > 200 and height > 150 for _, width, height in sizes(seen.page))
    assert seen.page.is_visible("text=Completeness of readings 2027")
    assert [url.split(":")[0] for url in seen.requests] == ["file", "file"]
    assert seen.complaints == []
