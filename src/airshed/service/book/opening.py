"""Open a book to carry it on: the law in force from the book itself, and adoption of the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from airshed.engine.commands import AdoptRulebook, Command
from airshed.engine.events import RulebookAdopted
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import Line
from airshed.engine.runner import Answer, Begun, Runner, fold
from airshed.engine.state import State
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.service.book.addressed import to_make
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import law_of, laws_of


def carry_on(book: KeptBook, begun: Begun | None = None) -> Runner:
    """The runner of a book under the law it adopted last; `Malformed` when it has none, or cannot have happened.

    So it is when its read tables are of another version: the first record would end the writer otherwise.
    """
    book.hold_read_tables()
    rules = law_of(book)
    with book.named():
        runner = Runner(book, rules, laws=laws_of(book), begun=begun)
    try:
        check_state(runner.state)
    except AssertionError as error:
        place = f"{book.path} after record {runner.state.seq}"
        cure = "airshed book verify names the record; restore the book from a copy"
        raise Malformed(place, f"breaks an invariant ({error})", cure) from None
    return runner


def follow(runner: Runner, book: KeptBook) -> list[Line]:
    """Take in what another process has written since; the lines of it."""
    with book.named():
        lines = list(book.lines(runner.state.seq))
        for line in lines:
            runner.hash = fold(runner.state, line, runner.hash)
    if any(RulebookAdopted.__name__.encode() in line.record for line in lines):
        runner.rules = law_of(book)
    return lines


def begin(address: Path | str, texts: Mapping[str, bytes], at: int, provenance: Provenance) -> Answer:
    """A new book with its first record in it, or nothing under that name."""
    with to_make(address) as book:
        return adopt(book, texts, at, provenance)[1]


def adopt(
    book: KeptBook,
    texts: Mapping[str, bytes],
    at: int | Callable[[State], int],
    provenance: Provenance | None = None,
    actor: str = "",
) -> tuple[Runner, Answer]:
    """Adopt a rulebook, the first of a book or the next; the runner to carry on with, and the answer.

    The first says what the book is. A later one waits for a second person where the law in force takes two for it; its
    text is kept meanwhile. The key is the digest and the number of the adoption: to adopt the law in force once more is
    the same act and gets the same answer, to come back to an earlier law is another.
    """
    book.hold_read_tables()
    rules = load_texts(texts)
    mine = digest(rules)
    in_force = book.law_in_force()
    before = rules if in_force is None else book.rules(in_force)
    with book.named():
        runner = Runner(book, before, laws=laws_of(book, {mine: rules}))
    when = at if isinstance(at, int) else at(runner.state)
    book.keep_law(mine, texts)
    number = book.adoptions() + (in_force != mine)
    if provenance is None and in_force is not None and number == 1:
        provenance = runner.state.provenance
    body = AdoptRulebook(rules.programme.id, rules.programme.version, mine, provenance)
    answer = runner.send(Command(actor or before.programme.authority, f"adopt {mine} {number}", body), when)
    return runner, answer
