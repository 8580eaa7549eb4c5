"""Whose it is that an event names by its number alone: a case, a mark, an application, a withdrawal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from airshed.pages.portal.numbered import NUMBERED
from airshed.service.book.kept import KeptBook


class Owned(NamedTuple):
    """Whose something is, by the account or the stack, and what it is called."""

    whose: str
    called: str


Owners = Callable[[Any], Owned | None]

#: Events that name neither the account nor what is its own, with the field that has the number.
BY_NUMBER: Mapping[type, str] = {event: field for field, kind in NUMBERED.items() for event in kind.events}


def owners_in(book: KeptBook) -> Owners:
    """Whose it is, as a book says."""

    @cache
    def found(field: str, number: int) -> Owned | None:
        row = book.sql.execute(NUMBERED[field].whose, (number,)).fetchone()
        return Owned(row[0], f"{row[1]} #{number}") if row else None

    def owner(event: Any) -> Owned | None:
        field = BY_NUMBER.get(type(event))
        return found(field, getattr(event, field)) if field else None

    return owner


def unknown(event: Any) -> Owned | None:
    """Where there is no book to look into."""
    return None
