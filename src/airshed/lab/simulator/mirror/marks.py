"""A second opinion on marks: entered and proven in time, decided by another than who entered them (I10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import standard_ahead
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
HOUR_MS = 3_600_000


class Entered(NamedTuple):
    """A mark that waits: who entered it, and the last instant for its proof."""

    actor: str
    prove_by: int


class Marks:
    """Follows marks; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._waiting: dict[int, Entered] = {}
        self._proven: set[int] = set()

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact; anything that is not about marks is passed over."""
        match event:
            case e.HoursMarked():
                self._entered(event, at, rules)
            case e.MarkProven():
                in_time = at <= self._waiting[event.mark].prove_by
                self._claim("I10", in_time, f"mark {event.mark} is proven after its time")
                self._proven.add(event.mark)
            case e.MarkApproved():
                self._claim("I10", event.mark in self._proven, f"mark {event.mark} is approved without a proof")
                self._decided(event.mark, event.actor)
            case e.MarkReverted(how="refused"):
                self._decided(event.mark, event.actor)
            case e.MarkReverted():
                late = event.mark not in self._proven and at > self._waiting.pop(event.mark).prove_by
                self._claim("I10", late, f"mark {event.mark} lapses before its time")
            case _:
                pass

    def _entered(self, event: e.HoursMarked, at: int, rules: Rulebook) -> None:
        row = next(row for row in rules.marks.rows if row.mark == event.kind)
        wall = datetime.strptime(f"{event.last}+0000", "%Y-%m-%dT%H%z").astimezone(UTC) - standard_ahead(rules)
        after = int(wall.timestamp()) * 1000 + HOUR_MS
        self._claim("I10", at >= after, f"mark {event.mark} is of hours that are not over")
        in_time = at <= after + row.enter_hours * HOUR_MS
        self._claim("I10", in_time, f"mark {event.mark} is entered after its time")
        due = at + row.prove_hours * HOUR_MS
        self._claim(
            "I10", event.prove_by == due, f"the proof of mark {event.mark} is due at {event.prove_by}, not {due}"
        )
        self._waiting[event.mark] = Entered(event.actor, event.prove_by)
        if event.evidence:
            self._proven.add(event.mark)

    def _decided(self, mark: int, actor: str) -> None:
        entered = self._waiting.pop(mark)
        self._claim("I10", actor != entered.actor, f"{actor} decides mark {mark}, which it entered")
