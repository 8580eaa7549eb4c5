"""The feed: what was recorded, as server-sent events by record number, from whichever record a watcher has heard."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence

from airshed.engine.journal import Line


class Feed:
    """The last lines of the book, kept for those who watch; further back the book is read."""

    def __init__(self, kept: int) -> None:
        self.lines: deque[Line] = deque(maxlen=kept)
        self.last = 0
        #: Instant of the book.
        self.at = 0
        self.watching: Counter[str] = Counter()
        #: The service stops: nobody waits any more.
        self.over = False
        self._more = asyncio.Event()

    def begin(self, last: int, at: int) -> None:
        """Where the book ends as the service starts."""
        self.last, self.at = last, at

    def add(self, lines: Sequence[Line], at: int) -> None:
        """Lines that are on disk now; called in the loop."""
        self.lines.extend(lines)
        self.last, self.at = lines[-1].seq, at
        more, self._more = self._more, asyncio.Event()
        more.set()

    def end(self) -> None:
        """Let everybody who waits go."""
        self.over = True
        self._more.set()

    async def more(self, after: int, seconds: float) -> bool:
        """Whether there is a record after this one, at the latest after so many seconds."""
        if self.last <= after and not self.over:
            try:
                await asyncio.wait_for(self._more.wait(), seconds)
            except TimeoutError:
                return False
        return self.last > after

    def since(self, after: int, most: int) -> list[Line] | None:
        """The next lines after a record; None where they are further back than is kept."""
        if not self.lines or after < self.lines[0].seq - 1:
            return None
        start = after - self.lines[0].seq + 1
        return [self.lines[place] for place in range(start, min(start + most, len(self.lines)))]
