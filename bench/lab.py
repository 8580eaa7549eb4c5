"""The policy lab: co-control beside the full programme, and Monte Carlo draws of a market with banking.

Run alone: `PYTHONPATH=src:. python -m bench.lab`. Six technologies a source, five pollutants, ten years, five zones;
with `--full` HiGHS gets the whole programme of 10,000 sources as well, which takes it half a minute. `--plot FOLDER`
draws how cost grows with sources, years and zones, as `growth-*.svg`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium import Steps, discounting, equilibrium, zone_equilibrium
from airshed.lab.equilibrium.cocontrol import ControlMeasures, co_equilibrium
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.ensemble import ensemble
from airshed.lab.equilibrium.joined_curves import merged
from airshed.market.linear import LinearProgramme, solve
from bench import equilibrium as separate
from bench.plot import Points, plot

SEED = 7
TECHNOLOGIES, POLLUTANTS, ZONES, YEARS, RATE = 6, 5, 5, 10, 0.05
CEILING = 1e6
SECTORS, STEPS, DRAWN = 5, 5, 10_000
#: Sources up to which HiGHS is asked as well without `--full`.
PEER_SOURCES = 300


class Drawn(NamedTuple):
    """Measures and needs."""

    measures: ControlMeasures
    need: Floats
    discount: Floats


def drawn(sources: int) -> Drawn:
    """Sources spread over zones; each measure takes out one pollutant or several; needs grow."""
    chance = np.random.default_rng(SEED)
    many = sources * TECHNOLOGIES
    removal = chance.lognormal(0, 1, (many, POLLUTANTS)) * (chance.uniform(size=(many, POLLUTANTS)) < 0.4)
    removal[np.arange(many), chance.integers(0, POLLUTANTS, many)] += 0.5
    cost = removal.sum(axis=1) * chance.lognormal(8, 1, many)
    zone = np.repeat(np.arange(sources) % ZONES, TECHNOLOGIES)
    measures = ControlMeasures(cost, removal, zone)
    most = np.array([removal[zone == z].sum(axis=0) for z in range(ZONES)])
    need = most[:, :, None] * np.linspace(0.2, 0.6, YEARS)
    return Drawn(measures, need, discounting(RATE, YEARS))


def programme(case: Drawn) -> LinearProgramme:
    """A column for every measure and year, for what is bought at the ceiling and for every bank."""
    measures, need, discount = case
    rows = np.arange(need.size, dtype=np.int32).reshape(need.shape)
    cost, upper, index, values, counts = [], [], [], [], []
    for t in range(YEARS):
        taken = measures.removal > 0
        cost.append(measures.cost * discount[t])
        upper.append(np.ones(len(measures.cost)))
        index.append(rows[measures.zone, :, t][taken])
        values.append(measures.removal[taken])
        counts.append(taken.sum(axis=1))
    for (_, _, t), row in np.ndenumerate(rows):
        cost.append(np.array([CEILING * discount[t]]))
        upper.append(np.array([np.inf]))
        index.append(np.array([row]))
        values.append(np.ones(1))
        counts.append(np.ones(1, dtype=np.int64))
        if t + 1 < YEARS:
            cost.append(np.zeros(1))
            upper.append(np.array([np.inf]))
            index.append(np.array([row, row + 1]))
            values.append(np.array([-1.0, 1.0]))
            counts.append(np.full(1, 2))
    starts = np.concatenate(([0], np.cumsum(np.concatenate(counts)))).astype(np.int32)
    return LinearProgramme(
        np.concatenate(cost),
        np.zeros(len(starts) - 1),
        np.concatenate(upper),
        starts,
        np.concatenate(index).astype(np.int32),
        np.concatenate(values),
        need.ravel(),
        np.full(need.size, np.inf),
    )


def _co(sources: int, peer: bool) -> float:
    case = drawn(sources)
    begun = time.perf_counter()
    found = co_equilibrium(case.measures, case.need, case.discount, CEILING)
    seconds = time.perf_counter() - begun
    line = f"  co-control, {sources:>6,} sources  {seconds:>7.2f} s  gap {found.gap:.0e} after {found.rounds} rounds"
    if peer:
        ready = programme(case)
        begun = time.perf_counter()
        plain = solve(ready, "ipm")
        taken = time.perf_counter() - begun
        line += f"; HiGHS (interior point) {taken:.1f} s, {taken / seconds:,.0f} times as long, cost off by"
        line += f" {abs(plain.cost - found.cost) / plain.cost:.0e}"
    print(line, flush=True)
    return seconds


def _five(sources: int) -> None:
    """Five pollutants that no measure joins: five zones and receptors each."""
    cases = [separate.drawn(sources, ZONES, YEARS) for _ in range(POLLUTANTS)]

    def all_of_them() -> float:
        return sum(
            zone_equilibrium(case.curves, case.transfer, case.need, case.curves[0].discount).cost for case in cases
        )

    print(
        f"  {POLLUTANTS} pollutants apart, {sources:>6,} sources, {ZONES} zones  {separate.best(all_of_them):>7.2f} s"
    )


def _draws(draws: int, sources: int, years: int) -> None:
    chance = np.random.default_rng(SEED)
    discount = discounting(RATE, years)
    each = sources * STEPS // SECTORS
    sectors = [
        Steps(chance.lognormal(8 + 0.3 * n, 0.8, each), chance.lognormal(0, 1, each), discount) for n in range(SECTORS)
    ]
    most = sum(sector.most(0) for sector in sectors)
    multipliers = chance.lognormal(0, 0.3, (draws, SECTORS))
    need = most * np.linspace(0.3, 0.6, years) * chance.uniform(0.7, 1.2, (draws, 1))
    begun = time.perf_counter()
    found = ensemble(sectors, multipliers, need)
    seconds = time.perf_counter() - begun
    few = min(draws, 20)
    begun = time.perf_counter()
    off = 0.0
    for row in range(few):
        own = zip(sectors, multipliers[row].tolist(), strict=True)
        alone = merged([Steps(sector.costs * by, sector.potentials()[0], discount) for sector, by in own])
        price = equilibrium(alone, need[row], discount).price
        off = max(off, float(np.abs(found.price[row] / price - 1).max()))
    one = (time.perf_counter() - begun) / few
    print(
        f"  Monte Carlo, {sources:>6,} sources x {years:>2} years, {draws:>6,} draws  {seconds:>6.1f} s,"
        f" {draws / seconds:>6,.0f} a second; one at a time {one * 1e3:.1f} ms each,"
        f" {one * draws / seconds:.1f} times as long; prices off by {off:.0e}",
        flush=True,
    )


def growth(folder: Path, joint: Points) -> None:
    """How the time of a market grows with sources, with years and with zones, drawn into a folder."""

    def one(sources: int, years: int) -> float:
        case = separate.drawn(sources, 1, years)
        (curve,) = case.curves
        return separate.best(lambda: equilibrium(curve, case.need[0], curve.discount))

    def zones(sources: int, many: int, years: int) -> float:
        case = separate.drawn(sources, many, years)
        return separate.best(lambda: zone_equilibrium(case.curves, case.transfer, case.need, case.curves[0].discount))

    counts, spans, places = (100, 1_000, 10_000, 100_000), (1, 5, 10, 20, 40), (1, 2, 5, 10)
    plot(
        folder / "growth-sources.svg",
        {
            "one zone": [(n, one(n, YEARS)) for n in counts],
            "five zones, receptors": [(n, zones(n, ZONES, YEARS)) for n in counts],
            "co-control, 5 pollutants": joint,
        },
        f"sources ({YEARS} years)",
        "seconds",
    )
    plot(
        folder / "growth-years.svg",
        {
            "one zone": [(n, one(DRAWN, n)) for n in spans],
            "five zones, receptors": [(n, zones(DRAWN, ZONES, n)) for n in spans],
        },
        f"years ({DRAWN:,} sources)",
        "seconds",
    )
    plot(
        folder / "growth-zones.svg",
        {"zones and receptors": [(n, zones(DRAWN, n, YEARS)) for n in places]},
        f"zones ({DRAWN:,} sources, {YEARS} years)",
        "seconds",
    )


def main() -> None:
    """Print co-control beside HiGHS, and Monte Carlo draws as draws, sources and years grow."""
    full = "--full" in sys.argv
    print(
        f"lab: {TECHNOLOGIES} technologies a source, {POLLUTANTS} pollutants, {ZONES} zones, {YEARS} years, seed {SEED}"
    )
    joint: list[tuple[float, float]] = []
    for sources in (100, 300, 1_000, 3_000, 10_000):
        joint.append((sources, _co(sources, sources <= PEER_SOURCES or (full and sources in (1_000, 10_000)))))
    _five(DRAWN)
    for draws in (1_000, 20_000):
        _draws(draws, DRAWN, YEARS)
    _draws(1_000, 1_000, YEARS)
    _draws(1_000, DRAWN, 1)
    if "--plot" in sys.argv:
        growth(Path(sys.argv[sys.argv.index("--plot") + 1]), joint)


if __name__ == "__main__":
    main()
