"""Commands as they are sent: one a line as JSON, for any book, or for the one that they were made for."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, NamedTuple, get_args

import msgspec
from msgspec import Meta

from airshed.engine.commands import Body, Command
from airshed.engine.edge import CURE, said_twice, well_formed
from airshed.engine.runner import LARGEST_GROUP
from airshed.model.refusal import Malformed, in_a_sentence
from airshed.service.book.kept import KeptBook

#: Largest file of commands that is read at once.
LARGEST_FILE = 64 * 1024 * 1024


class AddressedCommand(Command, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A command as it is sent, which may say for which book it was made."""

    #: Hash of the first record of the book that it was made for, as `airshed book seal` writes it: no other takes it.
    book: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", extra_json_schema={"title": "64 hex digits"})] | None = None


class SentCommand(NamedTuple):
    """A command that somebody sends."""

    command: Command
    #: Hash of the first record of the book that it is for; None for any.
    book: str | None
    #: File and line.
    place: str


_decoder = msgspec.json.Decoder(AddressedCommand)


def read_commands(place: str) -> list[SentCommand]:
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
    found: list[SentCommand] = []
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            where = f"{place} line {number}"
            sent = command_of(line, where)
            try:
                found.append(SentCommand(well_formed(sent.command), sent.book, where))
            except Malformed as error:
                raise Malformed(f"{where}: {error.place.removeprefix('command ')}", error.what, error.cure) from None
    if not found:
        raise Malformed(place, "holds no command", "write one a line as JSON")
    if len(found) > LARGEST_GROUP:
        raise Malformed(place, f"holds {len(found)} commands", f"send at most {LARGEST_GROUP} at once")
    return found


def for_this(sent: Iterable[SentCommand], book: KeptBook) -> list[Command]:
    """The commands, if none of them was made for another book; else `Malformed` with the first that was.

    What was computed from a rehearsal does not get into the book of the programme that it rehearses, where sources and
    keys may have the same names.
    """
    return for_book(sent, book.line(1).hash, str(book.path))


def for_book(sent: Iterable[SentCommand], first: str, where: str) -> list[Command]:
    """The same for a book by the hash of its first record, wherever it lies."""
    found: list[Command] = []
    for command, made_for, place in sent:
        if made_for not in (None, first):
            what = f"was made for another book, whose first record is {made_for}"
            raise Malformed(place, what, f"send it there, or make it anew from {where}")
        found.append(command)
    return found


def command_of(line: bytes, place: str) -> SentCommand:
    """One command from JSON, or `Malformed` naming the place."""
    try:
        read = _decoder.decode(line)
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
        shown = f"{field}: {in_a_sentence(what)}" if field else f"is no command ({what})"
        raise Malformed(place, shown, CURE) from None
    except UnicodeDecodeError:
        raise Malformed(place, "is not UTF-8", "save it as UTF-8") from None
    if twice is not None:
        raise Malformed(place, f"{twice!r} is given twice in one object", "give it once, with the value that is meant")
    return SentCommand(Command(read.actor, read.key, read.body), read.book, place)
