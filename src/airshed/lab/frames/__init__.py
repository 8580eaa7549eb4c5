"""The lab as a library: Polars or pandas data frames in, Polars out; `import airshed.lab as lab` gives the same names.

Units stand in the names of columns: yuan, t, kg; allowances are counts of 1 kg. Bad input is `Malformed(place, what,
cure)`, whose place names the row, from 1, and the column. Six worked examples:
docs/how-to/use-the-lab-as-a-library.md.
"""

from airshed.lab.frames.calling import ClearedCall, clear_call
from airshed.lab.frames.designing import judge_designs
from airshed.lab.frames.markets import SolvedMarket, link_cities, solve_market
from airshed.lab.frames.paper import latex, plot
from airshed.lab.frames.playing import play_scenario, weigh_inputs
from airshed.lab.frames.quoting import annual_prices, price_alarms, published_prices
from airshed.lab.frames.sessions import PlayedSessions, play_sessions
from airshed.lab.frames.sharing import compare_methods, share_cap
from airshed.lab.frames.shipped import ZoneTables, zone_tables

__all__ = [
    "ClearedCall",
    "PlayedSessions",
    "SolvedMarket",
    "ZoneTables",
    "annual_prices",
    "clear_call",
    "compare_methods",
    "judge_designs",
    "latex",
    "link_cities",
    "play_scenario",
    "play_sessions",
    "plot",
    "price_alarms",
    "published_prices",
    "share_cap",
    "solve_market",
    "weigh_inputs",
    "zone_tables",
]
