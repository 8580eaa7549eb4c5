"""Equilibria beside the same linear programme in HiGHS, as sources, zones and years grow.

Run alone: `PYTHONPATH=src:. python -m bench.equilibrium`. Each source has five steps; HiGHS gets the programme in
arrays that are ready, with a column for each step and year; `--full` lets it end at 10,000 sources, too.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium import Steps, certificate, check, discounting, equilibrium, zone_equilibrium
from airshed.lab.equilibrium.curves import Floats
from airshed.market.linear import LinearProgramme, solve

SEED = 7
STEPS, YEARS, RATE = 5, 10, 0.05
ROUNDS = 3
#: Sources up to which HiGHS is asked to the end; with `--full` up to the second, which takes it minutes. Without, it is
#: stopped there after so many seconds.
PEER_SOURCES, FULL_SOURCES, PATIENCE_S = 1_000, 10_000, 20.0


class Drawn(NamedTuple):
    """Zones with their needs at receptors."""

    curves: list[Steps]
    transfer: Floats
    need: Floats


def drawn(sources: int, zones: int, years: int) -> Drawn:
    """Sources spread over zones, costs that differ by zone, needs that grow."""
    chance = np.random.default_rng(SEED)
    discount = discounting(RATE, years)
    each = sources * STEPS // zones
    curves = [
        Steps(chance.lognormal(8 + 0.2 * zone, 1, each), chance.lognormal(0, 1, each), discount)
        for zone in range(zones)
    ]
    transfer = np.eye(zones) + chance.uniform(0.04, 0.4, (zones, zones)) * (1 - np.eye(zones))
    most = transfer @ np.array([curve.most(0) for curve in curves])
    need = most[:, None] * np.linspace(0.3, 0.7, years) * chance.uniform(0.8, 1.0, (zones, 1))
    return Drawn(curves, transfer, need)


def programme(case: Drawn) -> LinearProgramme:
    """A column for every step and year and for every bank, a row for every receptor and year."""
    receptors, years = case.need.shape
    cost, upper, rows, values, starts = [], [], [], [], [0]
    for z, curve in enumerate(case.curves):
        widths = np.array(curve.potentials()[0])
        for t in range(years):
            cost.append(curve.costs * curve.discount[t])
            upper.append(widths)
            rows.append(np.tile(np.arange(receptors, dtype=np.int32) * years + t, len(widths)))
            values.append(np.tile(case.transfer[:, z], len(widths)))
            starts.append(len(widths))
    counts = [np.full(count, receptors) for count in starts[1:]]
    for k in range(receptors):
        for t in range(years):
            last = t + 1 == years
            cost.append(np.zeros(1))
            upper.append(np.full(1, np.inf))
            rows.append(np.array([k * years + t] if last else [k * years + t, k * years + t + 1], dtype=np.int32))
            values.append(np.array([-1.0] if last else [-1.0, 1.0]))
            counts.append(np.array([1 if last else 2]))
    ends = np.concatenate(([0], np.cumsum(np.concatenate(counts)))).astype(np.int32)
    return LinearProgramme(
        np.concatenate(cost),
        np.zeros(len(ends) - 1),
        np.concatenate(upper),
        ends,
        np.concatenate(rows),
        np.concatenate(values),
        case.need.ravel(),
        np.full(case.need.size, np.inf),
    )


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of the fastest of some rounds."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def _one(sources: int, years: int) -> None:
    case = drawn(sources, 1, years)
    (curve,) = case.curves
    widths = np.array(curve.potentials()[0])
    need, discount = case.need[0], curve.discount

    def ours() -> float:
        return equilibrium(Steps(curve.costs, widths, discount), need, discount).cost

    seconds = best(ours)
    line = f"  one zone, {sources:>7,} sources x {years:>2} years  {1000 * seconds:>8.1f} ms"
    if sources <= PEER_SOURCES:
        ready = programme(case)
        begun = time.perf_counter()
        plain = solve(ready, "choose")
        peer = time.perf_counter() - begun
        prices = np.abs(plain.duals - equilibrium(curve, need, discount).discounted).max()
        off = abs(plain.cost - ours()) / plain.cost
        line += (
            f"  HiGHS {peer:.2f} s, {peer / seconds:,.0f} times as long; cost off by {off:.0e}, prices by {prices:.0e}"
        )
    elif sources <= FULL_SOURCES and years == YEARS:
        ready = programme(case)
        begun = time.perf_counter()
        if "--full" in sys.argv:
            plain = solve(ready, "choose")
            peer = time.perf_counter() - begun
            prices = np.abs(plain.duals - equilibrium(curve, need, discount).discounted).max()
            off = abs(plain.cost - ours()) / plain.cost
            line += (
                f"  HiGHS {peer:.0f} s, {peer / seconds:,.0f} times as long; cost off by {off:.0e}, prices {prices:.0e}"
            )
        else:
            line += _stopped(ready, seconds)
    print(line, flush=True)
    if sources == FULL_SOURCES and years == YEARS:
        _proof(curve, need)


def _stopped(ready: LinearProgramme, seconds: float) -> str:
    """What is known of HiGHS after some patience; it looks at no clock while it begins, so it runs by itself."""
    peer = multiprocessing.get_context("fork").Process(target=solve, args=(ready, "choose"))
    begun = time.perf_counter()
    peer.start()
    peer.join(PATIENCE_S)
    taken = time.perf_counter() - begun
    if peer.is_alive():
        peer.terminate()
        peer.join()
        return f"  HiGHS not done after {taken:.0f} s, {taken / seconds:,.0f} times as long (--full waits)"
    return f"  HiGHS {taken:.0f} s, {taken / seconds:,.0f} times as long"


def _proof(curve: Steps, need: Floats) -> None:
    """How long `airshed lab check` takes, which needs no solver to show that no prices and plan are better."""
    found = equilibrium(curve, need, curve.discount)
    years = range(2027, 2027 + len(need))
    text = json.dumps(certificate(("zone",), ("zone",), years, (curve,), np.ones((1, 1)), need[None, :], found))
    begun = time.perf_counter()
    gap = check(text).gap
    print(
        f"    its certificate of {len(text) / 1e6:.1f} MB checked in {time.perf_counter() - begun:.2f} s, gap {gap:.0e}"
    )


def _many(sources: int, zones: int, years: int) -> None:
    case = drawn(sources, zones, years)
    discount = case.curves[0].discount
    found = zone_equilibrium(case.curves, case.transfer, case.need, discount)
    seconds = best(lambda: zone_equilibrium(case.curves, case.transfer, case.need, discount))
    line = f"  {zones} zones, {sources:>7,} sources x {years:>2} years  {1000 * seconds:>8.1f} ms  gap {found.gap:.0e}"
    line += f" after {found.rounds} rounds of {found.columns:,} columns"
    if sources <= PEER_SOURCES:
        ready = programme(case)
        begun = time.perf_counter()
        plain = solve(ready, "choose")
        peer = time.perf_counter() - begun
        line += f"; HiGHS {peer:.2f} s, {peer / seconds:,.0f} times as long, cost off by"
        line += f" {abs(plain.cost - found.cost) / plain.cost:.0e}"
    print(line)


def main() -> None:
    """Print the growth of cost with sources, years and zones, beside HiGHS where that ends soon."""
    print(f"equilibrium: {STEPS} steps a source, seed {SEED}, best of {ROUNDS} rounds")
    for sources in (100, 1_000, 10_000, 100_000):
        _one(sources, YEARS)
    for years in (1, 40):
        _one(10_000, years)
    for sources in (1_000, 10_000, 100_000):
        _many(sources, 5, YEARS)
    for zones in (2, 10):
        _many(10_000, zones, YEARS)


if __name__ == "__main__":
    main()
