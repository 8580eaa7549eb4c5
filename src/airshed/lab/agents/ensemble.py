"""Many sessions from one seed: the same numbers however they are cut into jobs, and wherever these are done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple, Protocol

import numpy as np

from airshed.lab.agents.bare import BareVenue
from airshed.lab.agents.laboratory import market_of
from airshed.lab.agents.market import CONTINUOUS, Mechanism, SessionMarket, strategies_of
from airshed.lab.agents.measures import FIGURES, SessionMeasures, measured
from airshed.lab.agents.session import Played, play
from airshed.lab.agents.venue import EngineVenue
from airshed.lab.agents.zone_firms import INVENTORY, Outlook, zone_market
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: Sessions of one job at most, and jobs at least, so that a bar moves.
BATCH, JOBS = 25, 40
MOST_SESSIONS = 1_000_000


class MarketSource(Protocol):
    """Where a market comes from, one for each session."""

    def draw(self, rng: np.random.Generator) -> SessionMarket:
        """A market of a session."""
        ...


@dataclass(frozen=True, slots=True)
class Laboratory:
    """A market of the laboratory, the same every time."""

    name: str

    def draw(self, rng: np.random.Generator) -> SessionMarket:
        """The market of that name."""
        return market_of(self.name)


@dataclass(frozen=True, slots=True)
class ZoneYear:
    """A year of a zone under a law, with firms drawn anew for every session."""

    zone: Zone
    law: Rulebook
    pollutant: str
    year: int | None = None
    outlook: Outlook = INVENTORY

    def draw(self, rng: np.random.Generator) -> SessionMarket:
        """The zone's market with emissions and costs of this draw."""
        return zone_market(self.zone, self.law, self.pollutant, self.year, self.outlook, rng)


@dataclass(frozen=True, slots=True)
class SessionsJob:
    """Sessions `first` to `last` (without it) of an ensemble. Traders take the strategies in turn.

    Over `periods` a session is played again with what its agents have learned, and the tape and last prices of the one
    before; the last one is measured. `bare`
    plays on the order book without the engine.
    """

    source: MarketSource
    strategies: tuple[str, ...]
    mechanism: Mechanism
    seed: int
    first: int
    last: int
    periods: int = 1
    bare: bool = False


def jobs_of(
    source: MarketSource,
    strategies: Sequence[str],
    mechanism: Mechanism,
    seed: int,
    sessions: int,
    periods: int = 1,
    bare: bool = False,
) -> list[SessionsJob]:
    """An ensemble cut into jobs. Malformed if a strategy is unknown or a number out of bounds."""
    strategies_of(tuple(strategies))
    if not strategies:
        raise Malformed("strategy", "none is given", "name one")
    for what, value, most in (("sessions", sessions, MOST_SESSIONS), ("periods", periods, 1_000)):
        if not 1 <= value <= most:
            raise Malformed(what, f"is {value}", f"give a number from 1 to {most:,}")
    if seed < 0:
        raise Malformed("seed", f"is {seed}", "give a number from 0 up")
    batch = min(BATCH, max(1, sessions // JOBS))
    return [
        SessionsJob(source, tuple(strategies), mechanism, seed, first, min(first + batch, sessions), periods, bare)
        for first in range(0, sessions, batch)
    ]


def run(job: SessionsJob) -> list[SessionMeasures]:
    """The measures of a job's sessions. Session n depends on the seed and n alone."""
    return [measured(each) for each in played(job)]


def played(job: SessionsJob) -> Iterator[Played]:
    """A job's sessions, one after the other."""
    for number in range(job.first, job.last):
        rng = np.random.default_rng([job.seed, number])
        market = job.source.draw(rng)
        if len(job.strategies) > len(market.traders):
            what = f"{len(job.strategies)} for {len(market.traders)} traders"
            raise Malformed("strategy", what, "name at most one for each")
        names = tuple(job.strategies[place % len(job.strategies)] for place in range(len(market.traders)))
        strategies = strategies_of(names)
        last: Played | None = None
        for _ in range(job.periods):
            venue = BareVenue(market) if job.bare else EngineVenue(market)
            last = play(market, strategies, rng, job.mechanism, venue, last)
        assert last is not None
        yield last


class SessionSpread(NamedTuple):
    """How a measure lies over sessions: NaN if none of them has it."""

    mean: float
    deviation: float
    low: float
    median: float
    high: float


def spread_of(values: Iterable[float]) -> SessionSpread:
    """Mean, standard deviation, 5 %, 50 % and 95 % of the values that are numbers.

    >>> spread_of([1.0, float("nan"), 3.0])[:2]
    (2.0, 1.0)
    """
    known = np.array([value for value in values if not isnan(value)], dtype=np.float64)
    if not len(known):
        return SessionSpread(*[float("nan")] * 5)
    low, median, high = np.quantile(known, (0.05, 0.5, 0.95)).tolist()
    return SessionSpread(float(known.mean()), float(known.std()), low, median, high)


def summary(measures: Sequence[SessionMeasures]) -> dict[str, SessionSpread]:
    """Every measure that is a figure, by name."""
    return {name: spread_of(getattr(one, name) for one in measures) for name in FIGURES}


def sessions(
    source: MarketSource,
    strategies: Sequence[str],
    mechanism: Mechanism = CONTINUOUS,
    *,
    seed: int = 7,
    sessions: int = 100,
    periods: int = 1,
    bare: bool = False,
) -> list[SessionMeasures]:
    """An ensemble in this process: the measures of every session, in order."""
    jobs = jobs_of(source, strategies, mechanism, seed, sessions, periods, bare)
    return [one for job in jobs for one in run(job)]
