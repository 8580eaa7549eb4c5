"""A small book under a shipped law, in which one person acts, for tests that hold a programme to published figures."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.decide import knowing
from airshed.engine.journal import MemoryJournal, decode
from airshed.engine.runner import Answer, Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.provenance import Simulation
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Cap
from markets import send

replace = msgspec.structs.replace


class ProgrammeBook:
    """A book under `law` with caps of the test's own: allowances by pollutant, place and vintage."""

    def __init__(self, law: Rulebook, caps: Mapping[tuple[str, str, int], int], day: str) -> None:
        rows = tuple(
            Cap(pollutant=code, jurisdiction=at, vintage=year, count=n) for (code, at, year), n in caps.items()
        )
        roles = replace(law.roles, second=(), joining_takes_two=False)
        self.law = replace(law, caps=replace(law.caps, rows=rows), roles=roles)
        self.runner = Runner(MemoryJournal(), self.law, tables=False)
        self.authority = law.programme.authority
        self.registrar = lookup.founders(law, "RegisterActor")[0]
        mine = law.programme
        self.do(day, self.authority, c.AdoptRulebook(mine.id, mine.version, digest(self.law), Simulation("test")))

    def do(self, when: str, actor: str, body: c.Body) -> Answer:
        """A command that must take effect on a day at noon, or at a time as `2021-05-19 12:30`; warnings are known."""
        answer = self.tried(when, actor, body)
        assert answer.refusal is None, answer.refusal
        return answer

    def tried(self, when: str, actor: str, body: c.Body) -> Answer:
        at = self.at(when)
        return send(self.runner, actor, knowing(self.runner.state, self.law, at, actor, body), at)

    def at(self, when: str) -> int:
        day, _, time = when.partition(" ")
        hour, _, minute = (time or "12:00").partition(":")
        return self.law.civil.instant(day, int(hour), int(minute))

    def works(self, when: str, place: str, sector: str, *names: str) -> None:
        """Operators with an account and a source each, `s-` and the name."""
        for name in names:
            self.holder(when, name, place)
            self.do(when, self.authority, c.RegisterSource(f"s-{name}", name, name, place, sector, True))

    def holder(self, when: str, name: str, place: str) -> None:
        """An operator's account, and who acts for it."""
        self.do(when, self.registrar, c.OpenAccount(name, "operator", name, place))
        self.do(when, self.registrar, c.RegisterActor(name, "operator", name))

    def paid_in(self, when: str, fen: int, *names: str) -> None:
        """Money in accounts."""
        if "teller" not in self.runner.state.actors:
            self.do(when, self.registrar, c.RegisterActor("teller", "bank"))
        for name in names:
            self.do(when, "teller", c.Deposit(name, fen))

    def facts(self) -> list[e.Event]:
        return [event for line in self.runner.journal.lines() for event in decode(line).events]

    def follow(self) -> None:
        """The second opinion agrees with every record."""
        mirror = Mirror()
        for line in self.runner.journal.lines():
            mirror.follow(decode(line), self.law)
