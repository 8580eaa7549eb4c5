"""Holds what a file says against the schema and names every misfit: its place, its key, the cure."""

from __future__ import annotations

import csv
import io
import math
import re
import types
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from airshed.model.near import near
from airshed.model.refusal import Malformed

LARGEST_NUMBER = 2**62
#: Lists of tables that may have none.
MAY_BE_EMPTY = ("sale_prices", "instalments", "withdrawal_grounds")
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}(\.[0-9]{1,19})?([eE][+-]?[0-9]{1,3})?")


@lru_cache(maxsize=256)
def kinds(struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The keys of a section and what each one holds, as the schema says, in its order."""
    return get_type_hints(struct, include_extras=True)


@lru_cache(maxsize=256)
def required(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The keys of a section that must be written."""
    return tuple(name for name, default in _defaults(struct) if default is msgspec.NODEFAULT)


@lru_cache(maxsize=256)
def written(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """The keys that a section may have in TOML: all but those that are read from files of their own."""
    return tuple(name for name, default in _defaults(struct) if default != ())


def _defaults(struct: type[msgspec.Struct]) -> Iterator[tuple[str, Any]]:
    """The keys of a section and their defaults, without making kinds out of their texts, which takes long."""
    names, defaults = struct.__struct_fields__, struct.__struct_defaults__
    yield from zip(names, (*(msgspec.NODEFAULT,) * (len(names) - len(defaults)), *defaults), strict=True)


@lru_cache(maxsize=4096)
def peeled(kind: Any) -> tuple[Any, msgspec.Meta | None, bool]:
    """A kind without bounds and `None`: the bare kind, the bounds, whether it may be absent."""
    optional = False
    if get_origin(kind) in (Union, types.UnionType) and type(None) in get_args(kind):
        optional = True
        kind = next(each for each in get_args(kind) if each is not type(None))
    bounds = None
    if get_origin(kind) is Annotated:
        kind, bounds = get_args(kind)[:2]
    return kind, bounds, optional


def in_words(kind: Any) -> str:
    """What a key holds, as the error messages and the reference page say it.

    >>> in_words(Annotated[int, msgspec.Meta(ge=1, le=60)])
    'a whole number from 1 to 60'
    >>> in_words(tuple[str, ...])
    'a list of text'
    """
    bare, bounds, _ = peeled(kind)
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in get_args(bare))
    if get_origin(bare) is tuple:
        return "a list of " + in_words(get_args(bare)[0]).removeprefix("a ")
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        return "a table"
    plain = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[bare]
    if bounds is None:
        return plain
    low = bounds.ge if bounds.ge is not None else bounds.gt
    if low is not None and bounds.le is not None:
        above = "above" if bounds.ge is None else "from"
        return f"{plain}, {low}" if low == bounds.le else f"{plain} {above} {low:,} to {bounds.le:,}"
    return f"{plain} like {bounds.examples[0]}" if bounds.examples else plain


def called(value: object) -> str:
    """What kind of thing a value is, in words."""
    match value:
        case bool():
            return f"{str(value).lower()} (true or false)"
        case int():
            return f"{value} (a whole number)"
        case float():
            return f"{value} (a number)"
        case str():
            return f"{_short(value)} (text)"
        case dict():
            return "a table"
        case list():
            return "a list"
        case _:
            return f"{value} (a date or time)"


def misfits(value: object, kind: Any, place: str, key: str = "") -> Iterator[Malformed]:
    """Every way in which a value is not what the schema says; nothing for a value that fits.

    `place` names file and table, `key` the key inside the table ("" for the table itself).
    """
    bare, bounds, _ = peeled(kind)
    here = f"{place} {key}".rstrip()
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        yield from _table(value, bare, here)
    elif get_origin(bare) is tuple:
        inner = get_args(bare)[0]
        if not isinstance(value, list):
            yield Malformed(here, f"is {called(value)}, not a list", f"write {in_words(bare)}")
            return
        for number, each in enumerate(value, 1):
            yield from misfits(each, inner, f"{here} item {number}")
    elif get_origin(bare) is Literal:
        if value not in get_args(bare) or not isinstance(value, str):
            choices = [str(choice) for choice in get_args(bare)]
            yield Malformed(here, f"no such choice {_short(value)}", near(str(value)[:100], choices))
    elif not _is(value, bare):
        yield Malformed(here, f"is {called(value)}, not {in_words(bare)}", f"write {in_words(kind)}")
    else:
        wrong = _bounds(value, bounds)
        if wrong:
            yield Malformed(here, wrong, f"write {in_words(kind)}")


def _table(value: object, struct: type[msgspec.Struct], place: str) -> Iterator[Malformed]:
    if not isinstance(value, dict):
        yield Malformed(place, f"is {called(value)}, not a table", "write it as [name] with keys below")
        return
    kind_of, names = kinds(struct), written(struct)
    top = struct.__name__ == "Rulebook"
    noun = "section" if top else "key"
    for name in value:
        if name not in names:
            yield Malformed(place, f"no such {noun} {_short(name)}", near(name[:100], names))
    for name in required(struct):
        if name not in value:
            cure = f"add [{name}]" if top else f"add {name}, {in_words(kind_of[name])}"
            yield Malformed(place, f"{noun} {name!r} is missing", cure)
    for name in names:
        if name not in value:
            continue
        each = value[name]
        if not top:
            yield from misfits(each, kind_of[name], place, name)
        elif get_origin(kind_of[name]) is not tuple:
            yield from misfits(each, kind_of[name], f"{place} [{name}]")
        elif not isinstance(each, list):
            yield Malformed(f"{place} [[{name}]]", f"is {called(each)}, not a list of tables", f"write [[{name}]]")
        elif not each and name not in MAY_BE_EMPTY:
            yield Malformed(f"{place} [[{name}]]", "is empty", f"write at least one [[{name}]]")
        else:
            for number, row in enumerate(each, 1):
                code = row.get("code") if isinstance(row, dict) else None
                mark = f" ({code})" if isinstance(code, str) and len(code) <= 20 else ""
                yield from misfits(row, get_args(kind_of[name])[0], f"{place} [[{name}]] {number}{mark}")


def _is(value: object, bare: Any) -> bool:
    if bare is bool:
        return isinstance(value, bool)
    if bare is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if bare is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, bare)


def _bounds(value: Any, bounds: msgspec.Meta | None) -> str:
    """What is wrong with a value of the right kind, or an empty text."""
    if isinstance(value, str):
        if not value.strip():
            return "is empty"
        if bounds is not None and bounds.pattern is not None and not re.search(bounds.pattern, value):
            return f"{_short(value)} is not written as it should be"
        return ""
    if isinstance(value, bool):
        return ""
    if not math.isfinite(value):
        return f"{value} is not a finite number"
    if abs(value) > LARGEST_NUMBER:
        return "is beyond what an account can hold"
    if bounds is not None:
        low = (bounds.ge is not None and value < bounds.ge) or (bounds.gt is not None and value <= bounds.gt)
        if low or (bounds.le is not None and value > bounds.le):
            return f"{value} is out of bounds"
    return ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:56] + "...'"


def rows_of(
    text: str, struct: type[msgspec.Struct], file: str, *, empty: bool = False
) -> tuple[list[tuple[int, dict[str, Any]]], list[Malformed]]:
    """The rows of a CSV file with their line numbers, and what is wrong with it.

    The header names the keys of `struct`, in any order; an empty cell is allowed where the key may be absent, no row
    at all where the file may be `empty`.
    """
    names = list(kinds(struct))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[Malformed] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            line = f"{file} line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                faults += _header(header, names, line)
                if faults:
                    return [], faults
            elif len(cells) != len(header):
                what = f"has {len(cells)} cells, the header {len(header)}"
                faults.append(Malformed(line, what, f"write {','.join(header)}"))
            else:
                row, wrong = _row(dict(zip(header, cells, strict=True)), struct, line)
                faults += wrong
                rows.append((reader.line_num, row))
    except csv.Error as error:
        faults.append(Malformed(f"{file} line {reader.line_num}", f"cannot be read as CSV ({error})", "mend the row"))
    if header is None:
        faults.append(Malformed(file, "is empty", f"write the header {','.join(names)} and rows"))
    elif not rows and not faults and not empty:
        faults.append(Malformed(file, "has a header and no rows", f"write rows of {','.join(header)}"))
    return rows, faults


def _header(header: list[str], names: list[str], line: str) -> list[Malformed]:
    faults = [
        Malformed(line, f"no such column {_short(name)}", near(name[:100], names))
        for name in header
        if name not in names
    ]
    faults += [Malformed(line, f"column {name!r} is missing", f"add {name}") for name in names if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1 and name in names})
    return faults + [Malformed(line, f"column {name!r} stands twice", "keep one") for name in twice]


@lru_cache(maxsize=256)
def _columns(struct: type[msgspec.Struct]) -> dict[str, tuple[Any, Any, bool]]:
    """What each column holds, the same without bounds and `None`, and whether a cell may be empty."""
    return {name: (kind, *peeled(kind)[::2]) for name, kind in kinds(struct).items()}


def _row(cells: dict[str, str], struct: type[msgspec.Struct], line: str) -> tuple[dict[str, Any], list[Malformed]]:
    row: dict[str, Any] = {}
    faults: list[Malformed] = []
    columns = _columns(struct)
    for name, cell in cells.items():
        kind, bare, optional = columns[name]
        text = cell.strip()
        place = f"{line}, column {name}"
        value: Any = text
        if optional and not text:
            value = None
        elif bare is int and _WHOLE.fullmatch(text):
            value = int(text)
        elif bare is float and _NUMBER.fullmatch(text):
            value = float(text)
        elif bare in (int, float):
            faults.append(Malformed(place, f"{_short(text)} is not {in_words(bare)}", f"write {in_words(kind)}"))
            continue
        row[name] = value
        if value is not None:
            faults += misfits(value, kind, place)
    return row, faults
