"""Supply that follows the number in circulation: stated from the book alone, and the next auctions follow it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.compliance.supply import SupplyTerms, held_back, released
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import Record, decode
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.tables import everything
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.allowance import Series
from airshed.registry.accounts import PRIVATE, auction, cancelled, reserve
from airshed.rulebook import lookup
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.supply_table import SupplyRow
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import RULES
from markets import AUTHORITY, done, market
from test_export import verdict

CODE, YEAR = "SO2", 2027
OLD, NEW = "SO2-KM-2027", "SO2-KM-2028"


def law(upper: int = 0, lower: int = 0, held: int = 2_400, back: int = 0, share_from: int | None = None) -> Rulebook:
    """The law of the tests under which the auctions of SO2 follow the number in circulation; what is left is banked."""
    replace = msgspec.structs.replace
    row = SupplyRow(
        period=2027,
        pollutant=CODE,
        upper=upper,
        lower=lower,
        held_basis_points=held,
        share_from=share_from,
        released=back,
        cite="drawn",
        status="to confirm",
    )
    reserve_rule = replace(RULES.reserve, supply_stated_on="05-15", supply=(row,))
    banking = replace(RULES.banking, of="holdings", limit_basis_points=10_000)
    later = tuple(replace(each, vintage=2029) for each in RULES.caps.rows if each.vintage == 2028)
    caps = replace(RULES.caps, rows=(*RULES.caps.rows, *later))
    return replace(RULES, reserve=reserve_rule, banking=banking, caps=caps)


class Counted:
    """A market of which 2027 is over; both works of Kunming hold what they got of it."""

    def __init__(self, rules: Rulebook, path: Path | None = None) -> None:
        self.rules = rules
        self.runner = market(None if path is None else Book.create(path), rules=rules, tables=path is not None)
        self.at = instant("2028-05-10", 9)

    def done(self, body: c.Body, actor: str = AUTHORITY) -> tuple[e.Event, ...]:
        return done(self.runner, actor, body, self.at).events

    def verified(self, kg: int, year: int = YEAR) -> None:
        for source in list(self.runner.state.sources.values()):
            codes = dict.fromkeys((rule.code for rule in lookup.owed(self.rules, source.sector)), 0)
            mass = {**codes, "SO2": kg * 1_000} if source.jurisdiction == "KM" else codes
            self.done(c.DetermineYear(source.id, year, mass, "a test"))

    def next_day(self) -> tuple[e.Event, ...]:
        """What the first records of another day bring: an account is opened, by two."""
        self.at += 24 * 3_600_000
        before = self.runner.state.seq
        opened = c.OpenAccount(f"a{self.at}", "trader", "A", "KM")
        self.done(opened, lookup.founders(RULES, "OpenAccount")[0])
        return tuple(event for line in self.runner.journal.lines(before) for event in decode(line).events)

    def shared_out(self, vintage: int) -> tuple[e.Event, ...]:
        self.done(c.SetCap("SO2", "KM", vintage))
        lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
        found = self.done(c.Allocate("SO2", "KM", vintage, lines))
        check(self.runner.state)
        return found

    def held(self, account: str, series: str) -> int:
        return self.runner.state.ledger.held_of(account, series).count

    def in_circulation(self) -> int:
        """By hand: what private accounts hold of 2027 less what they owe for it."""
        state = self.runner.state
        held = sum(
            position.count
            for (account, name), position in state.ledger.positions.items()
            if Series.parse(name).pollutant == CODE
            and Series.parse(name).vintage <= YEAR
            and state.ledger.accounts[account].kind in PRIVATE
        )
        return held - sum(count for (_, code), count in state.owed.items() if code == CODE)


def stated(events: tuple[e.Event, ...]) -> list[e.CirculationStated]:
    return [event for event in events if isinstance(event, e.CirculationStated)]


def adjusted(events: tuple[e.Event, ...]) -> list[e.SupplyAdjusted]:
    return [event for event in events if isinstance(event, e.SupplyAdjusted)]


# --- the arithmetic


#: Years of the EU's reserve: what was in circulation, and what auctions held back in the twelve months (or, for 2017,
#: the eight) from the next September. 2022 and 2025 as the Commission published them (15 May 2023; June 2026 in the
#: press), the others recalled, to confirm.
EU = [
    (2017, 1_654_574_598, 1_600, None, 264_731_936),
    (2018, 1_654_909_824, 2_400, None, 397_178_358),
    (2019, 1_385_496_166, 2_400, None, 332_519_080),
    (2022, 1_134_794_738, 2_400, None, 272_350_737),
    (2025, 1_023_494_202, 2_400, 1_096_000_000, 190_494_202),
]


@pytest.mark.parametrize(("year", "number", "share", "share_from", "held"), EU)
def test_what_the_eu_held_back(year: int, number: int, share: int, share_from: int | None, held: int) -> None:
    terms = SupplyTerms(833_000_000, 400_000_000, share, 100_000_000, share_from)
    assert held_back(number, terms) == held
    assert released(number, terms, 10**9) == 0


@given(
    st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10_000), st.integers(0, 10**9), st.integers(0, 10**9)
)
def test_never_both_and_never_more_than_there_is(upper: int, number: int, share: int, back: int, there: int) -> None:
    terms = SupplyTerms(upper, upper // 2, share, back, upper * 10_000 // max(1, 10_000 - share))
    held, freed = held_back(number, terms), released(number, terms, there)
    assert held == 0 or freed == 0
    assert 0 <= held <= number
    assert 0 <= freed <= min(back, there)
    assert held_back(upper, terms) == 0


# --- in a book


def test_it_is_stated_with_the_first_record_of_a_day_once_all_is_verified_and_its_day_has_come() -> None:
    book = Counted(law())
    book.verified(10_000)
    assert not stated(book.next_day())  # 11 May
    book.at = instant("2028-05-15", 9)
    (event,) = stated(book.next_day())
    assert (event.year, event.pollutant, event.circulation) == (YEAR, CODE, book.in_circulation())
    assert not stated(book.next_day())


def test_it_waits_for_the_last_source() -> None:
    book = Counted(law())
    book.at = instant("2028-05-20", 9)
    assert not stated(book.next_day())
    book.verified(10_000)
    assert len(stated(book.next_day())) == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 900_000), st.integers(0, 900_000), st.integers(0, 10_000))
def test_the_number_is_the_same_whoever_has_surrendered_by_then(kg: int, given_up: int, share: int) -> None:
    """And what is held back is the part of it, as far as there is so much for auction; nothing is lost (I1, I2)."""
    counts = []
    for surrendered in (0, min(kg, given_up)):
        book = Counted(law(held=share))
        book.verified(kg)
        if surrendered:
            book.done(c.Surrender("s-steel", YEAR, CODE, surrendered), "steel")
        book.at = instant("2028-06-01", 9)
        (event,) = stated(book.next_day())
        counts.append(event.circulation)
        assert event.circulation == book.in_circulation()
        assert event.held == (2 * event.circulation * share + 10_000) // 20_000
        series = book.runner.state.ledger.caps
        assert NEW not in series
        made = adjusted(book.shared_out(2028))
        moved = sum(each.count for each in made)
        cap = book.runner.state.ledger.caps[NEW]
        for_auction = cap * RULES.allocation.auction_basis_points // 10_000
        assert moved == event.parts.get("KM", 0) <= for_auction
        assert book.held(auction("KM"), NEW) == for_auction - moved
        assert book.runner.state.ledger.held_of(reserve("KM"), NEW).held == moved
    assert counts[0] == counts[1]


@pytest.mark.parametrize("most", [None, 30_000, 10**9])
def test_what_is_kept_above_a_size_lapses_as_a_year_begins(most: int | None) -> None:
    """Above what was auctioned in the year before, which was nothing, or above what the law says."""
    replace = msgspec.structs.replace
    rules = law(held=10_000)
    rules = replace(rules, reserve=replace(rules.reserve, supply_lapses_from=2028, supply_most=most))
    book = Counted(rules)
    book.verified(10_000)
    book.at = instant("2028-06-01", 9)
    book.next_day()
    kept = sum(each.count for each in adjusted(book.shared_out(2028)))
    there = book.held(reserve("KM"), NEW)
    assert not [event for event in book.next_day() if isinstance(event, e.SupplyLapsed)], "a year that has begun"
    book.at = instant("2028-12-31", 9)
    lapsed = [event for event in book.next_day() if isinstance(event, e.SupplyLapsed)]
    gone = max(0, kept - (most or 0))
    assert [(each.year, each.kept, each.most, each.count) for each in lapsed] == (
        [(2029, kept, most or 0, gone)] if gone else []
    )
    assert book.held(cancelled("KM"), NEW) == gone
    assert book.held(reserve("KM"), NEW) == there - gone
    assert book.runner.state.ledger.held_of(reserve("KM"), NEW).held == kept - gone
    assert not [event for event in book.next_day() if isinstance(event, e.SupplyLapsed)]
    agreed(book)


def test_as_many_stay_as_were_auctioned_in_the_year_before() -> None:
    replace = msgspec.structs.replace
    rules = law(held=1_000)
    rules = replace(rules, reserve=replace(rules.reserve, supply_lapses_from=2028))
    book = Counted(rules)
    book.verified(10_000)
    book.at = instant("2028-06-01", 9)
    book.next_day()
    kept = sum(each.count for each in adjusted(book.shared_out(2028)))
    sold = kept // 2000 * 1000
    book.done(c.OpenAuction("a", NEW, sold))
    book.done(c.PlaceBid("a", "fund", sold, 1_000_000), "fund")
    book.done(c.CloseAuction("a", 1))
    book.at = instant("2028-12-31", 9)
    (lapsed,) = [event for event in book.next_day() if isinstance(event, e.SupplyLapsed)]
    assert (lapsed.most, lapsed.count) == (sold, kept - sold)
    agreed(book)
    with pytest.raises(AssertionError, match="I2"):
        follow(map(one_lapses_less, map(decode, book.runner.journal.lines())), book.rules)


def one_lapses_less(record: Record) -> Record:
    """As though the reserve could keep one more."""
    events = (
        msgspec.structs.replace(event, most=event.most + 1, count=event.count - 1)
        if isinstance(event, e.SupplyLapsed)
        else event
        for event in record.events
    )
    return msgspec.structs.replace(record, events=tuple(events))


def test_what_is_held_back_is_shared_among_the_auctions_of_all_cities() -> None:
    book = Counted(law())
    book.verified(0)
    book.at = instant("2028-06-01", 9)
    (event,) = stated(book.next_day())
    rows = [row for row in RULES.caps.rows if (row.pollutant, row.vintage) == (CODE, 2028)]
    room = {row.jurisdiction: row.count * 500 // 10_000 for row in rows}
    total = min(event.held, sum(room.values()))
    assert event.vintage == 2028
    assert sum(event.parts.values()) == total
    for place, count in event.parts.items():
        assert abs(count - total * room[place] / sum(room.values())) < 1


def test_between_the_thresholds_nothing_is_adjusted() -> None:
    book = Counted(law(upper=10**12))
    book.verified(0)
    book.at = instant("2028-06-01", 9)
    (event,) = stated(book.next_day())
    assert (event.held, event.released, event.vintage, event.parts) == (0, 0, None, {})
    assert not adjusted(book.shared_out(2028))


def test_what_was_held_back_comes_back_when_little_is_in_circulation() -> None:
    """2027 is above the upper threshold; of 2028 nearly all is owed, and under the lower one the reserve gives back."""
    rules = law(upper=5_000_000, lower=4_000_000, held=1_000, back=20_000)
    book = Counted(rules)
    book.verified(0)
    book.at = instant("2028-06-01", 9)
    (event,) = stated(book.next_day())
    assert event.parts
    kept = sum(each.count for each in adjusted(book.shared_out(2028)))
    assert kept == event.parts["KM"] > 20_000
    book.at = deadline(rules, YEAR) + 1
    for account in ("steel", "cement"):
        book.done(c.CloseYear(account, YEAR))
    book.at = instant("2029-05-10", 9)
    book.verified(5_000_000, 2028)
    book.at = instant("2029-06-01", 9)
    (again,) = stated(book.next_day())
    assert (again.year, again.held, again.released) == (2028, 0, 20_000)
    assert (again.vintage, again.parts) == (2029, {"KM": 20_000})
    before = book.held(auction("KM"), NEW)
    (back,) = adjusted(book.shared_out(2029))
    assert (back.way, back.count) == ("released", 20_000)
    assert book.held(auction("KM"), NEW) == before + 20_000
    left = book.runner.state.ledger.held_of(reserve("KM"), NEW)
    assert left.held == kept - 20_000
    agreed(book)


# --- everybody else who reads a book


def played(path: Path | None = None) -> Counted:
    book = Counted(law(), path)
    book.verified(10_000)
    book.at = instant("2028-06-01", 9)
    book.next_day()
    book.shared_out(2028)
    return book


def test_the_second_opinion_and_an_export_agree_and_find_one_too_many() -> None:
    book = played()
    agreed(book)
    with pytest.raises(AssertionError, match="I2"):
        follow(map(one_more, map(decode, book.runner.journal.lines())), book.rules)


def agreed(book: Counted) -> None:
    follow(map(decode, book.runner.journal.lines()), book.rules)
    lines = [line.hash.encode() + b" " + line.record + b"\n" for line in book.runner.journal.lines()]
    assert verdict(lines)[0] == 0


def follow(records: Iterable[Record], rules: Rulebook) -> None:
    mirror = Mirror()
    for record in records:
        mirror.follow(record, rules)


def one_more(record: Record) -> Record:
    """As though one more was held back than moved."""
    events = (
        msgspec.structs.replace(event, count=event.count + 1) if isinstance(event, e.SupplyAdjusted) else event
        for event in record.events
    )
    return msgspec.structs.replace(record, events=tuple(events))


def test_its_row_is_published_and_is_the_state(tmp_path: Path) -> None:
    book = played(tmp_path / "supply.book")
    journal = book.runner.journal
    assert isinstance(journal, Book)
    kept = journal.sql.execute("SELECT * FROM circulation").fetchall()
    assert kept == [row for table, row in everything(book.runner.state) if table == "circulation"]
    ((year, code, number, held, back, vintage, planned, did),) = kept
    assert (year, code, back, vintage) == (YEAR, CODE, 0, 2028)
    assert number > held >= planned >= did > 0
    journal.close()
    assert lookup.reading(RULES)["everybody", "circulation"] == "all"


# --- the law


TABLE = (
    "period,pollutant,upper,lower,held_basis_points,share_from,released,cite,status\n"
    "2027,SO2,8000000,4000000,2400,,1000000,assumed,to confirm\n"
)


def faults(table: str = TABLE, stated_on: str = 'supply_stated_on = "05-15"\n') -> list[str]:
    files = texts(find("dianzhong"))
    toml = files["rulebook.toml"].decode().replace("[reserve]\n", f"[reserve]\n{stated_on}", 1)
    found = read_law({**files, "rulebook.toml": toml.encode(), **({"supply.csv": table.encode()} if table else {})})
    return [str(fault) for fault in found[1]]


def test_a_law_says_thresholds_and_the_day() -> None:
    assert faults() == []
    day = 'supply_stated_on = "05-15"\n'
    assert faults(stated_on=f"{day}supply_lapses_from = 2028\nsupply_most = 400\n") == []
    assert "write the first year in which it counts" in faults(stated_on=f"{day}supply_most = 400\n")[0]
    assert "so that auctions hold nothing back" in faults(table="", stated_on="supply_lapses_from = 2028\n")[0]
    assert faults(stated_on="") == [
        "rulebook.toml [reserve] supply_stated_on: is missing, and supply.csv has thresholds; "
        "write the day of the year after, as 05-15"
    ]
    assert faults(table="") == [
        "rulebook.toml [reserve] supply_stated_on: stands without supply.csv; add the file, or leave the day out"
    ]
    assert faults(TABLE.replace("4000000", "9000000")) == [
        "supply.csv line 2, column lower: lower 9000000 is above upper 8000000; "
        "a number cannot be above one and below the other"
    ]
    assert faults(TABLE.replace("2400,,", "2400,7,")) == [
        "supply.csv line 2, column share_from: share_from 7 is below upper 8000000; "
        "write more than upper, or leave it empty"
    ]
    assert faults(TABLE.replace("SO2", "SO3"))[0].startswith("supply.csv line 2, column pollutant: no such pollutant")
    assert "no such day" in faults(stated_on='supply_stated_on = "02-30"\n')[0]
