"""The tape: what has been shouted lately, as far back as those remember who reckon with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from airshed.lab.agents.nouns import Shout

#: Deals that are remembered with all that led to them (Gjerstad and Dickhaut's memory), and shouts kept at most.
MEMORY, MOST_SHOUTS = 8, 400


class Tape:
    """Shouts from the one after the ninth last deal on, at most `MOST_SHOUTS` of them, and the last price.

    >>> tape = Tape(Shout("sell", price, price) for price in range(20))
    >>> [shout.limit for shout in tape.shouts]
    [12, 13, 14, 15, 16, 17, 18, 19]
    """

    def __init__(self, heard: Iterable[Shout] = ()) -> None:
        self.shouts: list[Shout] = []
        #: The last price, in fen per tonne.
        self.last: int | None = None
        #: Where the last deals stand, counted from the first shout, and how many shouts are forgotten.
        self._deals: deque[int] = deque(maxlen=MEMORY + 1)
        self._forgotten = 0
        for shout in heard:
            self.add(shout)

    def add(self, shout: Shout) -> None:
        """Remember a shout, and forget what is too old."""
        self.shouts.append(shout)
        start = len(self.shouts) - MOST_SHOUTS
        if shout.taken:
            self._deals.append(self._forgotten + len(self.shouts) - 1)
            if len(self._deals) > MEMORY:
                start = max(start, self._deals[0] + 1 - self._forgotten)
        if start > 0:
            self._forgotten += start
            del self.shouts[:start]
