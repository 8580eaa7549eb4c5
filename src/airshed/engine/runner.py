"""The one writer: key, decision, record, application, commit, answer. Restart is replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from airshed.engine.apply import apply
from airshed.engine.commands import Body, Command
from airshed.engine.decide import law_named
from airshed.engine.edge import WellFormed, well_formed
from airshed.engine.events import Event
from airshed.engine.journal import (
    GENESIS,
    NO_CHANGES,
    Journal,
    Line,
    Record,
    chain,
    decode,
    encode,
    linked,
)
from airshed.engine.recording import recorded
from airshed.engine.state import State
from airshed.engine.tables import gathering, note
from airshed.model.refusal import Malformed, Refusal
from airshed.rulebook.schema import Rulebook

#: Most commands that one commit waits for.
LARGEST_GROUP = 10_000
#: What to do about a record that is not what was written.
ALTERED = "it was altered: restore the book from a copy"


class Answer(NamedTuple):
    """What the sender of a command gets to hear, once it is on disk."""

    #: Number and hash of the record; None for a sender who is not registered, and leaves none.
    seq: int | None
    hash: str | None
    events: tuple[Event, ...]
    refusal: Refusal | None


class Begun(NamedTuple):
    """What a book comes to at one of its records: the state, and the hash of the chain up to it."""

    state: State
    hash: str


class Poisoned(RuntimeError):
    """An earlier group could not be made durable; the process must restart and replay."""


class Runner:
    """Decides commands one after the other and commits them in groups.

    `rules` is the law in force, or that which is adopted first; `laws` gives a later one by its digest, or None when
    its text is not at hand. `tables` is False for a book without read tables (lab, tests). With `begun` the records up
    to there are not looked at.
    """

    def __init__(
        self,
        journal: Journal,
        rules: Rulebook,
        *,
        tables: bool = True,
        laws: Callable[[str], Rulebook | None] = lambda digest: None,
        begun: Begun | None = None,
    ) -> None:
        self.journal = journal
        self.rules = rules
        self.laws = laws
        self.state, self.hash = Begun(State(), GENESIS) if begun is None else begun
        self.tables = gathering() if tables else None
        self._poisoned = False
        for line in journal.lines(self.state.seq):
            self.hash = fold(self.state, line, self.hash)

    def send(self, command: Command, at: int) -> Answer:
        """One command, durable when this returns."""
        return self.send_all([(command, at)])[0]

    def send_all(self, wishes: Iterable[tuple[Command, int]]) -> list[Answer]:
        """A group of commands with the instants at which they came, one commit, answers in order.

        Instants never run backwards: an earlier one counts as that of the last record that was not refused; what is
        refused moves no clock. A malformed command raises before any of the group is decided.
        """
        return self.send_well_formed([(WellFormed(well_formed(command, at)), at) for command, at in wishes])

    def send_well_formed(self, group: Sequence[tuple[WellFormed, int]]) -> list[Answer]:
        """The same of commands that were looked at as they came in, at instants that have a day."""
        if self._poisoned:
            raise Poisoned("the book could not be written; restart to replay it")
        if len(group) > LARGEST_GROUP:
            raise Malformed("commands", f"{len(group)} in one group", f"send at most {LARGEST_GROUP} at once")
        lines: list[Line] = []
        first = self.state.seq
        answers: list[Answer] = []
        self._poisoned = True  # until the group is durable
        for wish, at in group:
            answer = self._decide(wish.command, at, lines, first)
            answers.append(answer)
        if lines:
            changes = self.tables.take(self.state) if self.tables is not None else NO_CHANGES
            self.journal.write(lines, changes)
        self._poisoned = False
        return answers

    def text(self, body: Body) -> Rulebook | None:
        """The law that a command is to put in force; None when it is about no law, or the text is not at hand."""
        law = law_named(self.state, body)
        return None if law is None else self.laws(law)

    def _decide(self, command: Command, at: int, lines: list[Line], first: int) -> Answer:
        state = self.state
        seen = state.keys.get((command.actor, command.key))
        stands = None
        if seen is not None:
            stands = lines[seen - first - 1] if seen > first else self.journal.line(seen)
        earlier = decode(stands) if stands is not None else None
        text = self.text(command.body)
        record = recorded(state, command, self.rules, at, earlier, text)
        if isinstance(record, Refusal):
            return Answer(None, None, (), record)
        if stands is not None and record is earlier:
            return Answer(record.seq, stands.hash, record.events, record.refusal)
        raw = encode(record)
        self.hash = chain(self.hash, raw)
        in_force = state.rulebook
        take_in(state, record)
        if text is not None and state.rulebook is not in_force:
            self.rules = text
        if self.tables is not None:
            note(self.tables, state, record)
        lines.append(Line(record.seq, self.hash, raw))
        return Answer(record.seq, self.hash, record.events, record.refusal)


def take_in(state: State, record: Record) -> None:
    """Fold one record into the state."""
    assert record.seq == state.seq + 1, f"I12: record {record.seq} follows {state.seq}"
    state.seq = record.seq
    if record.refusal is None:  # else whoever is refused could set the clock of the book
        state.at = record.at
    state.keys.setdefault((record.actor, record.key), record.seq)
    for event in record.events:
        apply(state, event)


def checked(line: Line, after: int, previous: str) -> tuple[Record, str]:
    """The record of a line that follows record `after`, and the new end of the chain; or `Malformed` naming it."""
    reached = linked(line, after, previous)
    record = decode(line)
    if record.seq != line.seq:
        place = f"book record {line.seq}"
        raise Malformed(place, f"calls itself {record.seq}", ALTERED)
    return record, reached


def fold(state: State, line: Line, previous: str) -> str:
    """Check a line against the chain and fold it; the new end of the chain, or `Malformed` naming the record."""
    return folded(state, line, previous)[1]


def folded(state: State, line: Line, previous: str) -> tuple[Record, str]:
    """As `fold`, for whoever looks at the record too."""
    record, reached = checked(line, state.seq, previous)
    with following(record.seq):
        take_in(state, record)
    return record, reached


class following:
    """Within, a record that was read is taken in: one that cannot follow from those before it is `Malformed`.

    Whoever forges a record can make its hash too; what breaks then is the book and not the engine. A class, for every
    record of a replay passes here and a generator costs three times as much.
    """

    __slots__ = ("seq",)

    def __init__(self, seq: int) -> None:
        self.seq = seq

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AssertionError):
            raise Malformed(f"book record {self.seq}", f"breaks an invariant ({_said(error)})", ALTERED) from None
        if isinstance(error, (LookupError, TypeError, ValueError, ArithmeticError, AttributeError)):
            raise Malformed(f"book record {self.seq}", f"names what is not there ({_said(error)})", ALTERED) from None


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
