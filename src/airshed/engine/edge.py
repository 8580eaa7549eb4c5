"""The edge of the engine: a command that cannot be read back as it was meant is malformed and never recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from airshed.engine.commands import Body, Command, Text
from airshed.engine.commands.wish import Day, Hour
from airshed.engine.journal import END_OF_TIME
from airshed.model.names import unlike_itself
from airshed.model.refusal import Malformed, in_a_sentence

CURE = "see docs/reference/commands.md"

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Command)

#: Fields that hold a day or an hour, by their kind or under one of these names; by command.
_DAYS: dict[type, tuple[str, ...]] = {
    kind: tuple(
        name
        for name, annotated in get_type_hints(kind, include_extras=True).items()
        if annotated in (Day, Hour) or name in ("day", "first", "last", "until")
    )
    for kind in get_args(Body)
}
#: Fields that hold a sentence, in which a line may be broken; by command.
_SENTENCES: dict[type, frozenset[str]] = {}


def well_formed(command: Command, at: int = 0) -> Command:
    """The command as the book will read it back; `Malformed` names the field that cannot be kept.

    Numbers lie within 2**53 so that every reader of the book has them exactly, names have 1 to 100 printable
    characters, choices are those of the field, and the instant is one that has a day.

    >>> from airshed.engine.commands import CloseYear
    >>> well_formed(Command("zone-office", "1", CloseYear("kunming-forge", 10**30)))
    Traceback (most recent call last):
    airshed.model.refusal.Malformed: command CloseYear year: expected `int` <= 9998; see docs/reference/commands.md
    """
    place = f"command {type(command.body).__name__}"
    if type(at) is not int or not 0 <= at < END_OF_TIME:
        raise Malformed(place, f"the instant {at!r} has no day", "give one of the years 1970 to 9999")
    try:
        raw = _encoder.encode(command)
        read = _decoder.decode(raw)
    except UnicodeEncodeError:
        raise Malformed(place, "holds half a character", "send text that UTF-8 can write") from None
    except (msgspec.MsgspecError, TypeError, RecursionError) as error:
        what, _, where = str(error).partition(" - at `$.")
        field = where.rstrip("`").removeprefix("body.")
        raise Malformed(f"{place} {field}".strip(), in_a_sentence(what), CURE) from None
    # In JSON a control character, a quote and a backslash show as an escape: most commands have none, and end here.
    if not raw.isascii() or b"\\" in raw or b"\x7f" in raw or b"  " in raw or b'" ' in raw or b' "' in raw:
        _printable(read, place)
    for name in _DAYS[type(read.body)]:
        day = getattr(read.body, name)
        if type(day) is str and day:  # a day that may be left out is empty
            _real_day(day, f"{place} {name}")
    return read


class WellFormed(NamedTuple):
    """A command that was looked at, so that nobody has to look again."""

    command: Command


def looked_at(command: Command) -> WellFormed:
    """The same as `well_formed`, for who passes it on; `Malformed` names the field that cannot be kept."""
    return WellFormed(well_formed(command))


def said_twice(text: bytes) -> str | None:
    """The first name that an object of this JSON gives more than once, at any depth; None where all are single.

    >>> said_twice(b'{"actor": "a", "body": {"count": 100, "count": 900}}')
    'count'
    """
    try:
        _names.decode(text.decode())
    except _SaidTwice as error:
        return error.name
    return None


class _SaidTwice(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        names = [name for name, _ in pairs]
        raise _SaidTwice(next(name for name in names if names.count(name) > 1))


#: Made once: a decoder is dearer to make than a command to read.
_names = json.JSONDecoder(object_pairs_hook=_once)


def _real_day(day: str, place: str) -> None:
    try:
        date.fromisoformat(day[:10])
    except ValueError:
        raise Malformed(place, f"there is no day {day[:10]!r}", "write a day that is, as 2027-12-31") from None


def _printable(command: Command, place: str) -> None:
    for name, text, sentence in _texts(command, ""):
        shown = text.replace("\n", "").replace("\u3000", "") if sentence else text
        if not shown.isprintable() or (not sentence and text != text.strip()):
            raise Malformed(f"{place} {name}", f"{text[:100]!a} is not plain text", "leave out what cannot be printed")
        alike = None if sentence else unlike_itself(text)
        if alike is not None:
            raise Malformed(f"{place} {name}", f"{text[:100]!a} {alike}", "take a name that cannot be mistaken")


def _texts(value: Any, name: str, sentence: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Every text inside `value`, with the name of its field and whether that holds sentences."""
    if isinstance(value, str):
        yield name, value, sentence
    elif isinstance(value, msgspec.Struct):
        sentences = _sentences(type(value))
        for field in value.__struct_fields__:
            yield from _texts(getattr(value, field), field, field in sentences)
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each, name, sentence)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield name, key, False
            yield from _texts(each, name, sentence)


def _sentences(kind: type[msgspec.Struct]) -> frozenset[str]:
    """Fields of a sentence, of several, or of one by name."""
    known = _SENTENCES.get(kind)
    if known is None:
        text = msgspec.inspect.type_info(Text)
        shape = msgspec.inspect.type_info(kind)
        assert isinstance(shape, msgspec.inspect.StructType), kind
        known = _SENTENCES[kind] = frozenset(field.name for field in shape.fields if _held(field.type) == text)
    return known


def _held(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """What a field holds, or each of what it holds several."""
    if isinstance(kind, msgspec.inspect.VarTupleType):
        return kind.item_type
    if isinstance(kind, msgspec.inspect.DictType):
        return kind.value_type
    return kind
