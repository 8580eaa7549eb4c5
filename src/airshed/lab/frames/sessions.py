"""Sessions of agents as frames: what each comes to, every trade of it, and what stood in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from airshed.lab.agents.diagnosis import notes
from airshed.lab.agents.ensemble import Laboratory, MarketSource, ZoneYear, jobs_of, played
from airshed.lab.agents.market import Kind, Mechanism
from airshed.lab.agents.measures import FIGURES, measured
from airshed.rulebook.load import find, load
from airshed.zone.load import of_law
from airshed.zone.origins import of_zone

FEN = 100
TRADES = {
    "session": pl.Int64,
    "progress": pl.Float64,
    "series": pl.String,
    "buyer": pl.String,
    "seller": pl.String,
    "count": pl.Int64,
    "yuan_per_t": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class PlayedSessions:
    """Sessions of agents through the engine.

    `measures` has a row a session: efficiency (percent of all gains), alpha, price (yuan per tonne), volume (t) and the
    rest of `airshed.lab.agents.Measures`, null where there is nothing to measure. `trades` has a row a trade: session,
    progress (0 to 1), series, buyer, seller, count (allowances of 1 kg), yuan_per_t, which is what the buyer pays.
    `notes` say what stood in the way of trade, `origins` where costs, emissions and caps come from.
    """

    measures: pl.DataFrame
    trades: pl.DataFrame
    notes: tuple[str, ...]
    origins: tuple[str, ...]


def play_sessions(
    market: str = "permits",
    strategies: Sequence[str] = ("zi-c",),
    *,
    mechanism: Kind = "continuous",
    sessions: int = 20,
    seed: int = 7,
    turns: int = 200,
    days: int = 1,
    rounds: int = 8,
    periods: int = 1,
    rulebook: str = "dianzhong",
    pollutant: str = "SO2",
    zone: str = "",
) -> PlayedSessions:
    """Sessions of a market: permits, commodity or single of the laboratory, or "zone", the firms of a rulebook's zone.

    Traders take the strategies in turn (docs/explanation/agents.md); the same seed gives the same frames. Prices are
    yuan per tonne, or the money of the law. Malformed, naming what there is, for an unknown market, strategy or
    pollutant.
    """
    rules = load(find(rulebook))
    source: MarketSource = ZoneYear(of_law(rules, zone), rules, pollutant) if market == "zone" else Laboratory(market)
    how = Mechanism(mechanism, turns, market != "zone", rounds, days)
    found = [each for job in jobs_of(source, strategies, how, seed, sessions, periods) for each in played(job)]
    measures = [measured(each) for each in found]
    columns = {name: [getattr(one, name) for one in measures] for name in FIGURES}
    trades = [
        (
            number,
            trade.progress,
            trade.series,
            each.market.traders[trade.buyer].account,
            each.market.traders[trade.seller].account,
            trade.count,
            trade.price / FEN,
        )
        for number, each in enumerate(found)
        for trade in each.trades
    ]
    return PlayedSessions(
        pl.DataFrame(columns).fill_nan(None),
        pl.DataFrame(trades, schema=TRADES, orient="row"),
        tuple(note.en for note in notes(measures, (rules.currency.name_en, rules.currency.name_zh))),
        of_zone(source.law, source.zone) if isinstance(source, ZoneYear) else (),
    )
