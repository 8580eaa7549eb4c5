"""What was given in advance is settled by verified output: the rest is given, or taken back, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import MemoryJournal, Record, decode
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.procedures.issue import activity_of
from airshed.engine.runner import Answer, Runner
from airshed.engine.tables import everything
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import opening
from airshed.market.allocation import Activity
from airshed.market.claims import by_intensity
from airshed.market.sharing.lawful import claims_by_law
from airshed.market.sharing.updating import paid_for_output
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import cancelled, reserve
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load_texts, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import RULES
from markets import AUTHORITY, BEFORE, adopting, done, send
from test_export import verdict

SERIES, YEAR = "SO2-KM-2027", 2027
STEEL, CEMENT = "s-steel", "s-cement"
OWNERS = {STEEL: "steel", CEMENT: "cement"}


def law(advance: int = 7_000, unclaimed: str | None = None, **keys: object) -> Rulebook:
    """The law of the tests, which gives a part in advance by the benchmark, and no reserve nor auction of its own."""
    replace = msgspec.structs.replace
    fields: dict[str, object] = {"reserve_basis_points": 0, "auction_basis_points": 0, **keys}
    allocation = replace(RULES.allocation, advance_basis_points=advance, unclaimed=unclaimed, **fields)
    return replace(RULES, allocation=allocation)


class Advanced:
    """A market of which SO2 of Kunming was shared out in advance, on the output of two works."""

    def __init__(self, rules: Rulebook, outputs: tuple[int, int] = (10**6, 10**6), path: Path | None = None) -> None:
        self.rules = rules
        self.runner = Runner(MemoryJournal() if path is None else Book.create(path), rules, tables=path is not None)
        done(self.runner, AUTHORITY, adopting(rules), BEFORE)
        for actor, body in opening(rules, random.Random(3)):
            done(self.runner, actor, body, BEFORE)
        self.at = instant("2027-03-01", 10)
        self.done(c.SetCap("SO2", "KM", YEAR))
        lines = tuple(
            c.ActivityLine(source, (2025,), (800,), (output,)) for source, output in zip(OWNERS, outputs, strict=True)
        )
        self.done(c.Allocate("SO2", "KM", YEAR, lines))
        self.at = instant("2028-03-01", 10)

    def done(self, body: c.Body, actor: str = AUTHORITY) -> Answer:
        return done(self.runner, actor, body, self.at)

    def refused(self, body: c.Body, actor: str = AUTHORITY) -> Refusal:
        refusal = send(self.runner, actor, body, self.at).refusal
        assert refusal is not None
        return refusal

    def verified(self, kg: int = 5_000, *sources: str) -> None:
        for source in sources or OWNERS:
            sector = self.runner.state.sources[source].sector
            codes = dict.fromkeys((rule.code for rule in lookup.owed(self.rules, sector)), 0)
            self.done(c.DetermineYear(source, YEAR, {**codes, "SO2": kg * 1_000}, "a test"))

    def held(self, account: str) -> int:
        return self.runner.state.ledger.held_of(account, SERIES).count

    def settled(self, steel: int, cement: int) -> e.TruedUp:
        event = self.done(true_up(steel, cement)).events[-1]
        assert isinstance(event, e.TruedUp)
        check(self.runner.state)
        return event


def true_up(steel: int, cement: int) -> c.TrueUp:
    return c.TrueUp("SO2", "KM", YEAR, (c.OutputLine(STEEL, steel), c.OutputLine(CEMENT, cement)))


def line(event: e.TruedUp, source: str) -> e.Settled:
    return next(each for each in event.lines if each.source == source)


def benchmark_g(source: str) -> int:
    return lookup.benchmark(RULES, {STEEL: "steel", CEMENT: "cement"}[source], "SO2").benchmark_g


# --- under a cap


def test_what_an_advance_keeps_lies_in_the_reserve_and_nothing_else_may_have_it() -> None:
    book = Advanced(law())
    cap, kept = book.runner.state.ledger.caps[SERIES], book.held(reserve("KM"))
    position = book.runner.state.ledger.held_of(reserve("KM"), SERIES)

    assert kept == cap - book.held("steel") - book.held("cement")
    assert cap * 3 // 10 <= kept <= cap * 3 // 10 + 2
    assert (position.held, position.free) == (kept, 0)
    draw = book.refused(c.DrawReserve(SERIES, 1_000, "auction", "a test"))
    assert draw.why is Why.INSUFFICIENT_HOLDING
    book.at = instant("2027-12-30", 10)
    unused = send(book.runner, AUTHORITY, c.ReleaseUnused(SERIES), instant("2028-03-01", 11)).refusal
    assert unused is not None
    assert unused.why in (Why.NOTHING_DUE, Why.TOO_LATE)


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)),
    st.sampled_from((0, 5_000, 7_000, 9_999)),
    st.sampled_from((None, "shared", "cancelled")),
)
def test_whatever_is_verified_every_allowance_has_a_holder_and_each_source_what_output_brings(
    before: tuple[int, int], after: tuple[int, int], advance: int, unclaimed: str | None
) -> None:
    """I1, I2. All of a cap goes to sources where claims share it; where they do not, no more than they claim."""
    book = Advanced(law(advance, unclaimed), before)
    book.verified()
    cap = book.runner.state.ledger.caps[SERIES]
    given = {source: book.held(owner) for source, owner in OWNERS.items()}
    event = book.settled(*after)

    claims = {source: output * benchmark_g(source) / 1000 for source, output in zip(OWNERS, after, strict=True)}
    total = sum(claims.values())
    pool = min(cap, int(total)) if unclaimed == "cancelled" else cap if total else 0
    for source, owner in OWNERS.items():
        found = line(event, source)
        assert found.advance == given[source]
        assert abs(found.final - (pool * claims[source] / total if total else 0)) < 1.001
        assert book.held(owner) == found.final
        assert (found.due, found.cut, found.made_up) == (0, 0, 0)
    assert sum(found.final for found in event.lines) == pool
    assert book.held(cancelled("KM")) == event.cancelled == (cap - pool if unclaimed == "cancelled" else 0)
    assert book.held(reserve("KM")) == cap - pool - event.cancelled
    assert book.runner.state.ledger.held_of(reserve("KM"), SERIES).held == 0


def test_what_was_sold_on_is_withheld_from_the_next_allocation_and_the_others_are_cut() -> None:
    book = Advanced(law(), (10**6, 10**6))
    book.verified()
    there = book.held("steel")
    book.done(c.CancelAllowances("steel", SERIES, there, "a test"), "steel")
    event = book.settled(0, 10**6)
    steel, cement = line(event, STEEL), line(event, CEMENT)

    assert (steel.final, steel.taken, steel.due) == (0, 0, there)
    assert cement.cut == there
    assert cement.advance + cement.more + cement.cut == cement.final == book.runner.state.ledger.caps[SERIES]
    assert book.runner.state.makeup_due[STEEL, "SO2"] == there
    assert "withheld from the next allocation" in steel.en
    assert "下次分配时扣减" in steel.zh


def test_a_source_whose_year_is_excluded_gives_all_back_and_has_no_line() -> None:
    book = Advanced(law())
    book.verified(5_000, CEMENT)
    book.done(c.ExcludeYear(STEEL, YEAR, "stood still"))
    assert book.refused(true_up(1, 10**6)).why is Why.NOT_ELIGIBLE
    event = book.done(c.TrueUp("SO2", "KM", YEAR, (c.OutputLine(CEMENT, 10**6),))).events[-1]
    assert isinstance(event, e.TruedUp)
    assert line(event, STEEL).final == book.held("steel") == 0
    assert book.held("cement") == book.runner.state.ledger.caps[SERIES]


def test_what_came_back_before_is_not_taken_twice() -> None:
    book = Advanced(law(unclaimed="cancelled"))
    book.verified()
    book.done(c.ReturnExcess(STEEL, SERIES, 500, "a kiln stood still"), "steel")
    event = book.settled(10**6, 10**6)
    steel = line(event, STEEL)
    assert steel.final == steel.advance + steel.more
    assert book.held("steel") == steel.final == 10**6 * benchmark_g(STEEL) // 1000


def test_what_nobody_claims_is_no_windfall_where_it_waits_for_output() -> None:
    """Nobody has to say that they know of it, and where claims share it they do."""
    for unclaimed, windfall in (("cancelled", False), ("shared", True)):
        rules = law(unclaimed=unclaimed)
        runner = Runner(MemoryJournal(), rules, tables=False)
        done(runner, AUTHORITY, adopting(rules), BEFORE)
        for actor, body in opening(rules, random.Random(3)):
            done(runner, actor, body, BEFORE)
        done(runner, AUTHORITY, c.SetCap("SO2", "KM", YEAR), BEFORE)
        lines = tuple(c.ActivityLine(source, (2025,), (800,), (1_000,)) for source in OWNERS)
        refusal = send(runner, AUTHORITY, c.Allocate("SO2", "KM", YEAR, lines), BEFORE).refusal
        assert (refusal is not None and refusal.why is Why.UNCONFIRMED) == windfall


# --- by intensity, as China's national market has steel, cement and aluminium


def intensity(slope: int = 1_500, most: int = 300) -> Rulebook:
    return law(
        unclaimed="cancelled",
        method="plan",
        tiers=("source intensity proportional",),
        intensity_slope_basis_points=slope,
        intensity_most_basis_points=most,
    )


@pytest.mark.parametrize(
    ("emitted", "allowed"), [(800, 800), (720, "730.8"), (640, "659.2"), (560, "576.8"), (880, "866.8"), (1_000, 970)]
)
def test_surplus_and_gap_are_a_part_of_the_deviation_up_to_a_bound(emitted: int, allowed: object) -> None:
    """0.15 of the deviation, 3 % from a deviation of 20 % on (recalled, to confirm)."""
    works = Activity("a", "cement", (2025,), (emitted,), (1_000,), benchmark_g=800)
    assert by_intensity(works, "mean", 1_500, 300).kg == Fraction(str(allowed))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2_000_000), st.integers(0, 2_000_000), st.integers(1, 10**7), st.integers(1, 10**7))
def test_with_a_slope_of_nothing_allowances_are_verified_emissions(
    steel_kg: int, cement_kg: int, steel: int, cement: int
) -> None:
    """As for 2024. What is above the advance is given, what is below it is taken back, the rest of the cap is gone."""
    book = Advanced(intensity(slope=0))
    book.verified(steel_kg, STEEL)
    book.verified(cement_kg, CEMENT)
    book.settled(steel, cement)
    assert (book.held("steel"), book.held("cement")) == (steel_kg, cement_kg)


# --- refusals


def test_it_is_settled_once_after_all_are_verified_with_a_line_for_each() -> None:
    book = Advanced(law())
    assert book.refused(true_up(1, 1)).why is Why.NOT_VERIFIED
    book.verified(5_000, STEEL)
    assert book.refused(true_up(1, 1)).why is Why.NOT_VERIFIED
    book.verified(5_000, CEMENT)
    one = c.OutputLine(STEEL, 1)
    assert book.refused(c.TrueUp("SO2", "KM", YEAR, (one,))).why is Why.NOT_ELIGIBLE
    assert book.refused(c.TrueUp("SO2", "KM", YEAR, (one, one, c.OutputLine(CEMENT, 1)))).why is Why.ALREADY_EXISTS
    assert book.refused(c.TrueUp("SO2", "QJ", YEAR, (one,))).why is Why.UNKNOWN_SERIES
    extra = (one, c.OutputLine(CEMENT, 1), c.OutputLine("s-power", 1))
    assert book.refused(c.TrueUp("SO2", "KM", YEAR, extra)).why is Why.NOT_ELIGIBLE
    book.settled(1, 1)
    assert book.refused(true_up(1, 1)).why is Why.NOTHING_DUE


def test_a_year_is_not_closed_before_its_advances_are_settled() -> None:
    book = Advanced(law())
    book.verified()
    book.at = deadline(book.rules, YEAR) + 1
    refusal = book.refused(c.CloseYear("steel", YEAR))
    assert refusal.why is Why.CONDITION_OPEN
    assert f"{SERIES} was given in advance" in refusal.detail
    book.settled(10**6, 10**6)
    book.done(c.CloseYear("steel", YEAR))


def test_a_law_that_gives_all_at_once_has_nothing_to_settle() -> None:
    book = Advanced(msgspec.structs.replace(RULES, allocation=law(10_000).allocation))
    book.verified()
    assert book.refused(true_up(1, 1)).why is Why.NOTHING_DUE


# --- everybody else who reads a book


def test_the_second_opinion_agrees_and_finds_one_too_many() -> None:
    book = Advanced(law(unclaimed="cancelled"))
    book.verified()
    book.settled(2 * 10**6, 10**5)
    records = [decode(raw) for raw in book.runner.journal.lines()]
    follow(records, book.rules)
    with pytest.raises(AssertionError, match="I2"):
        follow(map(one_less, records), book.rules)


def follow(records: Iterable[Record], rules: Rulebook) -> None:
    mirror = Mirror()
    for record in records:
        mirror.follow(record, rules)


def one_less(record: Record) -> Record:
    """As though one of those that nobody claims had not been cancelled."""
    events = (
        msgspec.structs.replace(event, cancelled=event.cancelled - 1) if isinstance(event, e.TruedUp) else event
        for event in record.events
    )
    return msgspec.structs.replace(record, events=tuple(events))


def test_an_export_is_checked_without_airshed() -> None:
    book = Advanced(law(unclaimed="cancelled"))
    book.verified()
    book.settled(2 * 10**6, 10**5)
    lines = [raw.hash.encode() + b" " + raw.record + b"\n" for raw in book.runner.journal.lines()]
    assert verdict(lines)[0] == 0


def test_its_rows_stand_in_the_read_tables_and_are_the_state(tmp_path: Path) -> None:
    book = Advanced(law(), path=tmp_path / "advance.book")
    book.verified()
    assert held_rows(book) == held_in(book)
    event = book.settled(2 * 10**6, 10**5)
    journal = book.runner.journal
    assert isinstance(journal, Book)
    rows = journal.sql.execute("SELECT source, count FROM allocations WHERE series = ? ORDER BY seq, source", (SERIES,))
    found = rows.fetchall()
    for source in OWNERS:
        assert sum(count for name, count in found if name == source) == line(event, source).final
    flows = dict(journal.sql.execute("SELECT flow || ' ' || direction, sum(count) FROM flows GROUP BY 1").fetchall())
    assert flows["kept_back in"] + flows["trued_up in"] == flows["trued_up out"]
    assert held_rows(book) == held_in(book)
    journal.close()


def test_the_row_of_a_reserve_is_free_again_where_nothing_moved(tmp_path: Path) -> None:
    """All that was given is what output brings, and what is left stays in the reserve."""
    book = Advanced(law(0), path=tmp_path / "advance.book")
    book.verified()
    event = book.settled(0, 0)
    assert event.entry == ()
    assert held_rows(book) == held_in(book)
    journal = book.runner.journal
    assert isinstance(journal, Book)
    journal.close()


def held_rows(book: Advanced) -> list[tuple[object, ...]]:
    journal = book.runner.journal
    assert isinstance(journal, Book)
    return sorted(journal.sql.execute("SELECT * FROM holdings").fetchall())


def held_in(book: Advanced) -> list[tuple[object, ...]]:
    return sorted(row for table, row in everything(book.runner.state) if table == "holdings")


# --- the law


def faults(*changes: tuple[str, str], file: str = "rulebook.toml") -> list[str]:
    files = texts(find("dianzhong"))
    text = files[file].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [str(fault) for fault in read_law({**files, file: text.encode()})[1]]


def test_a_law_says_what_is_kept_and_who_gives_it_out() -> None:
    place = "rulebook.toml [allocation]"
    before = 'method = "benchmark"\n'
    assert faults((before, before + "advance_basis_points = 7_000\n")) == []
    assert faults((before, before + 'unclaimed = "cancelled"\n')) == [
        f"{place}: what is unclaimed is known once output is verified, and all is given at once; "
        "write advance_basis_points below 10000, or leave unclaimed out"
    ]
    files = texts(find("dianzhong"))
    rows = files["roles.csv"].decode().splitlines(keepends=True)
    without = "".join(row for row in rows if not row.startswith("TrueUp,"))
    toml = files["rulebook.toml"].decode().replace(before, before + "advance_basis_points = 7_000\n", 1)
    toml = toml.replace('"TrueUp", ', "")
    found = read_law({**files, "roles.csv": without.encode(), "rulebook.toml": toml.encode()})[1]
    assert [str(fault) for fault in found] == [
        f"{place}: a part is kept until output is verified, and nobody may send TrueUp; "
        "give TrueUp to a role in roles.csv, or leave advance_basis_points out"
    ]


def test_a_law_without_the_keys_is_what_it_was() -> None:
    rules = load_texts(texts(find("dianzhong")))
    assert (rules.allocation.advance_basis_points, rules.allocation.unclaimed) == (None, None)


def test_what_a_product_more_brings_is_said_and_is_what_the_claim_gives() -> None:
    """A law whose last word is the output of the year pays for output; one over fixed years does not."""
    follows = msgspec.structs.replace(RULES.allocation, advance_basis_points=7_000)
    rules = msgspec.structs.replace(RULES, allocation=follows)
    assert not paid_for_output(RULES)
    history = msgspec.structs.replace(follows, method="history")
    assert not paid_for_output(msgspec.structs.replace(RULES, allocation=history))
    found = {(each.sector, each.pollutant): each for each in paid_for_output(rules)}
    paid = found["steel", "SO2"]
    lines = [c.ActivityLine("s-steel", (2027,), (10**6,), (output,)) for output in (10**6, 10**6 + 1_000)]
    claims = [claims_by_law(follows, [activity_of("steel", rules, "SO2", line)])["s-steel"] for line in lines]
    assert claims[1] - claims[0] == paid.grams
    price = lookup.pollutant(rules, "SO2").reference_fen_per_t
    assert abs(paid.fen - paid.grams * price / 1_000_000) <= 0.5
