"""Writes keys into the text of a law, and leaves everything else as it stands: comments, order, spaces."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from airshed.model.refusal import Malformed

Value = str | int | float | bool | Sequence[str]
#: What a key becomes; None takes it out.
Keys = Mapping[str, Value | None]
_HEAD = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)\s*\]\]?\s*(#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")


class _Place(NamedTuple):
    """A key of a table: its lines from `first` to before `end`, and what it says."""

    key: str
    first: int
    end: int
    value: object


class _Table(NamedTuple):
    name: str
    head: int
    keys: list[_Place]


def amended(text: str, section: str, keys: Keys, *, code: str = "", note: str = "") -> str:
    """The text with these keys of `[section]`, or of the `[[section]]` of that code, and a note above the first.

    A key that stands there is written anew where it stands, another before the citation.

    >>> print(amended('[lease]\\nopen = true # as ever\\ncite = "art. 1"', "lease", {"open": False, "a": 1}))
    [lease]
    open = false
    a = 1
    cite = "art. 1"
    """
    lines = text.splitlines()
    table = _found(lines, section, code)
    there = {place.key: place for place in table.keys}
    edits: list[tuple[int, int, list[str]]] = []
    new: list[str] = []
    for key, value in keys.items():
        place = there.get(key)
        line = [] if value is None else [f"{key} = {literal(value)}"]
        if place is None:
            new += line
        elif value != place.value:
            edits.append((place.first, place.end, line))
    if not edits and not new:
        return text
    end = there["cite"].first if "cite" in there else max(place.end for place in table.keys)
    edits.append((end, end, new))
    if note:
        edits.append((table.head + 1, table.head + 1, [f"# {note}"]))
    for first, last, put in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[first:last] = put
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def literal(value: Value) -> str:
    """A value as TOML.

    >>> literal(("a", "b")), literal(True), literal(5_000)
    ('["a", "b"]', 'true', '5000')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "[" + ", ".join(literal(each) for each in value) + "]"


def rows_amended(text: str, change: Callable[[dict[str, str]], Mapping[str, str] | None]) -> str:
    """The text of a CSV table with what `change` makes of each row: other cells, or no row."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, reader.fieldnames or (), lineterminator="\n")
    writer.writeheader()
    for row in reader:
        changed = change(row)
        if changed is not None:
            writer.writerow(changed)
    return out.getvalue()


def _found(lines: Sequence[str], section: str, code: str) -> _Table:
    for table in _tables(lines):
        if table.name == section and (not code or any(p.key == "code" and p.value == code for p in table.keys)):
            return table
    name = f"[[{section}]] {code}" if code else f"[{section}]"
    raise Malformed(f"rulebook.toml {name}", "is not there", "add it before it is amended")


def _tables(lines: Sequence[str]) -> Iterator[_Table]:
    table: _Table | None = None
    number = 0
    while number < len(lines):
        head, key = _HEAD.fullmatch(lines[number]), _KEY.match(lines[number])
        if head:
            if table is not None:
                yield table
            table = _Table(head[1], number, [])
        elif key and table is not None:
            end, value = _value(lines, number, key[1])
            table.keys.append(_Place(key[1], number, end, value))
            number = end
            continue
        number += 1
    if table is not None:
        yield table


@lru_cache(maxsize=4096)
def _said(text: str) -> Mapping[str, object]:
    """What a line says; a law that is amended has most of its lines as they were."""
    return tomllib.loads(text)


def _value(lines: Sequence[str], first: int, key: str) -> tuple[int, object]:
    """Where the value of a key ends, which may be some lines on, and what it is."""
    for end in range(first + 1, len(lines) + 1):
        try:
            return end, _said("\n".join(lines[first:end]))[key]
        except tomllib.TOMLDecodeError:
            continue
    raise Malformed(f"rulebook.toml line {first + 1}", f"{key} has no end", "mend it")
