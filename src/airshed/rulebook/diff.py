"""What a new rulebook changes in the law, key by key, as a lawyer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from airshed.rulebook.schema import Rulebook
from airshed.rulebook.words import KEYS, row_name, said

Moneys = tuple[str, str]
"""What the currency is called in the old law and in the new."""


@dataclass(frozen=True, slots=True)
class LawChange:
    """One thing that is not as it was; `old` is None where it is new, `new` where it is gone."""

    section: str
    row: str
    key: str
    old: str | None
    new: str | None
    cite: str

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
    moneys = (old.currency.name_en, new.currency.name_en)
    for section in Rulebook.__struct_fields__:
        before, after = getattr(old, section), getattr(new, section)
        if before == after:
            continue
        if isinstance(before, tuple):
            changes += _rows(section, before, after, new.programme.cite, moneys)
            changes += _order(section, before, after, new.programme.cite)
        else:
            changes += _section(section, before, after, moneys)
    return changes


def _section(section: str, before: msgspec.Struct, after: msgspec.Struct, moneys: Moneys) -> Iterator[LawChange]:
    cite: str = getattr(after, "cite")  # noqa: B009 - every section has one, a bare Struct does not say so
    for key in before.__struct_fields__:
        was, now = getattr(before, key), getattr(after, key)
        if was == now:
            continue
        if isinstance(was, tuple) or isinstance(now, tuple):  # a list that one of them leaves out names nothing
            was, now = was or (), now or ()
        if not isinstance(was, tuple):
            yield LawChange(section, "", key, said(key, was, moneys[0]), said(key, now, moneys[1]), cite)
        elif any(isinstance(each, msgspec.Struct) for each in (*was, *now)):
            yield from _rows(section, was, now, cite, moneys)
        else:
            for each in was:
                if each not in now:
                    yield LawChange(section, key, str(each), "", None, cite)
            for each in now:
                if each not in was:
                    yield LawChange(section, key, str(each), None, "", cite)


def _rows(
    section: str, before: tuple[Any, ...], after: tuple[Any, ...], cite: str, moneys: Moneys
) -> Iterator[LawChange]:
    was, now = _by_name(section, before), _by_name(section, after)
    for name, row in was.items():
        if name not in now:
            yield LawChange(section, name, "", _content(section, row, moneys[0]), None, getattr(row, "cite", cite))
    for name, row in now.items():
        source = getattr(row, "cite", cite)
        if name not in was:
            yield LawChange(section, name, "", None, _content(section, row, moneys[1]), source)
            continue
        for key in row.__struct_fields__:
            left, right = getattr(was[name], key), getattr(row, key)
            if left != right:
                yield LawChange(section, name, key, said(key, left, moneys[0]), said(key, right, moneys[1]), source)


def _order(section: str, before: tuple[Any, ...], after: tuple[Any, ...], cite: str) -> Iterator[LawChange]:
    """The order of codes is the order in which the programme shows them; that of other rows is no law."""
    was, now = list(_by_name(section, before)), list(_by_name(section, after))
    if was != now and sorted(was) == sorted(now):
        yield LawChange(section, "", "order", ", ".join(was), ", ".join(now), cite)


def _by_name(section: str, rows: tuple[Any, ...]) -> Mapping[str, Any]:
    return {row_name(section, row): row for row in rows}


def _content(section: str, row: msgspec.Struct, money: str) -> str:
    """What a row says beside its key columns, its citation and its status."""
    quiet = (*KEYS[section], "cite", "status")
    parts = [(key, getattr(row, key)) for key in row.__struct_fields__ if key not in quiet]
    if len(parts) == 1:
        return said(*parts[0], money)
    return ", ".join(f"{key} {said(key, value, money)}" for key, value in parts)
