"""`airshed book preview`: what commands would do, by the real decision on the real state, with nothing written."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.book.group import app
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import NO_CHANGES, Line, MemoryJournal, decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import INSPECTOR
from airshed.model.allowance import count_of
from airshed.model.measures import yuan
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.service.book.opening import carry_on
from airshed.service.book.preview import Foreseen, foresee, settling
from airshed.service.book.sqlite import Book
from beijing import instant
from laws import FILES, RULES
from markets import AT, AUTHORITY, done, market, proposed, send, why

SETTLED = instant("2028-07-01", 9)


@pytest.fixture(scope="module")
def unsettled(year_lines: list[Line]) -> tuple[MemoryJournal, list[Any]]:
    """A season up to its first `CloseYear`, and the records that follow."""
    first = next(place for place, line in enumerate(year_lines) if b'"do":"CloseYear"' in line.record)
    before = MemoryJournal()
    before.write(year_lines[:first], NO_CHANGES)
    return before, [decode(line) for line in year_lines[first:]]


def test_a_previewed_year_end_is_the_one_that_comes(unsettled: tuple[MemoryJournal, list[Any]]) -> None:
    before, after = unsettled
    runner = Runner(before, RULES, tables=False)
    wishes = list(settling(runner.state, RULES, 2027))

    told = {each.closings[0].account: each.closings[0] for each in foresee(runner, wishes, SETTLED)}

    closed = [event for record in after for event in record.events if isinstance(event, e.YearClosed)]
    assert len(told) == len(wishes) == len({event.account for event in closed}) > 50
    for event in closed:
        said = told[event.account]
        assert said.settlements == event.settlements
        assert {left.series: left.banked for left in said.left if left.banked} == {
            series: count for series, count in event.banked.items() if count
        }
        lost = sum(left.over_limit + left.expired for left in said.left)
        assert lost == sum(count_of(move.blocks) for move in event.entry if isinstance(move, Delivered))
        assert all(left.held == left.banked + left.over_limit + left.expired + left.blocked for left in said.left)
    assert sum(each.short for each in told.values()) == sum(
        each.shortfall for event in closed for each in event.settlements
    )
    assert sum(each.penalty_fen for each in told.values()) > 0
    assert sum(each.makeup for each in told.values()) > 0
    assert sum(left.over_limit for each in told.values() for left in each.left) > 0


def test_what_has_to_be_confirmed_is_who_is_short_and_what_is_lost(
    unsettled: tuple[MemoryJournal, list[Any]],
) -> None:
    runner = Runner(unsettled[0], RULES, tables=False)

    for told in foresee(runner, list(settling(runner.state, RULES, 2027)), SETTLED):
        closing = told.closings[0]
        short = {
            f"short {each.source} {each.pollutant} 2027, penalty {yuan(each.penalty_fen)} yuan": each.shortfall
            for each in closing.settlements
        }
        lost = {f"lost {left.series}": left.over_limit + left.expired for left in closing.left}
        due = {what: count for what, count in (short | lost).items() if count}
        assert (told.knowing or {}) == due
        assert (told.unconfirmed is not None) == bool(due)


def test_a_preview_leaves_the_bytes_of_the_book_as_they_are(tmp_path: Path) -> None:
    path, commands = tmp_path / "a.book", tmp_path / "c.jsonl"
    with Book.create(path) as book:
        book.keep_law(digest(RULES), FILES)
        market(book, tables=True)
    commands.write_bytes(msgspec.json.encode(c.Command(AUTHORITY, "p", c.SetCap("NOx", "KM", 2027))) + b"\n")
    before = sha256(path.read_bytes()).hexdigest()

    for words in ([], ["--json"]):
        found = CliRunner().invoke(app, ["preview", str(path), str(commands), *words])
        assert found.exit_code == 0, found.output
    assert sha256(path.read_bytes()).hexdigest() == before
    with Book.read(path) as book:
        assert b'"NOx-KM-2027"' not in b"".join(line.record for line in book.lines())


def one(runner: Runner, actor: str, body: c.Body, key: str = "preview") -> Foreseen:
    """What would come of one command."""
    (told,) = foresee(runner, [c.Command(actor, key, body)], AT)
    return told


def test_a_refusal_is_told_with_its_article() -> None:
    told = one(market(), AUTHORITY, c.SetCap("SO2", "KM", 2027))

    assert told.record.refusal is not None
    assert told.record.refusal.why == Why.ALREADY_EXISTS
    assert told.record.refusal.cite == "Demonstration measures (assumed), art. 5 and caps.csv"


def test_each_command_is_decided_on_what_those_before_it_would_leave() -> None:
    runner = market()
    lines = (c.ActivityLine("s-steel", (2024,), (800,), (10**6,)),)
    wishes = [
        c.Command(AUTHORITY, "1", c.Allocate("NOx", "KM", 2027, lines)),
        c.Command(AUTHORITY, "2", c.SetCap("NOx", "KM", 2027)),
        c.Command(INSPECTOR, "2", c.ConfirmAct(runner.state.next_act)),
        c.Command(AUTHORITY, "3", c.Allocate("NOx", "KM", 2027, lines)),
        c.Command(AUTHORITY, "3", c.Allocate("NOx", "KM", 2027, lines)),
    ]

    first, second, confirmed, third, fourth = foresee(runner, wishes, AT)

    assert first.record.refusal is not None
    assert [each.record.refusal for each in (second, confirmed, third)] == [None, None, None]
    assert (second.waits, confirmed.waits, third.waits) == (True, False, True)
    assert second.comes == confirmed.record.events[-1:], "who proposes it is told what it does, as who confirms it is"
    assert third.sharing is not None
    assert (fourth.answered, fourth.record.seq) == (True, third.record.seq)


def test_a_pool_above_all_claims_is_told_before_it_is_given_away() -> None:
    """One works that claims 659 t by the benchmark, and a whole city's cap to share: it would get far more."""
    runner = market()
    done(runner, AUTHORITY, c.SetCap("NOx", "KM", 2027))
    told = one(
        runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, (c.ActivityLine("s-steel", (2024,), (800,), (10**6,)),))
    )

    sharing = told.sharing
    assert sharing is not None
    assert sharing.claimed_kg == 659_000
    assert sharing.reserve + sharing.auction + sharing.pool == sharing.cap
    assert sharing.above == sharing.pool - 659_000 > 0
    (got,) = sharing.awards
    assert (got.claimed_kg, got.count) == (659_000, sharing.pool)


def test_what_waits_for_a_second_pair_of_eyes_is_told_with_what_would_come_of_it() -> None:
    """An act that another has to confirm: whether it would stand then is told now."""
    roles = msgspec.structs.replace(RULES.roles, second=("CloseYear", "SetCap", *RULES.roles.second))
    runner = Runner(market().journal, msgspec.structs.replace(RULES, roles=roles), tables=False)

    fine, refused = (one(runner, AUTHORITY, c.SetCap(what, "KM", 2027), what) for what in ("NOx", "SO2"))

    assert (fine.waits, fine.then) == (True, None)
    assert refused.record.refusal is not None


def test_what_opens_sealed_bids_is_not_told_and_neither_is_what_follows() -> None:
    runner = market()
    opened = c.Command(AUTHORITY, "o", c.OpenAuction("spring", "SO2-KM-2027", 100))
    close = c.Command(AUTHORITY, "x", c.CloseAuction("spring", 1))
    later = c.Command(AUTHORITY, "y", c.SetCap("NOx", "KM", 2027))

    first, second = foresee(runner, [opened, close, later], AT)

    assert first.record.refusal is None
    assert second.sealed
    assert second.closings == ()


def test_a_file_or_a_year_is_asked_for_not_both(tmp_path: Path) -> None:
    for words in ([], ["x.jsonl", "--close", "2027"]):
        found = CliRunner().invoke(app, ["preview", str(tmp_path / "no.book"), *words])
        assert found.exit_code != 0


# --- no trap: what is warned of is said in the command

LINES = (c.ActivityLine("s-steel", (2024,), (800,), (10**6,)),)
NOX = "above NOx-KM-2027"


def capped() -> tuple[Runner, int]:
    """A market in which a series waits to be shared out, and by how much its pool is above the only claim."""
    runner = market()
    done(runner, AUTHORITY, c.SetCap("NOx", "KM", 2027))
    sharing = one(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES)).sharing
    assert sharing is not None
    return Runner(runner.journal, RULES, tables=False), sharing.above


@pytest.mark.parametrize("said", [{}, {NOX: 1}, {NOX: -1, "lost NOx-KM-2027": 0}, {"above NOx-KM-2028": 0}])
def test_an_allocation_that_does_not_say_what_it_is_warned_of_is_refused(said: dict[str, int]) -> None:
    runner, above = capped()
    answer = send(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES, said))

    assert answer.refusal is not None
    assert answer.refusal.why is Why.UNCONFIRMED
    assert f"{NOX}: {above}" in answer.refusal.detail


def test_what_is_said_and_is_not_so_is_refused_too() -> None:
    runner, above = capped()
    answer = send(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES, {NOX: above, "cut NOx-KM-2027": 3}))

    assert answer.refusal is not None
    assert (answer.refusal.why, "this is not so: cut NOx-KM-2027: 3" in answer.refusal.detail) == (
        Why.UNCONFIRMED,
        True,
    )


def test_the_preview_says_what_to_add_and_with_it_the_command_happens() -> None:
    runner, above = capped()
    told = one(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES))
    assert (told.knowing, told.waits) == ({NOX: above}, True)
    assert one(runner, AUTHORITY, told.record.body, "again").unconfirmed is None

    runner = Runner(runner.journal, RULES, tables=False)
    assert isinstance(send(runner, AUTHORITY, told.record.body).events[0], e.ActProposed)


def test_an_act_that_waited_is_refused_when_something_else_would_be_lost_by_then() -> None:
    """The office proposes to close a year; before it is confirmed, the account buys what it could not keep."""
    roles = msgspec.structs.replace(RULES.roles, second=("CloseYear", *RULES.roles.second))
    runner = market(rules=msgspec.structs.replace(RULES, roles=roles))
    source, start = runner.state.sources["s-steel"], instant("2028-02-01")
    codes = dict.fromkeys((rule.code for rule in lookup.owed(RULES, source.sector)), 0)
    done(runner, AUTHORITY, c.DetermineYear(source.id, 2027, codes, "a test"), start)
    act = proposed(runner, AUTHORITY, c.CloseYear(source.account, 2027), SETTLED)
    done(runner, "cement", c.Transfer("cement", source.account, "SO2-KM-2027", 10), SETTLED)

    assert why(runner, INSPECTOR, c.ConfirmAct(act.act), SETTLED) is Why.UNCONFIRMED


def test_the_commands_of_a_year_end_are_written_with_what_they_have_to_say(tmp_path: Path) -> None:
    path, out = tmp_path / "a.book", tmp_path / "closing.jsonl"
    with Book.create(path) as book:
        runner = market(book, tables=True)
        codes = dict.fromkeys((rule.code for rule in lookup.owed(RULES, "steel")), 0)
        done(
            runner,
            AUTHORITY,
            c.DetermineYear("s-steel", 2027, {**codes, "SO2": 10**9}, "a test"),
            instant("2028-02-01"),
        )
    words = ["--close", "2027", "--at", "2028-07-01T09:00", "--out", str(out)]
    said = CliRunner().invoke(app, ["preview", str(path), *words])
    assert said.exit_code == 0, said.output
    sent = [msgspec.json.decode(line, type=c.Command) for line in out.read_bytes().splitlines()]

    with Book.open(path) as book:
        answers = carry_on(book).send_all([(command, SETTLED) for command in sent])
    closed = [event for answer in answers for event in answer.events if isinstance(event, e.YearClosed)]
    assert [event.account for event in closed] == ["steel"]
    assert any(settlement.shortfall for settlement in closed[0].settlements) or closed[0].entry
    assert CliRunner().invoke(app, ["preview", str(path), *words]).exit_code != 0
