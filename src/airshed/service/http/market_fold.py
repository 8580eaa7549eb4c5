"""The market of a book that is written, folded in a thread beside the writer's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from airshed.engine.commands import Command
from airshed.engine.journal import Line, MemoryJournal
from airshed.engine.runner import Runner
from airshed.market.tape import Kind
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.service.book.addressed import to_read
from airshed.service.book.kept import KeptBook, Lost
from airshed.service.book.law import laws_of
from airshed.service.book.preview import Foreseen, foresee
from airshed.service.book.snapshot import Snapshot, Unfit, taken
from airshed.service.http.readers import ADDRESS, ASKING
from airshed.service.http.receipts import Asked, Busy, Ended
from airshed.service.marketdata.reading import Folding, Market
from airshed.service.marketdata.tables import OF_KINDS, ROWS
from airshed.service.marketdata.zone_index import law_of

T = TypeVar("T")

#: Records that are folded at a time, so that nothing waits long for the rest, and no reading holds a log for long.
AT_ONCE = 5_000
#: Questions that wait, of them those of one user, and of one address without a sign-in.
MOST_WAITING, MOST_OF_ONE, MOST_OF_STRANGER = 50, 10, 5
#: Tables that are kept until the book goes on.
MOST_MADE = 16


class MadeTable(NamedTuple):
    """A table for one head of the book."""

    head: str
    rows: Sequence[tuple[Any, ...]]
    #: When it was made, in seconds of the clock of whoever asked.
    at_s: float


class MarketLook(NamedTuple, Generic[T]):
    """What a look at the market gives, and of which head and instant of the book it is."""

    head: str
    at: int
    found: T


class MarketFold:
    """The market of the book, folded in a thread of its own as far as somebody asks, and a step further each time."""

    def __init__(
        self, address: Path | str, note: Callable[..., None] = lambda event, **fields: None, *, keeps: Path | str
    ) -> None:
        self._note, self._keeps = note, keeps
        #: The record at which a snapshot was made last, or could not be.
        self.kept_at = 0
        self._begun = self._keeping = self._over = False
        self._snapshot: Snapshot | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="market")
        self._book: KeptBook | None = None
        self._address = address
        self._folding = Folding(history=True)
        self._made: dict[tuple[str, Sequence[Kind]], MadeTable] = {}
        self._waiting = 0
        self._asking: Counter[str] = Counter()
        #: The law in force, by its digest.
        self._law: tuple[str, Rulebook] | None = None

    @property
    def reached(self) -> int:
        """The record up to which it is folded."""
        return self._folding.market.state.seq

    def begins_from(self, snapshot: Snapshot | None) -> None:
        """What it goes on from, once it begins."""
        self._snapshot = snapshot
        self.kept_at = 0 if snapshot is None else snapshot.of.seq

    def begin(self) -> None:
        """Fold what is there already, so that the first who asks does not wait for it."""
        if not self._begun:
            self._begun = True
            self._pool.submit(self._begin)

    def keep(self) -> None:
        """Keep a snapshot of the book as it stands, once what waits before is done."""
        if not self._keeping:
            self._keeping = True
            self.begin()
            self._pool.submit(self._keep)

    async def table(self, name: str, kinds: Sequence[Kind] = (), *, now_s: float, old_s: float = -1.0) -> MadeTable:
        """All rows of a table, up to the end of the book; of some kinds of trade, where it has those.

        One that was made in the last `old_s` seconds does as well, though the book has gone on.
        """
        known = self._made.get((name, kinds))
        if known is not None and 0 <= now_s - known.at_s <= old_s:
            return known
        made: MadeTable = await self._run(self._table, name, kinds, now_s)
        return made

    async def told(self, work: Callable[[Market], T]) -> MarketLook[T]:
        """What a look at the market gives, with the head of the book that it is of."""
        found: MarketLook[T] = await self._run(self._told, work)
        return found

    async def look(self, work: Callable[[Market, Rulebook], T]) -> T:
        """What a look at the whole state of the book gives, as its last record leaves it; nothing of it is changed."""
        found: T = await self._run(self._look, work)
        return found

    async def foresee(self, asked: Asked, at: int) -> tuple[Foreseen, int]:
        """What a command would come to, and where the book ends: decided on this state and not applied."""
        found: tuple[Foreseen, int] = await self._run(self._foresee, asked, at)
        return found

    async def foresee_each(self, wishes: Sequence[Command], at: int) -> list[Foreseen]:
        """What each of several commands would come to by itself: every one decided on the state of the book."""
        found: list[Foreseen] = await self._run(self._foresee_each, wishes, at)
        return found

    def close(self, *, now: bool = False) -> None:
        """Let go of the book, once what is being folded is; or `now`, where that is far behind."""
        self._over = now
        self._pool.submit(self._let_go).result()
        self._pool.shutdown()

    async def _run(self, work: Any, *words: Any) -> Any:
        who = ASKING.get()
        each = MOST_OF_STRANGER if who.startswith(ADDRESS) else MOST_OF_ONE
        if self._waiting >= MOST_WAITING or (who and self._asking[who] >= each):
            raise Busy(2)
        self._waiting += 1
        self._asking[who] += 1
        self.begin()
        folding = partial(asyncio.get_running_loop().run_in_executor, self._pool, work, *words)
        try:
            try:
                return await folding()
            except Lost:  # over a connection that broke since it was used last; the next is new
                return await folding()
        finally:
            self._waiting -= 1
            self._asking[who] -= 1
            if not self._asking[who]:
                del self._asking[who]

    # --- in the thread

    def _begin(self) -> None:
        snapshot, self._snapshot = self._snapshot, None  # the bytes of it
        if snapshot is not None:
            try:
                self._folding = snapshot.folding()
            except Unfit as error:
                self._note("snapshot_unfit", why=str(error))
        self._catch_up()

    def _keep(self) -> None:
        try:
            book, _ = self._catch_up()
            raw = taken(self._folding, book.line(1).hash)
            with to_read(self._keeps) as written:
                written.keep_snapshot(raw)
            self._note("snapshot", records=self.reached, bytes=len(raw))
        except Ended:
            pass
        except (Malformed, OSError) as error:  # it can be done without: the next start takes longer
            self._note("snapshot_not_kept", error=str(error)[:500])
        finally:
            self.kept_at, self._keeping = self.reached, False

    def _let_go(self) -> None:
        if self._book is not None:
            self._book.close()

    def _catch_up(self) -> tuple[KeptBook, str]:
        if self._book is None:
            self._book = to_read(self._address)
        lines: Sequence[Line] = ()
        while not self._over:
            with self._book.snapshot(), self._book.named():
                lines = list(islice(self._book.lines(self.reached), AT_ONCE))
                self._folding.take(lines)
            if len(lines) < AT_ONCE:
                return self._book, f"{self.reached}:{self._folding.reached}"
        raise Ended

    def _table(self, name: str, kinds: Sequence[Kind], now_s: float) -> MadeTable:
        book, head = self._catch_up()
        made = self._made.get((name, kinds))
        if made is None or made.head != head:
            market = self._folding.market
            with book.snapshot():
                rows = tuple(OF_KINDS[name](market, kinds) if kinds else ROWS[name](market, law_of(book, market)))
            while len(self._made) >= MOST_MADE:
                self._made.pop(next(iter(self._made)))
            made = self._made[name, kinds] = MadeTable(head, rows, now_s)
        return made

    def _told(self, work: Callable[[Market], T]) -> MarketLook[T]:
        _, head = self._catch_up()
        market = self._folding.market
        return MarketLook(head, market.state.at, work(market))

    def _look(self, work: Callable[[Market, Rulebook], T]) -> T:
        book, _ = self._catch_up()
        market = self._folding.market
        adopted = market.state.rulebook
        if self._law is None or adopted is None or self._law[0] != adopted.digest:
            with book.snapshot():
                self._law = ("" if adopted is None else adopted.digest, law_of(book, market))
        return work(market, self._law[1])

    def _foresee(self, asked: Asked, at: int) -> tuple[Foreseen, int]:
        book, _ = self._catch_up()
        market = self._folding.market
        with book.snapshot(), book.named():
            runner = self._runner(book)
            (wish,) = asked(runner, max(at, market.state.at))
            # The first that is foreseen is decided and not applied: the state stays that of the book.
            return next(foresee(runner, [wish.command], at)), market.state.seq

    def _foresee_each(self, wishes: Sequence[Command], at: int) -> list[Foreseen]:
        book, _ = self._catch_up()
        with book.snapshot(), book.named():
            runner = self._runner(book)
            when = max(at, runner.state.at)
            return [next(foresee(runner, [command], when)) for command in wishes]

    def _runner(self, book: KeptBook) -> Runner:
        """Somebody who decides on the state of the book and writes nothing."""
        market = self._folding.market
        runner = Runner(MemoryJournal(), law_of(book, market), tables=False, laws=laws_of(book))
        runner.state, runner.journal = market.state, book
        return runner
