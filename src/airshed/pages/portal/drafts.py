"""Forms as they were sent to look at: kept a while under their key, so that going back and loading anew lose nothing.

They lie in memory, apart by user; one that is not there any more is a form that is filled in again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from airshed.service.http.service import Service

#: Most drafts of all users, and bytes of them together; the oldest go.
MOST, MOST_BYTES = 5_000, 32 << 20
#: And of one user.
MOST_OF_ONE, BYTES_OF_ONE = 20, 2 << 20
#: A draft of more is not kept.
LARGEST = 1 << 20


class FormDraft(NamedTuple):
    """What was written in a form of a command."""

    command: str
    fields: Mapping[str, str]
    #: The record in which it was refused when it was confirmed.
    refused: int | None = None

    @property
    def size(self) -> int:
        """Its bytes, roughly."""
        return sum(len(name) + len(text) for name, text in self.fields.items()) * 2


class Drafts:
    """The drafts of a service."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], FormDraft] = OrderedDict()
        self._bytes = 0

    def keep(self, user: str, draft: FormDraft) -> bool:
        """Keep a draft in place of the one before under its key; False where it is too large."""
        if draft.size > LARGEST:
            return False
        place = (user, draft.fields["key"])
        if (old := self._kept.pop(place, None)) is not None:
            self._bytes -= old.size
        self._kept[place] = draft
        self._bytes += draft.size
        self._of_one(user)
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].size
        return True

    def _of_one(self, user: str) -> None:
        """Let the oldest of somebody go where they have too many: those of others stay."""
        mine = [place for place in self._kept if place[0] == user]
        left = sum(self._kept[place].size for place in mine)
        while len(mine) > MOST_OF_ONE or left > BYTES_OF_ONE:
            size = self._kept.pop(mine.pop(0)).size
            left -= size
            self._bytes -= size

    def get(self, user: str, command: str, key: str) -> FormDraft | None:
        """The draft of a user under a key."""
        found = self._kept.get((user, key))
        return found if found is not None and found.command == command else None


def drafts_of(service: Service) -> Drafts:
    """Those of a service."""
    found: Drafts = service.beside.setdefault("drafts", Drafts())
    return found
