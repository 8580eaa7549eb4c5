"""Reads a JSON file of cases: every figure exactly as it is written, every misfit with its place and the cure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple, NoReturn

from airshed.cli.read import read_text
from airshed.model.counted import counted
from airshed.model.measures import exact
from airshed.model.near import near
from airshed.model.refusal import Malformed

#: A file of cases is written by people or by a test.
LARGEST_CASES = 200_000_000
LARGEST_YEAR = 9_999
LARGEST_COUNT = 2**62
DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
CENTS = 100
#: Keys that say something about a case to people.
WORDS_ABOUT = frozenset(
    ("name", "title", "note", "notes", "comment", "description", "source", "suite", "file", "test", "id", "label")
)


class FilePart(NamedTuple):
    """A part of the file: where it stands, and what stands there."""

    place: str
    value: Any

    def wrong(self, what: str, cure: str) -> NoReturn:
        """Say what is wrong here."""
        raise Malformed(self.place, what, cure)

    def has(self, key: str) -> bool:
        """Whether an object has a key that says something."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def at(self, key: str) -> FilePart:
        """What stands under a key, which must be there; null is something."""
        if not isinstance(self.value, dict):
            self.wrong(f"{shown(self.value)} is no object", f"write an object with the key {key!r}")
        if key not in self.value:
            self.wrong(f"the key {key!r} is missing", f"add it; there are {', '.join(self.value) or 'none'}")
        return FilePart(f"{self.place}.{key}", self.value[key])

    def parts(self, key: str = "") -> Iterator[FilePart]:
        """The elements of a list, under a key or here."""
        held = self.at(key) if key else self
        if not isinstance(held.value, list):
            held.wrong(f"{shown(held.value)} is no list", "write a list")
        for number, value in enumerate(held.value):
            yield FilePart(f"{held.place}[{number}]", value)

    def several(self, *keys: str) -> list[FilePart]:
        """Values by position, or by these keys where an object stands."""
        if isinstance(self.value, dict):
            return [self.at(key) for key in keys]
        found = list(self.parts())
        if len(found) != len(keys):
            self.wrong(f"has {counted(len(found), 'value')}", f"write [{', '.join(keys)}]")
        return found

    def only(self, keys: tuple[str, ...]) -> None:
        """Nothing stands in an object that nobody reads, but for words about it."""
        for key in self.value if isinstance(self.value, dict) else ():
            if key not in keys and key not in WORDS_ABOUT:
                FilePart(f"{self.place}.{key[:60]}", None).wrong("is no key that is read here", near(key[:60], keys))

    def text(self) -> str:
        """Words."""
        if not isinstance(self.value, str) or not self.value.strip():
            self.wrong(f"{shown(self.value)} is no text", "write a text in quotes")
        return self.value.strip()

    def one_of(self, names: tuple[str, ...]) -> str:
        """One of these words."""
        word = self.text()
        if word not in names:
            self.wrong(f"no such word {word[:40]!r}", near(word, names))
        return word

    def whole(self, least: int = 0, most: int = LARGEST_COUNT) -> int:
        """A whole number; one in quotes counts too."""
        text = str(self.value)
        if isinstance(self.value, bool) or re.fullmatch(r"[+-]?[0-9]{1,20}(\.0+)?", text, re.ASCII) is None:
            self.wrong(f"{shown(self.value)} is no whole number", "write figures without a point")
        number = int(text.partition(".")[0])
        if not least <= number <= most:
            self.wrong(f"{number} is out of range", f"give one from {least} to {most}")
        return number

    def year(self) -> int:
        """A calendar year."""
        return self.whole(1, LARGEST_YEAR)

    def fraction(self) -> Fraction:
        """A decimal number, exactly."""
        text = str(self.value).strip()
        if isinstance(self.value, bool) or DECIMAL.fullmatch(text) is None:
            self.wrong(f"{shown(self.value)} is no number", "write digits, as 0.0038")
        return Fraction(text)

    def cents(self) -> int:
        """Money in its hundredths, exactly."""
        if isinstance(self.value, bool) or not isinstance(self.value, (str, int)):
            self.wrong(f"{shown(self.value)} is no sum of money", "write digits, as 1250.50")
        return exact(str(self.value), CENTS, self.place, "the sum")

    def day(self) -> date:
        """An ISO date."""
        try:
            return date.fromisoformat(str(self.value))
        except ValueError:
            what = f"{shown(self.value)} is no day"
        self.wrong(what, "write it as 2025-12-01")

    def moment(self) -> datetime:
        """An ISO moment; what has no offset is taken as it stands."""
        try:
            read = datetime.fromisoformat(str(self.value))
        except ValueError:
            self.wrong(f"{shown(self.value)} is no moment", "write it as 2022-04-01T00:00:00")
        if read.tzinfo is not None:
            self.wrong(f"{shown(self.value)} has an offset", "write every moment without one")
        return read


def read_cases(path: str, key: str) -> list[FilePart]:
    """The cases of a file: the list under `key`, or the whole file where it is a list."""
    text = read_text(path, LARGEST_CASES, "JSON")
    try:
        value = json.loads(text, parse_float=str, parse_constant=_no_number, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Malformed(f"{path} line {error.lineno}", f"is not JSON: {error.msg.lower()}", "mend it") from None
    except RecursionError:
        raise Malformed(path, "is nested too deeply", "write a list of cases") from None
    except ValueError as error:
        raise Malformed(path, str(error)[:100], "mend it") from None
    whole = FilePart(path, value)
    return list(whole.parts() if isinstance(value, list) else whole.parts(key))


def shown(value: Any) -> str:
    """A value as an error names it."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    held = dict(pairs)
    if len(held) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)[:40]!r} stands twice")
    return held
