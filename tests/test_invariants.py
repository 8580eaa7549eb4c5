"""What must hold of the engine in whatever order commands come: I1 to I14 as properties."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from airshed.engine import commands as c
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import GENESIS, MemoryJournal, decode, encode
from airshed.engine.runner import Runner, fold
from airshed.engine.state import State
from airshed.engine.tables import BY_NAME, NOTES, TABLES, everything, gathering, note
from airshed.engine.tables.table import Touching
from airshed.lab.simulator.portrait import portrait
from airshed.lab.simulator.small_market import ACCOUNTS, BANK, EXCHANGE, HOST
from airshed.model.period import DAY_MS
from airshed.model.refusal import Malformed, Why
from laws import RULES
from markets import AT, AUTHORITY, DAY, SERIES, done, market, send, shared, why

QUICK = settings(max_examples=150, deadline=None)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = [name for name, _, _ in ACCOUNTS]


# --- any commands in any order


class Trading(RuleBasedStateMachine):
    """Commands in any order against one market; what must hold is looked at after each."""

    names = st.sampled_from([*NAMES, "nobody"])
    counts = st.sampled_from([0, -100, 50, 100, 200, 900, 1_000_000, 2_000_100])
    limits = st.sampled_from([0, 399_999, 398_000, 399_000, 400_000, 401_000, 900_000])
    series = st.sampled_from([SERIES, SERIES, SERIES, "SO2-KM-2028"])

    @initialize()
    def opened(self) -> None:
        self.runner = market()
        self.cap = self.runner.state.ledger.caps[SERIES]

    def tell(self, actor: str, body: c.Body) -> None:
        before = portrait(self.runner.state)
        answer = send(self.runner, actor, body)
        if answer.refusal is not None:
            after = portrait(self.runner.state)
            assert {name for name in before if before[name] != after[name]} <= {"keys", "now"}
            assert after["now"] == (before["now"][0], before["now"][1] + (answer.seq is not None), *before["now"][2:])

    @rule(name=names, account=names, series=series, side=st.sampled_from(["buy", "sell"]), count=counts, limit=limits)
    def order(self, name: str, account: str, series: str, side: c.Side, count: int, limit: int) -> None:
        self.tell(name if count == 50 else account, c.PlaceOrder(account, series, side, count, limit))

    @rule(account=names, side=st.sampled_from(["buy", "sell"]), limit=st.sampled_from([399_000, 400_000, 401_000]))
    def small_order(self, account: str, side: c.Side, limit: int) -> None:
        self.tell(account, c.PlaceOrder(account, SERIES, side, 100, limit))

    @rule(account=names, order=st.integers(0, 12))
    def cancel(self, account: str, order: int) -> None:
        self.tell(account, c.CancelOrder(order))

    @rule(origin=names, to=names, count=counts)
    def transfer(self, origin: str, to: str, count: int) -> None:
        self.tell(origin, c.Transfer(origin, to, SERIES, count))

    @rule(account=names, fen=st.sampled_from([0, 1, 10**6, 10**13, c.LARGEST]), coming=st.booleans())
    def money(self, account: str, fen: int, coming: bool) -> None:
        self.tell(BANK, c.Deposit(account, fen) if coming else c.Withdraw(account, fen))

    @rule(account=names, freeze=st.booleans())
    def freeze(self, account: str, freeze: bool) -> None:
        self.tell(AUTHORITY, c.FreezeAccount(account, "inspection") if freeze else c.ThawAccount(account))

    @rule(lots=st.integers(0, 5))
    def offer(self, lots: int) -> None:
        self.tell(AUTHORITY, c.OpenAuction(f"a{self.runner.state.seq}", SERIES, lots * 100))

    @precondition(lambda self: self.runner.state.auctions)
    @rule(account=names, count=counts, limit=st.sampled_from([149_000, 150_000, 150_500, 160_000]), last=st.booleans())
    def bid(self, account: str, count: int, limit: int, last: bool) -> None:
        auctions = list(self.runner.state.auctions)
        self.tell(account, c.PlaceBid(auctions[-1 if last else 0], account, count, limit))

    @precondition(lambda self: self.runner.state.auctions)
    @rule(seed=st.integers(0, 3))
    def hammer(self, seed: int) -> None:
        self.tell(AUTHORITY, c.CloseAuction(list(self.runner.state.auctions)[-1], seed))

    @rule()
    def session(self) -> None:
        self.tell(EXCHANGE, c.OpenSession(DAY) if self.runner.state.session is None else c.CloseSession(DAY))

    @rule(account=names, count=st.sampled_from([-1, 0, 1, 77, 10**6]))
    def repurchase(self, account: str, count: int) -> None:
        self.tell(account, c.OfferRepurchase(account, SERIES, count))

    @rule()
    def restart(self) -> None:
        """I12. Whatever was in memory comes back from the book."""
        before = portrait(self.runner.state)
        again = Runner(self.runner.journal, RULES, tables=False)
        assert portrait(again.state) == before
        assert again.hash == self.runner.hash
        self.runner = again

    @invariant()
    def holds(self) -> None:
        """I1 to I4, I6."""
        state = self.runner.state
        check_state(state)
        assert sum(position.count for _, position in state.ledger.of_series(SERIES)) == self.cap
        assert sum(purse.fen for purse in state.ledger.purses.values()) == 0


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


# --- keys


def test_the_same_key_gets_the_same_answer_and_another_content_none() -> None:
    """I13."""
    runner = market()
    command = c.Command("steel", "once", c.PlaceOrder("steel", SERIES, "sell", 100, 400_000))
    refused = c.Command("fund", "once", c.PlaceOrder("fund", SERIES, "sell", 100, 400_000))
    first, no = runner.send_all([(command, AT), (refused, AT)])

    again = Runner(runner.journal, RULES, tables=False)
    done(again, BANK, c.Deposit("fund", 1))
    assert again.send(command, AT + DAY_MS) == first
    assert again.send_all([(refused, AT)] * 3) == [no] * 3
    other = c.Command("steel", "once", c.PlaceOrder("steel", SERIES, "sell", 200, 400_000))
    reused = again.send(other, AT)
    assert reused.refusal is not None
    assert reused.refusal.why is Why.KEY_REUSED
    assert again.send(command, AT) == first
    assert again.send(c.Command("cement", "once", c.Transfer("cement", "fund", SERIES, 1)), AT).refusal is None


def test_the_order_of_a_mapping_is_not_its_content() -> None:
    """I13."""
    runner = market()
    hours = {"SO2": (24, 0, 0), "NOx": (24, 0, 0)}
    mass = {"SO2": 1, "NOx": 2}
    backwards = (dict(reversed(hours.items())), dict(reversed(mass.items())))
    first = runner.send(c.Command(HOST, "d", c.SealDay("steel-1", "2027-02-28", hours, mass, "e")), AT)

    assert runner.send(c.Command(HOST, "d", c.SealDay("steel-1", "2027-02-28", *backwards, "e")), AT) == first


def test_instants_never_run_backwards() -> None:
    runner = market()
    done(runner, BANK, c.Deposit("steel", 1), AT + 50)
    answer = done(runner, BANK, c.Deposit("steel", 1), AT - DAY_MS)

    assert answer.seq is not None
    assert decode(runner.journal.line(answer.seq)).at == AT + 50


# --- days


def test_a_day_is_sealed_once_and_a_correction_names_what_it_replaces() -> None:
    """I9."""
    runner = market()
    body = c.SealDay(
        "power-1",
        "2027-02-28",
        {n: (24, 0, 0) for n in ("NOx", "PM", "SO2")},
        dict.fromkeys(("NOx", "PM", "SO2"), 5),
        "e1",
    )
    done(runner, HOST, body)

    assert why(runner, HOST, body) is Why.DAY_SEALED
    assert why(runner, HOST, msgspec.structs.replace(body, evidence="e2", replaces="e0")) is Why.DAY_SEALED
    assert why(runner, HOST, msgspec.structs.replace(body, evidence="e2", replaces="e1")) is Why.UNEXPLAINED
    done(runner, HOST, msgspec.structs.replace(body, evidence="e2", replaces="e1", reason="late frames"))
    assert why(runner, HOST, msgspec.structs.replace(body, day="2027-02-27", replaces="e1")) is Why.NOT_REPORTED


@QUICK
@given(st.tuples(*[st.integers(-2, 26)] * 3))
def test_a_day_has_twenty_four_hours_none_of_them_missing(hours: tuple[int, int, int]) -> None:
    """I10."""
    runner = shared()
    names = ("NOx", "PM", "SO2")
    body = c.SealDay("power-1", "2027-02-26", dict.fromkeys(names, hours), dict.fromkeys(names, 0), "e")
    sealed = runner.state.days["power-1"].pop("2027-02-26", None)
    assert sealed is None or sum(sealed.hours["SO2"]) == 24

    answer = send(runner, HOST, body)

    assert (answer.refusal is None) == (sum(hours) == 24 and min(hours) >= 0)


# --- the book and the read tables


def test_the_same_commands_give_the_same_bytes() -> None:
    """I14."""
    ways = (1, 2, 7)
    books: list[list[bytes]] = []
    for size in ways:
        runner = Runner(MemoryJournal(), RULES, tables=False)
        source = market()
        wishes = [
            (c.Command(record.actor, record.key, record.body), record.at)
            for record in map(decode, source.journal.lines())
        ]
        wishes = [(msgspec.structs.replace(command, key=f"k{n}"), at) for n, (command, at) in enumerate(wishes)]
        for start in range(0, len(wishes), size):
            runner.send_all(wishes[start : start + size])
        books.append([line.record for line in runner.journal.lines()])
    assert books[0] == books[1] == books[2]


def test_a_record_reads_back_as_it_was_written() -> None:
    """I14."""
    runner = market()
    for line in runner.journal.lines():
        assert encode(decode(line)) == line.record


def test_a_book_that_does_not_follow_is_named() -> None:
    """I12."""
    lines = list(market().journal.lines())
    cases = [
        (lines[0], GENESIS, lines[2], "book record 2: is missing, the next is 3"),
        (lines[0], GENESIS, lines[1]._replace(record=lines[1].record.replace(b"actor", b"actos")), "its bytes"),
        (lines[0], GENESIS, lines[1]._replace(hash=lines[0].hash), "its bytes"),
    ]
    for first, genesis, second, says in cases:
        state = State()
        reached = fold(state, first, genesis)
        with pytest.raises(Malformed, match=says):
            fold(state, second, reached)


def test_the_changes_of_each_group_keep_the_read_tables_equal_to_the_state() -> None:
    """I12."""
    source = market()
    done(source, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000))
    done(source, "broker", c.PlaceOrder("broker", SERIES, "buy", 100, 400_000))
    done(source, EXCHANGE, c.CloseSession(DAY))
    state, reached, tables = State(), GENESIS, gathering()
    shown: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]] = {table.name: {} for table in TABLES if not table.listed}
    keys = {table.name: table.key for table in TABLES}
    for line in source.journal.lines():
        reached = fold(state, line, reached)
        note(tables, state, decode(line))
        changes = tables.take(state)
        for name, rows in changes.put.items():
            shown[name].update({row[: keys[name]]: row for row in rows})
        for name, gone in changes.gone.items():
            for key in gone:
                shown[name].pop(key, None)
        expected = {name: {} for name in shown}  # type: dict[str, dict[tuple[Any, ...], tuple[Any, ...]]]
        for name, row in everything(state):
            expected[name][row[: keys[name]]] = row
        assert shown == expected, line.seq


def test_what_an_event_touches_is_told_by_fields_that_it_has() -> None:
    event: Any
    for event, noted in NOTES.items():
        for table, fields in noted.keys.items() if isinstance(noted, Touching) else ():
            assert table == "holdings" or not BY_NAME[table].listed, event
            assert set(fields.split()) <= set(event.__struct_fields__), event
            assert len(fields.split()) == BY_NAME[table].key, event
