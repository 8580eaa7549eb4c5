"""The ledger a second time, by other code: from the text of records, by who holds each serial.

The ledger keeps, for each account, the blocks that it holds. Here each series keeps, for each serial, who holds it; a
mistake in the one is not a mistake in the other. It shares no code with `ledger.py`, nor with what applies events.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from typing import Any, NamedTuple

#: First and last serial of each run that somebody holds.
Runs = tuple[tuple[int, int], ...]
#: One of these stands in every record that counts here; most records are of days, have none, and need not be read.
TELLING = (b'"entry"', b'"CapSet"', b'"AccountOpened"', b'"RulebookAdopted"')


def happened(record: bytes) -> list[dict[str, Any]]:
    """The events of a record, as its bytes lie in the book; none of one that moves, issues and opens nothing."""
    return json.loads(record)["events"] if any(word in record for word in TELLING) else []


class Impossible(NamedTuple):
    """A move of what its origin did not have, as the records tell it."""

    seq: int
    account: str
    what: str


class SerialRuns:
    """Serials 1..count, cut where the holder changes: where each run starts, and whose it is."""

    __slots__ = ("count", "holders", "starts")

    def __init__(self, count: int, holder: str) -> None:
        self.count = count
        self.starts = [1]
        self.holders = [holder]

    def move(self, first: int, last: int, origin: str, target: str) -> bool:
        """Give serials to another; whether all of them were the origin's."""
        left, right = self._cut(first), self._cut(last + 1)
        whole = all(holder == origin for holder in self.holders[left:right])
        self.starts[left:right] = [first]
        self.holders[left:right] = [target]
        for place in (left + 1, left):
            if 0 < place < len(self.starts) and self.holders[place] == self.holders[place - 1]:
                del self.starts[place], self.holders[place]
        return whole

    def _cut(self, serial: int) -> int:
        """The run that starts with a serial, cut if need be."""
        if serial > self.count:
            return len(self.starts)
        place = bisect_right(self.starts, serial) - 1
        if self.starts[place] != serial:
            place += 1
            self.starts.insert(place, serial)
            self.holders.insert(place, self.holders[place - 1])
        return place

    def runs(self) -> dict[str, list[tuple[int, int]]]:
        """What each holder has."""
        ends = [*(start - 1 for start in self.starts[1:]), self.count]
        found: dict[str, list[tuple[int, int]]] = {}
        for start, end, holder in zip(self.starts, ends, self.holders, strict=True):
            found.setdefault(holder, []).append((start, end))
        return found


class Refold:
    """Money by account and serials by holder, as the records say."""

    def __init__(self) -> None:
        self.seq = 0
        self.money: dict[str, int] = {}
        self.series: dict[str, SerialRuns] = {}
        self.impossible: list[Impossible] = []

    def take(self, record: bytes) -> None:
        """The next record, as its bytes lie in the book."""
        self.seq += 1
        for event in happened(record):
            kind = event["is"]
            if kind == "RulebookAdopted":
                for account in event["opened"]:
                    self.money[account["id"]] = 0
            elif kind == "AccountOpened":
                self.money[event["account"]["id"]] = 0
            elif kind == "CapSet":
                self.series[event["series"]] = SerialRuns(event["count"], event["account"])
            for move in event.get("entry", ()):
                self._move(*move)

    def _move(self, kind: str, origin: str, target: str, *what: Any) -> None:
        if kind == "cash":
            (fen,) = what
            self.money[origin] = self.money.get(origin, 0) - fen
            self.money[target] = self.money.get(target, 0) + fen
            return
        name, blocks = what
        series = self.series.get(name)
        for first, last in blocks:
            if series is None or not 1 <= first <= last <= series.count:
                self.impossible.append(Impossible(self.seq, origin, f"{name} {first}-{last} was never issued"))
            elif not series.move(first, last, origin, target):
                what_is = f"{name} {first}-{last} was not all its own when it went to {target}"
                self.impossible.append(Impossible(self.seq, origin, what_is))

    def holdings(self) -> dict[tuple[str, str], Runs]:
        """Serials by account and series; nobody stands there with none."""
        return {
            (holder, name): tuple(runs)
            for name, series in self.series.items()
            for holder, runs in series.runs().items()
        }
