"""Open a book to carry it on: the law in force from the book itself, adoption of the next, commands from a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

import msgspec

from airshed.engine.commands import AdoptRulebook, Body, Command
from airshed.engine.edge import CURE, said_twice, well_formed
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import LARGEST_GROUP, Answer, Runner
from airshed.engine.state import State
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.service.book.law import law_of
from airshed.service.book.sqlite import Book, made

#: Largest file of commands that is read at once.
LARGEST_FILE = 64 * 1024 * 1024

_decoder = msgspec.json.Decoder(Command)


def carry_on(book: Book) -> Runner:
    """The runner of a book under the law it adopted last; `Malformed` when it has none, or cannot have happened."""
    rules = law_of(book)
    with book.named():
        runner = Runner(book, rules)
    try:
        check_state(runner.state)
    except AssertionError as error:
        place = f"{book.path} after record {runner.state.seq}"
        cure = "airshed book verify names the record; restore the book from a copy"
        raise Malformed(place, f"breaks an invariant ({error})", cure) from None
    return runner


def begin(path: Path, texts: Mapping[str, bytes], at: int, provenance: Provenance) -> Answer:
    """A new book with its first record in it, or nothing under that name."""
    with made(path) as part, Book.create(part) as book:
        return adopt(book, texts, at, provenance)[1]


def adopt(
    book: Book, texts: Mapping[str, bytes], at: int | Callable[[State], int], provenance: Provenance | None = None
) -> tuple[Runner, Answer]:
    """Adopt a rulebook, the first of a book or the next; the runner to carry on with, and the answer.

    The first says what the book is. The key is the digest and the number of the adoption: to adopt the law in force
    once more is the same act and gets the same answer, to come back to an earlier law is another.
    """
    rules = load_texts(texts)
    mine = digest(rules)
    in_force = book.law_in_force()
    before = rules if in_force is None else load_texts(book.law(in_force))
    with book.named():
        runner = Runner(book, rules)
    when = at if isinstance(at, int) else at(runner.state)
    book.keep_law(mine, texts)
    authority = before.programme.authority
    number = book.adoptions() + (in_force != mine)
    if provenance is None and in_force is not None and number == 1:
        provenance = runner.state.provenance
    body = AdoptRulebook(rules.programme.id, rules.programme.version, mine, provenance)
    answer = runner.send(Command(authority, f"adopt {mine} {number}", body), when)
    if answer.refusal is not None:
        runner.rules = before
    return runner, answer


def read_commands(place: str) -> list[Command]:
    """Commands from a file or standard input (`-`), one a line; `Malformed` names the line."""
    if place == "-":
        place = "standard input"
        raw = sys.stdin.buffer.read(LARGEST_FILE + 1)
    else:
        try:
            with Path(place).open("rb") as file:
                raw = file.read(LARGEST_FILE + 1)
        except OSError as error:
            raise Malformed(place, f"cannot be read ({error.strerror})", "give a file of commands") from None
    if len(raw) > LARGEST_FILE:
        raise Malformed(place, f"is larger than {LARGEST_FILE} bytes", "split it")
    found: list[Command] = []
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            where = f"{place} line {number}"
            command = command_of(line, where)
            try:
                found.append(well_formed(command))
            except Malformed as error:
                raise Malformed(f"{where}: {error.place.removeprefix('command ')}", error.what, error.cure) from None
    if not found:
        raise Malformed(place, "holds no command", "write one a line as JSON")
    if len(found) > LARGEST_GROUP:
        raise Malformed(place, f"holds {len(found)} commands", f"send at most {LARGEST_GROUP} at once")
    return found


def command_of(line: bytes, place: str) -> Command:
    """One command from JSON, or `Malformed` naming the place."""
    try:
        command = _decoder.decode(line)
        twice = said_twice(line)
    except RecursionError:
        raise Malformed(place, "is nested too deeply to be a command", CURE) from None
    except msgspec.MsgspecError as error:
        what, _, where = str(error).partition(" - at `$")
        field = where.rstrip("`").removeprefix(".")
        if field == "body.do":
            word = what.removeprefix("Invalid value ").strip("'")
            names = [kind.__name__ for kind in get_args(Body)]
            near = ", ".join(get_close_matches(word, names, 3, 0.4))
            raise Malformed(
                place, f"there is no command {word!r}", f"did you mean {near}? {CURE}" if near else CURE
            ) from None
        shown = f"{field}: {what[:1].lower()}{what[1:]}" if field else f"is no command ({what})"
        raise Malformed(place, shown, CURE) from None
    except UnicodeDecodeError:
        raise Malformed(place, "is not UTF-8", "save it as UTF-8") from None
    if twice is not None:
        raise Malformed(place, f"{twice!r} is given twice in one object", "give it once, with the value that is meant")
    return command
