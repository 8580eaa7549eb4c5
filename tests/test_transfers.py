"""What waits, whom a holder trusts, and what becomes of a transfer when its hour has come."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.procedures import transfer as procedure
from airshed.engine.procedures.transfer_clock import due
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.rulebook.schema import Rulebook
from airshed.service.book.once import once
from beijing import clock, instant
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, SERIES, adopting_next, done, market, send, why


def law(rules: Rulebook = RULES, *, row: dict[str, Any] | None = None, **keys: Any) -> Rulebook:
    """These rules with other keys of [transactions], and other cells in the row of a plain transfer."""
    rows = tuple(
        msgspec.structs.replace(each, **(row or {})) if each.type == "transfer" else each
        for each in rules.transactions.rows
    )
    return msgspec.structs.replace(rules, transactions=msgspec.structs.replace(rules.transactions, rows=rows, **keys))


def unknown(rules: Rulebook = RULES) -> Runner:
    """A market in which the steel works does not trust the broker."""
    runner = market(rules=rules)
    done(runner, "steel", c.DistrustAccount("steel", "broker"))
    return runner


def gift(count: int = 1_000, target: str = "broker") -> c.Transfer:
    """A transfer out of the steel works."""
    return c.Transfer("steel", target, SERIES, count)


def waiting(runner: Runner, at: int = AT, count: int = 1_000) -> e.TransferDelayed:
    """A transfer to the broker that waits now."""
    (event,) = done(runner, "steel", gift(count), at).events
    assert isinstance(event, e.TransferDelayed)
    return event


def execute(runner: Runner, at: int) -> tuple[e.Event, ...]:
    """What carrying out does at an instant."""
    return done(runner, EXCHANGE, c.ExecuteTransfers(), at).events


def test_to_a_trusted_account_it_goes_at_once() -> None:
    (event,) = done(market(), "steel", gift()).events

    assert isinstance(event, e.Transferred)


@pytest.mark.parametrize(
    ("asked", "hour"),
    [
        ("2027-03-01T10:00", "2027-03-02T10:00"),
        ("2027-03-01T09:12", "2027-03-02T10:00"),
        ("2027-03-01T16:00", "2027-03-02T16:00"),
        ("2027-03-01T16:01", "2027-03-03T10:00"),
        ("2027-03-05T11:30", "2027-03-08T11:30"),
        ("2027-03-06T11:30", "2027-03-09T10:00"),
        ("2027-04-02T11:30", "2027-04-06T11:30"),
        ("2027-02-03T11:30", "2027-02-04T11:30"),
        ("2027-02-03T16:01", "2027-02-09T10:00"),
        ("2027-02-04T15:00", "2027-02-09T15:00"),
        ("2027-02-07T20:00", "2027-02-10T10:00"),
    ],
)
def test_to_any_other_it_waits_a_working_day(asked: str, hour: str) -> None:
    """Late in the day, over a weekend, over the Tomb Sweeping Day of 2027, which is a Monday."""
    at = instant(asked[:10], int(asked[11:13]), int(asked[14:]))

    assert clock(due(RULES, "transfer", at, trusted=False))[:16] == hour


@pytest.mark.parametrize(("asked", "hour"), [("10:00", "2027-03-02T12:00"), ("13:00", "2027-03-03T12:00")])
def test_a_law_may_have_it_wait_until_noon(asked: str, hour: str) -> None:
    rules = law(row={"delay": "noon", "delay_minutes": None})

    assert clock(waiting(unknown(rules), instant("2027-03-01", int(asked[:2]))).due)[:16] == hour


def test_a_law_may_keep_hours_for_those_that_are_trusted_too() -> None:
    runner = market(rules=law(row={"trusted": "hours"}))

    assert isinstance(done(runner, "steel", gift()).events[0], e.Transferred)
    event = waiting(runner, instant("2027-03-01", 17))
    assert (event.trusted, clock(event.due)[:16]) == (True, "2027-03-02T10:00")


def test_what_waits_is_set_aside_until_it_goes() -> None:
    runner = unknown()
    free = runner.state.ledger.held_of("steel", SERIES).free
    event = waiting(runner, count=400_000)
    check(runner.state)
    assert runner.state.ledger.held_of("steel", SERIES).free == free - 400_000
    sale = c.PlaceOrder("steel", SERIES, "sell", free // 100 * 100, 400_000)
    assert why(runner, "steel", sale) in (Why.INSUFFICIENT_HOLDING, Why.TOO_LARGE)
    assert why(runner, "steel", c.PledgeAllowances("steel", "fund", SERIES, free, 100, "2027-12-31")) is (
        Why.INSUFFICIENT_HOLDING
    )
    assert why(runner, "steel", c.Transfer("steel", "reserve-KM", SERIES, free)) is Why.INSUFFICIENT_HOLDING

    (moved,) = execute(runner, event.due)
    assert isinstance(moved, e.Transferred)
    assert moved.transfer == event.transfer
    assert runner.state.ledger.held_of("broker", SERIES).count == 400_000
    check(runner.state)


def test_a_timer_may_send_the_same_line_at_every_moment() -> None:
    """The second sending of a day was answered by the record of the first, and what was due by then still waited."""
    runner = unknown()
    event = waiting(runner)
    first = once(runner, EXCHANGE, c.ExecuteTransfers(), event.due)
    assert first.earlier is None
    runner.send(first.command, event.due)

    assert once(runner, EXCHANGE, c.ExecuteTransfers(), event.due).earlier is not None, "a line repeated after a crash"
    for later in (event.due + 1, event.due + DAY_MS):
        again = once(runner, EXCHANGE, c.ExecuteTransfers(), later)
        assert again.earlier is None
        assert again.command.key != first.command.key


def test_it_is_not_carried_out_before_its_hour() -> None:
    runner = unknown()
    event = waiting(runner)

    refusal = send(runner, EXCHANGE, c.ExecuteTransfers(), event.due - 1).refusal
    assert refusal is not None
    assert (refusal.why, refusal.cite) == (
        Why.TOO_EARLY,
        "Demonstration measures (assumed), art. 16 and transactions.csv",
    )
    assert "transfer 1, may be carried out from 2027-03-02T10:00:00+08:00" in refusal.detail
    execute(runner, event.due)
    assert why(runner, EXCHANGE, c.ExecuteTransfers(), event.due) is Why.NOTHING_DUE


def test_it_is_called_off_once_and_by_its_holder() -> None:
    runner = unknown()
    number = waiting(runner).transfer

    assert why(runner, "broker", c.CancelTransfer(number)) is Why.NOT_YOUR_OWN
    done(runner, "steel", c.CancelTransfer(number))
    check(runner.state)
    assert why(runner, "steel", c.CancelTransfer(number)) is Why.TRANSFER_OVER
    assert why(runner, "steel", c.CancelTransfer(7)) is Why.UNKNOWN_TRANSFER
    done(runner, "steel", gift(100, "fund"))
    assert why(runner, "steel", c.CancelTransfer(2)) is Why.TRANSFER_OVER


def test_only_what_is_due_is_carried_out_and_the_earliest_first() -> None:
    runner = unknown()
    first, second = waiting(runner), waiting(runner, AT + DAY_MS)

    assert [event.transfer for event in execute(runner, first.due) if isinstance(event, e.Transferred)] == [1]
    assert [event.transfer for event in execute(runner, second.due) if isinstance(event, e.Transferred)] == [2]


def test_several_of_one_account_move_serials_of_their_own() -> None:
    runner = unknown()
    for count in (1_000, 300, 700):
        waiting(runner, count=count)

    assert len(execute(runner, AT + 3 * DAY_MS)) == 3
    check(runner.state)
    assert runner.state.ledger.held_of("broker", SERIES).count == 2_000


def test_what_the_rules_forbid_by_then_falls_with_the_reason() -> None:
    runner = unknown()
    event = waiting(runner)
    done(runner, AUTHORITY, c.FreezeAccount("broker", "inquiry 7"))

    (fallen,) = execute(runner, event.due)
    assert isinstance(fallen, e.TransferCancelled)
    assert fallen.reason == "account_frozen: broker is frozen (inquiry 7); province or city may thaw it"
    assert runner.state.ledger.held_of("steel", SERIES).held == 0


def test_a_group_gets_no_more_than_it_may_hold_by_several_that_go_together() -> None:
    rules = law(largest_untrusted=None)
    runner = unknown(rules)
    most = runner.state.ledger.caps[SERIES] * rules.trade_rules.group_limit_basis_points // 10_000
    count = min(most // 2 + 1, rules.trade_rules.largest_transfer or most)
    own = runner.state.ledger.held_of("steel", SERIES).free
    for _ in range(min(2, own // count)):
        waiting(runner, count=count)

    outcomes = execute(runner, AT + 3 * DAY_MS)
    held = runner.state.ledger.held_of("broker", SERIES).count
    assert held <= most
    assert len(outcomes) < 2 or any(isinstance(each, e.TransferCancelled) for each in outcomes) == (2 * count > most)


def test_a_freeze_calls_off_what_waits() -> None:
    runner = unknown()
    waiting(runner)

    events = done(runner, AUTHORITY, c.FreezeAccount("steel", "inquiry 8")).events
    assert [type(event) for event in events] == [e.TransferCancelled, e.AccountFrozen]
    check(runner.state)


def test_a_trusted_list_that_is_changed_and_used_at_once_is_of_no_use() -> None:
    """It counts from noon of the fourth working day; until then what goes waits, and much does not go."""
    runner = unknown()
    (event,) = done(runner, "steel", c.TrustAccount("steel", "broker")).events
    assert isinstance(event, e.AccountTrusted)
    assert clock(event.since)[:16] == "2027-03-05T12:00"

    waiting(runner)
    most = RULES.transactions.largest_untrusted
    assert most is not None
    refusal = send(runner, "steel", gift(most + 1), event.since - 1).refusal
    assert refusal is not None
    assert (refusal.why, refusal.detail) == (
        Why.UNTRUSTED,
        "500001 is more than the 500000 that may go to broker, and steel trusts it from 2027-03-05T12:00:00+08:00 only",
    )
    assert isinstance(done(runner, "steel", gift(most + 1), event.since).events[0], e.Transferred)


def test_an_account_is_taken_off_the_list_at_once_even_by_a_frozen_holder() -> None:
    runner = market()
    done(runner, AUTHORITY, c.FreezeAccount("steel", "inquiry"))
    assert why(runner, "steel", c.TrustAccount("steel", "reserve-KM")) is Why.WRONG_KIND
    done(runner, "steel", c.DistrustAccount("steel", "broker"))
    assert why(runner, "steel", c.TrustAccount("steel", "broker")) is Why.ACCOUNT_FROZEN
    assert why(runner, "steel", c.DistrustAccount("steel", "broker")) is Why.NOTHING_DUE
    done(runner, AUTHORITY, c.ThawAccount("steel"))
    waiting(runner)


def test_accounts_of_one_holder_trust_each_other() -> None:
    """The kiln and the fund are of one group, and need not name each other."""
    runner = market()

    assert why(runner, "kiln", c.TrustAccount("kiln", "fund")) is Why.ALREADY_EXISTS
    done(runner, "steel", gift(target="kiln"))
    (event,) = done(runner, "kiln", c.Transfer("kiln", "fund", SERIES, 500)).events
    assert isinstance(event, e.Transferred)
    assert event.type == "own_transfer"


@pytest.mark.parametrize(("what", "moved"), [("stands", False), ("moves", True)])
def test_a_holiday_that_a_new_law_moves_moves_what_waits_where_that_law_says_so(what: str, moved: bool) -> None:
    runner = unknown()
    event = waiting(runner)
    calendar = msgspec.structs.replace(RULES.calendar, closed_days=("2027-03-02",))
    programme = msgspec.structs.replace(RULES.programme, version="2027.2")
    rules = law(msgspec.structs.replace(RULES, calendar=calendar, programme=programme), moved_holidays=what)
    runner.rules = rules
    done(runner, AUTHORITY, adopting_next(rules))

    hour = instant("2027-03-03", 10) if moved else event.due
    assert runner.state.transfers[event.transfer].due == hour
    assert why(runner, EXCHANGE, c.ExecuteTransfers(), hour - 1) is Why.TOO_EARLY
    execute(runner, hour)


def test_an_account_for_which_something_waits_to_arrive_is_not_closed() -> None:
    runner = market()
    done(runner, REGISTRAR, c.OpenAccount("guest", "trader", "Guest", "KM"))
    waits = done(runner, "steel", gift(100, "guest")).events[0]
    assert isinstance(waits, e.TransferDelayed)

    refusal = send(runner, AUTHORITY, c.CloseAccount("guest", "leaves")).refusal
    assert refusal is not None
    assert "transfer 1, which waits to arrive" in refusal.detail


def test_a_calendar_without_a_working_day_refuses_and_does_not_break_the_writer() -> None:
    runner = unknown()
    assert why(runner, "steel", gift(), instant("9999-12-31", 12)) in (Why.SESSION_CLOSED, Why.EXPIRED_VINTAGE)
    assert why(runner, "steel", c.TrustAccount("steel", "broker"), instant("9999-12-31", 12)) is Why.SESSION_CLOSED


def followed(runner: Runner, rules: Rulebook = RULES) -> None:
    """The mirror follows all that the market of the shipped law has recorded."""
    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), rules)


def test_the_mirror_agrees_with_the_clock_and_notices_a_transfer_a_working_day_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runner = unknown()
    execute(runner, waiting(runner).due)
    followed(runner)

    monkeypatch.setattr(procedure, "due", lambda *args, **keys: max(args[2] + 1, due(*args, **keys) - DAY_MS))
    early = unknown()
    waiting(early)
    with pytest.raises(AssertionError, match="by the law from"):
        followed(early)
