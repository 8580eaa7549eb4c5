"""`airshed lab sensitivity`: what a scenario's results hang on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from airshed.cli.lab.run import Cluster, ScenarioArgument, opened
from airshed.cli.options import Json, Workers
from airshed.cli.show import as_json, bar, console, say, table

if TYPE_CHECKING:
    from airshed.lab.scenarios.sensitivity import Index

#: Inputs on screen, the strongest first; --json has all.
SHOWN = 8
HEADS = {
    "sobol": ("first order 一阶#", "± 95 %#", "total 总阶#", "± 95 %#"),
    "morris": ("mu*#", "± 95 %#", "sigma#"),
}
#: What is looked at.
WORDS = {
    "price_first": "equilibrium price of the first year 首年均衡价",
    "price_last": "equilibrium price of the last year 末年均衡价",
    "cost": "abatement cost 治理成本",
    "abated": "abated 削减量",
    "price": "mean price 均价",
    "waste": "cost above the cheapest way 高于最低成本",
    "short": "short 缺口",
    "volume": "traded 成交量",
}
SIZES = {"sobol": 128, "morris": 20}


def sensitivity(
    scenario: ScenarioArgument,
    method: Annotated[
        Literal["sobol", "morris"], typer.Option(help="Parts of the variance, or a screening that asks less.")
    ] = "morris",
    size: Annotated[
        int, typer.Option(min=0, help="Sobol: a power of two; Morris: trajectories; 0 for 128 and 20.")
    ] = 0,
    through: Annotated[
        Literal["equilibrium", "engine"],
        typer.Option(help="The equilibrium, in milliseconds; or agents through the engine, in seconds a row."),
    ] = "equilibrium",
    workers: Workers = 2,
    cluster: Cluster = "",
    json: Json = False,
) -> None:
    """Which uncertain inputs of a scenario its prices and costs hang on: where better data pay. 敏感性分析。

    Inputs are growth, caps (10 % to either side), the discount rate, all costs together and each technology's (two
    standard deviations of the scenario's), and its shocks. Needs SALib: pip install 'airshed[sensitivity]'.

    Example: airshed lab sensitivity dianzhong --method morris --size 4
    """
    import numpy as np

    from airshed.lab.scenarios import sensitivity as sense
    from airshed.lab.scenarios.draw import Setting
    from airshed.service.run.sensitivity import evaluate
    from airshed.zone.origins import RANGES, of_zone

    told, rules, zone = opened(scenario)
    setting = Setting(told, rules, zone)
    factors = sense.factors_of(setting)
    rows = sense.sample(factors, method, size or SIZES[method], told.seed)
    with bar(-(-len(rows) // sense.batch_of(through)), json, "batches 批次") as done:
        values = evaluate(setting, through, factors, rows, workers=workers, cluster=cluster, progress=done)
    outputs = sense.OUTPUTS[through]
    origins = (*of_zone(rules, zone), RANGES)
    found = sense.indices(factors, method, rows, list(outputs), values, told.seed)
    if json:
        asked = {"method": method, "through": through, "evaluations": len(rows)}
        as_json({**asked, "factors": factors, "indices": found, "origins": origins})
        return
    console.print(f"{told.name_en} {told.name_zh}: {len(factors)} inputs 输入, {len(rows):,} evaluations 次计算")
    silent = [name for name, column in zip(outputs, values.T, strict=True) if not np.isfinite(column).all()]
    for output, measure in outputs.items():
        mine = [one for one in found if one.output == output]
        mine.sort(key=lambda one: -np.nan_to_num(one.total if method == "sobol" else one.first))
        table(
            f"{WORDS[output]}: {'parts of its variance 方差占比' if method == 'sobol' else _measure(measure)}",
            ("input 输入", *HEADS[method]),
            [
                (
                    one.factor,
                    *_figures(one, 1e6 if measure == "yuan" and method == "morris" else 1.0)[: len(HEADS[method])],
                )
                for one in mine[:SHOWN]
            ],
        )
    if silent:
        words = "; ".join(WORDS[name] for name in silent)
        console.print(f"nothing was traded in some evaluations, so there is no index of: {words} 部分计算无成交")
    say(origins)


def _measure(measure: str) -> str:
    return "million yuan" if measure == "yuan" else measure


def _figures(one: Index, divisor: float) -> list[str]:
    return [_figure(value / divisor) for value in (one.first, one.first_conf, one.total, one.total_conf)]


def _figure(value: float) -> str:
    from math import isnan

    if isnan(value):
        return "-"
    return f"{value:,.3f}" if abs(value) < 10 else f"{value:,.0f}"
