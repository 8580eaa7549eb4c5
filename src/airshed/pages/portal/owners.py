"""Whose it is that an event names by its number alone: a case, a mark, an application, a withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from airshed.engine import events as e
from airshed.service.book.kept import KeptBook


class Owned(NamedTuple):
    """Whose something is, by the account or the stack, and what it is called."""

    whose: str
    called: str


Owners = Callable[[Any], Owned | None]

#: Where the book says whose it is, by the field of an event that has the number.
_LOOKUPS: Mapping[str, str] = {
    "case": "SELECT account, source FROM cases WHERE case_number = ?",
    "mark": "SELECT stack, stack FROM marks WHERE mark = ?",
    "application": "SELECT account, source FROM applications WHERE application = ?",
    "withdrawal": "SELECT account, source FROM withdrawals WHERE withdrawal = ?",
    "withholding": "SELECT account, source FROM withholdings WHERE withholding = ?",
}
#: Events that name neither the account nor what is its own.
NUMBERED: Mapping[type, str] = {
    **dict.fromkeys((e.CaseReplied, e.CaseDecided, e.CaseAppealed, e.CaseAppealDecided), "case"),
    **dict.fromkeys((e.MarkProven, e.MarkApproved, e.MarkReverted), "mark"),
    e.ApplicationDropped: "application",
    **dict.fromkeys((e.WithdrawalAppealed, e.AppealDecided, e.WithdrawalRestored), "withdrawal"),
    **dict.fromkeys((e.WithholdingReleased, e.WithheldForfeited), "withholding"),
}


def owners_in(book: KeptBook) -> Owners:
    """Whose it is, as a book says."""

    @cache
    def found(field: str, number: int) -> Owned | None:
        row = book.sql.execute(_LOOKUPS[field], (number,)).fetchone()
        return Owned(row[0], f"{row[1]} #{number}") if row else None

    def owner(event: Any) -> Owned | None:
        field = NUMBERED.get(type(event))
        return found(field, getattr(event, field)) if field else None

    return owner


def unknown(event: Any) -> Owned | None:
    """Where there is no book to look into."""
    return None
