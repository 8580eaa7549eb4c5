"""An old book carried over into the format of today: its commands decided anew, under its laws and at its instants."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from airshed.engine.commands import AdoptRulebook, Body, Command
from airshed.engine.decide import SAYS_WHAT_IT_KNOWS, knowing
from airshed.engine.edge import well_formed
from airshed.engine.journal import GENESIS, Line, chained
from airshed.engine.runner import LARGEST_GROUP, Answer, Runner
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.book.damage import named_by_page
from airshed.service.book.file_lock import Grip
from airshed.service.book.kept import line_of
from airshed.service.book.old_law import of_today, sender
from airshed.service.book.sqlite import (
    CONVERTED_FROM,
    FORMAT,
    UNREADABLE,
    Book,
    made,
    of_format,
    opened_to_read,
)

Facts = dict[str, Any]
RESTORE = "restore the book from a copy"

#: Fields that format 5 called otherwise, by their command or event.
RENAMED = {("RegisterSource", "synthetic"): "simulated", ("SourceRegistered", "synthetic"): "simulated"}


class Old(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record as it stands in the old book."""

    seq: int
    at: int
    actor: str
    key: str
    body: Facts
    events: list[Facts]
    refusal: Facts | None


class Different(NamedTuple):
    """A record whose command is answered otherwise today."""

    seq: int
    #: Its number in the new book; None for a sender who was not registered, which leaves no record now.
    now: int | None
    command: str
    before: str
    after: str


class Converted(NamedTuple):
    """What was carried over, and what became of it."""

    #: What the first record of the new book names: format, last record and hash of the old one.
    origin: str
    records: int
    carried: int
    different: tuple[Different, ...]
    #: Laws whose digest is another today, with both: altered then, or read otherwise now.
    laws: tuple[tuple[str, str], ...]
    hash: str


def convert(old: Path, new: Path, provenance: Provenance) -> Converted:
    """Make `new` out of the commands of `old`; `Malformed` when it cannot be read whole, and then nothing is made."""
    with _nobody_writes(old), closing(opened_to_read(old)) as source, made(new) as part, Book.create(part) as book:
        return _carry(old, source, book, provenance)


@contextmanager
def _nobody_writes(old: Path) -> Iterator[None]:
    """Neither an Airshed of today, whose lock is on the file, nor an old one, whose lock is on a file beside it."""
    grip = Grip(old, alone=True, writes=False)
    try:
        with _old_lock(old):
            yield
    finally:
        grip.release()


@contextmanager
def _old_lock(old: Path) -> Iterator[None]:
    """The lock of the Airshed that wrote format 5; what was not there before is not there afterwards."""
    path = old.with_name(old.name + ".lock")
    made_here = not os.path.lexists(path)
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o644)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
        yield  # where no lock can be made, nobody could write
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "another process writes it"
            raise Malformed(str(old), what, "stop that one first; an old book is converted at rest") from None
        try:
            yield
        finally:
            if made_here:
                path.unlink(missing_ok=True)  # while it is held
    finally:
        os.close(lock)


def _carry(old: Path, source: sqlite3.Connection, book: Book, provenance: Provenance) -> Converted:
    lines = _lines(old, source)
    last = lines[-1]
    origin = f"format {CONVERTED_FROM}, {last.seq}:{last.hash}"
    runner: Runner | None = None
    different: list[Different] = []
    laws: dict[str, str] = {}
    known: dict[str, Rulebook] = {}
    carried = 0
    group: list[tuple[Old, Command]] = []

    def send() -> None:
        nonlocal carried
        if group and runner is not None:
            answers = runner.send_all([(command, record.at) for record, command in group])
            for (record, _), answer in zip(group, answers, strict=True):
                carried += answer.seq is not None
                different.extend(_difference(record, answer))
            group.clear()

    before_it = 0
    for line in lines:
        record = _read(old, line, before_it)
        before_it = record.at
        body = _body(old, record)
        key = record.key
        if runner is None and not isinstance(body, AdoptRulebook):
            raise Malformed(f"{old} record 1", "adopts no law, as the first of a book does", RESTORE)
        if isinstance(body, AdoptRulebook):
            send()
            texts = _law(old, source, body.digest)
            rules = load_texts(texts)
            mine = digest(rules)
            if mine != body.digest:
                laws[body.digest] = mine
            body = msgspec.structs.replace(body, digest=mine)
            book.keep_law(body.digest, texts)
            if runner is None:
                runner = Runner(book, rules, laws=known.get)
                key = f"from {origin}"
                body = msgspec.structs.replace(body, provenance=provenance)
            known[mine] = rules
            group.append((record, _command(old, record, key, body)))
            send()
            continue
        assert runner is not None
        actor = sender(record.actor, body, runner.rules.programme.authority)
        if isinstance(body, SAYS_WHAT_IT_KNOWS):
            send()  # what it is warned of follows from all before it (decision 83)
            body = knowing(runner.state, runner.rules, record.at, actor, body)
        group.append((record, _command(old, record, key, body, actor)))
        if len(group) == LARGEST_GROUP:
            send()
    send()
    assert runner is not None, "a book that ends at a record begins with one"
    return Converted(origin, last.seq, carried, tuple(different), tuple(laws.items()), runner.hash)


def _lines(old: Path, source: sqlite3.Connection) -> list[Line]:
    """Every record, each checked against the chain, and none missing at the end."""
    with _reading(old):
        row = source.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
        if row is not None and row[0] == FORMAT:
            raise Malformed(str(old), f"has format {FORMAT}, that of today", "there is nothing to convert")
        if row is None or row[0] != CONVERTED_FROM:
            raise of_format(old, None if row is None else str(row[0]))
        head = source.execute("SELECT value FROM meta WHERE key = 'head'").fetchone()
        rows = source.execute("SELECT seq, hash, record FROM journal ORDER BY seq").fetchall()
    try:
        found = list(chained(line_of(*row) for row in rows))
    except Malformed as error:
        raise Malformed(f"{old}{error.place.removeprefix('book')}", error.what, error.cure) from None
    if not found or head is None or head[0] != str(found[-1].seq):
        said = head and head[0]
        where = f"{old} record {len(found) + 1}"
        raise Malformed(where, f"is missing: the book says that it ends at {said}", RESTORE)
    assert found[0].seq == 1, GENESIS
    return found


@contextmanager
def _reading(old: Path) -> Iterator[None]:
    """What SQLite says of the old file is said of it, not of the new one; with the page that cannot be read, if one."""
    try:
        yield
    except UNREADABLE as error:
        what = f"is not a book that can be read ({error})"
        raise named_by_page(old, what) or Malformed(str(old), what, RESTORE) from None


def _read(old: Path, line: Line, before: int) -> Old:
    """A record, if it is one, and does not come before the one before it."""
    place = f"{old} record {line.seq}"
    try:
        record = msgspec.json.decode(line.record, type=Old)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(place, f"cannot be read ({error})", RESTORE) from None
    if record.seq != line.seq:
        raise Malformed(place, f"calls itself {record.seq}", RESTORE)
    if record.at < before:
        raise Malformed(place, f"is of {record.at}, before the one before it", RESTORE)
    nameless = any(not isinstance(event.get("is"), str) for event in record.events)
    if nameless or (record.refusal is not None and not isinstance(record.refusal.get("why"), str)):
        raise Malformed(place, "holds an event or a refusal without a name", RESTORE)
    events = [_as_today(event, event["is"]) for event in record.events]
    return msgspec.structs.replace(record, body=_as_today(record.body, record.body.get("do")), events=events)


def _as_today(facts: Facts, name: object) -> Facts:
    """These facts under the names that their fields have today."""
    return {RENAMED.get((str(name), field), field): value for field, value in facts.items()}


def _body(old: Path, record: Old) -> Body:
    try:
        return msgspec.convert(record.body, Body)  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise _otherwise(old, record, str(error)) from None


def _command(old: Path, record: Old, key: str, body: Body, actor: str = "") -> Command:
    try:
        return well_formed(Command(actor or record.actor, key, body), record.at)
    except Malformed as error:
        raise _otherwise(old, record, f"{error.place.removeprefix('command ')}: {error.what}") from None


def _otherwise(old: Path, record: Old, said: str) -> Malformed:
    what = f"holds a command that is written otherwise today ({said})"
    return Malformed(f"{old} record {record.seq}", what, "carry it on with the Airshed that wrote it")


def _law(old: Path, source: sqlite3.Connection, name: str) -> dict[str, bytes]:
    with _reading(old):
        row = source.execute("SELECT texts FROM laws WHERE digest = ?", (name,)).fetchone()
    place = f"{old} law {name[:12]}"
    if row is None:
        raise Malformed(place, "is not kept in this book", RESTORE)
    try:
        texts = {file: text.encode() for file, text in msgspec.json.decode(row[0], type=dict[str, str]).items()}
    except (msgspec.MsgspecError, UnicodeError, TypeError) as error:
        raise Malformed(place, f"cannot be read ({error})", RESTORE) from None
    try:
        texts = of_today(texts)
        load_texts(texts)
    except Malformed as error:
        what = f"is not one that can be read today ({error.place}: {error.what})"
        raise Malformed(place, what, "carry the book on with the Airshed that wrote it") from None
    return texts


def _difference(record: Old, answer: Answer) -> Iterator[Different]:
    events: list[Facts] = msgspec.json.decode(msgspec.json.encode(answer.events))
    refusal: Facts | None = msgspec.json.decode(msgspec.json.encode(answer.refusal))
    new = (
        "provenance",
        "digest",
        "until",
        "authority",
        "jurisdiction",
        "may",
        "opened",
    )  # said beside, and a law's name
    if record.body["do"] == "AdoptRulebook":
        events = [event for event in events if event["is"] != "ActorRegistered"]  # the founders
    was, now = (
        [{key: value for key, value in event.items() if key not in new} for event in each]
        for each in (record.events, events)
    )
    if answer.seq is None or was != now or (record.refusal or {}).get("why") != (refusal or {}).get("why"):
        after = "answered without a record" if answer.seq is None else _said(events, refusal)
        yield Different(record.seq, answer.seq, record.body["do"], _said(record.events, record.refusal), after)


def _said(events: list[Facts], refusal: Facts | None) -> str:
    return f"refused: {refusal['why']}" if refusal is not None else ", ".join(str(event["is"]) for event in events)
