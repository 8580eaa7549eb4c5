"""`airshed lab agents`: sessions of agents through the engine, measured against the competitive equilibrium."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from airshed.cli.lab_case import ZoneOption
from airshed.cli.show import as_json, bar, say, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.agents.ensemble import Drawn, Spread

RULEBOOK = "dianzhong"
#: Every measure: how it is called on screen, with its measure.
WORDS = {
    "efficiency": "efficiency 效率 %",
    "alpha": "Smith's alpha 价格收敛 %",
    "price": "mean price 均价 yuan/t",
    "volume": "volume 成交量 t",
    "volume_part": "volume of predicted 占预测成交量 %",
    "spread": "spread 买卖价差 yuan/t",
    "depth": "depth 挂单量 t",
    "fill_rate": "fill rate 成交率 %",
    "concentration": "HHI of net positions 净头寸集中度",
    "dispersion": "price dispersion 价格离散度 %",
    "apart": "cities apart 城市间价差 %",
    "trades": "trades 成交笔数",
    "fees": "fees 手续费 yuan",
    "refused": "orders refused 被拒指令",
}


def register(app: typer.Typer) -> None:
    """Add the command to a group."""
    app.command("agents")(agents)


def agents(
    market: Annotated[
        str, typer.Option(help="permits, commodity or single of the laboratory; or zone: the firms of a rulebook.")
    ] = "permits",
    strategy: Annotated[
        str,
        typer.Option(metavar="NAMES", help="zi-c, zi-u, zip, gd, officer, hoarder, manipulator; traders take in turn."),
    ] = "zi-c",
    mechanism: Annotated[Literal["continuous", "call"], typer.Option(help="The listed book, or calls.")] = "continuous",
    sessions: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same sessions.")] = 7,
    turns: Annotated[int, typer.Option(min=1, max=10_000, help="Turns of a trader in a continuous session.")] = 200,
    days: Annotated[int, typer.Option(min=1, max=200, help="Days over which these turns are spread.")] = 1,
    rounds: Annotated[int, typer.Option(min=1, max=1_000, help="Calls of a session of calls.")] = 8,
    periods: Annotated[int, typer.Option(min=1, max=1_000, help="Play each so often; agents keep their memory.")] = 1,
    rulebook: Annotated[str, typer.Option(metavar="PATH_OR_NAME", help="Law of the market zone.")] = RULEBOOK,
    region: ZoneOption = "",
    pollutant: Annotated[str, typer.Option(help="Pollutant of the market zone.")] = "SO2",
    bare: Annotated[bool, typer.Option("--bare", help="Without the engine: faster, the same trades.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Let agents trade through the real engine and compare with the competitive equilibrium. 智能体交易实验。

    Zero-intelligence agents (zi-c, zi-u) draw prices at random; zip and gd learn; the officer follows rules of thumb;
    the hoarder and the manipulator do harm. docs/agents.md says how each trades and what is measured.

    Example: airshed lab agents --market permits --strategy zi-c --sessions 20

    Example: airshed lab agents --market zone --strategy officer --days 10 --turns 30 --sessions 3
    """
    from airshed.lab.agents.ensemble import ZoneYear, jobs_of, run, summary
    from airshed.lab.agents.market import Mechanism
    from airshed.lab.zones.origins import of_zone
    from airshed.service.workers import each

    names = tuple(name.strip() for name in strategy.split(",") if name.strip())
    how = Mechanism(mechanism, turns, market != "zone", rounds, days)
    if bare and market == "zone":
        raise Malformed("--bare", "a zone has series, walls and borders", "leave it out")
    source = _source(market, rulebook, pollutant, region)
    origins = of_zone(source.law, source.zone) if isinstance(source, ZoneYear) else ()
    jobs = jobs_of(source, names, how, seed, sessions, periods, bare)
    with bar(len(jobs), json, "sessions 场次") as told:
        found = [one for batch in each(run, jobs, workers, told) for one in batch]
    measures = summary(found)
    if json:
        said = {name: spread._asdict() for name, spread in measures.items()}
        asked = {"market": market, "strategies": names, "mechanism": mechanism, "sessions": sessions}
        as_json({**asked, **said, "origins": origins})
        return
    table(
        f"{sessions:,} sessions of {market} 场次, {mechanism}, {', '.join(names)}",
        ("measure 指标", "mean 均值#", "sd 标准差#", "5 %#", "median 中位数#", "95 %#"),
        [(WORDS[name], *_figures(spread)) for name, spread in measures.items()],
    )
    say(origins)


def _source(market: str, rulebook: str, pollutant: str, region: str) -> Drawn:
    from airshed.lab.agents.ensemble import Laboratory, ZoneYear
    from airshed.lab.agents.laboratory import MARKETS
    from airshed.lab.zones.zone import of_law
    from airshed.rulebook.load import find, load

    if market in MARKETS:
        return Laboratory(market)
    if market != "zone":
        raise Malformed("--market", f"no such market {market!r}", f"there are {', '.join(MARKETS)}, zone")
    rules = load(find(rulebook))
    return ZoneYear(of_law(rules, region), rules, pollutant)


def _figures(spread: Spread) -> list[str]:
    from math import isnan

    return ["-" if isnan(value) else f"{value:,.2f}" for value in spread]
