"""The mirror's second opinion on paid allocation: plain sums of what is paid, owed and blocked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from math import ceil

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import day_of, delivered, half_up, paid_in, worth
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Place = tuple[str, str]


class Blocked:
    """Which allowances must not move, and why; `claim` counts a check and fails with its number."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._bought: dict[int, e.AllocationBought] = {}
        self._paid: Counter[int] = Counter()
        self._instalments: Counter[int] = Counter()
        self._blocked: dict[int, int] = {}

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact; anything that is not about paid allocation is passed over."""
        match event:
            case e.AllocationBought():
                self._buy(event)
            case e.InstalmentPaid():
                bought = self._bought[event.purchase]
                self._claim("I3", paid_in(event.entry) == event.fen + event.interest_fen, "an instalment is not paid")
                due = self._due(event.purchase)
                self._claim("I3", event.fen == due.fen, f"{event}, {due} comes next")
                self._instalments[event.purchase] += 1
                late = max((date.fromisoformat(day_of(at, rules)) - date.fromisoformat(due.on)).days, 0)
                grown = half_up(Fraction(due.fen * late * bought.late_basis_points, 10_000))
                interest = min(grown, due.fen * bought.late_cap_basis_points // 10_000)
                interest = interest if late > bought.grace_days else 0
                self._claim("I3", event.interest_fen == interest, f"{event} {late} days late, {interest} by the law")
                self._pay(event.purchase, event.fen, event.blocked)
            case e.UnpaidWithdrawn():
                bought = self._bought[event.purchase]
                due = self._due(event.purchase)
                late = (date.fromisoformat(day_of(at, rules)) - date.fromisoformat(due.on)).days
                patient = bought.withdraw_after_days
                self._claim("I2", late > patient, f"{event} {late} days after {due.on}, not before {patient} are over")
                self._claim("I2", event.count == self._blocked.pop(event.purchase), "withdraws what is paid for")
                self._claim("I3", event.unpaid_fen == bought.fen - self._paid[event.purchase], "owes another sum")
                for name in bought.series:
                    self._claim("I2", delivered(event.entry, name) == event.count, f"withdraws another count of {name}")
            case _:
                pass

    def wanted(self) -> Counter[Place]:
        """What must not leave its account until it is paid for."""
        found: Counter[Place] = Counter()
        for number, count in self._blocked.items():
            for name in self._bought[number].series:
                found[self._bought[number].account, name] += count
        return found

    def _due(self, number: int) -> e.Owed:
        """The first instalment that is not paid."""
        return self._bought[number].instalments[self._instalments[number]]

    def _buy(self, event: e.AllocationBought) -> None:
        self._bought[event.purchase] = event
        value = worth(event.count * len(event.series), event.price)
        self._claim("I3", event.fen == value, f"{event.fen} fen for {value} fen")
        whole = event.first_fen + sum(each.fen for each in event.instalments)
        self._claim("I3", whole == event.fen, f"the instalments make up {whole} of {event.fen}")
        self._claim("I3", paid_in(event.entry) == event.first_fen, "the first instalment is not paid")
        for name in event.series:
            self._claim("I2", delivered(event.entry, name) == event.count, f"delivers another count of {name}")
        self._pay(event.purchase, event.first_fen, event.blocked)

    def _pay(self, number: int, fen: int, blocked: int) -> None:
        bought = self._bought[number]
        self._paid[number] += fen
        owed = Fraction(bought.fen - self._paid[number], bought.fen or 1)
        self._claim("I2", blocked == ceil(bought.count * owed), f"purchase {number} blocks {blocked}")
        self._blocked[number] = blocked
