"""Entries of several parts in one text, as `ST1: SO2, NOx` or `KM-1: years=2025, 2026; emitted=60 t, 61 t`.

The parts of an entry stand behind its first, after a colon, with their names and a semicolon between them; a list has
commas, and what lies deeper stands in brackets. A part that holds any of these signs stands in quotation marks, in
which a mark is written twice. In a list of numbers a space follows the comma: one within a number parts its thousands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from airshed.model.refusal import Malformed

#: Signs of the keyboard and those that a Chinese keyboard gives for them.
COLON, SEMICOLON, COMMA, EQUALS = ":：", ";；", ",，、", "=＝"
_OPENING, _CLOSING = "(（", ")）"
_SPECIAL = re.compile(r'["():;,=（）：；，、＝]')


def split(text: str, signs: str, place: str, *, most: int = 0, spaced: bool = False) -> list[str]:
    """The parts of a text between signs that stand outside quotation marks and brackets; at most `most` cuts if given.

    >>> split('A, "B, C", (D, E)', ",", "--x"), split("405,000, 398,000", ",", "--x", spaced=True)
    (['A', '"B, C"', '(D, E)'], ['405,000', '398,000'])
    """
    parts: list[str] = []
    depth, quoted, start = 0, False, 0
    for at, letter in enumerate(text):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in _OPENING:
            depth += 1
        elif letter in _CLOSING:
            depth -= 1
            if depth < 0:
                raise Malformed(place, "closes a bracket that was not opened", 'put such a text in "quotation marks"')
        elif depth == 0 and letter in signs:
            if spaced and letter == "," and not text[at + 1 : at + 2].isspace():
                continue
            parts.append(text[start:at].strip())
            start = at + 1
            if most and len(parts) == most:
                break
    else:
        if quoted:
            raise Malformed(place, "a quotation mark is not closed", 'close it; within a text it is written twice, ""')
        if depth:
            raise Malformed(place, "a bracket is not closed", "close it")
    return [*parts, text[start:].strip()]


def unquoted(text: str, place: str) -> str:
    """A part as it is meant.

    >>> unquoted('"he ""said"" no"', "--x"), unquoted("plain", "--x")
    ('he "said" no', 'plain')
    """
    if not text.startswith('"'):
        return text
    inner = text[1:-1]
    if len(text) < 2 or not text.endswith('"') or '"' in inner.replace('""', ""):
        raise Malformed(place, f"{text[:60]!r} has a quotation mark too many", 'within a text it is written twice, ""')
    return inner.replace('""', '"')


def quoted(text: str) -> str:
    """A part as it is written in an entry."""
    if text and text == text.strip() and not _SPECIAL.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def opened(text: str) -> str:
    """What stands in the brackets around a text, or the text.

    >>> opened("(A, (B))"), opened("(A), (B)")
    ('A, (B)', '(A), (B)')
    """
    depth, quote = 0, False
    for at, letter in enumerate(text):
        quote ^= letter == '"'
        if not quote:
            depth += (letter in _OPENING) - (letter in _CLOSING)
        if depth == 0:
            return text[1:-1].strip() if at and at == len(text) - 1 else text
    return text


def joined(parts: Sequence[str]) -> str:
    """A list."""
    return ", ".join(parts)
