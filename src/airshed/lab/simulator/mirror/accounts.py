"""A second opinion on cancellation: so many of one series go to the account of their place, and never come back."""

from __future__ import annotations

from collections.abc import Callable

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import count_of
from airshed.registry.moves import Delivered

Claim = Callable[[str, bool, str], None]


class Accounts:
    """Follows what is given up; `claim` counts a check and fails with its number."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._seen = 0

    def follow(self, event: e.Event) -> None:
        """Take in a fact."""
        for move in getattr(event, "entry", ()):
            self._claim("I2", not move.origin.startswith("cancelled-"), f"{event} takes out what was given up for good")
        if not isinstance(event, e.AllowancesCancelled):
            return
        self._seen += 1
        self._claim("I2", event.cancellation == self._seen, f"{event} is not number {self._seen}")
        target = f"cancelled-{event.series.split('-')[1]}"
        moves = [
            (move.origin, move.target, move.series, count_of(move))
            for move in event.entry
            if isinstance(move, Delivered)
        ]
        right = [(event.account, target, event.series, event.count)]
        self._claim("I2", moves == right and len(event.entry) == 1, f"{event} is not {right}")
