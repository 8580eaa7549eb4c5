"""Who may act, accounts, sources, the law in force, and acts that wait for a second pair of eyes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from airshed.engine.commands import Body, May, OptInBaseline


@dataclass(frozen=True, slots=True)
class Actor:
    """Who may act, in which role, for which account (or none) and in which jurisdiction (or the whole zone)."""

    id: str
    role: str
    account: str
    jurisdiction: str
    #: What a representative of an account may: read, initiate, approve; empty for the last two.
    may: May = ""
    state: Literal["active", "suspended", "revoked"] = "active"
    #: Why it is suspended or revoked.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A regulated installation and the pollutants that each of its stacks measures."""

    id: str
    name: str
    account: str
    jurisdiction: str
    sector: str
    simulated: bool
    stacks: tuple[tuple[str, tuple[str, ...]], ...]
    #: When it was entered.
    registered: int = 0

    def measured(self) -> tuple[str, ...]:
        """Pollutants that at least one stack measures, sorted."""
        return tuple(sorted({name for _, names in self.stacks for name in names}))


@dataclass(frozen=True, slots=True)
class OptedIn:
    """Years for which a source owes because it asked to, with its baseline by pollutant."""

    first: int
    #: None until it leaves.
    last: int | None
    baseline: tuple[OptInBaseline, ...]

    def covers(self, year: int) -> bool:
        """Whether a year is one of them."""
        return self.first <= year and (self.last is None or year <= self.last)


@dataclass(frozen=True, slots=True)
class Act:
    """An act that waits for a second pair of eyes."""

    id: int
    actor: str
    body: Body
    #: The last instant at which it can be confirmed; None when it waits for good.
    until: int | None
    #: Digest of the law under which it was proposed: it falls with that law.
    law: str
