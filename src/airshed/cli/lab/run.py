"""`airshed lab run` and `lab scenarios`: a scenario played in many draws, and what is shipped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.options import Json, Workers
from airshed.cli.show import as_json, bar, console, say, table
from airshed.model.counted import counted

if TYPE_CHECKING:
    from airshed.lab.agents.ensemble import SessionSpread
    from airshed.lab.scenarios.schema import Scenario
    from airshed.lab.scenarios.summary import DrawsSummary
    from airshed.rulebook.schema import Rulebook
    from airshed.zone.zone import Zone

ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="A TOML file, or a shipped scenario.")]
Cluster = Annotated[
    str, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers do it instead.")
]
#: Totals of a path: how each is called, with the money of the law, and by what it is divided.
TOTALS = {
    "cost": ("abatement cost 治理成本 million {}", 1e6),
    "cheapest": ("the same emissions at least cost 同等排放最低成本 million {}", 1e6),
    "above": ("above the cheapest way 高于最低成本 %", 1.0),
    "fees": ("fees 手续费 million {}", 1e6),
    "revenue": ("auction revenue 拍卖收入 million {}", 1e6),
    "penalties": ("penalties 罚款 million {}", 1e6),
    "emitted": ("emitted 排放 t", 1.0),
    "short": ("short 缺口 t", 1.0),
    "volume": ("traded 成交 t", 1.0),
    "price": ("mean price 均价 {}/t", 1.0),
    "least_price": ("equilibrium price 均衡价 {}/t", 1.0),
    "apart": ("cities apart 城市间价差 %", 1.0),
}
#: Columns of the table by year.
YEARLY = (
    ("price", "{}/t 价格#"),
    ("least_price", "equilibrium 均衡#"),
    ("emitted", "emitted t 排放#"),
    ("banked", "banked t 结转#"),
    ("short", "short t 缺口#"),
    ("volume", "traded t 成交#"),
    ("dispersion", "dispersion % 离散#"),
    ("apart", "cities apart %#"),
)


#: From which median part of the turns on, in percent, that price bounds held trade back is said.
NOTED = 5.0


def run(
    scenario: ScenarioArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for the draws; whole ones in it stay.")] = Path("draws"),
    draws: Annotated[int, typer.Option(min=0, max=1_000_000, help="Paths; 0 for as many as the scenario says.")] = 0,
    workers: Workers = 2,
    cluster: Cluster = "",
    json: Json = False,
) -> None:
    """Play a scenario through the engine in many draws, and sum it up with quantiles. 情景模拟。

    Every path is years of issue, auction, trade by agents, abatement, report, verification, surrender and penalties, by
    the commands people send. The same seed writes the same bytes on one process, many, or a Dask cluster; run
    again it plays only what is missing, so that more draws can be added.

    Example: airshed lab run dianzhong --draws 10 --out draws
    """
    from time import perf_counter

    import msgspec

    from airshed.lab.scenarios.summary import summed
    from airshed.service.run.scenario import BATCH
    from airshed.service.run.scenario import run as play
    from airshed.zone.origins import of_zone

    began = perf_counter()
    told, rules, zone = opened(scenario)
    if draws:
        told = msgspec.structs.replace(told, draws=draws)
    with bar(-(-told.draws // BATCH), json, "batches 批次") as done:
        frame, kept = play(told, rules, zone, out, workers=workers, cluster=cluster, progress=done)
    summary = summed(frame, told.rate_percent)
    origins = of_zone(rules, zone)
    if json:
        asked = {"batches_kept": kept, "folder": str(out), "origins": origins}
        as_json({"scenario": told.name_en, "money": rules.currency.code, **document(summary), **asked})
        return
    show(told, summary, rules.currency.name_en)
    say(origins)
    batches = -(-told.draws // BATCH)
    seconds = perf_counter() - began
    there = counted(kept, "batch was", "batches were")
    console.print(f"{there} there, {batches - kept} played in {seconds:.1f} s: {out}")


def scenarios(
    name: Annotated[str, typer.Argument(help="One of them, to print its file: a beginning of your own.")] = "",
    json: Json = False,
) -> None:
    """The scenarios that are shipped, and what each one asks; or the file of one. 情景列表。

    Example: airshed lab scenarios

    Example: airshed lab scenarios closed_cities > mine.toml
    """
    from airshed.lab.scenarios.schema import every, find, read

    if name:
        told = read(find(name))
        if json:
            as_json(told)
        else:
            print(find(name).read_text("utf-8"), end="")
        return
    found = every()
    if json:
        as_json({name: {"en": each.question_en, "zh": each.question_zh} for name, each in found.items()})
        return
    table(
        "Scenarios 情景",
        ("name 名称", "what it asks", "问题"),
        [(name, each.question_en, each.question_zh) for name, each in found.items()],
    )


def opened(name: str) -> tuple[Scenario, Rulebook, Zone]:
    """A scenario with the law and the zone that it names."""
    from airshed.lab.scenarios import schema
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    told = schema.read(schema.find(name))
    rules = load(find(told.rulebook))
    return told, rules, of_law(rules, told.zone)


def document(summary: DrawsSummary) -> dict[str, Any]:
    """A summary as plain values."""
    return {
        "paths": summary.paths,
        "totals": {name: spread._asdict() for name, spread in summary.totals.items()},
        "years": {
            year: {name: spread._asdict() for name, spread in each.items()} for year, each in summary.years.items()
        },
    }


def show(told: Scenario, summary: DrawsSummary, money: str) -> None:
    """The tables of a summary, in the money of its law."""
    table(
        f"{told.name_en} {told.name_zh}: {counted(summary.paths, 'path')} 路径, medians 中位数",
        ("year 年#", *(title.format(money) for _, title in YEARLY)),
        [(year, *(_figure(each[name].median) for name, _ in YEARLY)) for year, each in summary.years.items()],
    )
    table(
        f"Whole paths 全程; money discounted at {told.rate_percent:g} % 折现",
        ("measure 指标", "mean 均值#", "5 %#", "median 中位数#", "95 %#"),
        [
            (title.format(money), *_quantiles(summary.totals[name], divisor))
            for name, (title, divisor) in TOTALS.items()
        ],
    )
    held = {year: each["barred"].median for year, each in summary.years.items() if each["barred"].median >= NOTED}
    if held:
        years = ", ".join(f"{year}: {part:.0f} %" for year, part in held.items())
        console.print(
            "Band or collar kept those who would trade at the year's equilibrium price from naming a price without loss"
            f" ({years} of their turns, medians): volumes and prices there say more of the bounds than of the firms.",
        )
        console.print(
            f"限价使愿按当年均衡价交易者报不出不亏损之价（占其报价机会的中位比例，{years}）：其成交与价格主要反映限价。",
        )


def _quantiles(spread: SessionSpread, divisor: float) -> list[str]:
    return [_figure(value / divisor) for value in (spread.mean, spread.low, spread.median, spread.high)]


def _figure(value: float) -> str:
    from math import isnan

    return "-" if isnan(value) else f"{value:,.2f}"
