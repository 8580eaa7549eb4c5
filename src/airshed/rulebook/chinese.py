"""What the sections and keys of a rulebook, and the words that keys may hold, are called in Chinese.

The name of a key ends the comment above it in the schema, as that of a command ends its docstring.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from airshed.model.beside import rows_beside
from airshed.rulebook.comments import names_zh
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import kinds

_ROWS = rows_beside("airshed.rulebook", "chinese.csv")
#: The sections, in the order of the law.
SECTIONS: Mapping[str, str] = {row["name"]: row["zh"] for row in _ROWS if row["of"] == "section"}
#: Words that a key may hold; one that means something else under a key has a row `key.word` as well.
WORDS: Mapping[str, str] = {row["name"]: row["zh"] for row in _ROWS if row["of"] == "word"}
#: Keys whose words are names that the law itself, the commands or the read tables have in Chinese.
NAMED_ELSEWHERE = ("check", "command", "mark", "measured", "second", "table", "type")


def section_zh(section: str) -> str:
    """What a section is called; one without is an error."""
    return _there(SECTIONS, section, section)


def key_zh(section: str, key: str) -> str:
    """What a key is called; one without is an error.

    >>> key_zh("calendar", "surrender_by"), key_zh("banking", "open")
    ('清缴截止日', '可否结转')
    """
    if (section, key) not in _names():
        raise LookupError(f"{section}.{key} has no Chinese name: end the comment above it with one, as 清缴截止日。")
    return _names()[section, key]


@cache
def _names() -> Mapping[tuple[str, str], str]:
    return {(section, key): names_zh(struct)[key] for section, struct, key, _ in _every() if key in names_zh(struct)}


def word_zh(section: str, key: str, word: str) -> str:
    """A word that a key holds; text of one's own stays as it is written.

    >>> word_zh("trade_rules", "crossing", "first"), word_zh("methods", "rule", "first")
    ('本辖区优先', '取首个可得的方法')
    """
    if word not in words_held().get((section, key), ()):
        return word
    return WORDS.get(f"{key}.{word}") or _there(WORDS, word, f"{section}.{key} {word}")


def _there(names: Mapping[str, str], name: str, what: str) -> str:
    if name not in names:
        raise LookupError(f"{what} has no Chinese name: write it in airshed/rulebook/chinese.csv")
    return names[name]


@cache
def words_held() -> Mapping[tuple[str, str], tuple[str, ...]]:
    """The words of every key that holds one of a few, by section and key."""
    return {(section, key): words for section, key, words in every_key() if words and key not in NAMED_ELSEWHERE}


def every_key() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every key of a law, those of rows with their section, with the words that it may hold."""
    return ((section, key, words) for section, _, key, words in _every())


def _every() -> Iterator[tuple[str, type[msgspec.Struct], str, tuple[str, ...]]]:
    for section, kind in kinds(Rulebook).items():
        yield from _keys(section, kind)


def _keys(section: str, kind: Any) -> Iterator[tuple[str, type[msgspec.Struct], str, tuple[str, ...]]]:
    struct = _row(kind) or kind
    for key, held in kinds(struct).items():
        yield section, struct, key, tuple(_words(held))
        if _row(held) is not None:
            yield from _keys(section, held)


def _row(kind: Any) -> type[msgspec.Struct] | None:
    """The kind of the rows of a list of tables."""
    inner = get_args(kind)[0] if get_origin(kind) is tuple else None
    return inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None


def _words(kind: Any) -> Iterator[str]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    elif get_origin(kind) is Annotated:
        yield from _words(get_args(kind)[0])
    else:
        for part in get_args(kind):
            yield from _words(part)
