"""The zone-wide call beside HiGHS alone on the same orders, as the number of orders grows.

Run alone: `PYTHONPATH=src:. python -m bench.zonecall`. HiGHS alone gets one column an order and one a link, in arrays
that are ready; it stops at its answer in floats. The call groups the orders, finds exact prices, settles whole
allowances and money, and then its certificate is written and checked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

from airshed.market.zonecall import (
    CallAir,
    CallOffer,
    CallRules,
    CoverBid,
    NotCleared,
    Receptor,
    certificate,
    check,
    settle_in_rounds,
    solve_in_rounds,
)
from airshed.market.zonecall.groups import Shape, shape
from airshed.market.zonecall.nouns import ZoneCleared
from airshed.market.zonecall.program import Sparse, optimum, weight
from airshed.model.allowance import Series
from airshed.model.measures import KG_PER_T

SEED = 7
SIZES = (1_000, 3_000, 10_000, 30_000)
PLACES = ("KM", "QJ", "YX", "CX", "HH")
VINTAGES = (2027, 2028, 2029, 2030)
SECTORS = ("cement", "steel", "power")
ROUNDS = 3
SECONDS = 600.0


def drawn(count: int) -> tuple[list[CallOffer], list[CoverBid], CallAir, CallRules]:
    """Orders of five places and four vintages around a price that differs by place, and five receptors."""
    chance = Random(SEED)
    costs = dict(zip(PLACES, (5_200, 3_900, 4_400, 3_600, 4_100), strict=True))
    offers: list[CallOffer] = []
    bids: list[CoverBid] = []
    for number in range(count):
        place, sector = chance.choice(PLACES), chance.choice(SECTORS)
        limit = max(10, round(chance.gauss(costs[place], 900) / 10)) * 1_000
        kilograms = chance.randint(1, 400) * 100
        year = chance.choice(VINTAGES)
        name, account = f"{number}", f"account-{number}"
        if number % 2:
            offers.append(CallOffer(name, account, sector, Series("SO2", place, year), place, kilograms, limit))
        else:
            bids.append(CoverBid(name, account, sector, "SO2", place, year, kilograms, limit))
    receptors = tuple(Receptor(f"air-{place}", Fraction(40)) for place in PLACES)
    loads = {
        (f"air-{near}", place): Fraction(1_000 if near == place else chance.randint(40, 400), 1_000)
        for near in PLACES
        for place in PLACES
    }
    return offers, bids, CallAir(receptors, loads), CallRules()


def alone(call: Shape) -> tuple[Sparse, list[float], list[float]]:
    """The same programme with a column for each order."""
    lots, covers = len(call.lots), len(call.covers)
    programme = Sparse()
    weights = [float(weight(bound)) for bound in call.bounds]

    def loads(place: str, part: float) -> list[tuple[int, float]]:
        return [
            (lots + covers + row, part * float(bound.per_t.get(place, 0)) / weights[row])
            for row, bound in enumerate(call.bounds)
        ]

    for number, lot in enumerate(call.lots):
        cells = [(number, 1.0), *loads(lot.key.place, -float(lot.relief))]
        for offer in lot.offers:
            programme.column(offer.limit, 0.0, offer.count, cells)
    for number, cover in enumerate(call.covers):
        cells = [(lots + number, 1.0), *loads(cover.key.place, 1.0)]
        for bid in cover.bids:
            programme.column(-bid.limit, 0.0, bid.count, cells)
    for link in call.links:
        programme.column(0.0, 0.0, float("inf"), [(link.lot, -1.0), (lots + link.cover, -float(link.ratio))])
    most = [float(bound.most) * KG_PER_T / each for bound, each in zip(call.bounds, weights, strict=True)]
    return programme, [0.0] * (lots + covers) + [float("-inf")] * len(most), [0.0] * (lots + covers) + most


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """The best of a few runs, and what came of the last."""
    best, found = float("inf"), None
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - begun)
    return best, found


def proof(done: ZoneCleared) -> None:
    """Write the certificate and check it."""
    check(json.dumps(certificate([done])))


def main() -> None:
    """Clear calls of growing size and print seconds, growth and what was gained."""
    print(f"zone call: {len(PLACES)} places, {len(PLACES)} receptors, {len(VINTAGES)} vintages, power behind its wall")
    print(f"seed {SEED}, best of {ROUNDS} runs; proof: certificate written and checked")
    head = ("orders", "call s", "judge s", "proof s", "HiGHS s", "call/HiGHS", "growth", "gap fen")
    print("  " + " ".join(f"{name:>{max(8, len(name))}}" for name in head))
    before: tuple[int, float] | None = None
    for size in SIZES:
        offers, bids, air, rules = drawn(size)
        taken, found = seconds(partial(solve_in_rounds, offers, bids, air, rules))
        assert not isinstance(found, NotCleared), found
        ((answer, done),) = found
        judged, again = seconds(partial(settle_in_rounds, offers, bids, air, rules, [answer]))
        assert again == (done,)
        proved, _ = seconds(partial(proof, done))
        programme, low, high = alone(shape(offers, bids, air, rules))
        bare, optimal = seconds(partial(optimum, programme, low, high, SECONDS))
        value = -sum(cost * kg for cost, kg in zip(programme.cost, optimal[0], strict=True)) / KG_PER_T
        assert abs(value - float(done.bound)) <= 1e-6 * abs(value), (value, float(done.bound))
        growth = "" if before is None else f"{taken / before[1]:.1f}x/{size / before[0]:.0f}"
        print(
            f"  {size:>8,} {taken:>8.2f} {judged:>8.2f} {proved:>8.2f} {bare:>8.2f} {taken / bare:>10.2f} {growth:>8}"
            f" {float(done.gap):>9.2f}"
        )
        before = (size, taken)


if __name__ == "__main__":
    main()
