"""The page of an auction: curves that meet where the auction cleared, and nothing on the public one that is private."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

from airshed.cli.auction.group import app
from airshed.market.auction import hold, notice
from airshed.market.auction.nouns import Outcome
from airshed.model.refusal import Malformed
from airshed.pages.auction import Positions, build, curve_of
from airshed.pages.auction.chart import chart
from airshed.pages.auction.page import headline
from airshed.pages.kit.words import Phrase
from auction_laws import Case, bid, cases, law
from browsers import LARGEST_FILE, opened, sent, show_at, sizes
from shells import BLOCK

EVENT = (Path(__file__).parent / "transcripts" / "auction_event.md").read_text("utf-8")
WORDS = ["bids.csv", "--rules", "rules.toml", "--limits", "bidders.csv", "--consignments", "consigned.csv"]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The operator's page and the public one of the event in the manual."""
    folder = tmp_path_factory.mktemp("auction")
    for block in BLOCK.finditer(EVENT):
        if block[2]:
            (folder / block[2]).write_text(block[3], "utf-8")
    made = {}
    with pytest.MonkeyPatch.context() as there:
        there.chdir(folder)
        for name, more in (("full", []), ("public", ["--public"])):
            done = CliRunner().invoke(app, ["clear", *WORDS, "--html", f"{name}.html", *more])
            assert done.exit_code == 0, done.output
            made[name] = folder / f"{name}.html"
    return made


def said(page: Path) -> str:
    """The words of a page, without what the charts are made of."""
    return html.unescape(re.sub(r"<[^>]*>", " ", page.read_text("utf-8").split("<script", 1)[0]))


def test_the_page_says_what_the_notice_says(pages: dict[str, Path]) -> None:
    for page in pages.values():
        text = said(page)
        for figure in ("4,700.00", "3,000.00", "9,600", "4,846.43", "3,275", "Chuxiong Kiln"):
            assert figure in text


def test_positions_are_on_the_operators_page_only(pages: dict[str, Path]) -> None:
    for position in ("14,100.00", "6,110.00", "1,880.00", "Kunming Mill Group", "Songming Glass"):
        assert position in said(pages["full"])
        assert position not in pages["public"].read_text("utf-8")


@settings(max_examples=40, deadline=None)
@given(cases())
def test_curves_are_what_was_bid_for_and_trimmed_and_cross_where_it_cleared(case: Case) -> None:
    outcome = hold(case.law, case.bids, case.bidders, case.consigned)
    shown = notice(case.law, case.bids, outcome)
    for offer, sale, result in zip(case.law.offer, shown.sales, outcome.sales, strict=True):
        curve = curve_of(offer, sale, Positions(case.bids, outcome))
        demand = curve.bid if curve.trimmed is None else curve.trimmed
        assert (demand[-1][0] if demand else 0) == result.demand
        assert [price for _, price in demand] == sorted((price for _, price in demand), reverse=True)
        if result.sold and not case.consigned:
            assert demand[-1][0] >= result.sold
            assert any(first <= result.sold for first, _ in demand)
        assert curve.supply == sorted(curve.supply)
        public = curve_of(offer, sale, None)
        assert public.trimmed is None
        assert len(public.bid) in (0, 5)
        assert len(chart(sale, curve, case.law.auction.price_per, public=False)["series"]) >= 2


def test_a_sale_without_a_price_has_a_headline_too() -> None:
    rules = law({"count": 10}, undersubscribed="cancel")
    for bids, words in (([], "was cancelled"), ([bid("a", 5, 10)], "sold 10 at 0.05 yuan/allowance")):
        outcome: Outcome = hold(rules, bids)
        assert words in headline(rules, notice(rules, bids, outcome)).en
    nothing = law({"count": 0})
    assert "Nobody bought" in headline(nothing, notice(nothing, [], hold(nothing, []))).en


def test_the_same_auction_gives_the_same_bytes_and_names_cannot_break_out() -> None:
    rules, bids = law({"count": 10}), [bid("<script>alert(1)</script>", 5, 10)]
    outcome = hold(rules, bids)
    shown = notice(rules, bids, outcome)

    page = build(rules, shown, "a & b", Positions(bids, outcome))

    assert page == build(rules, shown, "a & b", Positions(bids, outcome))
    assert "<script>alert" not in page
    assert "a &amp; b" in page


def test_the_page_loads_nothing_complains_of_nothing_and_fits_a_desk_and_a_telephone(pages: dict[str, Path]) -> None:
    for path in pages.values():
        with opened(path) as seen:
            assert seen.complaints == []
            assert seen.requests == [path.as_uri()]
            assert sent(path.read_bytes()) < LARGEST_FILE
            for width in (1280, 400):
                for language in ("en", "zh"):
                    show_at(seen.page, width, language)
                    assert seen.page.evaluate("document.documentElement.scrollWidth") == width
                    drawn = sizes(seen.page)
                    assert [name for name, _, _ in drawn] == ["curve-SO2-KM-2028", "curve-SO2-KM-2030"]
                    assert all(250 < wide <= width and high > 300 for _, wide, high in drawn)


def test_a_page_that_cannot_be_written_is_named(pages: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pages["full"].parent)
    done = CliRunner().invoke(app, ["clear", *WORDS, "--html", "no/page.html"])
    assert isinstance(done.exception, Malformed)
    assert "its folder does not exist" in str(done.exception)


def test_the_page_names_the_money_of_the_law() -> None:
    rules, bids = law({"count": 10}), [bid("a", 5, 10)]
    outcome = hold(rules, bids)

    page = build(rules, notice(rules, bids, outcome), "again", Positions(bids, outcome), Phrase("US dollars", "美元"))

    said = page.partition("<main")[2].partition("</main>")[0]
    assert "US dollars" in said
    assert "yuan" not in said
    assert "元/" not in said.replace("美元", "")


def test_the_axes_of_a_page_have_round_steps(pages: dict[str, Path]) -> None:
    """Ends that fit the bids once made steps such as 4,219."""
    with opened(pages["full"]) as seen:
        texts: list[str] = seen.page.evaluate(
            "[...document.querySelectorAll('.chart svg text')].map(each => each.textContent)"
        )
    figures = [float(text.replace(",", "")) for text in texts if re.fullmatch(r"[\d,]+(\.\d+)?", text)]
    assert len(figures) > 8
    assert [each for each in figures if float(f"{each:.3g}") != each] == []
