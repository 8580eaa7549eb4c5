"""Large bodies: a few come at once, fewer from one user, and batches are read one after the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from airshed.service.http.receipts import Busy

#: Large bodies that come at once, and those of one user.
MOST, EACH = 16, 2


class LargeBodies:
    """What holds mebibytes of memory and the loop for tenths of a second, so that nobody's uploads stop the service."""

    def __init__(self, most: int = MOST, each: int = EACH) -> None:
        self._most, self._each = most, each
        self._of: Counter[str] = Counter()
        #: Held by who reads the commands of a batch.
        self.turn = asyncio.Lock()

    @contextmanager
    def coming(self, who: str) -> Iterator[None]:
        """While a large body of somebody comes; `Busy` where too many do. A small one is of nobody.

        >>> bodies = LargeBodies(most=2, each=1)
        >>> with bodies.coming("user li"), bodies.coming("user wang"), bodies.coming(""):
        ...     with bodies.coming("user li"):
        ...         pass
        Traceback (most recent call last):
        airshed.service.http.receipts.Busy: busy for 1 s
        """
        if not who:
            yield
            return
        if self._of.total() >= self._most or self._of[who] >= self._each:
            raise Busy(1)
        self._of[who] += 1
        try:
            yield
        finally:
            self._of[who] -= 1
            if not self._of[who]:
                del self._of[who]
