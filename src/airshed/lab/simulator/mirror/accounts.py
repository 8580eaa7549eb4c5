"""A second opinion on accounts: what is given up never comes back, and a restricted account gives only as it may."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import count_of
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import FLOWS

#: How the mirror calls what holds an account back, from the least to the most, and what the book calls it.
STATES: Mapping[str, str] = {
    "some": "some_transactions_restricted",
    "closing": "closure_pending",
    "all": "all_transactions_restricted",
    "suspended": "suspended",
}
#: By which a holder gets back what was its own.
GIVEN_BACK = (c.ReverseTransfer, c.ReverseSurrender, c.RestoreWithdrawn, c.VerifyYear, c.DetermineYear, c.AmendYear)
Claim = Callable[[str, bool, str], None]


class Accounts:
    """Follows what is given up; `claim` counts a check and fails with its number."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._seen = 0
        #: Of each account what holds it back, the latest last.
        self._states: dict[str, list[str]] = {}
        self._until: dict[str, int] = {}

    def follow(self, event: e.Event, record: Record, rules: Rulebook) -> None:
        """Take in a fact of a record; the record is of what was confirmed, where two have acted."""
        self._state(event)
        self._closing(event, record)
        for move in getattr(event, "entry", ()):
            if isinstance(move, Delivered) and "some" in self._states.get(move.origin, ()):
                kinds = {name for name, flow in FLOWS.items() if type(record.body).__name__ in flow.commands}
                # what it agreed to before is carried out: so it is for an account that is frozen altogether
                may = any("yes" in (row.restricted, row.frozen) for row in rules.transactions.rows if row.type in kinds)
                self._claim("I5", may, f"{move} by {record.body}, though restricted")
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

    def _state(self, event: e.Event) -> None:
        match event:
            case e.AccountRestricted():
                self._states.setdefault(event.account, []).append("some")
            case e.AccountFrozen():
                self._states.setdefault(event.account, []).append("all")
            case e.AccountSuspended():
                held = self._states.setdefault(event.account, [])
                held[:] = [each for each in held if each in ("some", "closing")] + ["suspended"]
            case e.ClosureNoticed():
                self._states.setdefault(event.account, []).append("closing")
                self._until[event.account] = event.until
            case e.AccountThawed():
                held = self._states.get(event.account, [])
                most = max(held, key=list(STATES).index, default="nothing")
                said = STATES.get(most, most)
                self._claim("I5", said == event.ended, f"{event} of an account that is {held}")
                held.remove(most)
            case _:
                pass

    def _closing(self, event: e.Event, record: Record) -> None:
        """Who is to be closed is given nothing; what lies there leaves it only when its notice is over."""
        for move in getattr(event, "entry", ()):
            noticed = isinstance(move, Delivered) and "closing" in self._states.get(move.target, ())
            back = isinstance(record.body, GIVEN_BACK)
            self._claim("I5", back or not noticed, f"{move} by {record.body}, though it is to be closed")
        if isinstance(event, e.AccountClosed):
            late = "closing" in self._states.get(event.account, ()) and record.at >= self._until[event.account]
            self._claim("I5", late or not event.entry, f"{event} takes what lies there before its notice is over")
            for move in event.entry:
                home = f"reserve-{move.series.split('-')[1]}" if isinstance(move, Delivered) else "bank"
                self._claim("I2", (move.origin, move.target) == (event.account, home), f"{event} does not go to {home}")
