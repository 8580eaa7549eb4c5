"""Works of further trades, drawn alike whatever the trade: capacity, output and outlets as `zone.toml` has them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from airshed.zone.outlets import Outlet, Process, operating_share
from airshed.zone.plan import FurtherPlan, ZonePlan
from airshed.zone.siting import Works, code_of, near_a_seat
from airshed.zone.zone import SectorKind


def further_works(
    plan: ZonePlan, kinds: Mapping[str, SectorKind], processes: Mapping[str, Process], seed: int
) -> Iterator[Works]:
    """Trade by trade in the order of the plan, each in the order of the jurisdictions."""
    for sector, trade in plan.further.items():
        if unknown := {*trade.works} - {place.code for place in plan.jurisdictions}:
            raise KeyError(min(unknown))
        yield from _of_trade(plan, trade, kinds[sector], processes, seed)


def _of_trade(
    plan: ZonePlan, trade: FurtherPlan, kind: SectorKind, processes: Mapping[str, Process], seed: int
) -> Iterator[Works]:
    for place in plan.jurisdictions:
        for number in range(1, trade.works.get(place.code, 0) + 1):
            luck = random.Random(f"{seed}/{code_of(place, kind, number)}")
            capacity = round(luck.uniform(*trade.capacity) / trade.capacity_step) * trade.capacity_step
            source = near_a_seat(
                place,
                kind,
                number,
                luck,
                capacity=float(capacity),
                process=trade.process,
                start_year=luck.randint(*trade.start_year),
                role="incumbent",
                note=None,
            )
            output = capacity * luck.uniform(*trade.utilisation)
            outlets = tuple(_outlets(trade, output, processes, luck))
            yield Works(source, outlets, output, True, kind.product)


def _outlets(
    trade: FurtherPlan, output: float, processes: Mapping[str, Process], luck: random.Random
) -> Iterator[Outlet]:
    """The outlets of a works; lines of one process share its output."""
    for place, name in enumerate(trade.outlets):
        kind, line = processes[name], trade.outlets[: place + 1].count(name)
        yield Outlet(
            name,
            f"{kind.outlet_en} {line}",
            f"{line}#{kind.outlet_zh}",
            output / trade.outlets.count(name),
            operating_share(kind, luck),
        )
