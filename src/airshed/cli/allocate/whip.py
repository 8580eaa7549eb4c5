"""What `airshed allocate` says of early abatement: what it costs the largest emitter, and what of the price is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from airshed.cli.show import console
from airshed.model.measures import KG_PER_T

if TYPE_CHECKING:
    from airshed.market.allocation import Activity, Allocation

#: The interest at which later allocations count, percent.
PERCENT = 5


class Whipped(NamedTuple):
    """The largest emitter, what it might have abated early a year, the allowances it loses by that.

    `signal_left` is the part of the price that abating earns it if the baseline moved on every year, at 5 %.
    """

    source: str
    abated_kg: int
    lost: int
    signal_left: float


def whipped(
    activities: Sequence[Activity], share_out: Callable[[Sequence[Activity]], Allocation], size_kg: int
) -> Whipped | None:
    """Early abatement through the real method; None where nobody has a history."""
    from airshed.market.allocation import whip
    from airshed.market.incentives import updated_signal

    smallest = {
        each.source: min(known)
        for each in activities
        if not each.entrant and (known := [kg for kg in each.emitted_kg if kg is not None])
        if len(known) == len(each.years)
    }
    if not smallest or not max(smallest.values()):
        return None
    source = max(smallest, key=lambda each: (smallest[each], each))
    abated = min(KG_PER_T * size_kg, smallest[source])
    lost = int(whip(share_out, activities, source, abated) * abated)
    left = updated_signal(share_out, activities, source, abated, PERCENT / 100, size_kg)
    return Whipped(source, abated, lost, round(left, 6))


def say_whip(found: Whipped) -> None:
    """Print it in both languages."""
    source, abated, lost, left = found
    en = f"Early action: had {source} abated {abated:,} kg a year before, it would get {lost:,} less."
    zh = f"早期减排：若{source}此前每年少排{abated:,}千克，配额将减少{lost:,}份。"
    part = f"{100 * left:.1f} %"
    en += f" Were the baseline moved on every year, it would earn {part} of the price by abating, at {PERCENT} %."
    zh += f"若基准年逐年滚动更新，其减排可得价格的{part}（利率{PERCENT} %）。"
    console.print(f"{en}\n    {zh}")
