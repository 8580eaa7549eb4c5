"""Laws beside that of Dianzhong, one engine: what they change is data, and each plays its year.

Every rule that sets one law apart is looked for in the book that its year leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.procedures.deadlines import deadline, surrender_day
from airshed.engine.procedures.guards import in_money
from airshed.engine.runner import Runner
from airshed.lab.season.season import Season
from airshed.lab.season.trader import bids_for
from airshed.model.allowance import Series
from airshed.model.measures import value_fen
from airshed.model.refusal import Why
from airshed.mrv.year import close_year
from airshed.pages.report.facts import Asked
from airshed.pages.report.page import build
from airshed.registry.moves import Delivered
from airshed.rulebook.diff import diff
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load, texts
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.rulebook.words import said
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from airshed.zone import inventory
from airshed.zone.monitoring import monitoring_rules
from airshed.zone.plan import read_plan
from beijing import day_of, instant
from seasons import played, rules_and_zone
from stack_years import STACK, steady_year

ROOT = Path(__file__).parents[1]
LAWS = ("acidrain", "shanxi", "nox-budget", "uk-ets", "rggi")
#: A law for works that another regulates too: it has no zone of its own.
BESIDE = "china-national"
LB_G = Fraction(45_359_237, 100_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("programmes")


@pytest.fixture(params=LAWS)
def any_year(request: pytest.FixtureRequest, folder: Path) -> Season:
    return year_of(request.param, folder)


@pytest.fixture
def us_year(folder: Path) -> Season:
    return year_of("acidrain", folder)


@pytest.fixture
def shanxi_year(folder: Path) -> Season:
    return year_of("shanxi", folder)


@cache
def year_of(law: str, folder: Path) -> Season:
    """A year of a law in a book on disk."""
    book = Book.create(folder / f"{law}.book")
    season = played(book, 7, law=law)
    book.keep_law(digest(season.rules), texts(find(law)))
    return season


def opened_anew(like: Season) -> Season:
    """A season of the same law and zone that has only been opened."""
    season = Season(Runner(MemoryJournal(), like.rules), like.rules, like.zone, 7, like.year)
    season.decide()
    season.open()
    return season


def facts(season: Season) -> Iterator[tuple[int, e.Event]]:
    """Every event of the year with its instant."""
    for line in season.runner.journal.lines():
        record = decode(line)
        for event in record.events:
            yield record.at, event


def test_each_year_is_played_to_a_book_that_stands(any_year: Season) -> None:
    state, rules = any_year.runner.state, any_year.rules
    book = any_year.runner.journal
    assert isinstance(book, Book)

    assert verify(book).hash == any_year.runner.hash
    settled = {(source, name) for (source, _), known in state.years.items() for name in known.settled}
    assert settled == {(firm.source.source, code) for firm in any_year.firms for code in firm.owes}
    sold = sum(event.sold for _, event in facts(any_year) if isinstance(event, e.AuctionCleared))
    assert sold + sum(count for _, count in state.month_trades.values()) > 0
    assert not any(fact.shortfall < 0 for year in state.years.values() for fact in year.settled.values())
    assert {rule.code for rule in rules.pollutants} == {name for year in state.years.values() for name in year.settled}


def test_the_report_has_the_names_and_the_money_of_its_law(any_year: Season) -> None:
    book = any_year.runner.journal
    assert isinstance(book, Book)
    html = build(book, any_year.rules, Asked(zone=any_year.zone))

    programme, money = any_year.rules.programme, any_year.rules.currency
    assert f"<title>{programme.name_en} · {any_year.year} · {programme.name_zh}</title>" in html
    assert f"million {money.name_en}" in html
    assert f"({money.name_en}/t)" in html
    other = "yuan" if money.code != "CNY" else "dollars"
    assert f"({other}" not in html
    assert f"{other}/t" not in html
    assert "Dianzhong" not in html
    assert "All works are invented" in html
    own = any_year.rules.auction.rule == "pay-as-bid"
    assert ("Each winner pays its own bid." in html) == own
    assert ("All winners pay one price" in html) != own


def test_no_code_names_a_law() -> None:
    """What sets these laws apart stands in TOML and CSV; a law that needed its name in the code would be no data."""
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "scripts").glob("*.py"), *(ROOT / "bench").glob("*.py")]:
        assert not [law for law in (*LAWS, BESIDE) if law in path.read_text()], path
    for law in LAWS:
        for kind in ("rulebooks", "zones"):
            endings = {path.suffix for path in (ROOT / kind / law).iterdir()}
            assert endings <= {".toml", ".csv", ".geojson", ".md"}, endings


@pytest.mark.parametrize("law", [*LAWS, BESIDE])
def test_every_figure_of_a_law_has_its_source(law: str) -> None:
    rules = load(find(law))
    quiet = 0
    for section in rules.__struct_fields__:
        held = getattr(rules, section)
        for each in held if isinstance(held, tuple) else (held, *getattr(held, "rows", ())):
            if hasattr(each, "cite"):
                assert len(each.cite) > 8, (law, section, each)
                assert "Demonstration measures" not in each.cite, (law, section)
                quiet += "recalled" in each.cite and each.status == "confirmed"
    assert quiet == 0, "what is recalled is to be confirmed"


@pytest.mark.parametrize("law", LAWS)
def test_the_inventory_of_a_law_comes_again_byte_for_byte(law: str, tmp_path: Path) -> None:
    folder = shipped("zones", law)
    inventory.write(folder, read_plan(folder).seed, tmp_path)

    for name in inventory.FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_all_works_of_these_zones_are_marked_simulated() -> None:
    for law in LAWS:
        _, zone = rules_and_zone(law)
        assert all(source.origin == source.status == "simulated" for source in zone.sources)
        first = {
            "acidrain": "United States power works 1",
            "shanxi": "Taiyuan cement works 1",
            "nox-budget": "Ohio power works 1",
            "uk-ets": "United Kingdom cement works 1",
            "rggi": "RGGI states power works 1",
        }[law]
        assert zone.sources[0].name_en == first


def test_the_laws_differ_where_they_say_so() -> None:
    one, other = (load(find(law)) for law in ("acidrain", "shanxi"))
    changed = {change.section for change in diff(one, other)}

    assert {"currency", "calendar", "allocation", "auction", "shortfall", "pollutants", "trading"} <= changed
    assert "part75" not in changed


# --- the United States


def test_the_deadline_of_2003_was_the_first_monday_after_a_leap_day_that_was_a_sunday(us_year: Season) -> None:
    assert surrender_day(us_year.rules, 2003) == "2004-03-01"
    assert [surrender_day(us_year.rules, year) for year in (2002, 2004, 2007, 2008)] == [
        "2003-03-03",
        "2005-03-01",
        "2008-02-29",
        "2009-03-02",
    ]
    given = {day_of(at) for at, event in facts(us_year) if isinstance(event, e.Surrendered)}
    assert max(given) == "2004-03-01"

    firm = us_year.firms[0]
    late = c.Surrender(firm.source.source, 2003, "SO2", 1)
    answer = us_year.runner.send(c.Command(firm.account, "late", late), deadline(us_year.rules, 2003) + 10**9)
    assert answer.refusal is not None


def test_each_penalty_is_two_thousand_dollars_of_1990_a_short_ton_to_the_cent(us_year: Season) -> None:
    """2,000 dollars x 180.7 / 124.6 for 907.18474 kg, reckoned from the text of the law alone."""
    short = [each for year in us_year.runner.state.years.values() for each in year.settled.values() if each.shortfall]
    assert short
    for each in short:
        tons = Fraction(each.shortfall * 10**5, 90_718_474)
        cents = tons * 2_000 * 100 * Fraction(1_807, 1_246)
        assert each.penalty_fen == (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)


def test_what_is_short_is_made_up_one_for_one_from_the_next_vintage(us_year: Season) -> None:
    short = {source: each for (source, _), year in us_year.runner.state.years.items() for each in year.settled.values()}
    withheld = {
        award.source: award.made_up
        for _, event in facts(us_year)
        if isinstance(event, e.Allocated) and event.series == "SO2-US-2004"
        for award in event.awards
    }
    assert any(each.shortfall for each in short.values())
    assert withheld == {source: each.shortfall for source, each in short.items()}


def test_every_winner_pays_its_own_bids(us_year: Season) -> None:
    bids: dict[tuple[str, str], list[e.BidPlaced]] = {}
    prices: set[int] = set()
    for _, event in facts(us_year):
        if isinstance(event, e.BidPlaced):
            bids.setdefault((event.auction, event.account), []).append(event)
        if isinstance(event, e.AuctionCleared):
            for award in event.awards:
                left, due = award.count, 0
                for bid in sorted(bids[event.auction, award.account], key=lambda bid: -bid.limit):
                    taken = min(left, bid.count)
                    left, due = left - taken, due + value_fen(taken, bid.limit)
                    prices |= {bid.limit} if taken else set()
                assert (left, award.fen) == (0, due), award
    assert len(prices) > 2, "bids differ, and so do what winners pay"


def test_a_firm_that_needs_nothing_bids_less_and_only_where_an_allowance_keeps(us_year: Season) -> None:
    """Without a reserve price and with a bank for ever, nobody leaves an auction without a bid."""
    firm, auction = us_year.firms[0], us_year.runner.state.auctions["SO2-US-2003-1"]
    plenty = {"SO2": 10**12}
    assert bids_for(firm, auction, 100, 1, plenty) == []

    spare = bids_for(firm, auction, 100, 1, plenty, keeps=True)
    needed = bids_for(firm, auction, 100, 1, {"SO2": -(10**12)}, keeps=True)
    assert 0 < sum(bid.count for bid in spare) <= auction.count // 10 < sum(bid.count for bid in needed)
    assert max(bid.limit for bid in spare) < max(bid.limit for bid in needed) == firm.belief["SO2"]


def test_the_seven_year_advance_is_sold_with_the_spot_and_counts_in_2010(us_year: Season) -> None:
    opened = [event for _, event in facts(us_year) if isinstance(event, e.AuctionOpened)]
    assert [(event.series, event.delivery) for event in opened] == [
        ("SO2-US-2003", "spot"),
        ("SO2-US-2010", "advance"),
    ]
    assert len({event.event for event in opened}) == 1, "one event"
    spot, advance = (
        next(event for _, event in facts(us_year) if isinstance(event, e.AuctionCleared) and event.auction == each)
        for each in (event.auction for event in opened)
    )
    assert spot.price is not None
    assert advance.price is not None
    assert spot.price > advance.price > 0
    surrendered = {
        move.series
        for _, event in facts(us_year)
        if isinstance(event, e.Surrendered)
        for move in event.entry
        if isinstance(move, Delivered)
    }
    assert surrendered == {"SO2-US-2003"}


def test_a_bid_of_a_cent_a_tonne_stands(us_year: Season) -> None:
    """No minimum price: 42 USC 7651o(d)(2)."""
    season = opened_anew(us_year)
    authority = season.rules.programme.authority
    at = instant("2003-03-24", 9)
    season.must(at, [(authority, c.OpenAuction("spot", "SO2-US-2003", 1_000_000))])
    season.must(at, [("us-pwr-01", c.PlaceBid("spot", "us-pwr-01", 1_000, 1))])
    (answer,) = season.must(at, [(authority, c.CloseAuction("spot", 7))])
    (cleared,) = answer.events

    assert isinstance(cleared, e.AuctionCleared)
    assert (cleared.sold, cleared.price) == (1_000, 1)


def test_refusals_and_statements_speak_of_dollars(us_year: Season) -> None:
    firm = us_year.firms[0]
    dear = c.PlaceOrder(firm.account, "SO2-US-2004", "buy", 1_000_000_000, 30_000)
    at = us_year.runner.state.at + 24 * 3_600_000
    us_year.tell(at, [("zone-exchange", c.OpenSession(day_of(at)))])
    (answer,) = us_year.tell(at, [(firm.account, dear)])

    assert answer.refusal is not None
    assert answer.refusal.why == Why.INSUFFICIENT_CASH
    assert " dollars free, the order with its fee needs 300,000,000.00" in answer.refusal.detail
    assert in_money(us_year.rules, "yuan-steel has 1.00 yuan free, over 2.00 yuan/t") == (
        "yuan-steel has 1.00 dollars free, over 2.00 dollars/t"
    )
    assert said("floor_fen_per_t", 5, us_year.rules.currency.name_en) == "0.05 dollars/t"


def test_all_that_is_left_is_banked_and_nothing_expires(any_year: Season) -> None:
    closed = [event for _, event in facts(any_year) if isinstance(event, e.YearClosed)]
    assert len(closed) == len(any_year.firms)
    assert all(event.entry == () for event in closed), "nothing is taken"
    assert sum(sum(event.banked.values()) for event in closed) > 0

    taken = sum(
        position.count
        for (account, _), position in any_year.runner.state.ledger.positions.items()
        if account.startswith("reserve-")
    )
    set_aside = sum(event.reserved for _, event in facts(any_year) if isinstance(event, e.Allocated))
    sales = [event for _, event in facts(any_year) if isinstance(event, e.AuctionCleared)]
    kept = sum(event.withheld - event.released for event in sales)
    assert taken == set_aside + kept, "the reserve has what allocation and auctions gave it"
    assert {rule.repurchase_fen_per_t for rule in any_year.rules.pollutants} == {0}


def test_a_plant_gets_two_and_a_half_pounds_for_each_mmbtu_of_1985_to_1987(us_year: Season) -> None:
    """42 USC 7651c, less the 2.8 percent that are auctioned."""
    heat: dict[str, list[int]] = {}
    for row in us_year.zone.baseline:
        assert row.product == "1000 mmBtu"
        assert row.output is not None
        heat.setdefault(row.source, []).append(row.output)
    shared = next(
        event for _, event in facts(us_year) if isinstance(event, e.Allocated) and event.series == "SO2-US-2003"
    )
    for award in shared.awards:
        pounds = Fraction(sum(heat[award.source]), len(heat[award.source])) * 1_000 * Fraction(5, 2)
        kg = pounds * LB_G / 1_000 * Fraction(9_720, 10_000)
        assert abs(award.count - kg) < 2 + kg / 10**6, award.source


# --- Shanxi


def test_the_fee_of_one_and_a_half_percent_is_paid_in_halves(shanxi_year: Season) -> None:
    trades = [event for _, event in facts(shanxi_year) if isinstance(event, e.Traded)]
    value = sum(event.fen for event in trades)

    assert value > 0
    for fees in (sum(event.buyer_fee for event in trades), sum(event.seller_fee for event in trades)):
        assert abs(fees - value * 75 / 10_000) <= len(trades), "rounded once an order"


def test_nothing_is_auctioned_in_shanxi(shanxi_year: Season) -> None:
    assert not [event for _, event in facts(shanxi_year) if isinstance(event, e.AuctionOpened)]
    shared = [event for _, event in facts(shanxi_year) if isinstance(event, e.Allocated)]
    assert shared
    assert all(event.for_auction == 0 for event in shared)


def test_power_plants_owe_soot_and_the_others_dust(shanxi_year: Season) -> None:
    for source, known in shanxi_year.runner.state.years.items():
        power = shanxi_year.runner.state.sources[source[0]].sector == "power"
        assert ("SOOT" in known.settled) == power
        assert ("DUST" in known.settled) != power


@pytest.mark.parametrize(("sector", "name"), [("power", "SOOT"), ("cement", "DUST")])
def test_what_a_dust_monitor_says_is_sealed_under_the_name_of_the_law(sector: str, name: str) -> None:
    rules = monitoring_rules(load(find("shanxi")))
    stack = msgspec.structs.replace(STACK, sector=sector)
    closed = close_year(stack, steady_year(), rules)

    assert {mass.pollutant for day in closed.days for mass in day.masses} == {"SO2", "NOx", name}
    assert {mass.pollutant for mass in closed.masses} == {"SO2", "NOx", "PM"}, "the report names what was measured"


def test_a_source_cannot_be_allocated_what_its_sector_does_not_owe(shanxi_year: Season) -> None:
    rules: Rulebook = shanxi_year.rules
    line = c.ActivityLine("TY-PWR-01", (2026,), (1,), (1,))
    body = c.Allocate("DUST", "TY", 2027, (line,))
    at = shanxi_year.runner.state.at
    answer = shanxi_year.runner.send(c.Command(rules.programme.authority, "dust of a power plant", body), at)

    assert answer.refusal is not None
    assert answer.refusal.why in (Why.WRONG_KIND, Why.ALREADY_EXISTS)


def test_rights_without_an_end_are_served_every_year_and_renewed(shanxi_year: Season) -> None:
    state, rules = shanxi_year.runner.state, shanxi_year.rules
    assert len(state.rights) == sum(len(firm.owes) for firm in shanxi_year.firms)
    assert {right.last for right in state.rights.values()} == {0}
    served = [event for _, event in facts(shanxi_year) if isinstance(event, e.RightsServed)]
    assert {event.series[-4:] for event in served} == {"2027", "2028"}
    for series, cap in state.ledger.caps.items():
        pollutant, place, vintage = series.split("-")
        promised = sum(right.count for right in state.rights.values() if right.covers(pollutant, place, int(vintage)))
        assert 0 < promised <= cap * rules.terms.rights_basis_points // 10_000

    right = min(state.rights)
    assert state.rights[right].until == 2027 + rules.terms.review_years - 1
    (answer,) = shanxi_year.must(state.at, [(rules.programme.authority, c.RenewRight(right))])
    assert state.rights[right].until == min(2031 + rules.terms.review_years, rules.terms.horizon)
    assert [type(event) for event in answer.events] == [e.ActConfirmed, e.RightRenewed]


def test_nothing_trades_under_the_floors_of_2017(shanxi_year: Season) -> None:
    floors = {"SO2": 18_000_00, "NOx": 19_000_00, "SOOT": 6_000_00, "DUST": 5_900_00}
    assert {rule.code: rule.floor_fen_per_t for rule in shanxi_year.rules.pollutants} == floors
    trades = [event for _, event in facts(shanxi_year) if isinstance(event, e.Traded)]
    assert all(event.price >= floors[Series.parse(event.series).pollutant] for event in trades)


def test_a_price_under_the_floor_is_refused(shanxi_year: Season) -> None:
    season = opened_anew(shanxi_year)
    at = instant("2027-03-01", 9)
    season.must(at, [("zone-exchange", c.OpenSession("2027-03-01"))])
    low = c.PlaceOrder("ty-stl-01", "SO2-TY-2027", "sell", 100, 1_790_000)
    (answer,) = season.tell(at, [("ty-stl-01", low)])

    assert answer.refusal is not None
    assert answer.refusal.why == Why.OUTSIDE_COLLAR
    assert answer.refusal.cite.startswith("Shanxi 2017")


def test_trade_stays_in_the_city_until_there_is_leave_and_power_plants_trade_with_each_other(
    shanxi_year: Season,
) -> None:
    state = shanxi_year.runner.state
    sectors = {source.account: source.sector for source in state.sources.values()}
    homes = {source.account: source.jurisdiction for source in state.sources.values()}
    abroad = 0
    for at, event in facts(shanxi_year):
        if isinstance(event, e.Traded):
            assert (sectors[event.buyer] == "power") == (sectors[event.seller] == "power")
            if Series.parse(event.series).jurisdiction != homes[event.buyer]:
                abroad += 1
                assert day_of(at) >= "2027-07-01", "the day of the leave"
    assert abroad > 0
