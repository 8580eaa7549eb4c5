"""Agents that trade through the real engine: they send the commands that people send, and are refused like them.

`play` is one session of a `SessionMarket` by `Strategy` objects under a `Mechanism`; `sessions` is an ensemble of them
from a seed, `zone_market` the firms of a zone under a law, `measured` what a session comes to beside the competitive
equilibrium. `notes` says what stood in the way. Prices are fen per tonne inside, yuan per tonne in `SessionMeasures`.
"""

from airshed.lab.agents.bare import BareVenue
from airshed.lab.agents.competitive import Competitive, competitive, equilibrium_of
from airshed.lab.agents.diagnosis import BothWords, notes
from airshed.lab.agents.ensemble import Laboratory, ZoneYear, jobs_of, run, sessions, spread_of, summary
from airshed.lab.agents.laboratory import MARKETS, market_of
from airshed.lab.agents.market import CONTINUOUS, STRATEGIES, Mechanism, SessionMarket, Trader, strategies_of
from airshed.lab.agents.measures import SessionMeasures, measured
from airshed.lab.agents.nouns import AgentOffer, AgentQuote, AgentView, Own, Shout, Strategy
from airshed.lab.agents.session import FloorTrade, Played, play
from airshed.lab.agents.venue import EngineVenue
from airshed.lab.agents.worth import Worth, of_source, rising_cost
from airshed.lab.agents.zone_firms import Outlook, zone_market

__all__ = [
    "CONTINUOUS",
    "MARKETS",
    "STRATEGIES",
    "AgentOffer",
    "AgentQuote",
    "AgentView",
    "BareVenue",
    "BothWords",
    "Competitive",
    "EngineVenue",
    "FloorTrade",
    "Laboratory",
    "Mechanism",
    "Outlook",
    "Own",
    "Played",
    "SessionMarket",
    "SessionMeasures",
    "Shout",
    "Strategy",
    "Trader",
    "Worth",
    "ZoneYear",
    "competitive",
    "equilibrium_of",
    "jobs_of",
    "market_of",
    "measured",
    "notes",
    "of_source",
    "play",
    "rising_cost",
    "run",
    "sessions",
    "spread_of",
    "strategies_of",
    "summary",
    "zone_market",
]
