"""The second fold: it agrees where nothing is wrong, finds what is planted, and stops those accounts and no others."""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.book.group import app
from airshed.engine import apply as apply_module
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.journal import GENESIS, Line, chain, decode
from airshed.engine.runner import fold
from airshed.engine.state import State
from airshed.registry import refold
from airshed.registry.accounts import BANK as BANK_ACCOUNT
from airshed.registry.refold import Refold, SerialRuns
from airshed.service.book.opening import carry_on
from airshed.service.book.reconcile import Reconciled, block, reconcile
from airshed.service.book.sqlite import Book
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, done, market
from shared import Once
from small_books import varied


def looked_at(path: Path) -> Reconciled:
    with Book.read(path) as book:
        return reconcile(book)


def differing(found: Reconciled) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for each in found.differences:
        names.setdefault(each.account, []).append(each.what)
    return names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Book.create(tmp_path / "small.book") as book:
        market(book, tables=True)
    return tmp_path / "small.book"


def tampered(path: Path, *statements: str) -> Path:
    with Book.open(path) as book:
        for statement in statements:
            assert book.sql.execute(statement).rowcount == 1, statement
    return path


def test_it_shares_no_code_with_the_first() -> None:
    tree = ast.parse(Path(refold.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    assert imported == {"__future__", "bisect", "json", "typing"}


def test_all_three_agree_on_a_market(path: Path) -> None:
    found = looked_at(path)

    assert found.differences == ()
    assert found.accounts > 10


def test_both_folds_agree_on_every_kind_of_event(once: Once) -> None:
    """Runs of the simulator under many laws, record by record of a run at its end."""
    seen: set[str] = set()
    for number, (raws, _) in enumerate(varied(once)):
        state, again = State(), Refold()
        reached = GENESIS
        for seq, raw in enumerate(raws, 1):
            line = Line(seq, chain(reached, raw), raw)
            reached = fold(state, line, reached)
            again.take(raw)
            seen |= {type(event).__name__ for event in decode(line).events}
        assert again.money == {name: purse.fen for name, purse in state.ledger.purses.items()}
        assert again.impossible == []
        holdings = {key: sum(last - first + 1 for first, last in runs) for key, runs in again.holdings().items()}
        positions = state.ledger.positions.items()
        assert holdings == {key: position.count for key, position in positions if position.count}
        if number == 1:
            break
    assert {"CapSet", "Allocated", "Traded", "Surrendered", "MoneyMoved", "AuctionCleared"} <= seen


@given(st.data())
def test_a_series_knows_the_holder_of_every_serial(data: st.DataObject) -> None:
    """Against a list with one name a serial."""
    count = data.draw(st.integers(1, 40))
    series, plain = SerialRuns(count, "a"), ["a"] * count
    for _ in range(data.draw(st.integers(0, 12))):
        first = data.draw(st.integers(1, count))
        last = data.draw(st.integers(first, count))
        origin, target = data.draw(st.sampled_from("abc")), data.draw(st.sampled_from("abc"))
        whole = set(plain[first - 1 : last]) == {origin}
        plain[first - 1 : last] = [target] * (last - first + 1)
        assert series.move(first, last, origin, target) == whole
        expanded = {n: holder for holder, runs in series.runs().items() for a, b in runs for n in range(a, b + 1)}
        assert [expanded[number] for number in range(1, count + 1)] == plain
        assert all(one != other for one, other in zip(series.holders, series.holders[1:], strict=False)), "merged"


@pytest.mark.parametrize(
    ("statement", "account", "what"),
    [
        ("UPDATE accounts SET cash_fen = cash_fen + 1 WHERE account = 'steel'", "steel", "fen"),
        ("DELETE FROM holdings WHERE account = 'steel' AND series = 'SO2-KM-2027'", "steel", "SO2-KM-2027"),
        ("UPDATE holdings SET count = count + 1 WHERE account = 'cement'", "cement", "SO2-KM-2027"),
        ("UPDATE holdings SET blocks = '9' || blocks WHERE account = 'cement'", "cement", "SO2-KM-2027"),
        ("DELETE FROM accounts WHERE account = 'cement'", "cement", "fen"),
        ("INSERT INTO accounts SELECT 'ghost', kind, name, jurisdiction, corporate_group, frozen, 5, 0, closed,"
         " number, state, reason FROM accounts WHERE account = 'steel'", "ghost", "fen"),
        ("UPDATE accounts SET cash_fen = 7 WHERE account = 'treasury'", "treasury", "fen"),
    ],
)  # fmt: skip
def test_an_altered_row_of_a_read_table_is_found(path: Path, statement: str, account: str, what: str) -> None:
    assert differing(looked_at(tampered(path, statement))) == {account: [what]}


def test_exactly_the_accounts_that_differ_are_blocked(path: Path) -> None:
    """The reason says how much; all others trade on; a programme's own account cannot be frozen and is named."""
    tampered(
        path,
        "UPDATE accounts SET cash_fen = cash_fen + 100 WHERE account = 'steel'",
        "UPDATE holdings SET blocks = '1-2', count = 2 WHERE account = 'cement' AND series = 'SO2-KM-2027'",
        "UPDATE accounts SET cash_fen = 7 WHERE account = 'treasury'",
    )
    found = looked_at(path)
    with Book.open(path) as book:
        before = carry_on(book).state.ledger
        answers = block(book, found, AUTHORITY, lambda state: AT)
        after = carry_on(book).state.ledger

    assert found.private == {"steel", "cement"} == set(answers)
    assert all(answer.refusal is None for answer in answers.values())
    assert set(after.frozen) - set(before.frozen) == {"steel", "cement"}
    fen = before.purses["steel"].fen
    said = f"fen: {fen} (records), {fen} (state), {fen + 100} (tables)"
    assert after.frozen["steel"] == f"reconciliation at record {found.records}: {said}"
    assert "SO2-KM-2027: " in after.frozen["cement"]
    assert looked_at(path).frozen >= {"steel", "cement"}
    with Book.open(path) as book:
        assert block(book, looked_at(path), AUTHORITY, lambda state: AT) == {}, "they are frozen already"


def test_the_night_of_the_how_to_blocks_an_account_with_a_false_row(path: Path) -> None:
    """It ran `verify` first, which fails on the same row, so that nobody was ever blocked."""
    page = (Path(__file__).parents[1] / "docs" / "how-to" / "check-a-book-every-night.md").read_text("utf-8")
    cron = re.search(r"^With cron: `30 2 \* \* \* cd \S+ && (.*)`\.$", page, re.MULTILINE)
    assert cron is not None
    lines = cron[1].split(" && ")
    assert re.findall(r"^ExecStart=(.*)$", page, re.MULTILINE) == lines
    with Book.open(path) as book:
        runner = carry_on(book)
        done(runner, REGISTRAR, c.RegisterActor("registry-machine", "machine"))
    tampered(path, "UPDATE accounts SET cash_fen = cash_fen + 100 WHERE account = 'steel'")

    first = CliRunner().invoke(app, lines[0].replace("my.book", str(path)).split(" ")[2:])

    assert first.exit_code == 1, first.output
    with Book.read(path) as book:
        frozen = book.sql.execute("SELECT account FROM accounts WHERE frozen IS NOT NULL").fetchall()
    assert frozen == [("steel",)]


def one_short(real: Apply) -> Apply:
    """Money that moves loses a fen on its way: the purse of the bank takes the difference."""

    def apply(state: Any, event: e.MoneyMoved) -> None:
        real(state, event)
        target = event.entry[0].target
        if target == "steel":
            state.ledger.purses[target].fen -= 1
            state.ledger.purses[BANK_ACCOUNT].fen += 1

    return apply


def test_a_bug_planted_in_apply_is_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps every invariant, so nothing else says a word; the read tables were written before."""
    catalogue = next(
        table for table in vars(apply_module).values() if isinstance(table, dict) and e.MoneyMoved in table
    )
    monkeypatch.setitem(catalogue, e.MoneyMoved, one_short(catalogue[e.MoneyMoved]))
    found = looked_at(path)

    assert found.private == {"steel"}
    assert {each.account for each in found.differences} == {"steel", BANK_ACCOUNT}
    steel = next(each for each in found.differences if each.account == "steel")
    assert isinstance(steel.records, int)
    assert isinstance(steel.state, int)
    assert steel.state < steel.records == steel.tables


def test_a_move_of_what_the_origin_has_not_is_said_of_the_origin(path: Path) -> None:
    again = Refold()
    with Book.read(path) as book:
        for line in book.lines():
            again.take(line.record)
    assert again.impossible == []
    again.take(b'{"events":[{"is":"Transferred","entry":[["allowances","nobody","steel","SO2-KM-2027",[[1,1]]]]}]}')
    again.take(b'{"events":[{"is":"Transferred","entry":[["allowances","steel","nobody","SO2-KM-2031",[[1,1]]]]}]}')

    assert [(each.account, each.what.split(" ", 2)[2]) for each in again.impossible] == [
        ("nobody", "was not all its own when it went to steel"),
        ("steel", "was never issued"),
    ]


def test_an_account_that_was_frozen_is_not_frozen_again(path: Path) -> None:
    with Book.open(path) as book:
        carry_on(book).send(c.Command(AUTHORITY, "f", c.FreezeAccount("steel", "an inquiry")), AT)
    tampered(path, "UPDATE accounts SET cash_fen = cash_fen + 1 WHERE account = 'steel'")
    found = looked_at(path)
    copy = shutil.copy(path, path.with_name("copy.book"))
    with Book.open(Path(copy)) as book:
        assert block(book, found, AUTHORITY, lambda state: AT) == {}
    assert RULES.programme.authority == AUTHORITY
