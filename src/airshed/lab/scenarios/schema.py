"""What a scenario may say: a future of the zone and a design of the market, read strictly from TOML.

A section that is left out is as its defaults have it, a switch of the design that is left out is as the law has it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from airshed.lab.strategy_names import STRATEGY_NAMES
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.shipped import shipped
from airshed.rulebook.strict import misfits

LARGEST_FILE = 100_000
SUFFIX = ".toml"

#: A standard deviation; twice as much would make works of a million times their size.
Spread = Annotated[float, Meta(ge=0, le=100)]
Change = Annotated[float, Meta(gt=-50, le=100)]
Yuan = Annotated[float, Meta(ge=0, le=10_000_000)]
Year = Annotated[int, Meta(ge=2000, le=2100)]


class ScenarioTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of a scenario."""


class Demand(ScenarioTable, frozen=True):
    """How emissions without abatement grow; every spread is a standard deviation."""

    #: Growth a year, in percent.
    growth_percent: Annotated[float, Meta(gt=-50, le=25)] = 1.0
    #: How far a path's growth may lie from that, in percentage points; drawn once a path.
    growth_spread_percent: Annotated[float, Meta(ge=0, le=10)] = 1.5
    #: How far a firm's year may lie from the path, in percent; drawn each year.
    firm_spread_percent: Spread = 4.0


class Costs(ScenarioTable, frozen=True):
    """How far the costs of abatement may be off, in percent: standard deviations of their logarithms."""

    #: All costs together.
    common_spread_percent: Spread = 20.0
    #: Each technology.
    technology_spread_percent: Spread = 15.0
    #: Each firm.
    firm_spread_percent: Spread = 10.0


class Caps(ScenarioTable, frozen=True):
    """The caps: the law's, scaled, and falling after its last vintage."""

    #: All caps, in percent of the law's.
    level_percent: Annotated[float, Meta(ge=1, le=300)] = 100.0
    #: Fall a year after the law's last vintage, in percent.
    decline_percent: Change = 3.0


class Entry(ScenarioTable, frozen=True):
    """New works: each is like one that is there, drawn at random, and served from the new-entrant reserve."""

    #: How many a year, on average.
    firms_a_year: Annotated[float, Meta(ge=0, le=20)] = 0.0
    #: Their size, in percent of the one they are like.
    size_percent: Annotated[float, Meta(ge=1, le=500)] = 60.0


class Shock(ScenarioTable, frozen=True):
    """Something that happens in a year, or does not."""

    #: What it is.
    what: str
    #: The first year of it.
    year: Year
    #: How many years it lasts.
    years: Annotated[int, Meta(ge=1, le=50)] = 1
    #: The chance that it comes at all, in percent.
    chance_percent: Annotated[float, Meta(ge=0, le=100)] = 100.0
    #: What emissions become, in percent.
    emission_percent: Annotated[float, Meta(ge=1, le=300)] = 100.0
    #: What costs of abatement become, in percent.
    cost_percent: Annotated[float, Meta(ge=1, le=1_000)] = 100.0


class Design(ScenarioTable, frozen=True):
    """Switches of the law."""

    #: Borders between cities: free, first (what the own city offers is bought first), approval (of which nobody gives
    #: any, so that it plays like never, but for zone-wide calls, whose opening is the leave) or never (closed cities).
    crossing: Literal["free", "first", "approval", "never"] | None = None
    #: Cities that let nothing out.
    no_export: tuple[str, ...] | None = None
    #: Whether the law's walls between industries stand.
    wall: bool | None = None
    #: How the free part of a cap is allocated.
    method: Literal["history", "benchmark", "limit", "equal_cut"] | None = None
    #: Part of every cap that is auctioned, in percent.
    paid_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    #: Lowest price of any trade and auction; 0 for none.
    floor_yuan_per_t: Yuan | None = None
    #: Highest price of any trade; 0 for none.
    ceiling_yuan_per_t: Yuan | None = None
    #: Whether leftovers go on to the next year.
    banking: bool | None = None
    #: Fee of either side, in percent of the value.
    fee_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    #: How far a price may lie from the last close, in percent; in calls too.
    band_percent: Annotated[float, Meta(ge=0.01, le=100)] | None = None


class TradeHabits(ScenarioTable, frozen=True):
    """How firms trade in a year, and who they are."""

    #: The listed book, calls of a series each, or calls of the whole zone.
    session: Literal["continuous", "call", "zone-call"] = "continuous"
    #: Trading days of a year, in the listed book.
    days: Annotated[int, Meta(ge=1, le=60)] = 10
    #: Turns of a firm in a year, in the listed book.
    turns: Annotated[int, Meta(ge=1, le=1_000)] = 40
    #: Calls of a year.
    rounds: Annotated[int, Meta(ge=1, le=60)] = 12
    #: Strategies that firms take in turn: officer, hoarder, manipulator, zi-c, zi-u, zip or gd.
    agents: tuple[str, ...] = ("officer",)


class Scenario(ScenarioTable, frozen=True):
    """A future and a design."""

    #: Name in English.
    name_en: str
    #: Name in Chinese.
    name_zh: str
    #: What it is to show, in English.
    question_en: str
    #: What it is to show, in Chinese.
    question_zh: str
    #: Law that holds: a folder, or the name of one.
    rulebook: str
    #: The pollutant that is traded.
    pollutant: str
    #: The zone: a folder or a name; empty for the one that the rulebook names.
    zone: str = ""
    #: Years from the law's first vintage.
    years: Annotated[int, Meta(ge=1, le=20)] = 5
    #: Paths that are drawn.
    draws: Annotated[int, Meta(ge=1, le=1_000_000)] = 100
    #: Where the draws begin; the same seed gives the same paths.
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 7
    #: Discount rate, in percent a year.
    rate_percent: Change = 5.0
    demand: Demand = Demand()
    costs: Costs = Costs()
    caps: Caps = Caps()
    entry: Entry = Entry()
    design: Design = Design()
    trade: TradeHabits = TradeHabits()
    shocks: tuple[Shock, ...] | None = None


def find(path_or_name: str) -> Path:
    """The file of that path, or the shipped scenario of that name. Malformed, naming those that are shipped."""
    path = Path(path_or_name)
    try:
        if path_or_name and path.is_file():
            return path
        if path.suffix == SUFFIX or path.is_dir():
            raise Malformed(path_or_name[:100], "there is no such file", "name a TOML file, or a shipped scenario")
    except OSError as error:
        raise Malformed(path_or_name[:100], f"cannot be read ({error.strerror})", "name a TOML file") from None
    return shipped("scenarios", path_or_name + SUFFIX)


def read(path: Path) -> Scenario:
    """A scenario from its file; the first misfit is raised as `Malformed` with file, key and cure.

    >>> read(find("dianzhong")).pollutant
    'SO2'
    """
    return of(told_by(path), str(path))


def told_by(path: Path) -> dict[str, Any]:
    """What a file says, as plain values. Malformed if it is no TOML."""
    try:
        raw = path.read_bytes()
        if len(raw) > LARGEST_FILE:
            raise Malformed(str(path), f"larger than {LARGEST_FILE:,} bytes", "a scenario is a short text")
        return tomllib.loads(raw.decode())
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", "name a readable TOML file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(str(path), f"is no TOML ({error})", "mend that line") from None


def of(told: Mapping[str, Any], place: str) -> Scenario:
    """A scenario from plain values; `Malformed` names the place, the key and the cure."""
    for misfit in misfits(told, Scenario, place):
        raise misfit
    scenario, told_of = msgspec.convert(told, Scenario), set[str]()
    for number, shock in enumerate(scenario.shocks or (), 1):
        if not shock.what.strip():
            raise Malformed(f"{place} shocks item {number} what", "is empty", "say what happens")
        if shock.what in told_of:
            raise Malformed(f"{place} shocks item {number} what", f"{shock.what!r} stands twice", "name them apart")
        told_of.add(shock.what)
    for name in scenario.trade.agents:
        if name not in STRATEGY_NAMES:
            raise Malformed(f"{place} trade agents", f"no such strategy {name!r}", near(name, STRATEGY_NAMES))
    if not scenario.trade.agents:
        raise Malformed(f"{place} trade agents", "is empty", "name a strategy")
    low, high = scenario.design.floor_yuan_per_t or 0.0, scenario.design.ceiling_yuan_per_t or 0.0
    if high and low > high:
        raise Malformed(f"{place} design floor_yuan_per_t", f"{low:g} is above the ceiling, {high:g}", "part them")
    return scenario


def every() -> dict[str, Scenario]:
    """The shipped scenarios by name."""
    folder = shipped("scenarios", f"dianzhong{SUFFIX}").parent
    return {path.stem: read(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
