"""A journal that crashes when it is told to: before, in or after the commit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol

from airshed.engine.journal import Changes, Journal, Line, Row


class FragileStore(Journal, Protocol):
    """A journal that can be let go of."""

    def close(self) -> None:
        """Let go of it, as the end of a process would."""
        ...


class Crash(Exception):
    """The process ends here, in the simulation."""


Moment = Literal["before the commit", "in the commit", "after the commit"]
MOMENTS: tuple[Moment, ...] = ("before the commit", "in the commit", "after the commit")


class Fragile:
    """A journal that crashes once, at the moment that is set."""

    def __init__(self, store: FragileStore) -> None:
        self.store = store
        self.moment: Moment | None = None

    def lines(self, after: int = 0) -> Iterator[Line]:
        """The book in order, from the record after `after`."""
        return self.store.lines(after)

    def line(self, seq: int) -> Line:
        """One record."""
        return self.store.line(seq)

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append, or crash."""
        if self.moment == "before the commit":
            raise Crash
        if self.moment == "in the commit":
            changes = Changes(changes.put, changes.gone, _Torn(changes.added))
        self.store.write(lines, changes)
        if self.moment == "after the commit":
            raise Crash


class _Torn(dict[str, Sequence[Row]]):
    """Rows of which the last never come."""

    def __init__(self, rows: Mapping[str, Sequence[Row]]) -> None:
        super().__init__(rows)

    def items(self) -> Any:
        yield from super().items()
        raise Crash
