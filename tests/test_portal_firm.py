"""The firm's pages: where it stands with the origin of each figure, its account as page, Excel and CSV, its orders."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import pytest

from airshed.engine.apply import apply
from airshed.engine.commands import PlaceOrder, Transfer
from airshed.engine.events import ActConfirmed, ActProposed, ActRejected, TransferDelayed
from airshed.engine.nouns import Day, Year
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.market.tape import Trade
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.afterwards import left
from airshed.pages.portal.dues import dues
from airshed.pages.portal.firm import Stands, stands
from airshed.pages.portal.happening import amount, in_column
from airshed.pages.portal.trading.traded import today_of
from airshed.rulebook.lookup import cap
from airshed.service.book.outlook import outlook
from airshed.service.book.position import Position, positions
from airshed.service.marketdata.reading import Market
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, SERIES, market
from portals import Portal, portal, text_of
from services import market_book

STACK = "steel-1"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("portal")), demo_users=True) as found:
        yield found


def seal(runner: Runner, number: int, mass_mg: int, substituted: int = 0) -> None:
    """A day of January of a stack of steel, as sealing it leaves it."""
    day = Day({"SO2": (24 - substituted, substituted, 0)}, {"SO2": mass_mg}, "e" * 64)
    runner.state.days[STACK][f"2027-01-{number:02d}"] = day


def test_a_position_says_what_it_rests_on() -> None:
    runner = market()
    (before,) = [each for each in positions(runner.state, RULES, "steel", AT) if each.pollutant == "SO2"]
    assert (before.basis, before.expected, before.owed) == ("none", None, None)
    assert before.balance is None, "what is not known is not zero"
    assert before.held == runner.state.ledger.position("steel", SERIES).free
    for number in range(1, 11):
        seal(runner, number, 1_000_000_000, substituted=6 if number == 1 else 0)
    (known,) = [each for each in positions(runner.state, RULES, "steel", AT) if each.pollutant == "SO2"]
    assert known.basis == "first days", "ten days say nothing of how it varies"
    assert (known.owed, known.days, known.hours, known.substituted) == (10_000, 10, 240, 6)
    assert (known.low, known.expected, known.high) == (10_000, 365_000, 365_000)
    assert known.balance == known.held - 365_000

    year = Year("s-steel", 2027, version=1, measured_mg={"SO2": 7_000_000_000}, declared_mg={"VOC": 3_000_000_000})
    runner.state.years["s-steel", 2027] = year
    told = {each.pollutant: each for each in positions(runner.state, RULES, "steel", AT)}
    for code, kg in (("SO2", 7_000), ("VOC", 3_000)):
        assert (told[code].basis, told[code].owed, told[code].low, told[code].high) == ("reported", kg, kg, kg), (
            "what a firm has itself reported is known to its own page"
        )


def test_an_expectation_lies_within_a_range_that_its_own_stretches_give() -> None:
    """It was drawn between two straight lines, the one said was always one end, and most years ended outside it."""
    steady = outlook([5] * 100, 265, 365)
    assert steady == (1825, 1825, 1825, True), "what never varied has no range"
    first = outlook([1_000, 3_000] * 27, 311, 365)
    assert first == (108_000 + 622_000, 108_000, 108_000 + 3_000 * 311, False), "54 days are not two stretches"
    varied = [0] * 28 + [2_000] * 28 + [1_000] * 28
    expected, low, high, _ = outlook(varied, 28, 112)
    assert expected == 112_000
    assert high - expected == 109_013, "2.920 x 28,000, as the stretches deviate, x 112 / 84 for what was not seen"
    assert low == 84_000, "never below what is emitted already"
    widths = [outlook(varied * 4 + [1_000] * 28, left, 364 + left)[:3] for left in (1, 28, 200)]
    offs = [most - middle for middle, _, most in widths]
    assert offs == sorted(offs), "what is left makes it wide"
    assert outlook(varied * 4, 0, 336).low == outlook(varied * 4, 0, 336).high == 336_000


def test_what_the_upper_end_of_the_range_needs_is_not_said_to_be_for_sale() -> None:
    """A firm that followed "sell what is over" was short in the end."""
    runner = market()
    held = runner.state.ledger.position("steel", SERIES).free

    def so2(part: int) -> Stands:
        first = date(2027, 1, 1)
        for number in range(84):
            mass = held * 1_000_000 // part * (number // 28)
            sealed = Day({"SO2": (24, 0, 0)}, {"SO2": mass}, "e" * 64)
            runner.state.days[STACK][(first + timedelta(number)).isoformat()] = sealed
        found = stands(Market(runner.state), RULES, "steel", AT)
        return next(each for each in found if each.position.pollutant == "SO2")

    tight = so2(400)
    assert tight.position.basis == "pace"
    assert tight.position.expected is not None
    assert tight.position.high is not None
    assert tight.position.expected < held < tight.position.high
    assert (tight.state, tight.position.safe) == ("long", 0), "over as expected, and nothing of it is safe"
    ample = so2(20_000)
    assert ample.position.safe == held - (ample.position.high or 0) > 0
    template = (resources.files("airshed.pages.portal") / "templates/parts/firm_today.html.j2").read_text("utf-8")
    assert template.index("{% elif each.position.safe %}") < template.index("Sell what is over")


def test_an_expectation_as_the_year_before_has_a_range_too() -> None:
    runner = market()

    def verified(year: int, count: int) -> None:
        runner.state.years["s-steel", year] = Year("s-steel", year, verified_mg={}, obligation={"SO2": count})

    def so2() -> Position:
        at = instant("2028-03-01")
        return [each for each in positions(runner.state, RULES, "steel", at) if each.pollutant == "SO2"][-1]

    verified(2027, 10_000)
    caps = [cap(RULES, f"SO2-KM-{year}") or 0 for year in (2027, 2028)]
    assert caps[1] < caps[0]
    known = so2()
    assert (known.year, known.basis, known.expected) == (2028, "year before", 10_000)
    assert (known.low, known.high) == (10_000 * caps[1] // caps[0], 10_000), "the cap declines, and it may with it"
    verified(2026, 13_000)
    known = so2()
    assert (known.low, known.expected, known.high) == (7_000, 10_000, 13_000), "it changed so much the year before"


def test_what_an_earlier_year_takes_is_not_there_for_a_later_one() -> None:
    runner = market()
    for year in (2027, 2028):
        for number in range(1, 11):
            day = f"{year}-01-{number:02d}"
            runner.state.days[STACK][day] = Day({"SO2": (24, 0, 0)}, {"SO2": 20_000_000_000}, "e" * 64)
    runner.state.years[("s-steel", 2027)] = Year("s-steel", 2027)
    runner.state.shared_out["SO2-KM-2028"] = 0
    at = instant("2028-03-01")
    first, then = [each for each in positions(runner.state, RULES, "steel", at) if each.pollutant == "SO2"]
    held = runner.state.ledger.position("steel", SERIES).free
    assert (first.year, then.year) == (2027, 2028)
    assert (first.held, first.taken) == (held, 0)
    assert first.expected is not None
    assert held < first.expected
    assert (then.held, then.taken) == (held, held), "the year before takes all of it"
    assert then.balance == -(then.expected or 0)


def test_what_is_carried_on_is_not_offered_twice_and_the_table_adds_up() -> None:
    """The first year was over by what the next one needs, with a button to sell it."""
    runner = market()
    runner.state.years["s-steel", 2027] = Year("s-steel", 2027, verified_mg={}, obligation={"SO2": 1_000_000})
    runner.state.years["s-steel", 2027].surrendered["SO2"] = 400_000
    runner.state.shared_out["SO2-KM-2028"] = 0
    found = stands(Market(runner.state), RULES, "steel", instant("2028-03-01"))
    first, then = (each for each in found if each.position.pollutant == "SO2")
    held = runner.state.ledger.position("steel", SERIES).free
    assert (first.state, first.position.carried, first.over) == (
        "carried",
        held - 600_000,
        in_column(0, Unit.ALLOWANCES, RULES),
    )
    assert (first.free, first.to_give, first.balance) == tuple(
        in_column(count, Unit.ALLOWANCES, RULES) for count in (held, 600_000, held - 600_000)
    )
    assert (then.state, then.free) == ("long", first.balance), "the next year, which is the last, says what is over"
    assert (then.position.balance, then.carried.en) == (held - 1_600_000, "")
    assert (then.position.series, then.position.spare) == ("SO2-KM-2028", SERIES), "what is sold is what is held"


def test_a_year_that_is_not_shared_out_is_not_short() -> None:
    """Before the free allocation a firm was told that it lacked nearly all of the year, with a sum and a button."""
    runner = market()
    for number in range(1, 11):
        seal(runner, number, 20_000_000_000)

    def so2() -> Stands:
        found = stands(Market(runner.state), RULES, "steel", AT)
        return next(each for each in found if each.position.pollutant == "SO2")

    assert so2().state == "short"
    assert runner.state.shared_out.pop(SERIES) is not None
    known = so2()
    assert (known.state, known.position.balance, known.position.short, known.cost.fen) == ("awaited", None, 0, 0)
    runner.state.years["s-steel", 2027] = Year("s-steel", 2027, verified_mg={}, obligation={"SO2": 10**9})
    assert so2().state == "short", "what is owed for a verified year is owed"


def test_a_series_that_was_never_traded_has_no_change_and_says_whose_price_it_is(served: Portal) -> None:
    page = text_of(served.rehearsing("steel").get("/trade?series=SO2-QJ-2027"))
    assert "reference of the rulebook, never traded yet" in page
    assert "0.00 %" not in page
    raw = served.rehearsing("steel").get("/trade?series=SO2-QJ-2027").text
    assert raw.index('class="of-order"') < raw.index('class="of-list"'), "the order comes before forty prices"


def test_what_is_lacking_is_priced_at_the_market_before_its_own_series_trades() -> None:
    runner = market()
    for number in range(1, 11):
        seal(runner, number, 20_000_000_000)
    whole = Day({"SO2": (24, 0, 0)}, {"SO2": 7_000_000_000_000}, "e" * 64)
    runner.state.days[STACK]["2027-12-31"] = whole  # no day is left, so that the price alone has a range
    there = Market(runner.state)

    def so2() -> Stands:
        return next(each for each in stands(there, RULES, "steel", AT) if each.position.pollutant == "SO2")

    by_law = so2().cost
    assert (by_law.lately.en, by_law.range.en, by_law.series) == ("", "", SERIES)
    there.closes["SO2-KM-2026"] = {"2027-01-02": 11_674_000}
    known = so2()
    assert known.cost.lately.zh == "116,740.00元/吨（SO2-KM-2026，2027-01-02）"
    assert known.cost.series == "SO2-KM-2026", "what is bought is what the sum is of"
    fen = known.position.short * 11_674_000 // 1000
    assert known.cost.whole == in_column(fen, Unit.FEN, RULES), "the law's opening price is far below the market's"
    assert by_law.whole.zh in known.cost.rests.zh, "what it would come to by the law is said beside it"
    there.closes["SO2-QJ-2026"] = {"2027-02-01": 3_157_000}
    two = so2().cost
    assert two.whole == known.cost.whole, "its own city's close comes before a later one of another city"
    assert two.lately.zh.endswith("；2个系列为31,570.00元/吨至116,740.00元/吨")
    low = in_column(known.position.short * 3_157_000 // 1000, Unit.FEN, RULES)
    assert two.range == Phrase(f"{low.en} to {two.whole.en}, by price", f"{low.zh}至{two.whole.zh}，取决于价格")


def test_what_it_would_cost_has_the_range_of_the_emission_too() -> None:
    """It varied the price alone: where the least emission lacked nothing, 14,424 yuan stood there."""
    runner = market()
    held = runner.state.ledger.position("steel", SERIES).free
    for number in range(1, 32):
        seal(runner, number, held * 1_000_000 // (180 if number == 1 else 364))
    there = Market(runner.state, closes={"SO2-KM-2026": {"2027-01-02": 10_000_00}})
    known = next(each for each in stands(there, RULES, "steel", AT) if each.position.pollutant == "SO2")
    (low, high) = (known.position.lacking(each) for each in (known.position.low, known.position.high))
    assert low < high
    ends = [in_column(-(-count * 10_000_00 // 1000), Unit.FEN, RULES).en for count in (low, high)]
    assert known.cost.range.en == f"{ends[0]} to {ends[1]}, by emission"
    there.closes["SO2-QJ-2026"] = {"2027-01-02": 20_000_00}
    known = next(each for each in stands(there, RULES, "steel", AT) if each.position.pollutant == "SO2")
    ends[1] = in_column(-(-high * 20_000_00 // 1000), Unit.FEN, RULES).en
    assert known.cost.range.en == f"{ends[0]} to {ends[1]}, by price and emission"


def test_a_deadline_is_due_to_nobody_who_has_done_all_that_it_is_for() -> None:
    """The last day to surrender stood under Due, and near, for who had given everything."""
    runner = market()
    year = runner.state.years["s-steel", 2027] = Year("s-steel", 2027, version=1, verified_mg={}, obligation={"SO2": 9})
    at = instant("2028-05-20")

    def told() -> list[str]:
        return [due.what.en for due in dues(runner.state, RULES, "steel", at, 0)]

    assert any(said.startswith("Surrender") for said in told())
    year.surrendered["SO2"] = 9
    assert not any("surrender" in said.lower() for said in told())
    assert told(), "the next deadline that is one stands there"


def test_what_a_transfer_sets_aside_is_told_with_what_the_year_lacks_then() -> None:
    runner = market()
    for number in range(1, 11):
        seal(runner, number, 20_000_000_000)
    (so2,) = [each for each in positions(runner.state, RULES, "steel", AT) if each.pollutant == "SO2"]
    held = runner.state.ledger.position("steel", SERIES).free
    waits = TransferDelayed(1, "transfer", "steel", "cement", SERIES, 40_000, trusted=False, due=AT)
    free, year = left([waits], runner.state, "steel", RULES, AT)
    assert free.what.zh == "SO2-KM-2027，可用"
    assert free.after == amount(held - 40_000, Unit.ALLOWANCES, RULES)
    assert year.before.zh == f"短缺{amount(so2.short, Unit.ALLOWANCES, RULES).zh}"
    assert year.after.zh == f"短缺{amount(so2.short + 40_000, Unit.ALLOWANCES, RULES).zh}"
    assert left([waits], runner.state, "cement", RULES, AT) == [], "it has not come to the other yet"

    apply(runner.state, ActProposed(7, "steel", Transfer("steel", "cement", SERIES, 40_000), None))
    confirmed = ActConfirmed(7, "steel", "steel-review")
    assert left([confirmed, waits], runner.state, "steel", RULES, AT) == [], "the act had set the same aside already"
    again, _ = left([ActRejected(7, "steel-review", "no")], runner.state, "steel", RULES, AT)
    assert again.after == amount(held, Unit.ALLOWANCES, RULES), "what is rejected is free again"


def test_the_first_page_of_a_firm_is_understood_on_a_phone(served: Portal) -> None:
    said = text_of(served.rehearsing("steel").get("/"))
    for word in ("Money free", "Where you stand", "Held, free for this year", "of the ledger", "no sealed day yet"):
        assert word in said
    chinese = text_of(served.rehearsing("steel", "zh").get("/"))
    for word in ("可用资金", "履约头寸", "至今应缴", "全年预计应缴", "未知", "2027年度配额尚未分配"):
        assert word in chinese
    assert "To buy what is lacking not known yet 2027 not shared out yet" in said
    assert "The allowances of 2027 are not shared out yet" in said


def test_what_waits_is_shown_where_an_order_is_written(served: Portal) -> None:
    browser = served.rehearsing("steel")
    fields = {"account": "steel", "series": SERIES, "side": "sell", "count": "2", "limit": "4100", "step": "confirm"}
    token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/trade").text)
    assert token is not None
    assert "Done" in text_of(browser.send("/act/PlaceOrder", {**fields, "csrf": token[1]}))
    page = text_of(browser.get(f"/trade?series={SERIES}"))
    assert "Ask1 4,100.00 2 2" in page
    assert "Limits taken today 3,600.00 – 4,400.00" in page
    assert f"{SERIES} Sell 4,100.00 2 / 2 0 % Cancel" in page
    assert "Cancel" not in text_of(served.rehearsing("fund").get(f"/trade?series={SERIES}")), "orders are their owner's"


def test_a_statement_is_a_page_a_workbook_and_a_csv_of_the_same_moves(served: Portal) -> None:
    browser = served.rehearsing("steel", "zh")
    page = browser.get("/account?from=2027-01-01&to=2027-12-31")
    assert "对账单" in text_of(page)
    raw = browser.get("/account/statement.csv?from=2027-01-01&to=2027-12-31")
    assert raw.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(raw.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "时间"
    assert rows[0][-2:] == ["资金变动（元）", "资金余额（元）"]
    assert [row[2] for row in (rows[1], rows[-1])] == ["期初余额", "期末余额"]
    book = browser.get("/account/statement.xlsx?from=2027-01-01&to=2027-12-31")
    assert "attachment" in book.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(book.content)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
        words = packed.read("xl/sharedStrings.xml").decode()
    assert "不反映任何真实企业的行为" in words, "it says what it is"
    assert re.search(r'<c r="A\d+" s="\d+"><v>\d+\.\d+</v>', sheet), "a time is a time, by which a spreadsheet sorts"
    assert "<f>" not in sheet, "nothing in it runs"


def test_a_period_that_cannot_be_read_says_so_and_shows_this_year(served: Portal) -> None:
    browser = served.rehearsing("steel")
    assert "A day is written as" in text_of(browser.get("/account?from=yesterday"))
    assert "/account/statement.pdf" in browser.get("/account?from=yesterday").text
    for none, why in (
        ("from=2027-12-31&to=2027-01-01", "ends before it begins"),
        ("from=2090-01-01&to=2090-12-31", "not begun"),
    ):
        page = browser.get(f"/account?{none}")
        assert why in text_of(page)
        assert "/account/statement." not in page.text
        assert "Before and after" not in page.text
    for kind in ("csv", "xlsx", "pdf"):
        for asked in ("from=abc", "from=2027-02-30", "from=2027-12-31&to=2027-01-01"):
            assert browser.get(f"/account/statement.{kind}?{asked}").status_code == 400, "no file of another period"
    chinese = served.rehearsing("steel", "zh").get("/account/statement.csv?from=abc")
    assert "日期请写作2027-12-31。" in text_of(chinese)


def test_who_acts_for_no_account_has_no_statement(served: Portal) -> None:
    assert served.rehearsing(AUTHORITY).get("/account").status_code == 404
    assert "Sign in" in text_of(served.stranger().get("/account"))


def test_an_exchange_sees_its_market_and_every_order_by_number(tmp_path: Path) -> None:
    """It had the cockpit of a regulator: no depth, no tape, no order stood anywhere for it."""
    offer = PlaceOrder("steel", SERIES, "sell", 2_000, 410_000)
    with portal(market_book(tmp_path, ("steel", offer)), demo_users=True) as there:
        exchange = there.rehearsing(EXCHANGE, "zh").get(f"/trade?series={SERIES}")
        said = text_of(exchange)
        assert "未成交委托" in said
        assert re.search(r"\d+ steel 卖出 4,100.00 2 2", said)
        assert "/act/HaltMarket?series=" in exchange.text
        assert "/act/CloseSession" in exchange.text
        assert 'href="/trade"' in there.rehearsing(EXCHANGE).get("/").text
        assert "/act/PlaceOrder" not in exchange.text
        assert "steel 卖出" not in text_of(there.rehearsing("fund", "zh").get(f"/trade?series={SERIES}"))


def test_the_figures_of_a_day_are_of_that_day_alone() -> None:
    """Without a session on a day the screen showed high, low and volume of the last one as if of today."""
    trade = Trade(5, 1, AT, RULES.civil.day_of(AT), "listed", SERIES, 650_000, 3_200, 2_080_000)
    there = Market(tape=[trade], tape_of={SERIES: [trade]}, days=[trade.day])
    assert today_of(there, SERIES, AT) == [trade]
    assert today_of(there, SERIES, AT + 86_400_000) == []


def test_the_moves_of_a_long_period_are_a_table_that_is_searched_and_money_stands_among_the_balances(
    served: Portal,
) -> None:
    page = served.rehearsing("steel").get("/account?from=2026-01-01&to=2027-12-31")
    assert 'data-long="statement"' in page.text
    assert re.search(r"Before and after .* Money [\d,.]+ yuan [\d,.]+ yuan Moves", text_of(page))
