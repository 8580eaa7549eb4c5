"""Sessions of a design: the zone's firms trade through the engine, and again with one who tries to move the price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np

from airshed.lab.agents.diagnosis import bounds
from airshed.lab.agents.ensemble import ZoneYear
from airshed.lab.agents.market import Mechanism, SessionMarket, strategies_of
from airshed.lab.agents.measures import measured
from airshed.lab.agents.session import Played, play
from airshed.lab.agents.venue import EngineVenue
from airshed.lab.brief.designs import BriefDesign, Method, Trading, Wall
from airshed.rulebook.kinds import MethodName
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: Whether allowances cross borders in a session. A guarded zone is cleared in calls for the whole zone; here its calls
#: are played without the guard.
Reach = Literal["cities", "zone"]
Kind = tuple[Reach, Wall, Trading]
#: How each way of trading is played: twelve days of the listed book, or twelve calls.
MECHANISMS: Mapping[Trading, Mechanism] = {
    "continuous": Mechanism("continuous", turns=40, wipes=False, days=12),
    "calls": Mechanism("call", rounds=12),
}
#: How an honest firm trades, and who tries to move the price: the largest emitter.
HONEST, CROOKED = "officer", "manipulator"
SEED, SESSIONS = 7, 6
#: A shift of the price counts as far as it lies beyond so many standard errors.
ERRORS = 2.0
FEN = 100.0


class SessionFacts(msgspec.Struct, frozen=True):
    """What sessions of one kind come to, means over them.

    `gains` percent of all gains from trade, without walls and borders, that are made. `scatter` how far prices of a
    session lie apart, percent. `shift` by how much the mean price is higher with a manipulator, percent, with its
    standard error; `push` what of that is beyond two errors. `profit` the manipulator's gain over what it gains
    honestly, percent, with its own error; 0 where it gains nothing honestly. `bounds` says, in English and Chinese,
    that band or collar and not the firms decide, where they do.
    """

    gains: float
    scatter: float
    shift: float
    error: float
    profit: float
    profit_error: float
    bounds: tuple[str, str]
    sessions: int

    @property
    def push(self) -> float:
        """The part of the shift that chance does not explain, percent; of one session nothing can be told from it."""
        if self.sessions < 2:
            return 0.0
        return max(0.0, abs(self.shift) - ERRORS * self.error)

    @property
    def sure_profit(self) -> float:
        """The part of a profit that chance does not explain, percent, never below zero."""
        return max(0.0, self.profit - ERRORS * self.profit_error) if self.sessions > 1 else 0.0


def kinds_of(designs: Sequence[BriefDesign]) -> list[Kind]:
    """The kinds of session that designs need, each once."""
    return list(dict.fromkeys(kind_of(design) for design in designs))


def kind_of(design: BriefDesign) -> Kind:
    """The kind of session of a design."""
    return "cities" if design.border == "cities" else "zone", design.wall, design.trading


def law_of(rules: Rulebook, reach: Reach, wall: Wall, method: MethodName) -> Rulebook:
    """The rulebook with other borders, with or without its walls, and with another method of allocation."""
    replace = msgspec.structs.replace
    walled = rules.trade_rules.walled_sectors if wall == "wall" else ()
    return replace(
        rules,
        trade_rules=replace(rules.trade_rules, crossing="free" if reach == "zone" else "never", walled_sectors=walled),
        allocation=replace(rules.allocation, method=method),
    )


def session_facts(
    zone: Zone,
    rules: Rulebook,
    pollutant: str,
    kind: Kind,
    sessions: int = SESSIONS,
    method: Method = "benchmark",
) -> SessionFacts:
    """Sessions of one kind through the engine, each twice from the same draw: honestly, and with a manipulator."""
    reach, wall, trading = kind
    source = ZoneYear(zone, law_of(rules, reach, wall, method), pollutant)
    rows = []
    honestly_played = []
    for number in range(sessions):
        pair = []
        for name in (HONEST, CROOKED):
            rng = np.random.default_rng([SEED, number])
            market = source.draw(rng)
            largest = _largest(market)
            names = tuple(name if place == largest else HONEST for place in range(len(market.traders)))
            played = play(market, strategies_of(names), rng, MECHANISMS[trading], EngineVenue(market))
            pair.append((measured(played), _profit(played, largest)))
        (honest, own), (crooked, gained) = pair
        honestly_played.append(honest)
        rows.append((honest.efficiency, honest.dispersion, 100 * (crooked.price / honest.price - 1), gained - own, own))
    columns = np.array(rows, dtype=np.float64).T
    shifts = columns[2][~np.isnan(columns[2])]
    honestly = float(np.nanmean(columns[4]))
    more = columns[3] * (100 / honestly) if honestly > 0 else np.zeros(sessions)
    held = bounds(honestly_played, (rules.currency.name_en, rules.currency.name_zh))
    return SessionFacts(
        gains=float(np.nan_to_num(columns[0]).mean()),
        scatter=float(np.nanmean(columns[1])) if not np.isnan(columns[1]).all() else 0.0,
        shift=float(shifts.mean()) if len(shifts) else 0.0,
        error=float(shifts.std(ddof=1) / len(shifts) ** 0.5) if len(shifts) > 1 else 0.0,
        profit=float(more.mean()),
        profit_error=float(more.std(ddof=1) / sessions**0.5) if sessions > 1 else 0.0,
        bounds=("", "") if held is None else (held.en, held.zh),
        sessions=sessions,
    )


def _largest(market: SessionMarket) -> int:
    """The trader to whom the most allowances are worth something."""
    return max(
        range(len(market.traders)), key=lambda place: sum(count for count, _ in market.traders[place].worth.blocks)
    )


def _profit(played: Played, trader: int) -> float:
    """What a session brought a trader, yuan: allowances by their worth to it, and money."""
    worth = played.market.traders[trader].worth
    gain = (worth.of(played.last[trader]) - worth.of(played.first[trader])) / (1_000 * FEN)
    for trade in played.trades:
        value = trade.count * trade.price / (1_000 * FEN)
        gain += value * ((trade.seller == trader) - (trade.buyer == trader))
    return gain
