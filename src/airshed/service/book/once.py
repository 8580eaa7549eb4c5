"""The key under which a command counts once, for who gives none: the same line sent again is not done twice."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from airshed.engine.commands import Body, Command
from airshed.engine.journal import Record, decode, encode_body
from airshed.engine.runner import Runner
from airshed.engine.state import State
from airshed.model.refusal import Malformed

#: Digits of the digest that a key carries: two lines of one actor that differ never share them.
DIGITS = 24
#: Most attempts at one act that were refused, and most times that it is meant.
MOST = 10_000


class Once(NamedTuple):
    """A command under its key, and the record that has answered it already."""

    command: Command
    earlier: Record | None


def keyed(runner: Runner, actor: str, key: str, body: Body) -> Once:
    """A command under a key that somebody chose."""
    seen = runner.state.keys.get((actor, key))
    record = decode(runner.journal.line(seen)) if seen is not None else None
    same = record is not None and encode_body(record.body) == encode_body(body)
    return Once(Command(actor, key, body), record if same else None)


def once(runner: Runner, actor: str, body: Body, at: int, time: int = 1) -> Once:
    """The command `body` by `actor`, meant for the `time`-th time (decision 74).

    It is made from the content. What was refused has changed nothing, so it is tried again under a key of its own. What
    was done is answered by its record, on the same day: a line that is repeated after a crash. Done on an earlier day
    it is `Malformed`, for nobody can tell a repetition from a second act of the same content. A command that names
    nothing does what is due at its moment, so each moment is an act of its own: a timer sends the same line for ever.
    """
    if not 1 <= time <= MOST:
        raise Malformed("--again", f"{time} is not a number of times", f"give 2 to {MOST:,}")
    stem = _stem(actor, body, time) if body.__struct_fields__ else f"{_stem(actor, body, time)} at {at}"
    for attempt in range(1, MOST):
        key = stem + f" try {attempt}" * (attempt > 1)
        seen = runner.state.keys.get((actor, key))
        if seen is None:
            return Once(Command(actor, key, body), None)
        record = decode(runner.journal.line(seen))
        if record.refusal is None:
            _same_day(runner.state, record, max(at, runner.state.at), time)
            return Once(Command(actor, key, body), record)
    raise Malformed("--key", f"this was refused {MOST:,} times", "give a key")


def _stem(actor: str, body: Body, time: int) -> str:
    content = sha256(actor.encode() + b"\n" + encode_body(body)).hexdigest()[:DIGITS]
    return f"act {content}" + f" time {time}" * (time > 1)


def _same_day(state: State, record: Record, now: int, time: int) -> None:
    if state.civil.day_of(record.at) != state.civil.day_of(now):
        what = f"record {record.seq} of {state.civil.clock(record.at)[:16]} did exactly this"
        raise Malformed("act", what, f"say --again {time + 1} if it is meant once more")


def anew(runner: Runner, actor: str, body: Body) -> Command:
    """A command that is known not to be in effect, under the first key of its content that nothing stands under."""
    for time in range(1, MOST):
        key = _stem(actor, body, time)
        if (actor, key) not in runner.state.keys:
            return Command(actor, key, body)
    raise Malformed("act", f"this was sent {MOST:,} times", "look why it does not take effect")
