"""The founding study: each figure that is computed is the printed one or says why it is not."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.cli.main import ROOMS, build
from airshed.cli.reference.shell import leaves
from airshed.lab.study.answers import CALCULATIONS, StudyAnswer, answered
from airshed.lab.study.power import coal_co2_mt
from airshed.lab.study.reading import printed
from airshed.mrv.co2 import burnt, fuel_of
from airshed.pages.study import build as page
from airshed.pages.study.page import PARTS
from browsers import Seen, cut_off, opened, show_at

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def study() -> StudyAnswer:
    return answered()


@pytest.fixture(scope="module")
def seen(study: StudyAnswer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    path = tmp_path_factory.mktemp("study") / "study.html"
    path.write_text(page(study), "utf-8")
    with opened(path) as found:
        yield found


def test_what_is_computed_is_what_is_printed_or_says_why_not(study: StudyAnswer) -> None:
    for answer in study.sentences:
        for each in answer.figures:
            explained = bool(each.said.because_en and each.said.because_zh)
            assert explained == (each.agrees is False), each.said.figure


def test_every_calculation_is_of_a_figure_and_every_sentence_is_answered(study: StudyAnswer) -> None:
    assert set(CALCULATIONS) <= {each.figure for each in study.rows.figures}
    for answer in study.sentences:
        said = answer.sentence
        computed = any(each.computed for each in answer.figures)
        assert said.part in PARTS, said.sentence
        assert computed == (said.answer in {"computed", "quoted"}), said.sentence
        assert said.answer != "not" or (said.because_en and said.because_zh), said.sentence
        assert said.answer != "shown" or said.places, said.sentence


def test_the_known_figures_of_the_study(study: StudyAnswer) -> None:
    found = {
        each.said.figure: each.computed.value
        for answer in study.sentences
        for each in answer.figures
        if each.computed is not None
    }

    assert round(found["steel_rise"], 2) == Decimal("15.89")
    assert round(found["steel_fall"], 2) == Decimal("-13.24")
    assert [int(found[name]) for name in ("plants", "plants_sulphur")] == [27, 11]
    assert found["intensity_slip"] == 100_000
    assert (found["intensity_t"], found["intensity_coal"]) == (Decimal(1323), Decimal("0.477"))
    assert (found["peak"], round(found["co2_2012"], 1)) == (Decimal(2012), Decimal("194.8"))
    assert round(found["power_share"], 1) == Decimal("36.3")
    assert [int(found[name]) for name in ("works_hhi_13", "works_hhi_17")] == [36, 137]
    assert (found["q1_times"], found["q2_times"], found["q3_times"]) == (
        Decimal("0.92"),
        Decimal("7.30"),
        Decimal("1.65"),
    )
    assert "q4_times" not in found, "no concentration of it is printed, so none is made up"


def test_the_reason_for_the_peak_gives_its_figure(study: StudyAnswer) -> None:
    """19.3 GJ/t, as the reason says, makes the coal of 2012 the printed 180 Mt."""
    coal = study.known.year(2012).raw_coal_10kt
    assert coal is not None
    poorer = burnt(fuel_of(study.known.fuels, "raw-coal"), coal * 10_000, ncv_gj_per_t=Decimal("19.3"))
    assert round(poorer.co2_t / 1_000_000) == 180
    assert coal_co2_mt(study.known, 2005) is None, "a year whose coal nobody gave has no CO2, not zero"


@pytest.mark.parametrize(
    ("text", "value", "agrees"), [("53", "53.4", True), ("53", "53.6", False), ("15-20", "20.4", True)]
)
def test_a_printed_figure_agrees_to_its_digits(text: str, value: str, agrees: bool) -> None:
    assert printed(text).agrees(Decimal(value)) is agrees


def test_every_place_that_a_sentence_names_is_there(study: StudyAnswer) -> None:
    known = {path for path, _ in leaves(typer.main.get_command(build(ROOMS)), "airshed")}
    for answer in study.sentences:
        for place in answer.sentence.places:
            if place.startswith("airshed "):
                assert any(" ".join(place.split()[:many]) in known for many in (2, 3)), place
            else:
                assert (ROOT / place.split(" ")[0]).exists(), place


def test_the_figures_of_the_explanation_are_those_that_are_computed(study: StudyAnswer) -> None:
    text = (ROOT / "docs" / "explanation" / "study.md").read_text("utf-8")
    for figure in (
        "steel_rise",
        "steel_fall",
        "works_hhi_13",
        "works_hhi_17",
        "power_hhi",
        "steel_hhi",
        "guide_times_year",
    ):
        shown = next(each.shown for answer in study.sentences for each in answer.figures if each.said.figure == figure)
        assert shown in text, figure


def test_the_shell_tells_one_part_and_refuses_another() -> None:
    done = CliRunner().invoke(app, ["study", "--part", "steel", "--json"])
    assert done.exit_code == 0, done.output
    assert '"steel-4"' in done.stdout
    assert '"power-2"' not in done.stdout
    wrong = CliRunner().invoke(app, ["study", "--part", "stel"])
    assert "no such part 'stel'" in str(wrong.exception)


def test_the_page_says_every_sentence_in_both_languages(study: StudyAnswer) -> None:
    text = markup.unescape(re.sub(r"<[^>]*>", " ", page(study).split("<script", 1)[0]))
    for answer in study.sentences:
        assert answer.sentence.en in text
        assert answer.sentence.zh in text
    assert page(study) == page(answered()), "the same rows give the same bytes"


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_in_a_browser(seen: Seen, width: int, language: str) -> None:
    show_at(seen.page, width, language)
    assert len(seen.requests) == 1, "it loads nothing but itself"
    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
    assert seen.complaints == []
    assert cut_off(seen.page) == []
