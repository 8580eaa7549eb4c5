"""Reconcile a book: a second fold of its records against the state that rules and against the read tables.

`airshed book verify` asks whether the book follows from what people sent. This asks whether what is served from it (the
state of the writer, the tables that pages and programs read) is what the records say, account by account, so that
accounts which differ can be stopped and all others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from airshed.engine.commands import Command, FreezeAccount
from airshed.engine.journal import GENESIS, Line
from airshed.engine.runner import LARGEST_GROUP, Answer, fold
from airshed.engine.state import State
from airshed.model.refusal import Malformed
from airshed.registry.accounts import PRIVATE
from airshed.registry.refold import Refold, Runs
from airshed.service.book.kept import KeptBook
from airshed.service.book.opening import carry_on
from airshed.service.book.sqlite import UNREADABLE

#: Most characters of what differs in the reason of a freeze.
LONGEST_REASON = 1_000
#: Records between two words on how far it is.
BETWEEN = 2_000


class Difference(NamedTuple):
    """Where the three do not say the same of an account: fen, or serials of a series. None: not there at all."""

    account: str
    what: str
    records: str | int | None
    state: str | int | None
    tables: str | int | None

    def __str__(self) -> str:
        said = ((self.records, "records"), (self.state, "state"), (self.tables, "tables"))
        return f"{self.what}: " + ", ".join(f"{'nothing' if value is None else value} ({name})" for value, name in said)


class Reconciled(NamedTuple):
    """What was held against each other, and where it differs."""

    records: int
    hash: str
    accounts: int
    differences: tuple[Difference, ...]
    #: Accounts that differ and that people trade from: those that can be frozen.
    private: frozenset[str]
    #: Accounts that are frozen already.
    frozen: frozenset[str]


def reconcile(book: KeptBook, progress: Callable[[int, int], None] = lambda done, total: None) -> Reconciled:
    """Fold the records twice and read the tables, all as of one moment."""
    with book.named(), book.snapshot():
        state, again, reached = State(), Refold(), GENESIS
        last = book.last()
        for line in book.lines():
            reached = _take(state, again, line, reached)
            if line.seq % BETWEEN == 0:
                progress(line.seq, last)
        progress(last, last)
        if not last:
            raise Malformed(str(book.path), "has no record", "airshed book new adopts the first law")
        money, holdings = _tables(book)
    found = [*_of_money(again, state, money), *_of_holdings(again, state, holdings)]
    found += [
        Difference(each.account, f"record {each.seq}: {each.what}", None, None, None) for each in again.impossible
    ]
    kinds = state.ledger.accounts
    private = frozenset(each.account for each in found if each.account in kinds and kinds[each.account].kind in PRIVATE)
    return Reconciled(
        again.seq,
        reached,
        len({*again.money, *state.ledger.purses, *money}),
        tuple(sorted(found, key=lambda each: (each.account, each.what))),
        private,
        frozenset(state.ledger.frozen),
    )


def _take(state: State, again: Refold, line: Line, reached: str) -> str:
    end = fold(state, line, reached)  # holds the line to the chain first
    again.take(line.record)
    return end


def _of_money(again: Refold, state: State, tables: dict[str, int]) -> list[Difference]:
    ruling = {account: purse.fen for account, purse in state.ledger.purses.items()}
    accounts = sorted({*again.money, *ruling, *tables})
    said = [Difference(name, "fen", again.money.get(name), ruling.get(name), tables.get(name)) for name in accounts]
    return [each for each in said if not each.records == each.state == each.tables]


def _of_holdings(again: Refold, state: State, tables: dict[tuple[str, str], str]) -> list[Difference]:
    records = {key: _text(runs) for key, runs in again.holdings().items()}
    ruling = {
        key: _text(tuple((block.first, block.last) for block in position.blocks))
        for key, position in state.ledger.positions.items()
        if position.count or position.blocks
    }
    keys = sorted({*records, *ruling, *tables})
    said = [Difference(*key, records.get(key), ruling.get(key), tables.get(key)) for key in keys]
    return [each for each in said if not each.records == each.state == each.tables]


def _text(runs: Runs) -> str:
    """Serials as the read table writes them; neighbours are one run whoever cut them."""
    whole: list[list[int]] = []
    for first, last in sorted(runs):
        if whole and whole[-1][1] + 1 == first:
            whole[-1][1] = last
        else:
            whole.append([first, last])
    return ",".join(f"{first}-{last}" for first, last in whole)


def _tables(book: KeptBook) -> tuple[dict[str, int], dict[tuple[str, str], str]]:
    """What the read tables show. A count that is not that of its serials stands beside them."""
    try:
        money = dict(book.sql.execute("SELECT account, cash_fen FROM accounts"))
        holdings: dict[tuple[str, str], str] = {}
        for account, series, count, blocks in book.sql.execute("SELECT account, series, count, blocks FROM holdings"):
            holdings[account, series] = blocks if count == _counted(blocks) else f"{blocks} counted as {count}"
    except UNREADABLE as error:
        raise Malformed(str(book.path), f"cannot be read ({error})", "restore the book from a copy") from None
    return money, holdings


def _counted(blocks: object) -> int | None:
    try:
        ends = [tuple(map(int, run.split("-"))) for run in str(blocks).split(",")]
        return sum(last - first + 1 for first, last in ends)
    except ValueError:
        return None


def block(book: KeptBook, found: Reconciled, actor: str, when: Callable[[State], int]) -> dict[str, Answer]:
    """Freeze every private account that differs and is not frozen yet, with the difference as the reason."""
    runner = carry_on(book)
    at = when(runner.state)
    accounts = sorted(found.private - found.frozen)
    wishes = [
        (
            Command(actor, key_of(found, account), FreezeAccount(account, reason(found, account))),
            at,
        )
        for account in accounts
    ]
    answers = [
        answer
        for first in range(0, len(wishes), LARGEST_GROUP)
        for answer in runner.send_all(wishes[first : first + LARGEST_GROUP])
    ]
    return dict(zip(accounts, answers, strict=True))


def key_of(found: Reconciled, account: str) -> str:
    """The key under which the freeze of an account counts once."""
    return f"reconciliation-{found.records}-{account}"


def reason(found: Reconciled, account: str) -> str:
    """What the holder of the account will read."""
    said = "; ".join(str(each) for each in found.differences if each.account == account)
    if len(said) > LONGEST_REASON:
        said = f"{said[:LONGEST_REASON]} ..."
    return f"reconciliation at record {found.records}: {said}"
