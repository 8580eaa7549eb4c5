"""Verifying a book by deciding it anew, beside folding it and comparing its read tables."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from airshed.engine.journal import GENESIS, decode
from airshed.engine.runner import Runner, fold
from airshed.engine.state import State
from airshed.engine.tables import TABLES
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.book.sqlite import Book
from airshed.service.book.table_check import ExpectedRows, compare
from airshed.service.book.verify import verify
from bench.engine import Desk, flowing

ORDERS = 20_000
ROUNDS = 3
#: Most times what folding takes that deciding anew may take.
LIMIT = 3.0


def folded(book: Book) -> None:
    """Chain, events and read tables; nothing is decided."""
    state, rows, reached = State(), ExpectedRows(), GENESIS
    for line in book.lines():
        reached = fold(state, line, reached)
        rows.note(state, decode(line))
    wanted = rows.of(state)
    for table in TABLES:
        compare(book, table, wanted[table.name])


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    gc.collect()
    begun = time.process_time()
    work()
    return time.process_time() - begun


def run() -> list[tuple[str, str]]:
    """Name and result of each measurement, in turns; the best round of each."""
    rules: Rulebook = flowing(load_rules(shipped("rulebooks", "dianzhong")))
    laws = {digest(rules): rules}
    with tempfile.TemporaryDirectory() as folder, Book.create(Path(folder) / "verify.book") as book:
        desk = Desk(Runner(book, rules))
        desk.durable(ORDERS)
        plain, anew = [], []
        for _ in range(ROUNDS):
            plain.append(timed(lambda: folded(book)))
            anew.append(timed(lambda: verify(book, laws=laws)))
        records = desk.runner.state.seq
    ratio = min(anew) / min(plain)
    said = "within" if ratio <= LIMIT else "BEYOND"
    return [
        ("fold and compare read tables", f"{records / min(plain):,.0f} records/s, best of {ROUNDS} turns"),
        ("  verify: decide each command anew as well", f"{ratio:.2f} times that, {said} the limit of {LIMIT:.0f}"),
    ]


def main() -> None:
    """Print the measurements."""
    for name, result in run():
        print(f"{name}: {result}", flush=True)


if __name__ == "__main__":
    main()
