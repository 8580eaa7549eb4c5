"""Where the users of a service are kept, whatever that is.

All stores take the same statements, in the SQL that SQLite and PostgreSQL both know. Steps make the tables: a store
remembers how many it has taken, and takes those that came since as it is opened.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from airshed.model.refusal import Malformed

#: Statements that make the tables, or change those that the steps before have made.
Steps = Sequence[Sequence[str]]
#: How long a statement waits for who holds what it changes: a commit takes milliseconds, and others wait behind it.
PATIENCE_MS = 250
#: For how long after that nothing waits: so all statements together hold a service up for a twentieth of the time.
WEARY_S = 5.0


class Taken(Exception):
    """What is to be the only one of its kind is there already."""


class Patience:
    """How long the next statement waits, given how the last ones fared."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks, self._until = ticks, float("-inf")

    @property
    def ms(self) -> int:
        """Milliseconds; none for a while after somebody has waited in vain."""
        return 0 if self._ticks() < self._until else PATIENCE_MS

    def spent(self) -> None:
        """A statement has waited, and what it changes is held still."""
        if self._ticks() >= self._until:
            self._until = self._ticks() + WEARY_S


class Ran(Protocol):
    """What a statement gave, and how many rows it changed."""

    @property
    def rowcount(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Store(ABC):
    """Tables of whoever keeps users, and nothing of the book."""

    #: The file, or the schema of a database without a password.
    path: str

    @abstractmethod
    def execute(self, text: str, values: Sequence[Any] = (), /) -> Ran:
        """Carry out a statement with `?` for its values; `Taken` where a key is there already."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """All that is written within is written, or nothing."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""


def newer(path: str, found: int, known: int) -> Malformed:
    """A store that a later Airshed has written."""
    return Malformed(path, f"has format {found}, and this Airshed knows up to {known}", "use the Airshed that wrote it")
