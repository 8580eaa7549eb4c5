"""The log of the gateway: one line an event, bounded, without passwords, keys or the text of frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from airshed.mrv.hj212.time import BEIJING

Note = Callable[..., None]
"""Called with the name of an event and its facts."""

MOST_A_MINUTE = 20
"""Lines of one event and address in a minute; the next line says how many were left out."""
MOST_KINDS = 4_096


class Lines:
    """Writes each event as one JSON line; the same event of one address at most `MOST_A_MINUTE` times a minute."""

    def __init__(self, write: Callable[[str], object], clock: Callable[[], int]) -> None:
        self._write = write
        self._clock = clock
        self._minute = 0
        self._counts: dict[tuple[str, str], int] = {}

    def __call__(self, what: str, **facts: Any) -> None:
        """Note an event; `address` among the facts bounds it per address."""
        at = self._clock()
        if at // 60_000 != self._minute:
            self._minute = at // 60_000
            left = sum(max(0, count - MOST_A_MINUTE) for count in self._counts.values())
            self._counts.clear()
            if left:
                self._line(at, "left_out", {"lines": left})
        kind = (what, str(facts.get("address", "")))
        if kind not in self._counts and len(self._counts) >= MOST_KINDS:
            kind = (what, "others")
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._counts[kind] <= MOST_A_MINUTE:
            self._line(at, what, facts)

    def _line(self, at: int, what: str, facts: dict[str, Any]) -> None:
        self._write(msgspec.json.encode({"at": BEIJING.clock(at), "what": what, **facts}).decode())


def silent(what: str, **facts: Any) -> None:
    """Note nothing."""
