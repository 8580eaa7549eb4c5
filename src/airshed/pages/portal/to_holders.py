"""What a record says to whoever holds an account: each event in their words, with all that it moved for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from airshed.engine.journal import Record
from airshed.model.beside import rows_beside
from airshed.pages.kit.words import Phrase
from airshed.service.book.statement import StatementLine, lines_of
from airshed.service.forms.happened import said_of_event

#: Whether something came to an account or went from it; empty for an event that moved nothing of it.
Way = Literal["", "in", "out"]


def _sentences() -> Mapping[tuple[str, str], tuple[str, str]]:
    rows = rows_beside(__package__, "to_holders.csv")
    return {(row["event"], row["way"]): (row["en"], row["zh"]) for row in rows}


#: What an event is called for a holder, by its name and its way; where the Chinese is empty, that of the event serves.
SENTENCES = _sentences()


def said_to_holder(kind: type, way: Way = "") -> Phrase:
    """What has happened to somebody, and not how the engine books it.

    >>> from airshed.engine.events import Allocated, Surrendered
    >>> said_to_holder(Allocated, "in"), said_to_holder(Surrendered, "out")
    (Phrase(en='Allocated free', zh='获得免费配额'), Phrase(en='Surrendered', zh='配额已清缴'))
    """
    name, (english, chinese) = kind.__name__, said_of_event(kind)
    en, zh = SENTENCES.get((name, way)) or SENTENCES.get((name, "")) or (english, "")
    return Phrase(en, zh or chinese)


class Moved(msgspec.Struct, frozen=True):
    """What an event moved for an account: of one series, of money, or of both against each other."""

    event: Any
    #: Empty where only money moved.
    series: str
    #: More than zero for what came, less for what went.
    count: int
    fen: int
    #: With whom.
    other: str

    @property
    def way(self) -> Way:
        """Whether it came or went; where allowances moved against money it is that of the allowances."""
        return "in" if (self.count or self.fen) > 0 else "out"


def moved_in(record: Record, account: str) -> Iterator[Moved]:
    """What a record moved for an account, one for each event and series.

    What is paid for a series stands with it; where an event moves several, its money stands by itself.
    """
    for event in record.events:
        lines = list(lines_of([msgspec.structs.replace(record, events=(event,))], account))
        by_series: dict[str, list[StatementLine]] = {}
        for line in lines:
            by_series.setdefault(line.series or "", []).append(line)
        paid = by_series.pop("", [])
        if len(by_series) == 1:
            ((series, moves),) = by_series.items()
            yield _sum(event, series, [*moves, *paid])
            continue
        yield from (_sum(event, series, moves) for series, moves in by_series.items())
        if paid:
            yield _sum(event, "", paid)


def _sum(event: Any, series: str, lines: Sequence[StatementLine]) -> Moved:
    count, fen = sum(each.count for each in lines), sum(each.fen for each in lines)
    return Moved(event, series, count, fen, lines[0].other)
