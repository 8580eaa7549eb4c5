"""What a new rulebook changes in the law, key by key, as a lawyer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from airshed.rulebook.chinese import key_zh, section_zh, word_zh
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Variation
from airshed.rulebook.words import KEYS, row_name, row_name_zh, said, said_zh

Money = tuple[str, str]
"""What a currency is called in English and in Chinese."""


class BothWords(NamedTuple):
    """The same said in English and in Chinese."""

    en: str
    zh: str


NOTHING = BothWords("", "")


@dataclass(frozen=True, slots=True)
class InChinese:
    """A change in Chinese: what the fields of the same names say."""

    section: str
    row: str
    key: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class LawChange:
    """One thing that is not as it was; `old` is None where it is new, `new` where it is gone."""

    section: str
    row: str
    key: str
    old: str | None
    new: str | None
    cite: str
    zh: InChinese

    @property
    def sentence(self) -> str:
        """The change in one line, without the citation."""
        thing = " ".join(part for part in (self.row, self.key) if part)
        if self.old is None:
            what = f"{thing}: new, {self.new}" if self.new else f"{thing}: new"
        elif self.new is None:
            what = f"{thing}: repealed (was {self.old})" if self.old else f"{thing}: repealed"
        else:
            what = f"{thing}: {self.old} becomes {self.new}"
        return f"[{self.section}] {what}"


def diff(old: Rulebook, new: Rulebook) -> list[LawChange]:
    """Every change from `old` to `new` in the order of the law; empty exactly when their digests agree."""
    changes: list[LawChange] = []
    moneys = ((old.currency.name_en, old.currency.name_zh), (new.currency.name_en, new.currency.name_zh))
    for section in Rulebook.__struct_fields__:
        before, after = getattr(old, section), getattr(new, section)
        if before == after:
            continue
        if isinstance(before, tuple):
            changes += _rows(section, before, after, new.programme.cite, *moneys)
            changes += _order(section, before, after, new.programme.cite)
        else:
            changes += _section(section, before, after, *moneys)
    return changes


def _change(
    section: str, row: BothWords, key: BothWords, old: BothWords | None, new: BothWords | None, cite: str
) -> LawChange:
    chinese = InChinese(section_zh(section), row.zh, key.zh, old and old.zh, new and new.zh)
    return LawChange(section, row.en, key.en, old and old.en, new and new.en, cite, chinese)


def _section(
    section: str, before: msgspec.Struct, after: msgspec.Struct, was_in: Money, in_: Money
) -> Iterator[LawChange]:
    cite: str = getattr(after, "cite")  # noqa: B009 - every section has one, a bare Struct does not say so
    for key in before.__struct_fields__:
        was, now = getattr(before, key), getattr(after, key)
        if was == now:
            continue
        if isinstance(was, tuple) or isinstance(now, tuple):  # a list that one of them leaves out names nothing
            was, now = was or (), now or ()
        called = _key(section, key)
        if not isinstance(was, tuple):
            old, new = _said(section, key, was, was_in), _said(section, key, now, in_)
            yield _change(section, NOTHING, called, old, new, cite)
        elif any(isinstance(each, msgspec.Struct) for each in (*was, *now)):
            yield from _rows(section, was, now, cite, was_in, in_)
        else:
            for each in was:
                if each not in now:
                    item = BothWords(str(each), word_zh(section, key, str(each)))
                    yield _change(section, called, item, NOTHING, None, cite)
            for each in now:
                if each not in was:
                    item = BothWords(str(each), word_zh(section, key, str(each)))
                    yield _change(section, called, item, None, NOTHING, cite)


def _rows(
    section: str, before: tuple[Any, ...], after: tuple[Any, ...], cite: str, was_in: Money, in_: Money
) -> Iterator[LawChange]:
    was, now = _by_name(section, before), _by_name(section, after)
    for name, row in was.items():
        if name not in now:
            named, content = BothWords(name, row_name_zh(section, row)), _content(section, row, was_in)
            yield _change(section, named, NOTHING, content, None, getattr(row, "cite", cite))
    for name, row in now.items():
        named, source = BothWords(name, row_name_zh(section, row)), getattr(row, "cite", cite)
        if name not in was:
            yield _change(section, named, NOTHING, None, _content(section, row, in_), source)
            continue
        for key in row.__struct_fields__:
            left, right = getattr(was[name], key), getattr(row, key)
            if left != right:
                old, new = _held(section, was[name], key, was_in), _held(section, row, key, in_)
                yield _change(section, named, _key(section, key), old, new, source)


def _order(section: str, before: tuple[Any, ...], after: tuple[Any, ...], cite: str) -> Iterator[LawChange]:
    """The order of codes is the order in which the programme shows them; that of other rows is no law."""
    was, now = _by_name(section, before), _by_name(section, after)
    if list(was) != list(now) and sorted(was) == sorted(now):
        old, new = (
            BothWords(", ".join(rows), "、".join(row_name_zh(section, row) for row in rows.values()))
            for rows in (was, now)
        )
        yield _change(section, NOTHING, BothWords("order", "排列次序"), old, new, cite)


def _by_name(section: str, rows: tuple[Any, ...]) -> Mapping[str, Any]:
    return {row_name(section, row): row for row in rows}


def _key(section: str, key: str) -> BothWords:
    return BothWords(key, key_zh(section, key))


def _said(section: str, key: str, value: object, money: Money) -> BothWords:
    return BothWords(said(key, value, money[0]), said_zh(section, key, value, money[1]))


def _held(section: str, row: Any, key: str, money: Money) -> BothWords:
    """What a row holds under a key; a variation holds what the key that it sets would."""
    if isinstance(row, Variation) and key == "value":
        of, _, its = row.key.partition(".")
        return _said(of, its, row.value, money)
    return _said(section, key, getattr(row, key), money)


def _content(section: str, row: msgspec.Struct, money: Money) -> BothWords:
    """What a row says beside its key columns, its citation and its status."""
    quiet = (*KEYS[section], "cite", "status")
    parts = [(_key(section, key), _held(section, row, key, money)) for key in row.__struct_fields__ if key not in quiet]
    if len(parts) == 1:
        return parts[0][1]
    return BothWords(
        ", ".join(f"{key.en} {held.en}" for key, held in parts),
        "，".join(f"{key.zh}：{held.zh}" for key, held in parts),
    )
