"""Name the first place where a record differs from what deciding anew gives, as a person would look for it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import msgspec

from airshed.engine.events import Event
from airshed.engine.journal import Record

#: Most characters that are shown of a value.
SHOWN = 120
_NOTHING = object()


def first_difference(written: Record, decided: Record) -> str:
    """What is written, and what deciding anew gives, at the first place where they differ."""
    if written.refusal is not None and decided.refusal is None:
        return f"is refused ({written.refusal.why}), deciding anew gives {_kinds(decided.events)}"
    if written.refusal is None and decided.refusal is not None:
        no = decided.refusal
        return f"has {_kinds(written.events)}, deciding anew refuses: {no.why} ({no.detail})"
    if len(written.events) != len(decided.events):
        return _other_count(written.events, decided.events)
    one, other = msgspec.to_builtins(written), msgspec.to_builtins(decided)
    for name in one:
        found = _differs(one[name], other[name], name)
        if found is not None:
            place, is_, gives = found
            return f"{place} is {_shown(is_)}, deciding anew gives {_shown(gives)}"
    return "is not written in the bytes that Airshed writes (spaces, order, doubled names)"


def _other_count(written: tuple[Event, ...], decided: tuple[Event, ...]) -> str:
    """Where two lists of events part."""
    for number, (one, other) in enumerate(zip_longest(written, decided), 1):
        if one != other:
            is_ = "nothing" if one is None else type(one).__name__
            gives = "nothing" if other is None else type(other).__name__
            between = (
                f"event {number} is {is_}, deciding anew gives {gives}" if is_ != gives else f"event {number}, {is_}"
            )
            return f"has {len(written)} events, deciding anew gives {len(decided)}: {between}"
    raise AssertionError("lists of two lengths part")


def _kinds(events: tuple[Event, ...]) -> str:
    return ", ".join(type(event).__name__ for event in events) or "no event"


def _differs(one: Any, other: Any, place: str) -> tuple[str, Any, Any] | None:
    """The path of the first difference, and both values."""
    if one == other and type(one) is type(other):
        return None
    if isinstance(one, dict) and isinstance(other, dict):
        kind = f"{place} {one['is']}" if "is" in one else place
        for key in [*one, *(key for key in other if key not in one)]:
            found = _differs(one.get(key, _NOTHING), other.get(key, _NOTHING), f"{kind}.{key}")
            if found is not None:
                return found
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        for number, (each, its) in enumerate(zip_longest(one, other, fillvalue=_NOTHING), 1):
            found = _differs(each, its, f"{place} {number}")
            if found is not None:
                return found
    return place, one, other


def _shown(value: Any) -> str:
    return "nothing" if value is _NOTHING else repr(value)[:SHOWN]
