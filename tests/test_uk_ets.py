"""A scheme in the style of the UK ETS of 2021: supply by rule, a cumulative status, as published."""

from __future__ import annotations

from functools import cache

import pytest

from airshed.compliance.status import convention_of
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.procedures.deadlines import surrender_day
from airshed.lab.season.season import Season
from airshed.model.refusal import Why
from airshed.rulebook.load import find, load
from airshed.service.book.standing import standings
from programme_books import ProgrammeBook
from seasons import played

LAW = load(find("uk-ets"))
SERIES = "CO2-UK-2021"
KG_PER_T = 1_000
AUTHORITY = LAW.programme.authority


@cache
def season() -> Season:
    return played(MemoryJournal(), 7, law="uk-ets", tables=False)


def happened() -> list[e.Event]:
    return [event for line in season().runner.journal.lines() for event in decode(line).events]


def test_a_year_is_played_and_settled_by_the_thirtieth_of_april() -> None:
    """SI 2020/1265, art. 27: 30 April, a Saturday in 2022."""
    assert surrender_day(LAW, 2021) == "2022-04-30"
    runner = season().runner
    settled = {source: year.settled["CO2"] for (source, _), year in runner.state.years.items()}
    assert {firm.source.source for firm in season().firms} == set(settled)
    assert all(each.shortfall == each.obligation - each.surrendered for each in settled.values())
    closed = [decode(line).at for line in runner.journal.lines() if isinstance(decode(line).body, c.CloseYear)]
    assert {LAW.civil.day_of(at) for at in closed} == {"2022-05-03"}, "the first working day after a bank holiday"
    check(runner.state)


def test_a_tonne_short_costs_a_hundred_pounds_and_stays_owed() -> None:
    """SI 2020/1265, art. 52(2); electricity has no allocation, so it all waits to be made up."""
    made = with_auctions("plant")
    made.do("2022-04-01", AUTHORITY, c.DetermineYear("s-plant", 2021, {"CO2": 865_300 * 10**6}, "verified"))
    made.do("2022-05-03", AUTHORITY, c.CloseYear("plant", 2021))
    (closed,) = (event for event in made.facts() if isinstance(event, e.YearClosed))
    (settled,) = closed.settlements
    assert (settled.shortfall, settled.makeup) == (865_300 * KG_PER_T,) * 2
    assert settled.penalty_fen == 865_300 * 100 * 100
    made.follow()


def test_electricity_gets_nothing_for_free() -> None:
    (shared,) = (event for event in happened() if isinstance(event, e.Allocated) and event.series == SERIES)
    got = {award.source for award in shared.awards if award.count}
    assert got == {firm.source.source for firm in season().firms if firm.source.sector == "cement"}
    assert shared.for_auction > sum(award.count for award in shared.awards)


def test_no_auction_ends_under_the_reserve_price_and_at_most_a_quarter_comes_back() -> None:
    opened = [event for event in happened() if isinstance(event, e.AuctionOpened)]
    cleared = [event for event in happened() if isinstance(event, e.AuctionCleared)]
    assert len(opened) == len(cleared) == 16
    assert all(event.price is None or event.price >= 2_200 for event in cleared)
    assert any(event.unsold for event in cleared)
    for event in opened:
        assert event.back * 4 <= event.count - event.back


def book(**caps: int) -> ProgrammeBook:
    made = {("CO2", "UK", int(year[1:])): count for year, count in (caps or {"y2021": 100_000_000 * KG_PER_T}).items()}
    return ProgrammeBook(LAW, made, "2020-12-01")


def with_auctions(*names: str) -> ProgrammeBook:
    """A book in which 77 million allowances wait to be auctioned, and bidders have money."""
    made = book()
    made.works("2021-01-04", "UK", "power", *names)
    made.paid_in("2021-01-04", 10**12, *names)
    made.do("2021-01-05", AUTHORITY, c.SetCap("CO2", "UK", 2021))
    made.works("2021-01-04", "UK", "cement", "kiln")
    lines = tuple(
        c.ActivityLine(f"s-{name}", (2017, 2018), (10**6, 10**6), (10**6, 10**6)) for name in (*names, "kiln")
    )
    made.do("2021-01-05", AUTHORITY, c.Allocate("CO2", "UK", 2021, lines))
    return made


def test_the_first_auction_clears_as_it_did() -> None:
    """19 May 2021: 15 bid for 29.3 million, 14 of them bought 6,052,500 allowances at 43.99 pounds.

    Source: ICE Futures Europe by S&P Global and ICAP. The bid list is ours: it adds up to what was published.
    """
    bidders = [f"bidder-{number:02}" for number in range(1, 16)]
    made = with_auctions(*bidders)
    count = 6_052_500 * KG_PER_T
    made.do("2021-05-19 11:00", AUTHORITY, c.OpenAuction("first", SERIES, count))
    low = made.tried("2021-05-19 12:10", "bidder-15", c.PlaceBid("first", "bidder-15", 500 * KG_PER_T, 2_199))
    assert low.refusal is not None
    bids = [(name, 400_000, 4_600) for name in bidders[:13]] + [("bidder-14", 852_500, 4_399)]
    bids += [("bidder-15", 6_052_500, limit) for limit in (2_500, 2_400, 2_300)] + [("bidder-15", 5_090_000, 2_200)]
    assert sum(tonnes for _, tonnes, _ in bids) == 29_300_000
    for name, tonnes, limit in bids:
        made.do("2021-05-19 12:30", name, c.PlaceBid("first", name, tonnes * KG_PER_T, limit))
    made.do("2021-05-19 14:00", AUTHORITY, c.CloseAuction("first", 1))
    (cleared,) = (event for event in made.facts() if isinstance(event, e.AuctionCleared))

    assert (cleared.price, cleared.sold, cleared.unsold) == (4_399, count, 0)
    assert len(cleared.awards) == 14
    assert sum(award.fen for award in cleared.awards) == 6_052_500 * 4_399 == 266_249_475_00
    made.follow()


def test_what_was_not_sold_comes_back_in_the_next_four_auctions() -> None:
    """6 October 2021: of 5,187,500 at 60 pounds 1,038,500 stayed; then 5,447,500 or 5,447,000 were on offer four times.

    Source: UK ETS Authority by Reuters, 15 October 2021; SI 2021/484, reg. 6(8).
    """
    made = with_auctions("buyer")
    made.do("2021-10-06 11:00", AUTHORITY, c.OpenAuction("partial", SERIES, 5_187_500 * KG_PER_T))
    sold = 5_187_500 - 1_038_500
    made.do("2021-10-06 12:30", "buyer", c.PlaceBid("partial", "buyer", sold * KG_PER_T, 6_000))
    made.do("2021-10-06 14:00", AUTHORITY, c.CloseAuction("partial", 1))
    offered = []
    for day in ("2021-10-20", "2021-11-03", "2021-11-17", "2021-12-01"):
        made.do(f"{day} 11:00", AUTHORITY, c.OpenAuction(f"a-{day}", SERIES, 5_187_500 * KG_PER_T))
        (opened,) = (
            event for event in made.facts() if isinstance(event, e.AuctionOpened) and event.auction == f"a-{day}"
        )
        offered.append(opened.count // KG_PER_T)
        made.do(f"{day} 12:30", "buyer", c.PlaceBid(f"a-{day}", "buyer", opened.count, 6_000))
        made.do(f"{day} 14:00", AUTHORITY, c.CloseAuction(f"a-{day}", 1))

    assert set(offered) == {5_447_500, 5_447_000}
    assert sum(offered) == 4 * 5_187_500 + 1_038_500


def test_a_price_is_contained_once_three_months_are_above_twice_two_years() -> None:
    """January 2022: the trigger was 56.58 pounds, twice 28.29; October, November and December each lay above it."""
    made = with_auctions("buyer")
    months = made.runner.state.month_trades
    before = [f"{2019 + month // 12}-{month % 12 + 1:02}" for month in range(9, 33)]
    for month in before:
        months["CO2", month] = [2_829, 1_000]
    for month in ("2021-10", "2021-11", "2021-12"):
        months["CO2", month] = [5_659, 1_000]
    draw = c.DrawReserve(SERIES, 1_000, "containment", "cost containment mechanism")
    assert (before[0], before[-1]) == ("2019-10", "2021-09")

    months["CO2", "2021-11"] = [5_658, 1_000]
    refused = made.tried("2022-01-18", AUTHORITY, draw).refusal
    assert refused is not None
    assert refused.why is Why.UNDER_TRIGGER
    assert "the mean price of 2021-11, 56.58, is not above the trigger of 56.58 pounds/t" in refused.detail
    del months["CO2", "2021-11"]
    silent = made.tried("2022-01-18", AUTHORITY, draw).refusal
    assert silent is not None
    assert "nothing of CO2 was traded in 2021-11" in silent.detail
    months["CO2", "2021-11"] = [5_659, 1_000]
    (drawn,) = made.do("2022-01-18", AUTHORITY, draw).events
    assert isinstance(drawn, e.ReserveDrawn)
    february = made.tried("2022-02-15", AUTHORITY, draw).refusal
    assert february is not None, "nothing was traded in January"


STORY = [
    ("2021-06-01", "", None, "NOT_APPLICABLE"),
    ("2022-01-01", "", None, "C"),
    ("2022-04-01", "figure", 100, "B"),
    ("2022-04-13", "surrender", 100, "A"),
    ("2023-01-01", "", None, "C"),
    ("2023-02-10", "exclude", 2022, "A"),
    ("2024-01-01", "", None, "C"),
    ("2024-04-01", "figure", 200, "B"),
    ("2024-04-13", "surrender", 200, "A"),
]


def test_the_status_is_cumulative_as_the_registry_has_it() -> None:
    """UKGovernmentBEIS/ukets-registry v6.0.0, EAComplianceTests.testScenario10: compliant, excluded, compliant."""
    made = book(y2021=1_000_000, y2022=1_000_000, y2023=1_000_000)
    made.works("2021-01-04", "UK", "cement", "kiln")
    line = (c.ActivityLine("s-kiln", (2017, 2018), (10**6, 10**6), (10**6, 10**6)),)
    for year in (2021, 2022, 2023):
        made.do("2021-01-05", AUTHORITY, c.SetCap("CO2", "UK", year))
        made.do("2021-01-05", AUTHORITY, c.Allocate("CO2", "UK", year, line))
    for day, what, figure, status in STORY:
        year = int(day[:4]) - 1
        match what:
            case "figure":
                made.do(day, AUTHORITY, c.DetermineYear("s-kiln", year, {"CO2": (figure or 0) * 1_000}, "verified"))
            case "surrender":
                made.do(day, "kiln", c.Surrender("s-kiln", year, "CO2", figure or 0))
            case "exclude":
                made.do(day, AUTHORITY, c.ExcludeYear("s-kiln", figure or 0, "excluded"))
            case _:
                pass
        (stands,) = standings(made.runner.state, int(day[:4]), convention_of(LAW.compliance.last_year_excluded))
        assert stands.status == status, day


@pytest.mark.parametrize(
    ("asked", "moved"),
    [
        ("2021-03-15 10:00", "2021-03-16 10:00"),
        ("2021-03-19 17:42", "2021-03-23 10:00"),
        ("2021-04-30 09:50", "2021-05-04 10:00"),
        ("2021-05-03 00:00", "2021-05-05 10:00"),
    ],
)
def test_a_transfer_to_an_account_that_is_not_trusted_waits_by_the_clock_of_the_registry(
    asked: str, moved: str
) -> None:
    """Tests of UKGovernmentBEIS/ukets-registry (Apache-2.0), a delay of a day; 3 May 2021 was a bank holiday."""
    made = book(y2021=1_000_000)
    made.works("2021-01-04", "UK", "cement", "kiln")
    made.holder("2021-01-04", "other", "UK")
    made.do("2021-01-05", AUTHORITY, c.SetCap("CO2", "UK", 2021))
    line = (c.ActivityLine("s-kiln", (2017, 2018), (10**6, 10**6), (10**6, 10**6)),)
    made.do("2021-01-05", AUTHORITY, c.Allocate("CO2", "UK", 2021, line))
    (waits,) = made.do(asked, "kiln", c.Transfer("kiln", "other", SERIES, 1_000)).events

    assert isinstance(waits, e.TransferDelayed)
    assert waits.due == made.at(moved)
