"""From what arrived to what is on disk: one commit for all frames of a tick, and the close of each day."""

from __future__ import annotations

import fcntl
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.frame import Frame, decode
from airshed.mrv.hj212.head import head_of
from airshed.mrv.hj212.items import Unclear
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway import store
from airshed.service.gateway.duplicates import FrameFate, ReceiptMemory, content_digest
from airshed.service.gateway.file_modes import FILE_MODE, make_folder, tighten
from airshed.service.gateway.guesses import GuessFile
from airshed.service.gateway.receipt_journal import Disk, JournalEntry, ReceiptJournal, line_of, read_segment, segments
from airshed.service.gateway.reception import Received, TurnedAway, masked
from airshed.service.gateway.refused import RefusedFile

LOCK = "gateway.lock"

MOST_OWED = 1 << 25
"""Bytes of frames that wait in memory for files of the running day which could not be written."""

REMEMBERED_COMMANDS = ("2031", "2051", "2061")
"""What is learned again from the journal at the start: the reports that a device sends again after an outage."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came in one chunk, and from where (address and port)."""

    verdict: Received | TurnedAway
    peer: str
    #: Whether the host had asked for it: what answers one request has one QN.
    asked: bool = False


class Keeper:
    """The writer of a folder of evidence, one process at a time.

    `commit` and `turn` are called by one thread, one after the other; `close_days` may run beside them.
    """

    def __init__(self, folder: Path, clock: Callable[[], int], disk: Disk | None = None) -> None:
        """Take the folder, or raise `Malformed` if another gateway has it; put right what a crash left behind."""
        self._folder = folder
        self._clock = clock
        try:
            make_folder(folder)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, FILE_MODE)
        except OSError as error:
            raise Malformed(str(folder), f"cannot be used ({error.strerror})", "name a folder for evidence") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Malformed(str(folder), "another gateway writes there", "end it, or name another folder") from None
        #: Files and folders that others could read, and can no longer.
        self.tightened = tighten(folder)
        self._journal = ReceiptJournal(folder, disk or Disk())
        self._refused = RefusedFile(folder)
        #: What was guessed of passwords before the start.
        self.guesses = GuessFile(folder, clock)
        self._seen = ReceiptMemory()
        #: Bytes of the running day that were there at the start, by stack and MN.
        self.received: Counter[tuple[str, str]] = Counter()
        #: The numbers that were heard on the running day before the start, with the address of each.
        self.homes: dict[tuple[str, str], None] = {}
        #: Refused chunks that were only counted: above the bound, or on a full disk.
        self.refused_not_kept = 0
        self._unsound: set[str] = set()  # days whose files are to be written anew from the journal
        self._owed: dict[str, list[bytes]] = {}  # frames of the running day that are in the journal only, by stack
        self._sizes: dict[str, int] = {}  # bytes of the files of the running day
        self.day = self._recover()

    def commit(self, arrived: Sequence[Arrived]) -> list[FrameFate | None]:
        """Put a tick on disk: what became of each frame, None for what was turned away.

        OSError if the disk does not take it: then no frame of the tick may be acknowledged.
        """
        at = self._clock()
        day = max(BEIJING.day_of(at), self.day)  # a clock set back does not write into a day that is over
        outcomes: list[FrameFate | None] = []
        kept: list[JournalEntry] = []
        for one in arrived:
            outcomes.append(self._taken(one, at, day, kept))
        if kept:
            try:
                self._journal.append(day, b"".join(map(line_of, kept)))
            except OSError:
                for one, outcome in zip(arrived, outcomes, strict=True):
                    if isinstance(one.verdict, Received) and outcome is not FrameFate.RESENT:
                        frame = one.verdict.frame
                        self._seen.unlearn(one.verdict.device.mn, frame, content_digest(one.verdict.plain))
                self._unsound |= self._journal.torn
                raise
            self._begin(day)
            self._add_to_files(day, kept)
        return outcomes

    def turn(self) -> str:
        """The running day by the clock; from now on nothing is added to a day before it."""
        today = max(BEIJING.day_of(self._clock()), self.day)
        if today == self.day:
            self._add_to_files(today, ())
        self._begin(today)
        return today

    def close_days(self, today: str) -> list[str]:
        """Close every day before the one that `turn` gave; the days that were closed.

        OSError or `Malformed` if the disk does not take it: then it may be called again.
        """
        over = [(day, path) for day, path in segments(self._folder) if day < today]
        for day in sorted({day for day, _ in over} & self._unsound):
            store.rewrite(self._folder, day, _entries(path for known, path in over if known == day))
            self._unsound.discard(day)
        closed = store.close_days(self._folder, today)
        for _, path in over:
            store.pack(path)
            path.unlink()
        self._refused.pack_until(today)
        return closed

    def close(self) -> None:
        """Let go of the folder."""
        self._add_to_files(self.day, ())
        with suppress(OSError):  # a full disk: what was refused is counted in the log, too
            self._refused.note_beyond()
        self._journal.close()
        self.guesses.close()
        os.close(self._lock)

    def _taken(self, one: Arrived, at: int, day: str, kept: list[JournalEntry]) -> FrameFate | None:
        verdict = one.verdict
        if isinstance(verdict, TurnedAway):
            try:
                there = self._refused.add(day, at, one.peer, verdict)
            except OSError:  # a full disk: the host will say so at the next frame that it wants to keep
                there = False
            self.refused_not_kept += not there
            return None
        mn, digest = verdict.device.mn, content_digest(verdict.plain)
        taken = self._seen.judge(mn, verdict.frame, digest, asked=one.asked)
        if taken is not FrameFate.RESENT:
            self._seen.learn(mn, verdict.frame, digest)
            kept.append(JournalEntry(at, verdict.device.stack, mn, verdict.key, one.peer, masked(verdict.plain)))
        return taken

    def _add_to_files(self, day: str, kept: Sequence[JournalEntry]) -> None:
        """Add frames to the files of the running day, those first that could not be added before.

        What cannot be added is in the journal and is tried again. Where there is too much of it, or a file is not as it
        was left, the files are written anew when the day is over.
        """
        if day in self._unsound:
            return
        for entry in kept:
            self._owed.setdefault(entry.stack, []).append(entry.plain)
        for stack, frames in tuple(self._owed.items()):
            try:
                size = store.add(self._folder, stack, day, frames, self._sizes.get(stack))
            except OSError:
                continue
            if size is None:
                self._give_up_files(day)
                return
            self._sizes[stack] = size
            del self._owed[stack]
        if sum(len(frame) for frames in self._owed.values() for frame in frames) > MOST_OWED:
            self._give_up_files(day)

    def _begin(self, day: str) -> None:
        """Go over to a day; what the files of the one before lack is written from the journal when it is closed."""
        if day == self.day:
            return
        if self._owed:
            self._give_up_files(self.day)
        self._sizes.clear()
        self.day = day

    def _give_up_files(self, day: str) -> None:
        self._owed.clear()
        self._unsound.add(day)

    def _recover(self) -> str:
        """Write the files of open days anew from the journal, learn what was received, and name the running day."""
        found = segments(self._folder)
        for day in sorted({day for day, _ in found}):
            entries = _entries(path for known, path in found if known == day)
            last = day == found[-1][0]
            store.rewrite(self._folder, day, self._learned(entries) if last else entries)
        chains = [store.read_chain(self._folder, stack) for stack in store.stacks_of(self._folder)]
        over = max((each.days[-1].day for each in chains if each.days), default="")
        return max(BEIJING.day_of(self._clock()), found[-1][0] if found else "", store.day_after(over) if over else "")

    def _learned(self, entries: Iterator[JournalEntry]) -> Iterator[JournalEntry]:
        for entry in entries:
            self.received[entry.stack, entry.mn] += len(entry.plain)
            self.homes[entry.mn, entry.peer.rpartition(":")[0]] = None
            head = head_of(entry.plain)
            if not isinstance(head, Unclear) and head.get("cn") in REMEMBERED_COMMANDS:
                frame = decode(entry.plain, "any")
                if isinstance(frame, Frame):
                    self._seen.learn(entry.mn, frame, content_digest(entry.plain))
            yield entry


def _entries(paths: Iterator[Path]) -> Iterator[JournalEntry]:
    return chain.from_iterable(map(read_segment, paths))
