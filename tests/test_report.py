"""The report of a played year: what it says, and how it looks in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine.events import CallCleared
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.season.season import Season
from airshed.lab.stacks.episodes import Episode, read_episodes
from airshed.model.measures import value_fen
from airshed.model.period import days_of
from airshed.model.refusal import Malformed
from airshed.mrv.readings import OXYGEN, VELOCITY
from airshed.mrv.year import StackYear, close_year
from airshed.pages.kit.details import detail, subject_name
from airshed.pages.kit.html import both, write
from airshed.pages.kit.words import LANGUAGES
from airshed.pages.report.charts import charts
from airshed.pages.report.facts import Asked, Facts, read
from airshed.pages.report.labels import source_label
from airshed.pages.report.page import build
from airshed.registry.moves import Delivered
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.book.sqlite import Book
from airshed.service.book.summary import by_sector, summary
from airshed.zone.load import of_law
from airshed.zone.zone import Zone, expected_kg
from browsers import LARGEST_FILE, Seen, opened, sent, show_at, sizes
from stack_years import RULES, SO2, STACK, TYPICAL, YEAR, changed, steady_year

SEED = 7
#: The highest peak of the year: 1500 mg/m3 against 200.
PEAK_STACK, PEAK_SO2 = "HH-PWR-01-B", 1500.0


class Played(NamedTuple):
    """A played year and its page."""

    book: Book
    zone: Zone
    rules: Rulebook
    years: tuple[StackYear, ...]
    episodes: tuple[Episode, ...]
    facts: Facts
    html: str


def stack_years() -> tuple[StackYear, ...]:
    """Three stacks: one with an exceedance, one with an outage, one that stands still for a month."""
    peak = changed(steady_year(), 1_000, values={SO2: PEAK_SO2})
    outage = changed(steady_year(), slice(5_000, 5_700), framed=False)
    still = {OXYGEN: 20.9, VELOCITY: 0.0}
    stopped = changed(steady_year(), slice(0, 744), flags=dict.fromkeys(TYPICAL, "F"), values=still)
    return tuple(
        close_year(msgspec.structs.replace(STACK, stack=stack, source=stack[:-2]), readings, RULES)
        for stack, readings in ((PEAK_STACK, peak), ("KM-STL-03-A", outage), ("KM-CEM-01-A", stopped))
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """A year of the zone with days sealed at the typical emission of every stack."""
    rules = load_rules(shipped("rulebooks", "dianzhong"))
    zone = of_law(rules)
    episodes = read_episodes(shipped("zones", "dianzhong"), zone)
    with Book.create(tmp_path_factory.mktemp("report") / "year.book") as book:
        season = Season(Runner(book, rules, tables=True), rules, zone, SEED, YEAR)
        season.decide()
        season.open()
        sealed: dict[str, list[c.SealDay]] = {}
        for stack in zone.stacks:
            hours = {pollutant: (20, 1, 3) for pollutant in stack.monitors}
            mass = {pollutant: round((expected_kg(stack, pollutant) or 0) / 365 * 1e6) for pollutant in stack.monitors}
            for day in days_of(YEAR):
                sealed.setdefault(day, []).append(c.SealDay(stack.stack, day, hours, mass, "0" * 64))
        season.sealed = sealed
        for _ in season.play():
            pass
        years = stack_years()
        asked = Asked(zone=zone, monitoring=years, episodes=episodes)
        html = build(book, rules, asked)
        facts = read(book, rules, asked)
        yield Played(book, zone, rules, years, episodes, facts, html)


@pytest.fixture(scope="module")
def seen(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """The report in headless Chromium."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    write(path, played.html)
    with opened(path) as found:
        yield found


def number(book: Book, sql: str) -> int:
    found = book.sql.execute(sql).fetchone()[0]
    assert isinstance(found, int), sql
    return found


def crossed_in_calls(book: Book) -> int:
    """The value of what calls delivered from one jurisdiction to another, in fen."""
    homes = dict(book.sql.execute("SELECT account, jurisdiction FROM accounts"))
    fen = 0
    for line in book.lines():
        for event in decode(line).events:
            if isinstance(event, CallCleared) and event.price is not None:
                for move in event.entry:
                    if isinstance(move, Delivered) and homes[move.origin] != homes[move.target]:
                        fen += value_fen(sum(block.count for block in move.blocks), event.price)
    return fen


# --- what it says


def test_the_key_figures_are_those_of_the_book(played: Played) -> None:
    exact = {key: int(value) for key, value in re.findall(r'data-key="(\w+)" data-exact="(\d+)"', played.html)}
    book = played.book

    assert exact == {
        "emitted": number(book, "SELECT sum(verified_mg) FROM years") // 1_000_000,
        "sources": number(book, "SELECT count(*) FROM sources"),
        "met": number(book, "SELECT count(*) FROM years WHERE surrendered >= obligation"),
        "penalty": number(book, "SELECT sum(penalty_fen) FROM years"),
        "auction": number(book, "SELECT sum(fen) FROM awards"),
        "traded": number(
            book,
            "SELECT (SELECT sum(count) FROM trades) + (SELECT sum(count) FROM call_fills WHERE side = 'buy')",
        ),
        "crossing": number(
            book,
            "SELECT sum(fen) FROM trades t JOIN accounts s ON s.account = seller JOIN accounts b ON b.account = buyer"
            " WHERE s.jurisdiction != b.jurisdiction",
        )
        + crossed_in_calls(book),
        "measured": number(book, "SELECT sum(measured) FROM days"),
    }


def test_the_adopted_method_shares_out_what_the_book_allocated(played: Played) -> None:
    sharing = played.facts.sharing
    assert sharing is not None
    (adopted,) = sharing.adopted

    shared = {(row.pollutant, row.sector): row.count for row in sharing.sectors if row.method == adopted}
    allocated: dict[tuple[str, str], int] = {}
    sector_of = {source.source: source.sector for source in played.zone.sources}
    for grant in played.facts.grants:
        key = (grant.pollutant, sector_of[grant.source])
        allocated[key] = allocated.get(key, 0) + grant.count
    assert shared == allocated


def test_every_method_shares_out_the_same_total(played: Played) -> None:
    sharing = played.facts.sharing
    assert sharing is not None
    totals: dict[str, set[int]] = {}
    for pollutant in (rule.code for rule in played.rules.pollutants):
        mine = [row for row in sharing.sectors if row.pollutant == pollutant]
        for method in dict.fromkeys(row.method for row in mine):
            totals.setdefault(pollutant, set()).add(sum(row.count for row in mine if row.method == method))
    assert all(len(found) == 1 for found in totals.values()), totals


def test_history_whips_the_fast_ox_and_benchmarks_do_not(played: Played) -> None:
    assert played.facts.sharing is not None
    whips = {row.method: row.whip for row in played.facts.sharing.early if row.pollutant == "SO2"}

    assert whips["benchmark"] == whips["limit"] == 0
    assert whips["history"] > 0.5 < whips["equal_cut"]


def test_public_money_adds_up_to_the_accounts_of_treasury_and_exchange(played: Played) -> None:
    money = played.facts.market.money

    assert number(played.book, "SELECT cash_fen FROM accounts WHERE account = 'treasury'") == sum(
        each.auctions + each.penalties_paid - each.repurchases for each in money
    )
    assert number(played.book, "SELECT cash_fen FROM accounts WHERE account = 'exchange'") == sum(
        each.fees for each in money
    )


def test_a_days_price_is_weighted_by_volume(played: Played) -> None:
    day = max(played.facts.market.days, key=lambda each: each.trades)
    lowest, highest = played.book.sql.execute(
        "SELECT min(price), max(price) FROM trades WHERE series LIKE ? AND date(at / 1000 + 8 * 3600, 'unixepoch') = ?",
        (f"{day.pollutant}-%", day.day),
    ).fetchone()

    assert day.trades > 1
    assert lowest <= day.price <= highest


def test_prices_behind_a_wall_are_drawn_apart(played: Played) -> None:
    """State Council General Office 2014 no. 38: power plants trade among themselves, at a price of their own."""
    power = {account for (account,) in played.book.sql.execute("SELECT account FROM sources WHERE sector = 'power'")}
    both = {
        wall: sum(day.count for day in played.facts.market.days if day.wall == wall and day.pollutant == "NOx")
        for wall in ("", "power")
    }
    bought = {"": 0, "power": 0}
    for table, buyer, where in (
        ("trades", "buyer", ""),
        ("deal_trades", "buyer", ""),
        ("call_fills", "account", " AND side = 'buy'"),
    ):
        for account, count in played.book.sql.execute(
            f"SELECT {buyer}, count FROM {table} WHERE series LIKE 'NOx-%'{where}"
        ):
            bought["power" if account in power else ""] += count

    assert both == bought
    assert min(both.values()) > 0


def test_bids_fall_and_winners_hold_what_was_sold(played: Played) -> None:
    for auction in played.facts.market.auctions:
        prices = [bid.price for bid in auction.bids]
        assert prices == sorted(prices, reverse=True)
        if auction.price is not None:
            assert sum(bid.count for bid in auction.bids if bid.price >= auction.price) >= auction.sold


def test_the_papers_case_leads_the_exceedances(played: Played) -> None:
    first = played.facts.monitoring.exceedances[0]

    assert (first.stack, first.pollutant) == (PEAK_STACK, "SO2")
    assert first.times_over > 6


def test_a_quarter_under_the_target_is_named(played: Played) -> None:
    assert {(row.stack, row.quarter) for row in played.facts.monitoring.low_quarters} == {("KM-STL-03-A", 3)}


def test_a_month_of_standstill_has_no_capture_rate(played: Played) -> None:
    months = {row.month: row for row in played.facts.monitoring.capture if row.stack == "KM-CEM-01-A"}

    assert months[1].basis_points is None
    assert [months[month].basis_points for month in range(2, 13)] == [10_000] * 11


def test_what_the_checks_did_not_find_is_said(played: Played) -> None:
    found = {(row.stack, row.kind): row.found for row in played.facts.monitoring.episodes}

    assert found["KM-STL-03-A", "outage"] == ("low_capture",)
    assert found["KM-PWR-02-C", "slope"] == ()
    assert "not found by the checks" in played.html


def test_the_compliance_table_adds_up_to_the_years_of_the_book(played: Played) -> None:
    rows = summary(played.book, played.rules, YEAR)
    sectors = by_sector(rows)

    assert len(rows) == number(played.book, "SELECT count(*) FROM years")
    for column in ("verified_mg", "obligation", "surrendered", "shortfall", "penalty_fen", "makeup"):
        wanted = number(played.book, f"SELECT sum({column}) FROM years")
        assert sum(getattr(row, column) for row in sectors) == wanted, column
    assert [row.sector for row in sectors[::4]] == [sector.code for sector in played.rules.sectors]


def test_simulated_sources_are_marked_wherever_they_are_named(played: Played) -> None:
    body = played.html.split('<script type="application/json"')[0]
    for source in sorted(played.facts.simulated):
        assert source_label(played.facts, source).en.endswith("(simulated)")
        name = played.facts.names[source].zh
        for after in re.findall(re.escape(f'<span lang="zh-Hans">{name}</span>') + r"(.{0,100})", body, re.S):
            assert "模拟</span></span>" in after, name


def test_every_section_of_the_law_that_is_cited_has_a_note(played: Played) -> None:
    cited = set(re.findall(r'href="#(note-\w+)"', played.html))

    assert cited
    assert cited <= set(re.findall(r'id="(note-\w+)"', played.html))


def test_the_page_names_the_digest_of_the_book(played: Played) -> None:
    assert played.book.line(played.book.last()).hash in played.html


def test_the_same_book_gives_the_same_page(played: Played) -> None:
    """I14 for the page."""
    again = build(played.book, played.rules, Asked(zone=played.zone, monitoring=played.years, episodes=played.episodes))

    assert again == played.html
    assert sent(again.encode()) < LARGEST_FILE


def test_a_book_alone_makes_a_page_without_readings(played: Played) -> None:
    html = build(played.book, played.rules, Asked(zone=played.zone))

    assert "No readings were given to this report" in html
    assert 'data-chart="capture"' not in html


def test_a_page_is_put_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write(path, "half \ud800")

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(Malformed, match="its folder does not exist"):
        write(tmp_path / "nowhere" / "report.html", "x")


def test_every_figure_names_its_measure_in_both_languages(played: Played) -> None:
    for name, figure in charts(played.facts, played.rules).items():
        if not name.startswith("map-"):
            axes = [axis for key in ("xAxis", "yAxis") for axis in listed(figure[key])]
            names = [axis["name"] for axis in axes if axis.get("name")]
            for language in LANGUAGES:
                assert any(re.search(r"[(（].+[)）]|yuan|元|%", each.said(language)) for each in names), name


def listed(axes: Any) -> list[Any]:
    return axes if isinstance(axes, list) else [axes]


# --- how it looks


def test_the_browser_asks_for_nothing_and_complains_of_nothing(seen: Seen) -> None:
    assert [url.split(":")[0] for url in seen.requests] == ["file"]
    assert seen.complaints == []


def test_every_chart_is_drawn(seen: Seen) -> None:
    drawn = sizes(seen.page)

    assert len(drawn) >= 20
    assert all(width > 100 and height > 100 for _, width, height in drawn), drawn


def test_the_switch_changes_words_and_charts(seen: Seen) -> None:
    page = seen.page
    axis = "[...document.querySelectorAll('[data-chart=money] svg text')].map(text => text.textContent)"
    assert page.is_visible("text=Compliance year 2027")
    assert "million yuan" in page.evaluate(axis)

    show_at(page, 1280, "zh")
    assert page.is_visible("text=2027年度履约报告")
    assert not page.is_visible("text=Compliance year 2027")
    assert "百万元" in page.evaluate(axis)
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"

    show_at(page, 1280, "en")
    assert page.is_visible("text=Compliance year 2027")
    assert "million yuan" in page.evaluate(axis)
    assert seen.complaints == []


def test_a_selector_shows_another_auction(seen: Seen) -> None:
    page = seen.page
    page.select_option("select[data-for=auction]", "auction-NOx-QJ-2027-2")

    assert page.evaluate("document.getElementById('auction').dataset.chart") == "auction-NOx-QJ-2027-2"
    assert seen.complaints == []


@pytest.mark.parametrize("width", [400, 768, 1280])
def test_the_page_fits_its_window(seen: Seen, width: int) -> None:
    seen.page.set_viewport_size({"width": width, "height": 900})
    seen.page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every(div =>"
        " div.querySelector('svg').getBoundingClientRect().width <= div.getBoundingClientRect().width + 1)"
    )

    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 400:
        show_at(seen.page, width, "en")
        broken = seen.page.evaluate(
            "[...document.querySelectorAll('[data-chart^=flow] svg text')].map(each => each.textContent)"
        )
        assert {"Kunming", "Chuxiong"} <= set(broken), "the name of a city is in one piece"


def test_what_was_found_is_said_in_both_languages(played: Played) -> None:
    """A reader of the Chinese page got the details in English."""
    details = {row.detail for row in played.facts.monitoring.findings}

    assert details
    for text in details:
        assert detail(text).zh != text
        assert str(both(detail(text))) in played.html, text


def test_what_a_finding_is_about_is_named_as_the_portal_names_it(played: Played) -> None:
    """A factor stood there by its code of HJ 212."""
    about = {each for row in played.facts.monitoring.findings for each in row.subjects}

    assert {"SO2"} < about
    for code in about:
        assert str(both(subject_name(code))) in played.html, code
        assert subject_name(code).zh == code or f"· {code}" not in played.html
