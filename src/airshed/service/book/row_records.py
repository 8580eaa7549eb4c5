"""Which record wrote a row of a table last and when, for tables that show how things stand and have no such number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple, get_args

from airshed.engine import events as e
from airshed.engine.journal import decode
from airshed.engine.tables.table import Column
from airshed.model.allowance import Series
from airshed.rulebook.breach_sections import SHORTFALL
from airshed.service.book.kept import KeptBook, line_of

Key = tuple[Any, ...]
#: The columns that say so.
RECORDED = Column("recorded TEXT", "day of the record that wrote the row last, as 2027-12-31")
SEQ = Column("seq INTEGER", "number of the record that wrote the row last")
OF_RECORD = (RECORDED, SEQ)
#: What they say of a row.
Recorded = tuple[str | None, int | None]


class Writing(NamedTuple):
    """The events that write rows of a table, and the rows that one writes: by their key, or the beginning of it."""

    kinds: tuple[type, ...]
    rows: Callable[[Any], Iterator[Key]]


def _of_day(event: e.DaySealed) -> Iterator[Key]:
    yield event.stack, event.day


def _of_account(event: Any) -> Iterator[Key]:
    yield (event.account.id if isinstance(event, e.AccountOpened) else event.account,)


def _of_year(event: Any) -> Iterator[Key]:
    if isinstance(event, e.YearClosed):
        yield from ((each.source, event.year, each.pollutant) for each in event.settlements)
        yield from ((each.source, each.year, each.pollutant) for each in event.late)
    elif isinstance(event, e.CreditsVoided):
        yield from ((use.source, use.year, event.pollutant) for use in event.uses)
    elif isinstance(event, e.GroupSettled):
        yield from ((line.source, event.year, event.pollutant) for line in event.lines if line.more)
    elif isinstance(event, e.Surrendered | e.SurrenderReversed | e.PenaltyPaid):
        yield event.source, event.year, event.pollutant
    else:
        yield event.source, event.year


def _of(*names: str) -> Callable[[Any], Iterator[Key]]:
    """The row that an event names in these fields."""

    def rows(event: Any) -> Iterator[Key]:
        yield tuple(getattr(event, name) for name in names)

    return rows


def _of_circulation(event: e.CirculationStated | e.SupplyAdjusted) -> Iterator[Key]:
    pollutant = event.pollutant if isinstance(event, e.CirculationStated) else Series.parse(event.series).pollutant
    yield event.year, pollutant


def _of_sealing(event: Any) -> Iterator[Key]:
    for kind, venue, name in _ENDS:
        if isinstance(event, kind):
            yield venue, getattr(event, name)
            return
    yield event.venue, event.name


def _of_penalty(event: Any) -> Iterator[Key]:
    if isinstance(event, e.YearClosed):
        yield from ((each.source, event.year, each.pollutant, 0) for each in event.settlements)
        yield from ((each.source, each.year, each.pollutant, 0) for each in event.late)
    elif isinstance(event, e.YearAmended):
        yield from ((event.source, event.year, each.pollutant, SHORTFALL) for each in event.amended)
    else:
        yield event.source, event.year, event.pollutant, event.case


#: What ends a venue, and with it what was sealed there: its kind, and the field with its name.
_ENDS: tuple[tuple[type, str, str], ...] = (
    (e.AuctionCleared, "auction", "auction"),
    (e.CallCleared, "call", "call"),
    (e.ZoneCallCleared, "zone_call", "call"),
    (e.RepurchaseCleared, "repurchase", "repurchase"),
)
#: What is said of an account itself: that it exists, and every standing that it takes.
_OF_ACCOUNTS = tuple(
    kind
    for kind in get_args(e.Event)
    if kind.__module__ in (e.AccountOpened.__module__, e.ClosureNoticed.__module__)
    and kind.__name__.startswith("Account")
)
#: By table, the first columns of which are the key.
WRITING: Mapping[str, Writing] = {
    "days": Writing((e.DaySealed,), _of_day),
    "accounts": Writing((*_OF_ACCOUNTS, e.ClosureNoticed), _of_account),
    "years": Writing(
        (
            *(e.YearReported, e.YearReopened, e.YearVerified, e.YearDetermined, e.YearAmended),
            *(e.Surrendered, e.SurrenderReversed, e.YearClosed, e.GroupSettled, e.PenaltyPaid),
            e.CreditsVoided,
        ),
        _of_year,
    ),
    "sources": Writing((e.SourceRegistered, e.SourceTransferred, e.SourceOptedIn, e.SourceOptedOut), _of("source")),
    "cancellations": Writing((e.AllowancesCancelled,), _of("cancellation")),
    "caps": Writing((e.CapSet, e.CreditsIssued), _of("series")),
    "sales": Writing((e.SaleOpened, e.AllocationBought, e.SaleClosed), _of("sale")),
    "circulation": Writing((e.CirculationStated, e.SupplyAdjusted), _of_circulation),
    "tenders": Writing((e.RepurchaseOpened, e.RepurchaseCleared), _of("repurchase")),
    "auctions": Writing((e.AuctionOpened, e.LotConsigned, e.LotReturned, e.AuctionCleared), _of("auction")),
    "halts": Writing((e.MarketHalted, e.MarketResumed), _of("series")),
    "calls": Writing((e.CallOpened, e.CallCleared), _of("call")),
    "zone_calls": Writing((e.ZoneCallOpened, e.ZoneCallCleared), _of("call")),
    "sealings": Writing((e.SealingBegan, e.KeyAnnounced, e.BiddingEnded, *(kind for kind, _, _ in _ENDS)), _of_sealing),
    "flow_controls": Writing((e.FlowControlStated,), _of("year", "pollutant")),
    "penalties": Writing(
        (
            *(e.YearClosed, e.YearAmended, e.PenaltyPaid),
            *(e.InstalmentsAsked, e.InstalmentsGranted, e.InstalmentsRefused),
        ),
        _of_penalty,
    ),
    "applications": Writing((e.ApplicationMade, e.ApplicationDropped), _of("application")),
    "withdrawals": Writing(
        (
            *(e.WithdrawalNoticed, e.WithdrawalAppealed, e.AppealDecided),
            *(e.AllowancesWithdrawn, e.PaidBack, e.WithdrawalRestored),
        ),
        _of("withdrawal"),
    ),
    "cases": Writing(get_args(e.CaseEvent), _of("case")),
    "marks": Writing((e.HoursMarked, e.MarkProven, e.MarkApproved, e.MarkReverted), _of("mark")),
}


class RowRecords:
    """The records by table and row; what was looked through of a book is not looked through again."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, dict[Key, tuple[int, int]]]] = {}
        self._lock = Lock()

    def of(self, book: KeptBook, table: str) -> Callable[[Sequence[Any]], Recorded]:
        """What says for the beginning of a row, its key, which record wrote it last and on which day."""
        with self._lock:
            through, found = self._known.get(table, (0, {}))
            last = book.last()
            if last > through:
                found.update(_written(book, WRITING[table], through, last))
                self._known[table] = (last, found)

        def recorded(key: Sequence[Any]) -> Recorded:
            parts = (found.get(tuple(key[:end])) for end in range(1, len(key) + 1))
            last = max((each for each in parts if each is not None), default=None)
            return (None, None) if last is None else (book.civil.day_of(last[1]), last[0])

        return recorded


def latest(found: Iterable[Recorded]) -> Recorded:
    """The last of the records that wrote parts of a row.

    >>> latest([(None, None), ("2028-06-30", 7), ("2028-06-01", 4)]), latest([])
    (('2028-06-30', 7), (None, None))
    """
    return max(found, key=lambda each: each[1] or 0, default=(None, None))


def _written(book: KeptBook, writing: Writing, after: int, until: int) -> Iterator[tuple[Key, tuple[int, int]]]:
    words = [f'"is":"{kind.__name__}"'.encode() for kind in writing.kinds]
    asked = "SELECT seq, hash, record FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq"
    for row in book.sql.execute(asked, (after, until)):
        raw = bytes(row[2])
        if any(word in raw for word in words):
            record = decode(line_of(*row))
            for event in record.events:
                if isinstance(event, writing.kinds):
                    yield from ((key, (record.seq, record.at)) for key in writing.rows(event))
