"""Types of transactions are one table of law: it decides of transfers, and is true of all the rest."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import decide
from airshed.engine.invariants import check
from airshed.engine.journal import GENESIS, Record
from airshed.engine.runner import folded
from airshed.engine.state import State
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry.accounts import AccountKind
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.load import find, load, load_texts
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import FILE, FLOWS, Flow, TransactionType
from laws import EVERY_LAW, FILES, RULES
from markets import AUTHORITY, REGISTRAR, SERIES, done, market, proposed, send, why
from shared import Once
from small_books import MANY_SEEDS, MANY_STEPS, forge, played

ROWS = FILES[FILE].decode().splitlines()


def law(kind: str, **cells: Any) -> Rulebook:
    """The shipped law with other cells in the row of a type."""
    rows = tuple(msgspec.structs.replace(row, **cells) if row.type == kind else row for row in RULES.transactions.rows)
    return msgspec.structs.replace(RULES, transactions=msgspec.structs.replace(RULES.transactions, rows=rows))


def refused(rules: Rulebook, body: c.Body, actor: str = "steel") -> Refusal:
    """Why the market of these rules refuses it."""
    refusal = send(market(rules=rules), actor, body).refusal
    assert refusal is not None
    return refusal


def fault(old: str, new: str) -> str:
    """What is wrong with the shipped table when one text in it is another."""
    text = FILES[FILE].decode()
    assert old in text
    with pytest.raises(Malformed) as raised:
        load_texts({**FILES, FILE: text.replace(old, new, 1).encode()})
    return str(raised.value)


def test_every_type_has_its_commands_and_kinds_that_there_are() -> None:
    assert set(FLOWS) == set(get_args(TransactionType))
    kinds = {kind for flow in FLOWS.values() for kind in (*flow.origins.split(), *flow.targets.split())}
    assert kinds <= {kind.value for kind in AccountKind}


@pytest.mark.parametrize("name", EVERY_LAW)
def test_every_shipped_law_has_a_row_for_all_that_may_be_sent_there(name: str) -> None:
    rules = load(find(name))
    may = frozenset[str]().union(*lookup.roles(rules).values())

    for kind, flow in FLOWS.items():
        assert lookup.transaction(rules, kind) is not None or not may.intersection(flow.commands)


def test_what_the_engine_moves_is_what_the_table_says(once: Once) -> None:
    """Of every command that moves allowances, in simulated years: between kinds that a row of it has."""

    def ends_of(flow: Flow, column: str) -> list[str]:
        return [*getattr(flow, column).split(), *flow.may_add(column)]

    flows = [(set(flow.commands), ends_of(flow, "origins"), ends_of(flow, "targets")) for flow in FLOWS.values()]
    seen = set[str]()
    for seed in MANY_SEEDS[:6]:
        state, reached = State(), GENESIS
        records: list[Record] = []
        for line in forge().chained(played(once, seed, MANY_STEPS).records):
            record, reached = folded(state, line, reached)
            records.append(record)
        acts: dict[int, str] = {}
        for record in records:
            command = type(record.body).__name__
            for event in record.events:
                if hasattr(event, "act") and hasattr(event, "body"):
                    acts[event.act] = type(event.body).__name__
                if isinstance(record.body, c.ConfirmAct):
                    command = acts[record.body.act]
                for move in getattr(event, "entry", ()):
                    if isinstance(move, Delivered):
                        ends = [state.ledger.accounts[each].kind.value for each in (move.origin, move.target)]
                        assert any(
                            command in sent and ends[0] in origins and ends[1] in targets
                            for sent, origins, targets in flows
                        ), (command, ends)
                        seen.add(command)
    assert len(seen) > 20


def test_a_transfer_goes_between_the_kinds_that_the_table_has() -> None:
    refusal = refused(law("transfer", targets="operator"), c.Transfer("steel", "broker", SERIES, 100))

    assert (refusal.why, refusal.cite) == (Why.WRONG_KIND, "Demonstration measures (assumed), art. 16")
    assert refusal.detail == "broker is of kind trader and may not receive; transfer between accounts: operator only"
    treasury = refused(RULES, c.Transfer("steel", "treasury", SERIES, 100))
    assert treasury.why is Why.WRONG_KIND


def test_a_law_without_the_type_has_no_such_transfer() -> None:
    rows = tuple(row for row in RULES.transactions.rows if row.type != "gift")
    rules = msgspec.structs.replace(RULES, transactions=msgspec.structs.replace(RULES.transactions, rows=rows))

    refusal = refused(rules, c.Transfer("steel", "reserve-KM", SERIES, 100))
    assert refusal.detail == "this rulebook has no transaction of type gift"
    assert refusal.why is Why.WRONG_KIND


def test_the_table_may_leave_the_start_to_some_roles() -> None:
    refusal = refused(law("transfer", starts="province"), c.Transfer("steel", "broker", SERIES, 100))

    assert refusal.why is Why.ROLE_MAY_NOT
    assert refusal.detail == "steel is operator; transfer between accounts: started by province only"


def test_a_frozen_account_gives_where_the_table_says_so() -> None:
    gift = c.Transfer("steel", "reserve-KM", SERIES, 100)
    for rules, answer in ((RULES, Why.ACCOUNT_FROZEN), (law("gift", frozen="yes"), None)):
        runner = market(rules=rules)
        done(runner, AUTHORITY, c.FreezeAccount("steel", "looked into"))
        refusal = send(runner, "steel", gift).refusal
        assert (refusal and refusal.why) is answer


def test_a_frozen_account_surrenders_where_the_table_says_so() -> None:
    """Its year has no verified emission yet, which is what it hears then."""
    for rules, answer in ((RULES, Why.ACCOUNT_FROZEN), (law("surrender", frozen="yes"), Why.NOT_VERIFIED)):
        runner = market(rules=rules)
        done(runner, AUTHORITY, c.FreezeAccount("steel", "looked into"))
        assert why(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 1)) is answer


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            ROWS[1],
            f"{ROWS[1]}\n{ROWS[1]}",
            "transactions.csv line 3: allocation stands in line 2 already; keep one",
        ),
        (f"{ROWS[10]}\n", "", "transactions.csv: no row for repurchase, which OfferRepurchase is of; add the row"),
        (
            "划入政府储备,operator trader",
            "划入政府储备,bank",
            "column origins: gift has no bank account there; there are operator, trader",
        ),
        (
            "交易交割,operator trader,operator trader",
            "交易交割,operator trader,operator",
            "column targets: lacks trader; trade has a rule of its own: write operator trader",
        ),
        ("交易交割,operator trader", "交易交割,operator operator trader", "column origins: 'operator' stands twice"),
        (
            "质押实现,operator trader,operator trader,,,yes",
            "质押实现,operator trader,operator trader,,,no",
            "column frozen: is no; pledge has a rule of its own: yes",
        ),
        (
            "配额收回,operator,reserve,,,yes,yes",
            "配额收回,operator,reserve,,,yes,no",
            "column restricted: is no, and no holder starts withdrawal; write yes, as in the column frozen",
        ),
        (
            "清缴,operator,surrendered,,,no,yes",
            "清缴,operator,surrendered,,,yes,no",
            "column restricted: is no, and even a frozen account may give by surrender; write yes",
        ),
        (
            "清缴,operator,surrendered,,",
            "清缴,operator,surrendered,2,",
            "column approvals: surrender follows [roles], and this says it again; leave it empty",
        ),
        (
            "划入政府储备,operator trader,reserve,1,",
            "划入政府储备,operator trader,reserve,1,clerk",
            "column starts: no such role 'clerk'",
        ),
        ("划入政府储备,operator trader,reserve,1,", "划入政府储备,operator trader,reserve,3,", "approvals: 3 is out"),
    ],
)
def test_what_a_row_says_wrongly_is_named_with_its_place(old: str, new: str, told: str) -> None:
    assert told in fault(old, new)


def test_a_transfer_of_two_approvals_waits_for_another_of_the_account() -> None:
    """Nobody approves an act of their own."""
    rules = law("transfer", approvals=2)
    runner = market(rules=rules)
    done(runner, REGISTRAR, c.RegisterActor("steel-2", "operator", "steel"))
    right = msgspec.structs.replace(rules.roles.rows[0], command="ConfirmAct", role="operator", scope="account")
    roles = msgspec.structs.replace(rules.roles, rows=(*rules.roles.rows, right))
    runner.rules = msgspec.structs.replace(rules, roles=roles)
    before = runner.state.ledger.held_of("broker", SERIES).count

    act = proposed(runner, "steel", c.Transfer("steel", "broker", SERIES, 100)).act
    assert runner.state.ledger.held_of("broker", SERIES).count == before
    assert why(runner, "steel", c.ConfirmAct(act)) is Why.OWN_ACT
    assert why(runner, "cement", c.ConfirmAct(act)) is Why.NOT_YOUR_OWN
    done(runner, "steel-2", c.ConfirmAct(act))
    assert runner.state.ledger.held_of("broker", SERIES).count == before + 100


def test_a_transfer_that_nobody_confirmed_in_time_sets_nothing_aside_from_that_moment() -> None:
    """The very command that needs the allowances finds them free, with nothing sent before."""
    runner = market(rules=law("transfer", approvals=2))
    held = runner.state.ledger.positions["steel", SERIES]
    giving = c.CancelAllowances("steel", SERIES, held.free)
    last = proposed(runner, "steel", c.Transfer("steel", "broker", SERIES, 100)).until
    assert held.held == 100
    assert last is not None

    assert why(runner, "steel", giving, last) is Why.INSUFFICIENT_HOLDING
    before = dict(runner.state.acts)
    wish = c.Command("steel", "look", giving)
    assert not isinstance(decide(runner.state, wish, runner.rules, last + 1), Refusal)
    assert (runner.state.acts, held.held) == (before, 100)  # deciding changes nothing
    answer = send(runner, "steel", giving, last + 1)
    assert [type(event) for event in answer.events] == [e.ActLapsed, e.AllowancesCancelled]
    assert held.held == 0
    check(runner.state)
