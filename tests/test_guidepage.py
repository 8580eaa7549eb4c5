"""The page of a guide price: what it says, and how it looks in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import pytest
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab.prices.guide_price import Collar, GuidePrice, GuidePrices
from airshed.market.emission_tax import guided
from airshed.pages.guide import GuideFacts, build
from airshed.pages.guide.page import headline
from airshed.pages.kit.words import Phrase
from browsers import Seen, cut_off, opened, show_at, sizes

DESK, TELEPHONE = 1280, 400


@pytest.fixture(scope="module")
def guide_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Seen]]:
    path = tmp_path_factory.mktemp("guide") / "guide.html"
    words = ["--pollutant", "NOx", "--below", "50", "--exceedance", "KM=1.2", "--exceedance", "HH=0.8"]
    done = CliRunner().invoke(app, ["guide", *words, "--html", str(path)])
    assert done.exception is None, done.exception
    with opened(path) as found:
        yield done.stdout, found


def test_the_page_of_a_guide_price_says_what_the_command_says(guide_page: tuple[str, Seen]) -> None:
    said, seen = guide_page
    text = seen.page.inner_text("main")
    for line in said.splitlines():
        if line.startswith("│"):
            cells = [each.strip() for each in line.split("│")[1:-1]]
            assert all(each in text for each in cells[1:5]), cells
    assert seen.complaints == []
    assert len(seen.requests) == 1


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_guide_price_fits(guide_page: tuple[str, Seen], width: int, language: str) -> None:
    page = guide_page[1].page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert [name for name, _, _ in sizes(page)] == ["guide", "air"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_of_a_chart_is_cut_off_on_a_telephone(guide_page: tuple[str, Seen], language: str) -> None:
    page = guide_page[1].page
    show_at(page, TELEPHONE, language)
    assert cut_off(page) == []


def test_names_cannot_break_out_and_a_cap_that_cannot_be_kept_says_so() -> None:
    evil = "</script><b>"
    impossible = GuidePrice(evil, guided(inf, 0.0, 1.0, 9.0), 9.0, None)
    found = GuidePrices(guided(0.5, 0.0, 1.0, 9.0), (impossible,))
    facts = GuideFacts(
        "SO2", 2027, Phrase("yuan", "元"), {}, found, Collar(1.0, 9.0, evil, "x"), evil, None, (), (evil,), evil
    )
    page = build(facts)

    assert page == build(facts)
    assert "</script><b>" not in page
    assert "cannot be kept" in page
    assert headline(facts).en.startswith("A guide price of 1.00 yuan a tonne and year, the floor:")
    assert "9.00 times as much" in headline(facts).en


def test_only_what_is_not_sure_is_said_on_top() -> None:
    """A zone that was audited is not called indicative; no tax, no word of one."""
    found = GuidePrices(guided(2.0, 0.0, 1.0, 9.0), ())

    def facts(tax: float | None, *origins: str) -> GuideFacts:
        money = Phrase("yuan", "元")
        return GuideFacts("SO2", 2027, money, {}, found, Collar(1.0, 9.0, "x", "x"), "x", tax, (), origins, "airshed")

    audited = facts(None, "abatement costs: confirmed", "emissions: verified 2026")
    assert audited.unsure == Phrase("", "")
    shipped = facts(2_947.37, "abatement costs: indicative", "emissions: simulated")
    assert shipped.unsure.zh == "治理成本为参考值；排放量为模拟数据；税额待核实。"
    assert shipped.unsure.zh in build(shipped)
    assert [build(each).count('class="warn"') for each in (audited, shipped)] == [2, 2], "one for who has no JavaScript"
