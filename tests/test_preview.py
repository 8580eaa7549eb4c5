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
from airshed.engine.journal import NO_CHANGES, MemoryJournal, decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import INSPECTOR
from airshed.model.allowance import count_of
from airshed.model.period import instant
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered
from airshed.rulebook.digest import digest
from airshed.service.book.preview import Foreseen, foresee, settling
from airshed.service.book.sqlite import Book
from laws import FILES, RULES
from markets import AT, AUTHORITY, done, market
from seasons import played

SETTLED = instant("2028-07-01", 9)


@pytest.fixture(scope="module")
def unsettled() -> tuple[MemoryJournal, list[Any]]:
    """A season up to its first `CloseYear`, and the records that follow."""
    whole = MemoryJournal()
    played(whole, tables=False)
    lines = list(whole.lines())
    first = next(place for place, line in enumerate(lines) if b'"do":"CloseYear"' in line.record)
    before = MemoryJournal()
    before.write(lines[:first], NO_CHANGES)
    return before, [decode(line) for line in lines[first:]]


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
