"""Decide a book anew: every command again, under the law that was in force, and what is written must come out.

What came from outside is taken as it is written: who sent which command under which key, when, and which text of a law
was at hand. All else follows from it, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from airshed.engine.commands import Command
from airshed.engine.decide import law_named
from airshed.engine.difference import first_difference
from airshed.engine.edge import well_formed
from airshed.engine.journal import GENESIS, Line, Record, decode, encode
from airshed.engine.recording import recorded
from airshed.engine.runner import checked, take_in
from airshed.engine.state import State
from airshed.model.refusal import Malformed, Refusal
from airshed.rulebook.schema import Rulebook

RESTORE = "restore the book from a copy"
#: A decision binds the code as well: what an older Airshed decided otherwise is not forged.
CURE = f"{RESTORE}, or verify it with the Airshed that wrote it"


class Anew:
    """Follows a book from its first record; what does not follow from the records before is `Malformed`.

    `law` gives the rulebook of a digest, or None when its text is not at hand; `line` gives a record of the book.
    """

    def __init__(self, law: Callable[[str], Rulebook | None], line: Callable[[int], Line]) -> None:
        self.state = State()
        self.hash = GENESIS
        self._law = law
        self._line = line
        self._in_force: Rulebook | None = None

    def follow(self, line: Line) -> Record:
        """Judge the next line and take it in."""
        record, reached = checked(line, self.state.seq, self.hash)
        self.judge(line, record)
        return self._taken_in(record, reached)

    def believe(self, line: Line) -> Record:
        """Take in the next line as it is written, for whoever has judged it before."""
        return self._taken_in(*checked(line, self.state.seq, self.hash))

    def _taken_in(self, record: Record, reached: str) -> Record:
        before = self.state.rulebook
        take_in(self.state, record)
        self.hash = reached
        rulebook = self.state.rulebook
        if rulebook is not None and rulebook is not before:
            self._in_force = self._law(rulebook.digest)
        return record

    def judge(self, line: Line, record: Record) -> None:
        """`Malformed` unless the next line says what deciding says; nothing is taken in."""
        place = f"book record {line.seq}"
        try:
            command = well_formed(Command(record.actor, record.key, record.body), record.at)
        except Malformed as error:
            what = f"holds a command that cannot be sent ({error.place.removeprefix('command ')}: {error.what})"
            raise Malformed(place, what, RESTORE) from None
        if record.at < self.state.at:
            when, before = self.state.civil.clock(record.at), self.state.civil.clock(self.state.at)
            raise Malformed(place, f"is of {when}, before what happened last ({before})", RESTORE)
        stands = self.state.keys.get((record.actor, record.key))
        earlier = None if stands is None else decode(self._line(stands))
        first: Record | None = None
        for rules, text in self._at_hand(record, place):
            try:
                found = recorded(self.state, command, rules, record.at, earlier, text)
            except (AssertionError, LookupError, TypeError, ValueError, ArithmeticError) as error:
                raise Malformed(place, f"cannot be decided anew ({type(error).__name__}: {error})", CURE) from None
            if isinstance(found, Refusal):
                what = f"is of {record.actor}, who was not registered and is answered without a record"
                raise Malformed(place, what, RESTORE)
            if found is earlier:
                raise Malformed(place, f"repeats record {found.seq}, which answers it", RESTORE)
            if encode(found) == line.record:
                return
            first = first or found
        assert first is not None
        raise Malformed(place, first_difference(record, first), CURE)

    def _at_hand(self, record: Record, place: str) -> Iterator[tuple[Rulebook, Rulebook | None]]:
        """The law in force, and the text of that which the record is to put in force, or is refused for want of."""
        name = law_named(self.state, record.body)
        named = None if name is None else self._law(name)
        if name is not None and named is None and record.refusal is None:
            raise Malformed(place, f"adopts the law {name[:12]}, whose text is not in the book", RESTORE)
        rules = self._in_force or named
        if rules is None:
            raise Malformed(place, "is decided under no law: the first record of a book adopts one", RESTORE)
        if named is not None:
            yield rules, named
        if self._in_force is not None:
            yield rules, None
