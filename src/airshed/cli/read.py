"""Reads the files that commands are given, exactly: CSV by the names of its columns, rules in TOML."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from airshed.model.civil import DEFAULT, civil
from airshed.model.refusal import Malformed

#: Digits a price may have before and after its point, and a quantity at all.
WHOLE_DIGITS, DECIMALS, QUANTITY_DIGITS = 15, 9, 15
#: Rules are a short text; a file of bids has some ten bytes a bid.
LARGEST_RULES, LARGEST_TABLE = 4_000_000, 1_000_000_000
#: Decimals of a yuan.
FEN_DECIMALS = 2

NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)

Law = TypeVar("Law", bound=msgspec.Struct)


class Number(NamedTuple):
    """A decimal number as written: `digits` of 1 / 10**`decimals`."""

    digits: int
    decimals: int

    def at(self, decimals: int) -> int:
        """The same number counted in 1 / 10**`decimals`."""
        return self.digits * int(10 ** (decimals - self.decimals))


class CsvLine(NamedTuple):
    """A line of a CSV file: where it stands, and its cells by the names of the columns."""

    place: str
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell, or an empty text where the file has no such column."""
        return self.cells.get(column, "").strip()

    def name(self, column: str, what: str = "name who it is") -> str:
        """A name that can be printed."""
        return read_name(self.cells[column], self.place, column, what)

    def quantity(self, column: str) -> int:
        """Whole allowances, at least one."""
        return read_quantity(self.cells[column], self.place, column)

    def whole(self, column: str) -> int | None:
        """Whole allowances from none up; None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        number = read_number(text, self.place, column)
        if number.decimals or number.digits < 0:
            raise Malformed(self.place, f"{column} {_short(text)} is not a whole number", "count from zero up")
        return number.digits

    def fen(self, column: str) -> int | None:
        """Yuan as fen, zero or more; None for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        number = read_price(text, self.place, column)
        if number.decimals > FEN_DECIMALS:
            raise Malformed(self.place, f"{column} {_short(text)} is finer than a fen", "write two decimals at most")
        return number.at(FEN_DECIMALS)


def read_table(path: str, columns: Sequence[str], more: Sequence[str] | None = ()) -> list[CsvLine]:
    """The lines of a CSV file that has all of `columns` and may have `more`, in any order. Blank lines are passed over.

    With None for `more` it may have any other column too, for a case that carries notes or results of its own.
    Malformed, with file and line, for what cannot be read.
    """
    lines = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    header: list[str] = []
    found: list[CsvLine] = []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{path} line {lines.line_num}"
            if not header:
                header = _header(cells, columns, more, place)
            elif len(cells) != len(header):
                raise Malformed(place, f"{len(cells)} cells under {len(header)} columns", f"write {','.join(header)}")
            else:
                found.append(CsvLine(place, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise Malformed(f"{path} line {lines.line_num}", f"not CSV ({error})", "check its quotes") from None
    if not header:
        raise Malformed(path, "the file is empty", f"begin it with the header {','.join(columns)}")
    return found


def read_law(path: str, law: type[Law]) -> Law:
    """The rules in a TOML file; the first misfit is Malformed, with file, table and key."""
    from airshed.rulebook.strict import misfits

    text = read_text(path, LARGEST_RULES, "TOML")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(path, f"is not TOML: {str(error)[:1].lower()}{str(error)[1:]}", "mend it") from None
    except RecursionError:
        raise Malformed(path, "is nested too deeply", "write tables and lists as the rules have them") from None
    except ValueError:
        raise Malformed(path, "has a number of too many digits", "write whole numbers of at most 19 digits") from None
    for wrong in misfits(raw, law, path):
        raise wrong
    return msgspec.convert(raw, law)


def read_text(path: str, largest: int = LARGEST_TABLE, kind: str = "CSV") -> str:
    """The text of a file, which is not too large and UTF-8."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise Malformed(path, (error.strerror or "cannot be read").lower(), f"name a readable {kind} file") from None
    if len(content) > largest:
        raise Malformed(path, f"is larger than {largest:,} bytes", "check that it is the right file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(path, f"byte {error.start + 1} is not UTF-8 text", f"save it as {kind} UTF-8") from None


def _header(cells: list[str], columns: Sequence[str], more: Sequence[str] | None, place: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    cure = f"the header is {','.join(columns)}"
    if more is None:
        cure += ", and there may be others"
    elif more:
        cure += f", and there may be {', '.join(more)}"
    for name in names:
        if more is None and name not in columns:
            continue
        if name not in columns and name not in (more or ()):
            raise Malformed(place, f"no such column {name!r}", cure)
        if names.count(name) > 1:
            raise Malformed(place, f"column {name!r} stands twice", cure)
    for name in columns:
        if name not in names:
            raise Malformed(place, f"column {name!r} is missing", cure)
    return names


def read_name(text: str, place: str, column: str, cure: str) -> str:
    """A name with single spaces, without what cannot be printed."""
    name = " ".join(text.split())
    if not name or not name.isprintable():
        raise Malformed(place, f"{column} {text!r} is no name", cure)
    return name


def read_number(text: str, place: str, what: str) -> Number:
    """A decimal number, exactly as its digits say."""
    found = NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        raise Malformed(place, f"{what} {_short(text)} is not a number", "write digits, as in 1250.50")
    whole, part = found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if len(whole) > WHOLE_DIGITS:
        raise Malformed(place, f"{what} {_short(text)} is too large", "check its measure")
    if len(part) > DECIMALS:
        raise Malformed(place, f"{what} {_short(text)} has more than {DECIMALS} decimals", "round it")
    digits = int(whole + part or "0")
    return Number(-digits if found[1] == "-" else digits, len(part))


def read_price(text: str, place: str, what: str) -> Number:
    """A price, zero or more."""
    price = read_number(text, place, what)
    if price.digits < 0:
        raise Malformed(place, f"{what} {_short(text)} is below zero", "a price is zero or more")
    return price


def read_quantity(text: str, place: str, what: str) -> int:
    """A whole number of allowances, at least one."""
    number = read_number(text, place, what)
    if number.decimals:
        raise Malformed(place, f"{what} {_short(text)} is not a whole number", "count whole allowances")
    if number.digits <= 0:
        raise Malformed(place, f"{what} {_short(text)} is not positive", "count one allowance or more")
    return number.digits


def read_instant(text: str, place: str) -> int:
    """The millisecond of a Beijing wall time, or of a time with its own offset."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(place, f"{_short(text)} is not an instant", "write it as 2028-03-15T10:00") from None
    try:
        return round((wall if wall.tzinfo else wall.replace(tzinfo=civil(DEFAULT).zone)).timestamp() * 1000)
    except (OverflowError, ValueError):
        raise Malformed(place, f"{_short(text)} is beyond the calendar", "write it as 2028-03-15T10:00") from None


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
