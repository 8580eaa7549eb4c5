"""The price of a bad meter: what a year is said to have emitted when hours of it are lost, less what it did emit.

The trial takes a year whose every running hour is known, takes hours away, lets the law fill them, and subtracts. A
price above zero makes a good meter worth its cost; a price below zero pays for breaking it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.measures import mass_kg, value_fen
from airshed.mrv import states
from airshed.mrv.hours import ClosedHours
from airshed.mrv.rules import Law, MonitoringRules, StackRegistration
from airshed.mrv.year import determined, fill

LAWS: tuple[Law, ...] = ("hj75", "part75")

Order = NDArray[np.int64]
"""Places among the running hours, in the order in which a loss would begin at them."""


class LossScenario(msgspec.Struct, frozen=True):
    """How a monitor loses hours."""

    name: str
    #: Share of the running hours that is lost, in hundredths of a percent.
    share_basis_points: int
    #: Length of each gap in running hours.
    run_hours: int
    #: Where the gaps lie: drawn, or where they take away the most mass.
    at: Literal["random", "highest"]
    #: What fails: the analysers while the duct is still measured, or everything.
    lost: Literal["analyser", "all"] = "analyser"


SCENARIOS = (
    LossScenario("odd hours", 100, 1, "random"),
    LossScenario("short gaps", 300, 6, "random"),
    LossScenario("short gaps when it emits most", 300, 6, "highest"),
    LossScenario("gaps over a day", 600, 30, "random"),
    LossScenario("gaps over a day when it emits most", 600, 30, "highest"),
    LossScenario("the same, flow lost too", 600, 30, "highest", "all"),
    LossScenario("a neglected monitor", 1_500, 72, "random"),
    LossScenario("a monitor that is rarely there", 3_500, 168, "random"),
)


class MeterPrice(msgspec.Struct, frozen=True):
    """One scenario under one law: the mean over its draws, rounded to a whole milligram."""

    pollutant: str
    scenario: LossScenario
    law: Law
    draws: int
    lost_hours: int
    true_mg: int
    reported_mg: int
    #: Lowest and highest of the draws.
    lowest_mg: int
    highest_mg: int
    #: Lost hours that no rule filled; the reported mass is then not whole.
    missing_hours: int
    #: What the difference costs at the price of the trial; below zero it pays.
    cost_fen: int

    @property
    def difference_mg(self) -> int:
        """Reported less true."""
        return self.reported_mg - self.true_mg


def whole_year(raw: ClosedHours) -> ClosedHours:
    """The year as if nothing had ever been lost: hours without a measured mass count as standstill."""
    gone = raw.status == states.MISSING
    status = np.where(gone, states.STOPPED, raw.status).astype(np.uint8)
    assert raw.gas_mg_m3 is not None
    assert raw.flow_m3_h is not None
    return replace(
        raw,
        status=status,
        why=np.zeros_like(raw.why),
        gas_mg_m3=np.where(gone, np.nan, raw.gas_mg_m3),
        flow_m3_h=np.where(gone, np.nan, raw.flow_m3_h),
    )


def lost_places(masses: NDArray[np.int64], scenario: LossScenario, order: Order) -> NDArray[np.int64]:
    """Which running hours are lost: whole gaps, none beside another, from the beginning of `order` on.

    >>> odd = LossScenario("", 2_500, 2, "random")
    >>> lost_places(np.arange(8), odd, np.array([3, 4, 0])).tolist()
    [3, 4]
    """
    length, count = scenario.run_hours, len(masses)
    wanted = max(1, (scenario.share_basis_points * count + 5_000 * length) // (10_000 * length))
    # A measured hour stays on either side of a gap, or two would be one. Place n stands at n + 1.
    blocked = np.zeros(count + 2, np.bool_)
    lost: list[int] = []
    for place in order.tolist():
        if len(lost) == wanted * length:
            break
        if place + length <= count and not blocked[place + 1 : place + 1 + length].any():
            blocked[place : place + length + 2] = True
            lost.extend(range(place, place + length))
    return np.array(sorted(lost), np.int64)


def heaviest_first(masses: NDArray[np.int64], length: int) -> Order:
    """The order of gaps of this length by the mass that they would take away.

    >>> heaviest_first(np.array([1, 5, 1, 9]), 2).tolist()
    [2, 0, 1]
    """
    total = np.concatenate(([0], np.cumsum(masses)))
    weight = total[length:] - total[: len(total) - length]
    return np.argsort(-weight, kind="stable").astype(np.int64)


def without(raw: ClosedHours, hours: NDArray[np.int64], scenario: LossScenario) -> ClosedHours:
    """The year after these hours are lost."""
    status, why, mass = raw.status.copy(), raw.why.copy(), raw.mass_mg.copy()
    status[hours], why[hours], mass[hours] = states.MISSING, ord("D"), 0
    assert raw.gas_mg_m3 is not None
    assert raw.flow_m3_h is not None
    gas, oxygen, analysed, flow = (
        column.copy() for column in (raw.measured_mg_m3, raw.oxygen, raw.gas_mg_m3, raw.flow_m3_h)
    )
    for column in (gas, oxygen, analysed, *((flow,) if scenario.lost == "all" else ())):
        column[hours] = np.nan
    return replace(
        raw,
        status=status,
        why=why,
        mass_mg=mass,
        measured_mg_m3=gas,
        oxygen=oxygen,
        gas_mg_m3=analysed,
        flow_m3_h=flow,
    )


def price_of(
    stack: StackRegistration,
    pollutant: str,
    raw: ClosedHours,
    year: int,
    rules: MonitoringRules,
    scenario: LossScenario,
    orders: Sequence[Order],
    price_fen_per_t: int,
    before: ClosedHours | None = None,
) -> tuple[MeterPrice, ...]:
    """What a scenario costs under each law. `raw` and `before` are whole years; `orders` are the draws.

    Where gaps lie at the highest hours nothing is drawn, and `orders` is not looked at.
    """
    running = np.flatnonzero(raw.status == states.MEASURED)
    masses = raw.mass_mg[running]
    chosen = [heaviest_first(masses, scenario.run_hours)] if scenario.at == "highest" else list(orders)
    assert chosen, "a random scenario needs a draw"
    lost = [running[lost_places(masses, scenario, order)] for order in chosen]
    true_mg = int(raw.mass_mg.sum())
    prices = []
    for law in LAWS:
        under = msgspec.structs.replace(rules, law=law)
        finals = [
            determined(
                stack, under, fill(stack, pollutant, without(raw, hours, scenario), year, under, before=before), year
            )
            for hours in lost
        ]
        masses_mg = [int(final.mass_mg.sum()) for final in finals]
        reported = round(sum(masses_mg) / len(masses_mg))
        prices.append(
            MeterPrice(
                pollutant,
                scenario,
                law,
                len(finals),
                sum(len(hours) for hours in lost) // len(lost),
                true_mg,
                reported,
                min(masses_mg),
                max(masses_mg),
                sum(int((final.status == states.MISSING).sum()) for final in finals),
                value_fen(mass_kg(reported - true_mg), price_fen_per_t),
            )
        )
    return tuple(prices)
