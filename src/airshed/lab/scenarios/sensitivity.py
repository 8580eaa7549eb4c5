"""What a scenario's results hang on: Sobol indices and Morris screening over its uncertain inputs.

Sobol: the part of an output's variance that an input has alone (first order) and with all others (total), from
Saltelli's sampling. Morris: mean size of the change that an input makes by itself (mu*), in units of the output, and
how much that differs from place to place (sigma): interactions, kinks. Both by SALib (MIT), an extra of Airshed.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np

from airshed.lab.equilibrium.curves import Floats, discounting
from airshed.lab.scenarios.draw import Setting, expected
from airshed.lab.scenarios.path import play_path
from airshed.model.refusal import Malformed

Method = Literal["sobol", "morris"]
Model = Literal["equilibrium", "engine"]
#: How far caps are varied, in percent of themselves, and between which discount rates: assumptions.
CAPS_PERCENT, RATES = 10.0, (2.0, 10.0)
#: How many standard deviations an input is varied to either side.
WIDE = 2.0
#: Levels of Morris's grid, and evaluations of one job.
LEVELS, BATCH = 4, 32
MOST_EVALUATIONS = 1_000_000
#: What is looked at, by model, with its measure.
OUTPUTS: dict[Model, dict[str, str]] = {
    "equilibrium": {"price_first": "yuan/t", "price_last": "yuan/t", "cost": "yuan", "abated": "t"},
    "engine": {"price": "yuan/t", "cost": "yuan", "waste": "yuan", "short": "t", "volume": "t"},
}


@dataclass(frozen=True, slots=True)
class UncertainInput:
    """An uncertain input and the range over which it is varied evenly."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Index:
    """What one output owes to one input. For Sobol `first` and `total` are parts of the variance; for Morris `first` is
    mu*, `total` sigma, both in units of the output. The others are half widths of 95 % intervals, NaN where none is.
    """

    output: str
    factor: str
    first: float
    first_conf: float
    total: float
    total_conf: float


class SampleRows(NamedTuple):
    """Rows of a sample to be evaluated, a value for each factor."""

    setting: Setting
    model: Model
    names: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]


def factors_of(setting: Setting) -> tuple[UncertainInput, ...]:
    """The inputs of a scenario: growth, caps, rate, costs together and by technology, and every shock."""
    scenario = setting.scenario
    demand, costs = scenario.demand, scenario.costs
    found = [
        UncertainInput(
            "growth",
            demand.growth_percent - WIDE * demand.growth_spread_percent,
            demand.growth_percent + WIDE * demand.growth_spread_percent,
        ),
        UncertainInput(
            "caps", max(1.0, scenario.caps.level_percent - CAPS_PERCENT), scenario.caps.level_percent + CAPS_PERCENT
        ),
        UncertainInput("rate", *RATES),
        _lognormal("all costs", costs.common_spread_percent),
    ]
    found += [_lognormal(name, costs.technology_spread_percent) for name in setting.technologies]
    found += [UncertainInput(f"shock: {shock.what}", 0.0, 1.0) for shock in scenario.shocks or ()]
    return tuple(each for each in found if each.high > each.low)


def _lognormal(name: str, percent: float) -> UncertainInput:
    return UncertainInput(name, exp(-WIDE * percent / 100), exp(WIDE * percent / 100))


def evaluated(job: SampleRows) -> list[list[float]]:
    """The outputs of every row, in the order of `OUTPUTS`. Nothing is drawn: one path, with what a row says."""
    return [_outputs(job.setting, job.model, dict(zip(job.names, row, strict=True))) for row in job.rows]


def _outputs(setting: Setting, model: Model, values: dict[str, float]) -> list[float]:
    scenario = setting.scenario
    caps = msgspec.structs.replace(scenario.caps, level_percent=values.get("caps", scenario.caps.level_percent))
    rate = values.get("rate", scenario.rate_percent)
    changed = setting.varied(msgspec.structs.replace(scenario, caps=caps, rate_percent=rate))
    drawn = expected(changed, values)
    discount = discounting(rate / 100, scenario.years)
    if model == "equilibrium":
        least = changed.equilibrium(drawn)
        years = scenario.years
        cost = float(least.cost[:years] @ discount)
        return [float(least.price[0]), float(least.price[years - 1]), cost, float(least.abated[:years].sum())]
    rows = play_path(changed, 0, drawn)
    prices = [row.price for row in rows if row.trades]
    cost = float(np.array([row.cost for row in rows]) @ discount)
    waste = float(np.array([row.cost - row.cheapest for row in rows]) @ discount)
    price = float(np.mean(prices)) if prices else float("nan")
    return [price, cost, waste, sum(row.short for row in rows), sum(row.volume for row in rows)]


def sample(factors: Sequence[UncertainInput], method: Method, size: int, seed: int) -> Floats:
    """Rows at which to evaluate. `size` is Saltelli's N, a power of two (N (k + 2) rows), or Morris's trajectories.

    Malformed if SALib is not there, or a size that the method cannot have.
    """
    problem = _problem(factors)
    many = size * (len(factors) + (2 if method == "sobol" else 1))
    if many > MOST_EVALUATIONS:
        raise Malformed("--size", f"{size} asks for {many:,} evaluations", f"at most {MOST_EVALUATIONS:,}")
    if method == "sobol":
        if size < 8 or size & (size - 1):
            raise Malformed("--size", f"{size} is no power of two from 8 up", "give 64, 128, 256, ...")
        sampler = _salib("sample.sobol")
        return np.asarray(sampler.sample(problem, size, calc_second_order=False, seed=seed))
    if size < 2:
        raise Malformed("--size", f"{size} trajectories", "give two or more")
    return np.asarray(_salib("sample.morris").sample(problem, size, num_levels=LEVELS, seed=seed))


def indices(
    factors: Sequence[UncertainInput], method: Method, rows: Floats, outputs: Sequence[str], values: Floats, seed: int
) -> list[Index]:
    """The indices of evaluated rows; `values` has shape (rows, outputs). An output that never moves has NaN."""
    problem = _problem(factors)
    found: list[Index] = []
    for number, output in enumerate(outputs):
        column = np.ascontiguousarray(values[:, number])
        if not np.isfinite(column).all() or np.ptp(column) <= 1e-12 * max(1.0, float(np.abs(column).max())):
            found += [Index(output, factor.name, *[float("nan")] * 4) for factor in factors]
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if method == "sobol":
                told = _salib("analyze.sobol").analyze(problem, column, calc_second_order=False, seed=seed)
                columns = (told["S1"], told["S1_conf"], told["ST"], told["ST_conf"])
            else:
                told = _salib("analyze.morris").analyze(problem, rows, column, num_levels=LEVELS, seed=seed)
                columns = (told["mu_star"], told["mu_star_conf"], told["sigma"], np.full(len(factors), np.nan))
        for place, factor in enumerate(factors):
            found.append(Index(output, factor.name, *(float(each[place]) for each in columns)))
    return found


def jobs_of(setting: Setting, model: Model, factors: Sequence[UncertainInput], rows: Floats) -> list[SampleRows]:
    """A sample cut into jobs."""
    names = tuple(factor.name for factor in factors)
    told = [tuple(row) for row in rows.tolist()]
    size = batch_of(model)
    return [SampleRows(setting, model, names, tuple(told[at : at + size])) for at in range(0, len(told), size)]


def batch_of(model: Model) -> int:
    """Rows of a job."""
    return BATCH if model == "equilibrium" else 1


def _problem(factors: Sequence[UncertainInput]) -> dict[str, Any]:
    return {
        "num_vars": len(factors),
        "names": [factor.name for factor in factors],
        "bounds": [[factor.low, factor.high] for factor in factors],
    }


def _salib(part: str) -> Any:
    from importlib import import_module

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return import_module(f"SALib.{part}")
    except ImportError:
        raise Malformed("sensitivity", "SALib is not installed", "pip install 'airshed[sensitivity]'") from None
