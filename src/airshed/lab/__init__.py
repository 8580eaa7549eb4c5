"""Drives the engine: simulated stacks, honest agents, the random simulator; and the policy lab, a library of frames.

`import airshed.lab as lab`, then `lab.zone_tables()`, `lab.solve_market(...)`: the names of `airshed.lab.frames` are
read when first used, so that the import costs nothing.

`zones` and `stacks` make the evidence, `air` the matrix, `season` plays the demo year, `agents` and `scenarios` play
futures, `simulator` plays foul; `equilibrium`, `prices`, `methods`, `linking`, `brief` reckon; `frames` hands it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airshed.lab.frames import ClearedCall as ClearedCall
    from airshed.lab.frames import PlayedSessions as PlayedSessions
    from airshed.lab.frames import SolvedMarket as SolvedMarket
    from airshed.lab.frames import ZoneTables as ZoneTables
    from airshed.lab.frames import annual_prices as annual_prices
    from airshed.lab.frames import clear_call as clear_call
    from airshed.lab.frames import compare_methods as compare_methods
    from airshed.lab.frames import judge_designs as judge_designs
    from airshed.lab.frames import latex as latex
    from airshed.lab.frames import link_cities as link_cities
    from airshed.lab.frames import play_scenario as play_scenario
    from airshed.lab.frames import play_sessions as play_sessions
    from airshed.lab.frames import plot as plot
    from airshed.lab.frames import price_alarms as price_alarms
    from airshed.lab.frames import published_prices as published_prices
    from airshed.lab.frames import share_cap as share_cap
    from airshed.lab.frames import solve_market as solve_market
    from airshed.lab.frames import weigh_inputs as weigh_inputs
    from airshed.lab.frames import zone_tables as zone_tables

#: Names of `airshed.lab.frames` that stand here too.
FRAMES = (
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
)
__all__ = list(FRAMES)


def __getattr__(name: str) -> Any:
    if name in FRAMES:
        from airshed.lab import frames

        return getattr(frames, name)
    raise AttributeError(f"module 'airshed.lab' has no attribute {name!r}; it has {', '.join(FRAMES)}")


def __dir__() -> list[str]:
    return [*FRAMES, "__doc__", "__file__", "__name__", "__path__"]
