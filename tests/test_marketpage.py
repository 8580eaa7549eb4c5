"""The page of the market: what it says, and how it looks in a real browser."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.market.group import app
from airshed.market.tape import KINDS
from airshed.model.measures import tonnes, yuan
from airshed.model.refusal import Malformed
from airshed.pages.kit.html import write
from airshed.pages.kit.words import Phrase
from airshed.pages.market import MarketFacts, build, facts_of
from airshed.pages.market.charts import charts
from airshed.pages.market.page import headline
from airshed.pages.market.words import KINDS as KIND_NAMES
from airshed.pages.market.words import PARTS
from airshed.service.marketdata import Market, read_market
from browsers import LARGEST_FILE, Seen, opened, sent, show_at, sizes
from laws import RULES
from markets import market

#: Widths of a desk and of a telephone, in pixels.
DESK, TELEPHONE = 1280, 400


@pytest.fixture(scope="module")
def facts(year_market: Market) -> MarketFacts:
    return facts_of(year_market, RULES, "year.book")


@pytest.fixture(scope="module")
def made(facts: MarketFacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("market") / "market.html"
    write(path, build(facts))
    return path


@pytest.fixture(scope="module")
def seen(made: Path) -> Iterator[Seen]:
    with opened(made) as found:
        yield found


def test_the_page_has_every_series_with_its_figures(facts: MarketFacts, made: Path) -> None:
    page = markup.unescape(re.sub(r"<[^>]*>", " ", made.read_text("utf-8").split("<script", 1)[0]))

    assert facts.summary
    for row in facts.summary:
        line = page.partition(f" {row.series} ")[2][:400]
        assert tonnes(row.count) in page
        assert row.close is None or yuan(row.close) in page
        assert line
    for each in facts.kinds:
        assert KIND_NAMES[each.kind].en in page
        assert KIND_NAMES[each.kind].zh in page
        assert yuan(each.fen) in page


def test_a_book_behind_a_wall_is_named_in_both_languages_and_a_quote_has_its_day(
    facts: MarketFacts, made: Path
) -> None:
    """`SO2-QJ-2027 · power` stood in the Chinese list, and a bid of February beside a close of May without a day."""
    text = made.read_text("utf-8")
    walled = [name for name in facts.quotes if " · power" in name]
    assert walled
    for name in walled:
        assert f'data-zh="{name.replace("power", "火电")}"' in text
    quoted = [row for row in facts.summary if row.quoted_day]
    assert quoted
    for row in quoted:
        assert re.search(rf"{row.series}</td>.*?%</td><td class=\"w\">{row.quoted_day}</td>", text), row.series


def test_every_kind_and_every_part_has_a_name() -> None:
    assert tuple(KIND_NAMES) == KINDS
    holders = {field for field, _, _ in PARTS}
    assert holders == {
        "unissued",
        "for_auction",
        "reserve",
        "operators",
        "traders",
        "set_aside",
        "surrendered",
        "cancelled",
        "other",
    }


def test_charts_hold_what_was_read(facts: MarketFacts) -> None:
    drawn = charts(facts)
    for series in facts.series:
        weeks = facts.weeks[series]
        if not weeks:
            continue
        candle, _, volume = drawn[f"bars-{series}"]["series"]
        assert [each["value"][1:3] for each in candle["data"]] == [
            [(bar.open or 0) / 100, (bar.last_price or 0) / 100] for bar in weeks
        ]
        assert round(1_000 * sum(count for _, count in volume["data"])) == sum(bar.count for bar in weeks)
    line, _, *parts = drawn["index"]["series"]
    assert [value for _, value in line["data"]] == [
        None if point.hundredths is None else point.hundredths / 100 for point in facts.index
    ]
    assert [part["yAxisIndex"] for part in parts] == [1, 2, 3, 4], "each part has a scale of its own"
    for group in facts.groups:
        last = sum(part["data"][-1][1] for part in drawn[f"held-{group.name}"]["series"])
        assert round(1_000 * last) == group.weeks[-1][1].cap


def test_held_allowances_are_drawn_as_given_up_from_the_day_of_the_surrender(facts: MarketFacts) -> None:
    """The drawing ended at the last session, and the bars below it had what was surrendered weeks later."""
    settled = [group for group in facts.groups if group.weeks[-1][1].surrendered]
    assert settled
    for group in settled:
        before = [(day, held.surrendered) for day, held in group.weeks[:-1]]
        assert facts.last is not None
        assert before[-1] == (before[-1][0], group.weeks[-1][1].surrendered), group.name
        assert facts.last < before[-1][0] < group.weeks[-1][0], "a step of some breadth before the end"


def test_a_curve_of_depth_ends_at_its_last_level(facts: MarketFacts) -> None:
    drawn = charts(facts)
    for name, quoted in facts.quotes.items():
        sides = [side for side in (quoted.depth.bids, quoted.depth.asks) if side]
        for levels, curve in zip(sides, drawn[f"depth-{name}"]["series"], strict=True):
            *_, top, foot = (each["value"] for each in curve["data"])
            assert top == [levels[-1].price / 100, pytest.approx(sum(level.count for level in levels) / 1_000)]
            assert foot == [levels[-1].price / 100, 0.0]


def test_a_market_without_trade_says_so_in_both_languages() -> None:
    facts = facts_of(read_market(market().journal.lines(), history=True), RULES, "empty.book")
    page = build(facts)

    assert headline(facts).en == "Nothing has been traded."
    for words in ("尚无成交。", "No series was traded or quoted.", "Nobody has waited in any series.", "no index yet"):
        assert words in page
    assert charts(facts)["index"]["empty"] == Phrase("nothing was traded", "无成交")


def test_the_same_facts_give_the_same_bytes_and_names_cannot_break_out(facts: MarketFacts) -> None:
    evil = msgspec.structs.replace(
        facts, book="</script><script>alert(1)</script>", programme_en="<b>", index_cite="&<"
    )
    page = build(evil)

    assert page == build(evil)
    assert "<script>alert" not in page
    assert "&amp;&lt;" in page


def test_the_money_is_that_of_the_law(facts: MarketFacts) -> None:
    page = build(msgspec.structs.replace(facts, money=Phrase("crown", "克朗")))
    said, _, drawn = page.partition('<script type="application/json" id="figures">')
    figures = drawn.partition("</script>")[0]

    for text in (said, figures):
        assert "crown" in text
        assert "克朗" in text
        assert "yuan" not in text
        assert "元/吨" not in text


def test_the_page_loads_nothing_and_complains_of_nothing(made: Path, seen: Seen) -> None:
    assert seen.complaints == []
    assert seen.requests == [made.as_uri()]
    assert sent(made.read_bytes()) < LARGEST_FILE


@pytest.mark.parametrize("width", [DESK, TELEPHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fits_a_desk_and_a_telephone(seen: Seen, width: int, language: str) -> None:
    page = seen.page
    show_at(page, width, language)

    assert page.evaluate("document.documentElement.scrollWidth") == width
    names = []
    for name, wide, high in sizes(page):
        names.append(name.split("-")[0])
        assert 250 < wide <= width, name
        assert high > 300, name
    assert names == ["bars", "index", "depth", "held", "held"]
    other = "zh-Hans" if language == "en" else "en"
    assert page.evaluate(f"getComputedStyle(document.querySelector('h1 [lang=\"{other}\"]')).display") == "none"


def test_every_choice_draws_its_chart(seen: Seen) -> None:
    page = seen.page
    for room in ("bars-room", "depth-room", "held-room"):
        select = f'select[data-for="{room}"]'
        choices = page.evaluate(f"[...document.querySelectorAll('{select} option')].map(each => each.value)")
        assert len(choices) > 1
        for choice in (choices[0], choices[-1]):
            page.select_option(select, choice)
            assert page.get_attribute(f"#{room}", "data-chart") == choice
    assert seen.complaints == []


def test_a_page_that_cannot_be_written_is_named_before_anything_is_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "market.html"):
        done = CliRunner().invoke(app, ["page", str(tmp_path / "none.book"), "--html", str(path)])
        assert isinstance(done.exception, Malformed)
        assert "cannot be written; name a file in a folder that exists" in str(done.exception)
