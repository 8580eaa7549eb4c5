"""The one writer of a book: a thread that takes all that waits, commits it once, and only then answers."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from airshed.engine.edge import WellFormed
from airshed.engine.events import ActProposed
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import Changes, Journal, Line
from airshed.engine.runner import LARGEST_GROUP, Answer, Poisoned, Runner
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed
from airshed.service.book.acts import may_confirm
from airshed.service.book.addressed import ASKS_EVERY_S, to_read, to_write
from airshed.service.book.clock import instant_for
from airshed.service.book.kept import Fenced, KeptBook, Lost
from airshed.service.book.law import laws_of
from airshed.service.book.opening import carry_on, follow
from airshed.service.book.snapshot import Snapshot, Unfit, fitting
from airshed.service.http.receipts import Asked, Busy, Ended, Receipt, StandsBy, Waits

#: So many commands of one request find room where only the last quarter of the queue is left.
FEW = 100
#: A loop that has not come to the end of its turn by then sends no more.
LONGEST_TURN_S = 1.0
#: Most people named who could confirm an act.
MOST_NAMED = 3


class _StoodDown(Exception):
    """The service stops before the writer has gone."""


class _Job(NamedTuple):
    asked: Asked
    commands: int
    #: Who sent them; empty for the service itself.
    who: str
    at: int | None
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class _Remembering:
    """A journal that remembers what it wrote last, for whoever watches."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.written: Sequence[Line] = ()

    def lines(self, after: int = 0) -> Iterator[Line]:
        return self._journal.lines(after)

    def line(self, seq: int) -> Line:
        return self._journal.line(seq)

    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        self._journal.write(lines, changes)
        self.written = lines


class Writer:
    """Opens the book in a thread of its own and decides whatever is submitted, in the order in which it came.

    `clock` gives the instant of the machine (or of the rehearsal) in milliseconds; `wrote` is told of the lines of each
    group after it is durable, and `ended` of what broke, both from that thread. What breaks is never carried on with:
    memory may be ahead of the disk.
    """

    def __init__(
        self,
        address: Path | str,
        clock: Callable[[], int],
        *,
        most_commands: int,
        most_requests: int,
        sure: bool = False,
        standby: bool = False,
        wrote: Callable[[Sequence[Line], int], None] = lambda lines, at: None,
        ended: Callable[[BaseException], None] = lambda error: None,
        took_over: Callable[[int], None] = lambda seq: None,
        waits_for: Callable[[Lost], None] = lambda error: None,
    ) -> None:
        self.address = address
        self.provenance: Provenance | None = None
        self.runner: Runner | None = None
        #: For the metrics: groups, commands and refusals since the start.
        self.groups = self.commands = self.refused = 0
        self._clock = clock
        self._most_commands, self._most_requests = most_commands, most_requests
        self._sure, self._standby = sure, standby
        self._wrote, self._ended = wrote, ended
        self._took_over, self._waits_for = took_over, waits_for
        #: Whether this process is the writer of the book; a standby becomes it.
        self.writes = False
        #: What it began from; None where every record was replayed, and why what lay there was not used.
        self.snapshot: Snapshot | None = None
        self.unfit = ""
        self._url = ""
        self._turn = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._waiting = 0
        #: Requests that wait, by who sent them.
        self._requests_of: Counter[str] = Counter()
        #: Whether the loop is about to send more.
        self._more_come = False
        #: Turns of the loop that sent something and are over.
        self._turns = 0
        self._stopping = False
        self._broken: BaseException | None = None
        self._opened: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    # --- from other threads

    def start(self) -> None:
        """Open and replay the book; raises what stands in the way."""
        self._thread.start()
        self._ready.wait()
        if self._opened is not None:
            self._thread.join()
            raise self._opened

    def stop(self) -> None:
        """Answer what waits, close the book, end."""
        with self._turn:
            self._stopping = True
            self._turn.notify()
        self._thread.join()

    @property
    def live(self) -> bool:
        """Whether it writes, or follows who writes."""
        return self._ready.is_set() and self._broken is None and not self._stopping

    @property
    def waiting(self) -> int:
        """Commands that wait."""
        return self._waiting

    def submit(
        self, asked: Asked, count: int, at: int | None = None, *, who: str = ""
    ) -> asyncio.Future[list[Receipt]]:
        """The receipts of `count` commands at an instant, or at that of the clock; `Busy` where too many wait."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Receipt]] = loop.create_future()
        with self._turn:
            self._take(count, who)
            self._jobs.append(_Job(asked, count, who, at, loop, future))
            self._waiting += count
            self._requests_of[who] += 1
            more, self._more_come = self._more_come, True
        if not more:
            loop.call_soon(self._all_came)
        return future

    async def keep_law(self, digest: str, texts: Mapping[str, bytes], *, who: str = "") -> None:
        """Keep the text of a law in the book, for an act that is to name it."""

        def keeping(runner: Runner, when: int) -> Sequence[WellFormed]:
            self._book.keep_law(digest, texts)
            return ()

        await self.submit(keeping, 0, who=who)

    def _all_came(self) -> None:
        """The loop has sent all that it had at once: those are one commit, and not one each."""
        with self._turn:
            self._more_come = False
            self._turns += 1
            self._turn.notify()

    def called(self, url: str) -> None:
        """Where its service is asked, for those who stand by; from the loop."""
        self._url = url
        if self.writes:
            self.submit(self._saying_where, 0)

    def _take(self, count: int, who: str) -> None:
        if self._broken is not None or self._stopping:
            raise Ended
        if not self.writes:
            raise StandsBy
        # The last quarter is for a few commands of those of whom nothing waits: nobody fills the queue alone.
        part = 4 if count <= FEW and not self._requests_of[who] else 3
        over = self._waiting + count > self._most_commands * part // 4
        if over or len(self._jobs) >= self._most_requests * part // 4:
            raise Busy(1 + self._waiting // 10_000)

    # --- in the thread

    def _run(self) -> None:
        try:
            with ExitStack() as undo:
                book, runner = self._stood_by() if self._standby else self._opened_now()
                undo.callback(book.close)
                self._write_from(book, runner)
                undo.pop_all()
        except _StoodDown:
            return
        except BaseException as error:
            if self._ready.is_set():
                self._break(error)
            else:
                self._opened = error
                self._ready.set()
            return
        self._ready.set()
        try:
            while jobs := self._next():
                self._group(runner, jobs)
        except BaseException as error:
            self._break(error)
        finally:
            book.close()

    def _opened_now(self) -> tuple[KeptBook, Runner]:
        book = to_write(self.address)
        with ExitStack() as undo:
            undo.callback(book.close)
            runner = self._carried_on(book)
            undo.pop_all()
        return book, runner

    def _carried_on(self, book: KeptBook) -> Runner:
        """From the snapshot of the book where one fits, else from its first record."""
        try:
            snapshot = fitting(book)
            if snapshot is not None:
                runner = carry_on(book, snapshot.begun())
                self.snapshot = snapshot
                return runner
        except (Unfit, Malformed) as error:
            self.unfit = str(error)
        return carry_on(book)

    def _write_from(self, book: KeptBook, runner: Runner) -> None:
        """From here on this is the writer."""
        runner.journal = self._journal = _Remembering(book)
        runner.laws = laws_of(book)
        self._book = book
        self.provenance, self.runner = runner.state.provenance, runner
        _stand_still()
        with self._turn:
            self.writes = True
        if self._standby:
            self._say_where()
            self._took_over(runner.state.seq)

    def _stood_by(self) -> tuple[KeptBook, Runner]:
        """Follow who writes the book, record by record, until it is this one's turn."""
        with self._patient(partial(to_read, self.address)) as reader:
            runner = self._carried_on(reader)
            self.provenance, self.runner = runner.state.provenance, runner
            self._ready.set()
            book = self._patient(partial(to_write, self.address, partial(self._follow, runner, reader)))
        with ExitStack() as undo:
            undo.callback(book.close)
            lines = follow(runner, book)
            check_state(runner.state)
            undo.pop_all()
        if lines:
            self._wrote(lines, runner.state.at)
        return book, runner

    def _patient(self, opening: Callable[[], KeptBook]) -> KeptBook:
        """A book, as soon as the database is there."""
        told = False
        while True:
            try:
                return opening()
            except Lost as error:
                if not told:
                    self._waits_for(error)
                told = True
            self._pause(ASKS_EVERY_S)

    def _follow(self, runner: Runner, reader: KeptBook, seconds: float) -> None:
        """What was written since; then wait a little."""
        with suppress(Lost), reader.snapshot():
            lines = follow(runner, reader)
            if lines:
                self._wrote(lines, runner.state.at)
        self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        with self._turn:
            if self._turn.wait_for(lambda: self._stopping, seconds):
                raise _StoodDown

    def _saying_where(self, runner: Runner, when: int) -> Sequence[WellFormed]:
        self._say_where()
        return ()

    def _say_where(self) -> None:
        if self._url:
            self._book.called(self._url)

    def _next(self) -> list[_Job]:
        """All that waits and fits one commit; nothing once it is to stop and nothing waits."""
        with self._turn:
            self._turn.wait_for(lambda: self._jobs or self._stopping)
            if self._more_come:  # until this turn of the loop is over, and not for the next, which brings more again
                begun = self._turns
                self._turn.wait_for(lambda: self._turns != begun or self._stopping, LONGEST_TURN_S)
            taken: list[_Job] = []
            room = LARGEST_GROUP
            while self._jobs:
                job = self._jobs[0]
                if taken and job.commands > room:
                    break
                taken.append(self._jobs.popleft())
                room -= job.commands
                self._waiting -= job.commands
                self._requests_of[job.who] -= 1
                if not self._requests_of[job.who]:
                    del self._requests_of[job.who]
            return taken

    def _group(self, runner: Runner, jobs: Sequence[_Job]) -> None:
        """One commit for all of them; then the answers, all at once."""
        told: list[tuple[_Job, Any]] = []
        wishes: list[tuple[WellFormed, int]] = []
        parts: list[tuple[_Job, int]] = []
        first = runner.state.seq
        with ExitStack() as ended:  # whatever it is, everybody who waits hears of it
            ended.callback(lambda: self._deliver([(job, Ended()) for job in jobs if not job.future.done()]))
            for job in jobs:
                try:
                    when = instant_for(runner.state, job.at, self._clock(), sure=self._sure)
                    commands = job.asked(runner, when)
                except Malformed as error:
                    told.append((job, error))
                    continue
                parts.append((job, len(commands)))
                wishes += [(command, when) for command in commands]
            answers = runner.send_well_formed(wishes) if wishes else []
            ended.pop_all()
        receipts = self._receipts(runner, wishes, answers, first)
        if runner.state.seq > first:
            self._wrote(self._journal.written, runner.state.at)
        start = 0
        for job, count in parts:
            told.append((job, receipts[start : start + count]))
            start += count
        self._deliver(told)

    def _receipts(
        self, runner: Runner, wishes: Sequence[tuple[WellFormed, int]], answers: Sequence[Answer], first: int
    ) -> list[Receipt]:
        self.groups += bool(answers)
        self.commands += len(answers)
        found: list[Receipt] = []
        last = first
        for (wish, _), answer in zip(wishes, answers, strict=True):
            self.refused += answer.refusal is not None
            earlier = answer.seq is not None and answer.seq <= last
            last = max(last, answer.seq or 0)
            found.append(Receipt(wish.command, answer, earlier, runner.state.at, self._waits(runner, answer)))
        return found

    @staticmethod
    def _waits(runner: Runner, answer: Answer) -> tuple[Waits, ...]:
        """The acts that it proposed and that wait still, with some who may confirm them."""
        if not answer.events:
            return ()
        return tuple(
            Waits(event.act, event.until, tuple(islice(may_confirm(runner, event.act, runner.state.at), MOST_NAMED)))
            for event in answer.events
            if isinstance(event, ActProposed) and event.act in runner.state.acts
        )

    def _break(self, error: BaseException) -> None:
        """Nobody who waits is answered, for nobody knows what is on disk."""
        with self._turn:
            self._broken = error
            left, self._jobs = list(self._jobs), deque()
            self._waiting = 0
            self._requests_of.clear()
        self._deliver([(job, Ended()) for job in left])
        self._ended(error)

    @staticmethod
    def _deliver(told: Sequence[tuple[_Job, Any]]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Job, Any]]] = {}
        for job, result in told:
            by_loop.setdefault(job.loop, []).append((job, result))
        for loop, results in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_set, results)


def _set(results: Sequence[tuple[_Job, Any]]) -> None:
    for job, result in results:
        if job.future.done():
            continue  # whoever asked has gone
        if isinstance(result, Exception):
            job.future.set_exception(result)
        else:
            job.future.set_result(result)


#: Objects more than were there when the collector looked last, before it looks again: some waves of requests.
YOUNG = 20_000


def _stand_still() -> None:
    """What a replay has made lives as long as the process: the collector need not look at it again.

    Nor at what hundred requests have made that are answered in a moment, and which goes without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


#: What a broken writer may have met that the disk brings about, and no error of ours.
OF_THE_DISK = (OSError, sqlite3.Error, Malformed, Poisoned, Fenced)
