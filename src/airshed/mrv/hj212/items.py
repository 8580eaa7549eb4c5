"""The items between the separators of a segment: what is said, of what, or why it can be read in more than one
way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FIELDS: tuple[str, ...] = (
    "DataTime", "SystemTime", "BeginTime", "EndTime", "RestartTime", "PolId", "InfoId", "QN", "QnRtn", "ExeRtn",
    "OverTime", "ReCount", "RtdInterval", "MinInterval", "NewPW", "CTime", "CstartTime", "Stime", "VaseNo", "AlarmTime",
    "AlarmType", "AlarmTarget", "ReportTime", "WarnTime", "Logon", "SKCreateTime", "NewSK",
)  # fmt: skip
"""Names of items that are not readings, as HJ 212-2017 (appendix C) and HJ/T 212-2005 write them; the last two are of
2025 (not confirmed from its text)."""

SECRETS: frozenset[str] = frozenset({"PW", "NewPW", "NewSK"})
"""Items whose value stands in no sentence: a sentence is kept, logged and shown."""

REPEATABLE: frozenset[str] = frozenset({"CTime", "PolId", "AlarmTarget"})
"""Items that may be said more than once: HJ/T 212-2005 lists up to 24 sampling times as CTime=..,CTime=.. ."""

_SECRET = re.compile(rf"\s*({'|'.join(sorted(SECRETS))})(?![A-Za-z])", re.IGNORECASE)

_FIELD_NAMES: Mapping[str, str] = {name.lower(): name for name in FIELDS}
_SEPARATOR = re.compile(r"[;,]|\Z")
_LOG_OPENS = re.compile(r"[^;,=]*=//")
_LOG_CLOSES = re.compile(r"//(?=[;,]|\Z)")


@dataclass(frozen=True, slots=True)
class Unclear:
    """Why the items cannot be read in one way only."""

    detail: str


@dataclass(frozen=True, slots=True)
class Items:
    """Content of CP: the fields in the order sent, and what is said of each factor by suffix in lower case."""

    fields: tuple[tuple[str, str], ...]
    readings: dict[str, dict[str, str]]


def header_items(text: str) -> dict[str, str] | Unclear:
    """The items before CP by name in lower case; the same item with two values is unclear.

    >>> header_items("ST=31;;PW=;,MN=A1;FLAG=4;")
    {'st': '31', 'pw': '', 'mn': 'A1', 'flag': '4'}
    """
    header: dict[str, str] = {}
    for piece in text.replace(",", ";").split(";"):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if not name and not equals:
            continue
        if not (name and equals):
            return _no_item(piece)
        if header.setdefault(name.lower(), value) != value:
            return _twice(name, header[name.lower()], value)
    return header


def items_of(text: str) -> Items | Unclear:
    """Read the text between `CP=&&` and `&&`.

    A name with a hyphen is a reading: code, hyphen, suffix. Every value carries its full name, so `,` and `;` mean
    the same and the order does not matter. The same name twice with one value says one thing and is accepted; with
    two values it is unclear, except for the `REPEATABLE` lists.

    >>> items_of("DataTime=20160516130000;A18-Avg=40.28,A18-flag=N;").readings
    {'A18': {'avg': '40.28', 'flag': 'N'}}
    """
    pairs = _pairs(text)
    if isinstance(pairs, Unclear):
        return pairs
    fields: list[tuple[str, str]] = []
    once: dict[str, str] = {}
    readings: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        code, hyphen, suffix = name.rpartition("-")
        if hyphen:
            if not (code and suffix):
                return Unclear(f"{name!r} is not CODE-SUFFIX")
            said = readings.get(code)
            if said is None:
                said = readings[code] = {}
            suffix = suffix.lower()
            if said.setdefault(suffix, value) != value:
                return _twice(name, said[suffix], value)
            continue
        field = _FIELD_NAMES.get(name.lower(), name)
        if field not in REPEATABLE and once.setdefault(field, value) != value:
            return _twice(name, once[field], value)
        if field in REPEATABLE or (field, value) not in fields:
            fields.append((field, value))
    return Items(tuple(fields), readings)


def _twice(name: str, first: str, other: str) -> Unclear:
    if _SECRET.fullmatch(name):
        return Unclear(f"{name} is said twice, and not the same")
    return Unclear(f"{name} is said twice, as {first!r} and as {other!r}")


def _no_item(piece: str) -> Unclear:
    secret = _SECRET.match(piece)
    shown = f"{secret[1]} ..." if secret else piece
    return Unclear(f"{shown!r} is not NAME=VALUE")


def _pairs(text: str) -> list[tuple[str, str]] | Unclear:
    """Name and value of each item. Blanks around them do not count."""
    if not text.isascii() or "=//" in text:
        return _pairs_with_care(text)
    pairs: list[tuple[str, str]] = []
    blanks = " " in text
    for piece in text.replace(",", ";").split(";"):
        name, equals, value = piece.partition("=")
        if equals:
            pairs.append((name.strip(), value.strip()) if blanks else (name, value))
        elif piece.strip():
            return _pairs_with_care(text)
    if any(not name for name, _ in pairs):
        return Unclear("an item has a value but no name")
    return pairs


def _pairs_with_care(text: str) -> list[tuple[str, str]] | Unclear:
    """As `_pairs`, for content with UTF-8 text, logs in `//...//` (HJ 212-2017 table B.10), or lists
    (`PolId=a,b`)."""
    pairs: list[tuple[str, str]] = []
    before = ";"
    for piece, separator in _pieces(text):
        name, equals, value = (part.strip() for part in piece.partition("="))
        if equals:
            if not name or not name.isascii():
                return Unclear(f"{piece!r} has no name in ASCII")
            pairs.append((name, value))
        elif name:
            if before != "," or not pairs or "-" in pairs[-1][0]:
                return _no_item(piece)
            known, so_far = pairs[-1]
            pairs[-1] = (known, f"{so_far},{name}")
        before = separator
    return pairs


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each piece with the separator after it; separators inside a log `=//...//` do not separate."""
    at = 0
    logs_close = True
    while at <= len(text):
        opens = _LOG_OPENS.match(text, at) if logs_close else None
        closes = _LOG_CLOSES.search(text, opens.end()) if opens else None
        logs_close = logs_close and (opens is None or closes is not None)
        end = closes.end() if closes else _end_of(text, at)
        yield text[at:end], text[end : end + 1]
        at = end + 1


def _end_of(text: str, at: int) -> int:
    found = _SEPARATOR.search(text, at)
    return found.start() if found else len(text)
