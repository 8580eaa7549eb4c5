"""Flow control of what was banked: above a share of the caps, a part counts one for one and the rest two for one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.compliance.flow_control import controlled, left_over, one_for_one, take
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record, decode
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.runner import Answer, Runner
from airshed.engine.tables import everything
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.allowance import Series, count_of
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import FILES, RULES
from markets import AUTHORITY, adopting_next, done, market, send
from test_export import verdict

SOURCE, ACCOUNT = "s-steel", "steel"
OLD, NEW = "SO2-KM-2027", "SO2-KM-2028"
#: In 2027 nothing is banked yet; 2028 has what is left of 2027.
YEAR = 2028


def law(share: int = 1_000, ratio: int = 2, *, deducts: bool = False) -> Rulebook:
    """The law of the tests with flow control, and all that is left banked."""
    replace = msgspec.structs.replace
    rows = tuple(
        replace(row, targets=f"{row.targets} cancelled") if row.type in ("surrender", "year_end") else row
        for row in RULES.transactions.rows
    )
    return replace(
        RULES,
        banking=replace(
            RULES.banking, flow_basis_points=share, flow_ratio=ratio, of="holdings", limit_basis_points=10_000
        ),
        transactions=replace(RULES.transactions, rows=rows),
        compliance=replace(RULES.compliance, deducts=deducts),
    )


# --- the arithmetic


def test_the_rule_of_the_nox_budget_trading_program_with_its_figures() -> None:
    """40 CFR 96.55(b)(2) and (3): up to 10 % of the budgets all is deducted one for one, above it r = 10 % / bank.

    For 2005 the ratio was 0.25 (EPA, NOx Budget Trading Program: compliance report for 2004, recalled): of 1,000 banked
    allowances 250 were deducted one for one, the other 750 two for one, and covered 625 tons together.
    """
    budget, bank = 500_000, 200_000
    assert not controlled(50_000, budget, 1_000)
    assert controlled(bank, budget, 1_000)
    room = one_for_one(1_000, bank, budget, 1_000)
    assert room == 250

    taken = take([(Series("NOx", "KM", 2027), 1_000)], 10_000, "KM", 2028, room, 2)
    assert (taken.counted, taken.pairs) == (625, 375)
    assert sum(part for _, part in taken.counts) + sum(part for _, part in taken.besides) == 1_000


HOLDINGS = st.dictionaries(
    st.builds(Series, st.just("SO2"), st.sampled_from(("KM", "QJ")), st.integers(2026, 2028)), st.integers(0, 60)
).map(lambda held: list(held.items()))


@given(HOLDINGS, st.integers(0, 200), st.integers(0, 80), st.integers(2, 4))
def test_what_goes_covers_as_much_as_can_be_and_pairs_come_last(
    held: list[tuple[Series, int]], wanted: int, room: int, ratio: int
) -> None:
    taken = take(held, wanted, "KM", 2028, room, ratio)
    banked = sum(each for series, each in held if series.vintage < 2028)
    own = sum(each for series, each in held if series.vintage == 2028)
    single = min(banked, room)

    assert taken.counted == min(wanted, single + own + (banked - single) // ratio)
    assert taken.pairs == max(0, taken.counted - single - own)
    assert sum(each for _, each in taken.besides) == taken.pairs * (ratio - 1)
    for series, there in held:
        gone = sum(each for name, each in (*taken.counts, *taken.besides) if name == series)
        assert 0 <= gone <= there


@given(HOLDINGS, st.integers(0, 80), st.integers(2, 4))
def test_what_completes_no_pair_is_found(held: list[tuple[Series, int]], room: int, ratio: int) -> None:
    every = sum(each for _, each in held)
    taken = take(held, every, "KM", 2028, room, ratio)
    used = sum(each for _, each in (*taken.counts, *taken.besides))

    assert left_over(held, 2028, room, ratio) == every - used
    assert left_over(held, 2028, None, ratio) == 0


# --- in a book


class Banked:
    """A market in which 2027 is over, and what is left of it is banked for 2028."""

    def __init__(self, rules: Rulebook, *, owed: int = 0, path: Path | None = None) -> None:
        self.rules = rules
        self.runner = market(None if path is None else Book.create(path), rules=rules, tables=True)
        self.at = instant("2028-02-01", 9)
        self.settle(2027, 0)
        self.done(c.SetCap("SO2", "KM", 2028))
        lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
        self.done(c.Allocate("SO2", "KM", 2028, lines))
        self.at = instant("2029-02-01", 9)
        if owed:
            self.owes(owed)

    def done(self, body: c.Body, actor: str = AUTHORITY) -> Answer:
        return done(self.runner, actor, body, self.at)

    def owes(self, kg: int, year: int = YEAR) -> None:
        codes = dict.fromkeys((rule.code for rule in lookup.owed(self.rules, "steel")), 0)
        self.done(c.DetermineYear(SOURCE, year, {**codes, "SO2": kg * 1_000}, "a test"))

    def settle(self, year: int, kg: int) -> None:
        self.owes(kg, year)
        for source in self.runner.state.sources.values():
            if source.account == ACCOUNT and source.id != SOURCE:
                self.done(c.ExcludeYear(source.id, year, "a test"))
        self.at = deadline(self.rules, year) + 1
        self.done(c.CloseYear(ACCOUNT, year))

    def held(self, series: str) -> int:
        return self.runner.state.ledger.held_of(ACCOUNT, series).count

    @property
    def left(self) -> int:
        """What counts one for one yet."""
        return self.runner.state.flow_controls[YEAR, "SO2"].left[ACCOUNT]

    def surrender(self, count: int, *named: tuple[str, int, int]) -> e.Surrendered:
        serials = tuple(c.NamedSerials(*each) for each in named)
        event = self.done(c.Surrender(SOURCE, YEAR, "SO2", count, serials), ACCOUNT).events[-1]
        assert isinstance(event, e.Surrendered)
        return event

    def refused(self, count: int, *named: tuple[str, int, int]) -> Refusal:
        serials = tuple(c.NamedSerials(*each) for each in named)
        refusal = send(self.runner, ACCOUNT, c.Surrender(SOURCE, YEAR, "SO2", count, serials), self.at).refusal
        assert refusal is not None
        return refusal


def moved(event: e.Surrendered) -> list[tuple[str, str, int]]:
    return [(move.series, move.target, count_of(move.blocks)) for move in event.entry if isinstance(move, Delivered)]


def stated(runner: Runner) -> list[tuple[int, e.FlowControlStated]]:
    return [
        (place, event)
        for record in map(decode, runner.journal.lines())
        for place, event in enumerate(record.events)
        if isinstance(event, e.FlowControlStated)
    ]


def test_it_is_stated_once_with_the_first_record_of_the_next_year() -> None:
    """Before whatever that record does; of 2027 there is no bank, of 2028 all that is left of 2027."""
    book = Banked(law(), owed=100)
    found = stated(book.runner)

    assert [(place, event.year, event.pollutant) for place, event in found] == [(0, 2027, "SO2"), (0, 2028, "SO2")]
    (_, first), (_, second_) = found
    caps = book.runner.state.ledger.caps
    assert (first.budget, first.bank, first.one_for_one) == (caps[OLD], 0, None)
    holders = ("steel", "cement")
    own = {name: book.runner.state.ledger.held_of(name, OLD).count for name in holders}
    assert (second_.budget, second_.bank) == (caps[NEW], sum(own.values()))
    part = caps[NEW] // 10
    assert second_.one_for_one == {
        name: own[name] * caps[NEW] * 1_000 // (second_.bank * 10_000) for name in sorted(own)
    }
    assert sum(second_.one_for_one.values()) <= part


def test_whoever_is_refused_in_the_new_year_states_nothing() -> None:
    book = Banked(law())
    assert book.runner.state.flow_controls.keys() == {(2027, "SO2")}
    assert book.refused(1).why is Why.NOT_VERIFIED
    assert book.runner.state.flow_controls.keys() == {(2027, "SO2")}


def test_a_law_that_ends_a_year_at_once_has_it_stated_with_its_adoption() -> None:
    """Else a season that is moved before today would take the year out of flow control for good."""
    book, replace = Banked(law()), msgspec.structs.replace
    ended = replace(law().calendar, season=("05-01", "09-30"))
    other = replace(law(), programme=replace(RULES.programme, version="later"), calendar=ended)
    book.runner.laws = {digest(other): other}.get
    book.at = instant("2028-11-01", 9)
    book.done(adopting_next(other))
    assert [event.year for _, event in stated(book.runner)] == [2027, 2028]
    records, mirror = [decode(line) for line in book.runner.journal.lines()], Mirror()
    follow(mirror, records[:-1], book.rules)
    follow(mirror, records[-1:], other)


def test_a_small_bank_counts_one_for_one() -> None:
    book = Banked(law(share=10_000), owed=100)

    assert book.runner.state.flow_controls[YEAR, "SO2"].one_for_one is None
    event = book.surrender(100)
    assert (event.pairs, moved(event)) == (0, [(OLD, "surrendered-KM", 100)])


def test_a_law_without_it_states_nothing() -> None:
    banking = msgspec.structs.replace(law().banking, flow_basis_points=None, flow_ratio=None)
    without = msgspec.structs.replace(law(), banking=banking)
    book = Banked(without, owed=10)

    assert not stated(book.runner)
    assert moved(book.surrender(10)) == [(OLD, "surrendered-KM", 10)]


def test_banked_ones_go_first_then_those_of_the_year_and_pairs_last() -> None:
    """And the second of each pair is cancelled, for it stands for no emission."""
    book = Banked(law(), owed=10**8)
    room, own = book.left, book.held(NEW)
    first = book.surrender(room + own + 3)

    assert moved(first) == [
        (OLD, "surrendered-KM", room),
        (NEW, "surrendered-KM", own),
        (OLD, "surrendered-KM", 3),
        (OLD, "cancelled-KM", 3),
    ]
    assert (first.count, first.pairs, book.left) == (room + own + 3, 3, 0)
    year = book.runner.state.years[SOURCE, YEAR]
    assert year.surrendered["SO2"] == room + own + 3
    assert moved(book.surrender(2)) == [(OLD, "surrendered-KM", 2), (OLD, "cancelled-KM", 2)]


def test_who_has_too_few_for_pairs_is_told_what_they_count_for() -> None:
    book = Banked(law(), owed=10**8)
    room, own, old = book.left, book.held(NEW), book.held(OLD)
    most = room + own + (old - room) // 2

    refusal = book.refused(most + 1)
    assert refusal.why is Why.INSUFFICIENT_HOLDING
    assert (
        f"which count for {most} under the flow control of {YEAR} ({room} of the banked ones one for one"
        in refusal.detail
    )
    assert book.surrender(most).pairs == (old - room) // 2


def test_serials_that_are_named_count_as_the_ratio_says() -> None:
    book = Banked(law(), owed=10**8)
    room = book.left
    first = book.runner.state.ledger.held_of(ACCOUNT, OLD).blocks[0].first

    short = book.refused(room + 4, (OLD, first, first + room + 3))
    assert short.why is Why.TOO_SMALL
    assert f"{room + 4} serials are named, which count for {room + 2}" in short.detail
    odd = book.refused(room + 2, (OLD, first, first + room + 4))
    assert odd.why is Why.TOO_LARGE
    assert "serials that are named 1 would count for nothing" in odd.detail
    event = book.surrender(room + 2, (OLD, first, first + room + 3))
    assert (event.how, event.pairs) == ("named", 2)
    assert moved(event)[-1] == (OLD, "cancelled-KM", 2)


def test_a_reversal_returns_the_first_of_each_pair_alone_and_what_counted_one_for_one_does_so_again() -> None:
    book = Banked(law(), owed=10**8)
    room, own, old = book.left, book.held(NEW), book.held(OLD)
    book.surrender(room + own + 3)
    back = room + own + 2
    book.done(c.ReverseSurrender(SOURCE, YEAR, "SO2", back, "a slip"))

    assert (book.held(OLD), book.held(NEW)) == (old - 3 - 1, own)
    assert book.left == room - 1
    again = book.surrender(room - 1)
    assert (moved(again), again.pairs) == ([(OLD, "surrendered-KM", room - 1)], 0)


def test_a_correction_after_the_settlement_returns_the_first_of_each_pair_alone() -> None:
    book = Banked(law(), owed=10**8)
    most = book.left + book.held(NEW) + 5
    book.surrender(most)
    book.at = deadline(book.rules, YEAR) + 1
    for source in book.runner.state.sources.values():
        if source.account == ACCOUNT and source.id != SOURCE:
            book.done(c.ExcludeYear(source.id, YEAR, "a test"))
    book.done(c.CloseYear(ACCOUNT, YEAR))
    before = book.held(OLD)
    codes = dict.fromkeys((rule.code for rule in lookup.owed(book.rules, "steel")), 0)
    event = book.done(c.AmendYear(SOURCE, YEAR, {**codes, "SO2": (most - 4) * 1_000}, "found")).events[-1]

    assert isinstance(event, e.YearAmended)
    assert book.held(OLD) == before + 4
    assert sum(count_of(move.blocks) for move in event.entry if isinstance(move, Delivered)) == 4


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 400))
def test_what_is_deducted_at_the_close_knows_it_too(more: int) -> None:
    book = Banked(law(deducts=True))
    book.owes(10**8)
    room, own, old = book.left, book.held(NEW), book.held(OLD)
    given_up = room + own - min(more, own)
    book.surrender(given_up)
    book.at = deadline(book.rules, YEAR) + 1
    for source in book.runner.state.sources.values():
        if source.account == ACCOUNT and source.id != SOURCE:
            book.done(c.ExcludeYear(source.id, YEAR, "a test"))
    events = book.done(c.CloseYear(ACCOUNT, YEAR)).events
    (taken,) = (event for event in events if isinstance(event, e.Surrendered))
    closed = events[-1]

    assert isinstance(closed, e.YearClosed)
    assert (taken.how, taken.pairs) == ("deducted", (old - room) // 2)
    (settlement,) = (each for each in closed.settlements if each.pollutant == "SO2")
    assert settlement.surrendered == room + own + (old - room) // 2 == given_up + taken.count


def test_three_for_one_is_a_figure_of_the_law() -> None:
    book = Banked(law(ratio=3), owed=10**8)
    room, own = book.left, book.held(NEW)
    assert moved(book.surrender(room + own + 2))[-2:] == [(OLD, "surrendered-KM", 2), (OLD, "cancelled-KM", 4)]


# --- everybody else who reads a book


def test_the_second_opinion_agrees_and_finds_one_too_many() -> None:
    book = Banked(law(), owed=10**8)
    book.surrender(book.left + book.held(NEW) + 3)
    book.done(c.ReverseSurrender(SOURCE, YEAR, "SO2", 4, "a slip"))
    records = [decode(line) for line in book.runner.journal.lines()]
    follow(Mirror(), records, book.rules)

    mirror = Mirror()
    with pytest.raises(AssertionError, match=r"I11: .* cancels 3 for 2"):
        follow(mirror, map(one_pair_less, records), book.rules)


def follow(mirror: Mirror, records: Iterable[Record], rules: Rulebook) -> None:
    for record in records:
        mirror.follow(record, rules)


def one_pair_less(record: Record) -> Record:
    """As though one that went for two had gone for one."""
    events = (
        msgspec.structs.replace(event, pairs=event.pairs - 1)
        if isinstance(event, e.Surrendered) and event.pairs
        else event
        for event in record.events
    )
    return msgspec.structs.replace(record, events=tuple(events))


def exported(runner: Runner) -> list[bytes]:
    return [line.hash.encode() + b" " + line.record + b"\n" for line in runner.journal.lines()]


def test_an_export_is_checked_without_airshed_with_the_law_and_without_it(tmp_path: Path) -> None:
    book = Banked(law(), owed=10**8)
    book.surrender(book.left + book.held(NEW) + 3)
    book.done(c.ReverseSurrender(SOURCE, YEAR, "SO2", 4, "a slip"))
    book.surrender(3)
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text)
    toml = (
        FILES["rulebook.toml"].decode().replace("[banking]\n", "[banking]\nflow_basis_points = 1_000\nflow_ratio = 2\n")
    )
    (tmp_path / "rulebook.toml").write_text(toml, "utf-8")
    lines = exported(book.runner)

    assert verdict(lines)[0] == 0
    assert verdict(lines, f"law:{tmp_path}") == verdict(lines)
    (tmp_path / "rulebook.toml").write_text(
        toml.replace("flow_basis_points = 1_000", "flow_basis_points = 900"), "utf-8"
    )
    status, said = verdict(lines, f"law:{tmp_path}")
    assert (status, "one for one count" in said) == (1, True)


def test_its_rows_stand_in_the_read_tables_and_are_the_state(tmp_path: Path) -> None:
    path = tmp_path / "flow.book"
    book = Banked(law(), owed=10**8, path=path)
    room, own = book.left, book.held(NEW)
    book.surrender(room + own + 3)
    book.done(c.ReverseSurrender(SOURCE, YEAR, "SO2", room, "a slip"))
    journal = book.runner.journal
    assert isinstance(journal, Book)
    for name in ("flow_controls", "flow_rooms", "years"):
        kept = sorted(journal.sql.execute(f"SELECT * FROM {name}").fetchall())
        assert kept == sorted(row for table, row in everything(book.runner.state) if table == name)
    assert journal.sql.execute("SELECT count(*) FROM flow_rooms").fetchone()[0] == 2
    journal.close()


# --- the law


def faulty(old: str, new: str, file: str = "rulebook.toml") -> str:
    text = FILES[file].decode()
    assert old in text
    with pytest.raises(Malformed) as raised:
        load_texts({**FILES, file: text.replace(old, new, 1).encode()})
    return str(raised.value)


def test_a_law_with_half_of_it_or_without_its_targets_is_refused() -> None:
    both = "[banking]\nflow_basis_points = 1_000\nflow_ratio = 2\n"
    assert "flow_basis_points stands without flow_ratio" in faulty("[banking]\n", both.replace("flow_ratio = 2\n", ""))
    said = faulty("[banking]\n", both)
    assert "surrender does not go to cancelled accounts, and [banking] has flow control" in said
    assert "write targets surrendered cancelled" in said


def test_the_shipped_laws_have_none() -> None:
    assert RULES.banking.flow_basis_points is RULES.banking.flow_ratio is None
