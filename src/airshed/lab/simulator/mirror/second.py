"""Acts of two: whatever the law lists takes effect by two different people who may, in time, under one law (I11)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.people import Claim, People
from airshed.rulebook.schema import Rulebook

DAY_MS = 86_400_000


#: What a record carries out before whatever it does itself.
BESIDES = (e.ActLapsed, e.FlowControlStated, e.CirculationStated, e.SupplyLapsed)


class ActWaits(NamedTuple):
    """An act that waits."""

    by: str
    body: c.Body
    at: int
    law: str


class Second:
    """Follows what is proposed, confirmed and rejected; `people` says who may do what now."""

    def __init__(self, claim: Claim, people: People) -> None:
        self._claim = claim
        self._people = people
        self._waits: dict[int, ActWaits] = {}
        self._law = ""

    def deed(self, record: Record) -> Record:
        """The record as that of the command that takes effect in it: of a confirmation, what was proposed."""
        act = self._waits.get(record.body.act) if isinstance(record.body, c.ConfirmAct) else None
        return record if act is None else msgspec.structs.replace(record, body=act.body)

    def follow(self, record: Record, rules: Rulebook) -> None:
        """Check one record against all that waits; call it with the law in force before the record."""
        self._lapsed(record, rules)
        confirms = [event for event in record.events if isinstance(event, e.ActConfirmed)]
        for event in confirms:
            self._confirmed(event, record, rules)
        proposes = [event for event in record.events if isinstance(event, e.ActProposed)]
        joins = rules.roles.joining_takes_two and self._people.joins(record.body)
        if (joins or type(record.body).__name__ in rules.roles.second) and self._law:
            rest = [event for event in record.events if not isinstance(event, BESIDES)]
            self._claim("I11", len(proposes) == len(rest), f"{record.events} without a second pair of eyes")
        for proposal in proposes:
            self._claim("I11", proposal.act not in self._waits, f"{proposal} has a number that waits")
            self._claim("I11", proposal.actor == record.actor, f"{proposal} is of {record.actor}")
            self._waits[proposal.act] = ActWaits(record.actor, record.body, record.at, self._law)
        for each in record.events:
            if isinstance(each, e.ActRejected | e.ActConfirmed | e.ActLapsed):
                self._waits.pop(each.act, None)
            elif isinstance(each, e.RulebookAdopted):
                self._law = each.digest

    def _lapsed(self, record: Record, rules: Rulebook) -> None:
        """Whatever happens takes off all whose time is over, and a law also what was proposed under another."""
        if record.refusal is not None:
            return
        days = rules.roles.act_expires_days
        late = {act for act, each in self._waits.items() if days is not None and record.at > each.at + days * DAY_MS}
        if any(isinstance(event, e.RulebookAdopted) for event in record.events):
            late |= {act for act in self._waits if not isinstance(record.body, c.ConfirmAct) or act != record.body.act}
        told = [event.act for event in record.events if isinstance(event, e.ActLapsed)]
        self._claim("I11", sorted(told) == sorted(late), f"{told} lapse, by the law {sorted(late)}")

    def _confirmed(self, event: e.ActConfirmed, record: Record, rules: Rulebook) -> None:
        act = self._waits.get(event.act)
        self._claim("I11", act is not None, f"{event} confirms what does not wait")
        assert act is not None
        self._claim("I11", (event.proposer, event.actor) == (act.by, record.actor), f"{event} names others")
        self._claim("I11", act.by != record.actor, f"{event} confirms an act of its own")
        people, name = self._people, type(act.body).__name__
        self._claim("I11", people.may(act.by, name, rules), f"{event}: {act.by} may not")
        self._claim("I11", people.confirms(record.actor, act.body, rules), f"{event}: {record.actor} may not")
        days = rules.roles.act_expires_days
        self._claim("I11", days is None or record.at <= act.at + days * DAY_MS, f"{event} comes too late")
        self._claim("I11", act.law == self._law, f"{event} is of a law before")
