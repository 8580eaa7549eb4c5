"""Frames out of scenarios: paths played through the engine, and what their results hang on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from airshed.lab.frames.reading import figure
from airshed.lab.scenarios import schema, sensitivity
from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.path import play_path
from airshed.lab.scenarios.summary import framed
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.zone.load import of_law

#: Sizes of a sample where none is said.
SIZES = {"sobol": 64, "morris": 8}


def play_scenario(scenario: str | Path = "dianzhong", *, draws: int = 3, **changes: Any) -> pl.DataFrame:
    """Paths 0 to `draws` of a scenario through the engine, one after the other: a row a path and year, shape
    (draws x years, 27).

    `scenario` is the name of a shipped one or the path of a TOML file; `changes` are keys of
    docs/explanation/scenarios.md put in place of its own, a table as a dictionary: `years=2, design={"crossing":
    "never"}`. The same path has the same growth, costs and entrants under every design. Columns: draw, year; cap,
    unabated, emitted, banked, short, volume, auctioned, unsold (t); price, least_price (yuan/t; NaN without a trade;
    least_price is the equilibrium's); cost, cheapest, least_cost, fees, revenue, penalties (yuan of the year: of
    abatement as it came, of the same tonnes by the cheapest steps, of the equilibrium); spread (yuan/t), efficiency,
    barred, dispersion, apart (%); concentration (0 to 1); trades, works, refused (counts). A path of five years takes
    one to two seconds; `airshed lab run` plays many on several processes. Money is that of the law; costs are
    indicative, emissions simulated. Malformed names the key.
    """
    setting = _setting(scenario, changes)
    return framed(row for number in range(figure(draws, "draws", 1, 10_000, int)) for row in play_path(setting, number))


def weigh_inputs(
    scenario: str | Path = "dianzhong",
    *,
    method: Literal["morris", "sobol"] = "morris",
    size: int = 0,
    through: Literal["equilibrium", "engine"] = "equilibrium",
    **changes: Any,
) -> pl.DataFrame:
    """What the prices and costs of a scenario hang on (Morris 1991; Sobol 2001, Saltelli 2010), a row an output and
    input.

    Columns: output, unit, factor, low, high (the range over which the input is varied evenly: percent, or a factor of a
    cost); for Morris mu_star, mu_star_conf, sigma in `unit`; for Sobol first, first_conf, total, total_conf, parts of
    the variance. The `_conf` are half widths of 95 % intervals. Outputs are prices (yuan/t), cost and waste (yuan),
    abated, short and volume (t). `size` is the number of trajectories, or Saltelli's N, a power of two; 8 and 64 if 0.
    Needs SALib. An output that never moves, or is not traded in some evaluation, has NaN. Malformed for a size that a
    method cannot have, or a key that a scenario has not; `scenario` and `changes` as in `play_scenario`.
    """
    if method not in SIZES:
        raise Malformed("method", f"is {method!r}", "say morris or sobol")
    if through not in sensitivity.OUTPUTS:
        raise Malformed("through", f"is {through!r}", "say equilibrium or engine")
    setting = _setting(scenario, changes)
    factors = sensitivity.factors_of(setting)
    many = figure(size, "size", 0, 1_000_000, int) or SIZES[method]
    seed = setting.scenario.seed
    rows = sensitivity.sample(factors, method, many, seed)
    values = np.array(
        [out for job in sensitivity.jobs_of(setting, through, factors, rows) for out in sensitivity.evaluated(job)]
    )
    outputs = sensitivity.OUTPUTS[through]
    found = sensitivity.indices(factors, method, rows, list(outputs), values, seed)
    ranges = {each.name: (each.low, each.high) for each in factors}
    names = (
        ("mu_star", "mu_star_conf", "sigma") if method == "morris" else ("first", "first_conf", "total", "total_conf")
    )
    lines = [
        (
            each.output,
            outputs[each.output],
            each.factor,
            *ranges[each.factor],
            *(each.first, each.first_conf, each.total, each.total_conf)[: len(names)],
        )
        for each in found
    ]
    text = {"output": pl.String, "unit": pl.String, "factor": pl.String}
    return pl.DataFrame(lines, schema={**text, **dict.fromkeys(("low", "high", *names), pl.Float64)}, orient="row")


def _setting(scenario: str | Path, changes: Mapping[str, Any]) -> Setting:
    path = schema.find(str(scenario))
    told = schema.told_by(path)
    for key, value in changes.items():
        old = told.get(key)
        told[key] = {**old, **value} if isinstance(old, dict) and isinstance(value, Mapping) else value
    asked = schema.of(_plain(told), str(scenario))
    rules = load(find(asked.rulebook))
    setting = Setting(asked, rules, of_law(rules, asked.zone))
    assert setting.law is not None  # Malformed here where its law cannot be made
    return setting


def _plain(value: Any) -> Any:
    """Values as TOML has them: tuples are lists there."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
