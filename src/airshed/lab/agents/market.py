"""A market to be played: its law, who trades, what allowances are worth to each, and how they come to hold them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from airshed.engine import commands as c
from airshed.lab.agents.gd import GjerstadDickhaut
from airshed.lab.agents.nouns import Side, Strategy
from airshed.lab.agents.rules import Hoarder, Manipulator, Officer
from airshed.lab.agents.worth import Worth
from airshed.lab.agents.zero import ZeroIntelligence
from airshed.lab.agents.zip import Zip
from airshed.lab.strategy_names import STRATEGY_NAMES
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

BOTH: tuple[Side, ...] = ("buy", "sell")
Kind = Literal["continuous", "call", "zone-call"]
#: Every strategy by its name.
STRATEGIES: Mapping[str, Callable[[], Strategy]] = {
    "zi-c": lambda: ZeroIntelligence(constrained=True),
    "zi-u": lambda: ZeroIntelligence(constrained=False),
    "zip": Zip,
    "gd": GjerstadDickhaut,
    "officer": Officer,
    "hoarder": Hoarder,
    "manipulator": Manipulator,
}
assert tuple(STRATEGIES) == STRATEGY_NAMES, STRATEGIES


@dataclass(frozen=True, slots=True)
class Trader:
    """Who trades: its account, what allowances are worth to it, what it holds and has at first.

    `most` is the largest order it sends, in allowances. `place` and `sector` are what rules of trade look at; without
    a `source` it is a trader that holds nothing at first; those of a `group` count as one where the law says so. With
    a market that has activities, `held` is left 0.
    """

    account: str
    worth: Worth
    held: int = 0
    sides: tuple[Side, ...] = BOTH
    most: int = 1_000
    cash_fen: int = 10**13
    place: str = "KM"
    source: str = ""
    sector: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class SessionMarket:
    """A law and its traders. `activities` by jurisdiction let the law's own method allocate its caps of `year`.

    Without them what each trader is to hold stands for what it once emitted, so that history shares out just that: the
    law must allocate by history, the whole cap, and its cap must be what the traders hold.
    Allowances of `banked` vintages are traded beside them.
    """

    name: str
    law: Rulebook
    traders: tuple[Trader, ...]
    pollutant: str
    year: int
    activities: Mapping[str, tuple[c.ActivityLine, ...]] = field(default_factory=dict)
    banked: tuple[int, ...] = ()

    def lines(self, place: str) -> tuple[c.ActivityLine, ...]:
        """What the caps of a jurisdiction are shared out by."""
        if self.activities:
            return self.activities.get(place, ())
        return tuple(
            c.ActivityLine(trader.source, (self.year - 1,), (trader.held,), (trader.held,))
            for trader in self.traders
            if trader.held and trader.place == place
        )

    @property
    def series(self) -> tuple[str, ...]:
        """The series of the year and of the vintages that are banked into it, one a jurisdiction with a cap."""
        return tuple(
            f"{row.pollutant}-{row.jurisdiction}-{row.vintage}"
            for row in self.law.caps.rows
            if row.pollutant == self.pollutant and row.vintage in (*self.banked, self.year)
        )


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How trade is organised: "continuous" (the listed book), "call" or "zone-call".

    A call gathers the orders of one series and side of a wall, and clears them at one price; a zone-call those of all
    cities and vintages together, as far as the air allows.

    In a continuous session every trader gets `turns` turns on average, in random order, spread over `days`: at night
    orders are cancelled and the close moves the band. With `wipes` a trade takes all other orders off the book, as in
    the experiments of Gode and Sunder. A session of calls of either kind has `rounds` of them.
    """

    kind: Kind = "continuous"
    turns: int = 200
    wipes: bool = True
    rounds: int = 8
    days: int = 1

    def __post_init__(self) -> None:
        for what, value, most in (
            ("turns", self.turns, 10_000),
            ("rounds", self.rounds, 1_000),
            ("days", self.days, 200),
        ):
            if not 1 <= value <= most:
                raise Malformed(what, f"is {value}", f"give a number from 1 to {most:,}")


#: The listed book, as the experiments have it.
CONTINUOUS = Mechanism()


def strategies_of(names: tuple[str, ...]) -> tuple[Strategy, ...]:
    """A strategy of its own for every trader. Malformed, naming those there are, if one is unknown."""
    for name in names:
        if name not in STRATEGIES:
            raise Malformed("strategy", f"no such strategy {name!r}", near(name, STRATEGY_NAMES))
    return tuple(STRATEGIES[name]() for name in names)
