"""`airshed lab agents`: sessions of agents through the engine, measured against the competitive equilibrium."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from airshed.cli.lab.case import ZoneOption
from airshed.cli.options import Json
from airshed.cli.show import as_json, bar, console, say, table
from airshed.model.counted import counted
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.agents.diagnosis import BothWords
    from airshed.lab.agents.ensemble import MarketSource, SessionSpread, ZoneYear
    from airshed.lab.agents.measures import SessionMeasures
    from airshed.rulebook.schema import Rulebook

RULEBOOK, POLLUTANT, ZONE = "dianzhong", "SO2", "zone"
TURNS, DAYS, ROUNDS = 200, 1, 8
Crossing = Literal["free", "first", "approval", "never"]
#: Every measure: how it is called on screen, with its measure. What a market is like stands in the notes.
WORDS = {
    "efficiency": "efficiency 效率 %",
    "alpha": "Smith's alpha 价格收敛 %",
    "alpha_late": "… of the last third of trades 末三分之一成交 %",
    "price": "mean price 均价 {money}/t",
    "equilibrium": "equilibrium price 均衡价 {money}/t",
    "volume": "volume 成交量 t",
    "volume_part": "volume of predicted 占预测成交量 %",
    "spread": "spread 买卖价差 {money}/t",
    "depth": "depth 挂单量 t",
    "wait": "wait of resting orders 挂单等待 % of session",
    "fill_rate": "fill rate 成交率 %",
    "concentration": "HHI of net sellers or buyers 净头寸集中度",
    "dispersion": "price dispersion 价格离散度 %",
    "apart": "cities apart 城市间价差 %",
    "trades": "trades 成交笔数",
    "fees": "fees 手续费 {money}",
    "barred": "barred by price bounds 受限价约束 %",
    "refused": "orders refused 被拒指令",
}


def agents(
    market: Annotated[
        str, typer.Option(help="permits, commodity or single of the laboratory; or zone: the firms of a rulebook.")
    ] = "permits",
    strategy: Annotated[
        str,
        typer.Option(metavar="NAMES", help="zi-c, zi-u, zip, gd, officer, hoarder, manipulator; traders take in turn."),
    ] = "zi-c",
    mechanism: Annotated[
        Literal["continuous", "call", "zone-call"],
        typer.Option(help="The listed book; calls of a series each; or calls of the whole zone."),
    ] = "continuous",
    sessions: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same sessions.")] = 7,
    turns: Annotated[
        int | None, typer.Option(min=1, max=10_000, help=f"Turns of a trader in the listed book. [default: {TURNS}]")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=200, help=f"Days over which these turns are spread. [default: {DAYS}]")
    ] = None,
    rounds: Annotated[
        int | None, typer.Option(min=1, max=1_000, help=f"Calls of a session of calls. [default: {ROUNDS}]")
    ] = None,
    periods: Annotated[int, typer.Option(min=1, max=1_000, help="Play each so often; agents keep their memory.")] = 1,
    rulebook: Annotated[
        str | None, typer.Option(metavar="PATH_OR_NAME", help=f"Law of the market zone. [default: {RULEBOOK}]")
    ] = None,
    region: ZoneOption = "",
    pollutant: Annotated[str | None, typer.Option(help=f"Pollutant of the market zone. [default: {POLLUTANT}]")] = None,
    vintage: Annotated[int | None, typer.Option(help="Vintage of the market zone. [default: its first]")] = None,
    crossing: Annotated[
        str | None, typer.Option(help="Borders between cities: free, first, approval, never. [default: the law's]")
    ] = None,
    no_export: Annotated[
        str | None, typer.Option(metavar="CODES", help="Cities that let no allowance out. [default: the law's]")
    ] = None,
    no_wall: Annotated[bool, typer.Option("--no-wall", help="All industries trade with each other.")] = False,
    fee: Annotated[
        float | None, typer.Option(min=0, max=50, help="Fee of either side, percent of value. [default: the law's]")
    ] = None,
    bare: Annotated[bool, typer.Option("--bare", help="Without the engine: faster, the same trades.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    json: Json = False,
) -> None:
    """Let agents trade through the real engine and compare with the competitive equilibrium. 智能体交易实验。

    Zero-intelligence agents (zi-c, zi-u) draw prices at random; zip and gd learn; the officer follows rules of thumb;
    the hoarder and the manipulator do harm. docs/explanation/agents.md says how each trades and what is measured.

    Example: airshed lab agents --market permits --strategy zi-c --sessions 20

    Example: airshed lab agents --market zone --strategy officer --days 10 --turns 30 --sessions 3

    Example: airshed lab agents --market zone --mechanism zone-call --strategy officer --no-export KM --sessions 2
    """
    from airshed.lab.agents.diagnosis import notes
    from airshed.lab.agents.ensemble import Laboratory, ZoneYear, jobs_of, run, summary
    from airshed.lab.agents.laboratory import MARKETS
    from airshed.lab.agents.market import Mechanism
    from airshed.service.run.pool import each
    from airshed.zone.origins import of_zone

    names = tuple(name.strip() for name in strategy.split(",") if name.strip())
    zone: dict[str, object] = {"--rulebook": rulebook, "--zone": region or None, "--pollutant": pollutant}
    zone |= {"--vintage": vintage, "--crossing": crossing}
    zone |= {"--no-export": no_export, "--no-wall": no_wall or None, "--fee": fee}
    book, calls = {"--turns": turns, "--days": days}, {"--rounds": rounds}
    if market not in (*MARKETS, ZONE):
        raise Malformed("--market", f"no such market {market!r}", f"there are {', '.join(MARKETS)}, {ZONE}")
    _unused(*((calls, "the listed book has none") if mechanism == "continuous" else (book, "calls have none")))
    if market != ZONE:
        _unused(zone, f"the market {market} has a law of its own")
    how = Mechanism(mechanism, turns or TURNS, market != ZONE, rounds or ROUNDS, days or DAYS)
    if bare and market == ZONE:
        raise Malformed("--bare", "a zone has series, walls and borders", "leave it out")
    if bare and mechanism == "zone-call":
        raise Malformed("--bare", "a call of the whole zone is the engine's", "leave it out")
    source: MarketSource = (
        Laboratory(market)
        if market != ZONE
        else _firms(
            _law(rulebook or RULEBOOK, crossing, no_export, no_wall, fee), region, pollutant or POLLUTANT, vintage
        )
    )
    law = source.law if isinstance(source, ZoneYear) else None
    jobs = jobs_of(source, names, how, seed, sessions, periods, bare)
    with bar(len(jobs), json, "sessions 场次") as told:
        found = [one for batch in each(run, jobs, workers, told) for one in batch]
    money = ("yuan", "元") if law is None else (law.currency.name_en, law.currency.name_zh)
    said = notes(found, money)
    if law is not None:
        said.append(_held(law, pollutant or POLLUTANT, vintage, found))
    origins = of_zone(source.law, source.zone) if isinstance(source, ZoneYear) else ()
    measures = summary(found)
    if json:
        asked = {"market": market, "strategies": names, "mechanism": mechanism, "sessions": sessions, "seed": seed}
        asked |= {"turns": how.turns, "days": how.days} if mechanism == "continuous" else {"rounds": how.rounds}
        asked |= {
            "periods": periods,
            "law": {name.strip("-"): given for name, given in zone.items() if given is not None},
        }
        asked |= {"money": money[0], "notes": [note.en for note in said]}
        figures = {name: spread._asdict() for name, spread in measures.items()}
        as_json({**asked, **figures, "origins": origins})
        return
    table(
        f"{counted(sessions, 'session')} of {market} 场次, {mechanism}, {', '.join(names)}",
        ("measure 指标", "mean 均值#", "sd 标准差#", "5 %#", "median 中位数#", "95 %#"),
        [(words.format(money=money[0]), *_figures(measures[name])) for name, words in WORDS.items()],
    )
    for note in said:
        console.print(note.en)
        console.print(note.zh)
    say(origins)


def _unused(options: Mapping[str, object], why: str) -> None:
    """What would be silently ignored is refused."""
    for name, given in options.items():
        if given is not None:
            raise Malformed(name, why, "leave it out")


def _law(rulebook: str, crossing: str | None, no_export: str | None, no_wall: bool, fee: float | None) -> Rulebook:
    import msgspec

    from airshed.rulebook.load import find, load

    rules = load(find(rulebook))
    replace, trade = msgspec.structs.replace, rules.trade_rules
    if crossing is not None:
        if crossing not in get_args(Crossing):
            raise Malformed("--crossing", f"no such rule {crossing!r}", near(crossing, get_args(Crossing)))
        trade = replace(trade, crossing=crossing)
    if no_export is not None:
        codes, known = tuple(code.strip() for code in no_export.split(",")), [each.code for each in rules.jurisdictions]
        for code in codes:
            if code not in known:
                raise Malformed("--no-export", f"no such city {code!r}", near(code, known))
        trade = replace(trade, no_export=codes)
    if no_wall:
        trade = replace(trade, walled_sectors=())
    rules = replace(rules, trade_rules=trade)
    if fee is not None:
        points = round(100 * fee)
        fees = {"buyer_fee_basis_points": points, "seller_fee_basis_points": points}
        rules = replace(rules, trading=replace(rules.trading, **fees), zone_call=replace(rules.zone_call, **fees))
    return rules


def _firms(rules: Rulebook, region: str, pollutant: str, year: int | None) -> ZoneYear:
    from airshed.lab.agents.ensemble import ZoneYear
    from airshed.lab.agents.zone_firms import zone_market
    from airshed.zone.load import of_law

    zone = of_law(rules, region)
    zone_market(zone, rules, pollutant, year)
    return ZoneYear(zone, rules, pollutant, year)


def _held(rules: Rulebook, pollutant: str, year: int | None, found: list[SessionMeasures]) -> BothWords:
    """How much of the cap is traded here at all."""
    from airshed.lab.agents.diagnosis import BothWords

    rows = [row for row in rules.caps.rows if row.pollutant == pollutant]
    year = min(row.vintage for row in rows) if year is None else year
    cap = sum(row.count for row in rows if row.vintage == year) / 1_000
    held = sum(one.held for one in found) / len(found)
    return BothWords(
        f"Firms begin with {held:,.0f} t of the cap of {cap:,.0f} t; auctions and the reserve, which have the rest, are"
        " not played here (airshed lab run plays them).",
        f"企业初始持有{held:,.0f}吨，总量{cap:,.0f}吨；其余为拍卖与储备，此处不模拟（见 airshed lab run）。",
    )


def _figures(spread: SessionSpread) -> list[str]:
    from math import isnan

    return ["-" if isnan(value) else f"{value:,.2f}" for value in spread]
