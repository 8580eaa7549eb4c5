"""The page on the price of a bad meter: what it says, and how it looks in a real browser."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.mrv.group import app
from airshed.model.refusal import Malformed
from airshed.mrv.meter_price import SCENARIOS, LossScenario, MeterPrice
from airshed.pages.kit.html import write
from airshed.pages.kit.words import Phrase
from airshed.pages.meter_price import PriceFacts, build
from airshed.pages.meter_price.chart import chart
from airshed.pages.meter_price.page import headline
from airshed.pages.meter_price.words import SCENARIOS as NAMES
from airshed.pages.meter_price.words import scenario_said
from browsers import LARGEST_FILE, Seen, cut_off, opened, sent, show_at, sizes

#: Widths of a desk and of a telephone, in pixels.
DESK, TELEPHONE = 1280, 400


def price(law: str, scenario: LossScenario, difference_t: float, pollutant: str = "SO2") -> MeterPrice:
    true = 500 * 10**9
    reported = true + round(difference_t * 10**9)
    assert law in {"hj75", "part75"}
    return MeterPrice(
        pollutant, scenario, "hj75" if law == "hj75" else "part75", 3, 65, true, reported, reported, reported, 0, 0
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("price") / "price.html"
    words = ["meter-price", "--stack", "QJ-PWR-03-B", "--price", "12000", "--draws", "2", "--html", str(path)]
    done = CliRunner().invoke(app, words)
    assert done.exception is None, done.exception
    assert f"{path}: " in done.stdout
    return path, done.stdout


@pytest.fixture(scope="module")
def seen(made: tuple[Path, str]) -> Iterator[Seen]:
    with opened(made[0]) as found:
        yield found


def test_the_page_says_what_the_table_of_the_shell_says(made: tuple[Path, str]) -> None:
    page = markup.unescape(re.sub(r"<[^>]*>", " ", made[0].read_text("utf-8").split("<script", 1)[0]))
    rows = [line.split("│")[1:-1] for line in made[1].splitlines() if line.startswith("│")]

    assert len(rows) == 2 * 3 * len(SCENARIOS)
    for row in rows:
        tonnes, yuan = row[3].strip(), row[7].strip()
        assert f"{Decimal(tonnes.replace(',', '')):+,.3f}".replace("-", "−") in page
        assert f"{Decimal(yuan.replace(',', '')):+,.0f}".replace("-", "−") in page


def test_every_scenario_has_a_name_in_both_languages() -> None:
    assert set(NAMES) == {each.name for each in SCENARIOS}
    for each in SCENARIOS:
        assert scenario_said(each).zh.startswith("运行小时的")


def test_the_headline_says_whether_breaking_the_meter_pays() -> None:
    odd = SCENARIOS[0]
    facts = PriceFacts(
        "A", Phrase("a", "一"), 2027, 7, 1_000_000, (price("hj75", odd, 5), price("part75", odd, -1)), (), "airshed"
    )

    assert headline(facts).en == (
        "Under HJ 75 breaking the meter never pays; it costs at least 1.00 % of the mass. "
        "Under Part 75 breaking the meter pays in 1 of 1 cases, at most 0.20 % of the mass."
    )
    assert "有1种损坏仪表有利可图，最多占排放量的 0.20 %" in headline(facts).zh
    drawn = chart(facts, "SO2")
    assert [[bar["value"] for bar in series["data"]] for series in drawn["series"]] == [[5.0], [-1.0]]


def test_the_same_facts_give_the_same_bytes_and_names_cannot_break_out() -> None:
    odd = SCENARIOS[0]
    evil = Phrase("<script>alert(1)</script>", "</script>")
    facts = PriceFacts("A", evil, 2027, 7, 1, (price("hj75", odd, 5), price("part75", odd, 1)), (), "a & b")

    page = build(facts)
    assert page == build(facts)
    assert "<script>alert" not in page
    assert "a &amp; b" in page


def test_the_page_loads_nothing_and_complains_of_nothing(made: tuple[Path, str], seen: Seen) -> None:
    assert seen.complaints == []
    assert seen.requests == [made[0].as_uri()]
    assert sent(made[0].read_bytes()) < LARGEST_FILE


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fits_a_desk_and_a_telephone(seen: Seen, width: int, language: str) -> None:
    page = seen.page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    charts = sizes(page)
    assert [name for name, _, _ in charts] == ["price-SO2", "price-NOx", "price-PM"]
    for name, wide, high in charts:
        assert 250 < wide <= width, name
        assert high > 400, name
    assert cut_off(page) == []
    other = "zh-Hans" if language == "en" else "en"
    assert page.evaluate(f"getComputedStyle(document.querySelector('h1 [lang=\"{other}\"]')).display") == "none"


def test_a_page_that_cannot_be_written_is_named_before_anything_is_computed(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "price.html"):
        done = CliRunner().invoke(app, ["meter-price", "--html", str(path)])
        assert isinstance(done.exception, Malformed)
        assert "cannot be written; name a file in a folder that exists" in str(done.exception)
    with pytest.raises(Malformed, match="its folder does not exist"):
        write(tmp_path / "no" / "price.html", "")


def test_the_page_names_the_money_of_the_law() -> None:
    one = SCENARIOS[0]
    name = Phrase("A", "A")
    facts = PriceFacts("A", name, 2027, 7, 1, (price("hj75", one, 5), price("part75", one, 1)), (), "again")

    page = build(msgspec.structs.replace(facts, money=Phrase("US dollars", "美元")))

    said = page.partition("<main")[2].partition("</main>")[0]
    assert "US dollars" in said
    assert "yuan" not in said
