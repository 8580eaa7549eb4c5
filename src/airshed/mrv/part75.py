"""What stands in for missing hours under US 40 CFR part 75, subpart D: concentration and flow, each for itself.

Where HJ 75 substitutes the mass of an hour, part 75 substitutes what was not measured: an analyser that fails leaves
the measured flow in force. The rule is found anew for every hour, because the availability of the monitor sinks with
every hour that is lost, so that one long gap slides down the tiers. Raw hours stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import states
from airshed.mrv.columns import runs
from airshed.mrv.flue_gas import Floats
from airshed.mrv.hours import ClosedHours
from airshed.mrv.part75_choice import GapChoices, HoursRecord, SubstituteChoice, available_tenths, load_bins, tier_at
from airshed.mrv.rules import MonitoringRules, Part75Parameter, Part75Rules
from airshed.mrv.substitution import FinalHours, Gap, StandIn, quarter_captures

Parameter = Literal["gas", "flow"]


def substitute(
    pollutant: str,
    raw: ClosedHours,
    year: int,
    rules: MonitoringRules,
    *,
    before: ClosedHours | None = None,
    potential_mg_m3: float | None = None,
    potential_m3_h: float | None = None,
    through: int | None = None,
) -> FinalHours:
    """Fill missing concentrations and flows, and with them the masses of missing hours.

    `before` holds the clock hours right before the year, as many as there are; without it the monitor is new and the
    initial procedures of 75.31 hold until enough hours are quality-assured. A gap that has not ended by `through` stays
    open; one that lasts to the end of the year is filled without an hour after it.
    """
    law, hours = rules.part75, len(raw.status)
    first = 0 if before is None else len(before.status)
    seen = hours if through is None else through
    parts = (raw,) if before is None else (before, raw)
    running = np.concatenate([part.status for part in parts]) != states.STOPPED
    running[first + seen :] = False
    bins = np.concatenate([load_bins(part.load, len(part.status)) for part in parts])
    gas_rule = law.nox if pollutant == "NOx" else law.gas

    gas = HoursRecord(_joined([part.gas_mg_m3 for part in parts]), running, bins, first)
    flow = HoursRecord(_joined([part.flow_m3_h for part in parts]), running, bins, first)
    ended = through is None
    stand_ins = (
        *stand_in("gas", gas, gas_rule, law, potential_mg_m3, ended=ended),
        *stand_in("flow", flow, law.flow, law, potential_m3_h, ended=ended),
    )
    filled = {"gas": gas.values[first:].copy(), "flow": flow.values[first:].copy()}
    for each in stand_ins:
        span = slice(each.first_hour, each.last_hour + 1)
        filled[each.parameter][span][running[first:][span]] = each.value

    status, mass = raw.status.copy(), raw.mass_mg.copy()
    product = filled["gas"] * filled["flow"]
    now = (raw.status == states.MISSING) & ~np.isnan(product)
    status[now] = states.SUBSTITUTED
    # Rounded here as a measured hour is, half to even.
    mass[now] = np.rint(product[now]).astype(np.int64)
    gaps = tuple(_gaps(pollutant, raw, status, mass, stand_ins, hours if ended else seen))
    captures = quarter_captures(pollutant, raw.status, year, through)
    return FinalHours(pollutant, raw, status, mass, gaps, captures, stand_ins)


def stand_in(
    parameter: Parameter,
    record: HoursRecord,
    rule: Part75Parameter,
    law: Part75Rules,
    potential: float | None,
    *,
    ended: bool = True,
) -> Iterator[StandIn]:
    """What stands in for each missing hour of the year, neighbouring hours of one choice together.

    A run of missing hours ends with a quality-assured one; hours of standstill neither count nor end it. Without
    `ended` a run that is not over is left out.
    """
    operating = np.flatnonzero(record.running)
    if not rule.by_load:
        record = HoursRecord(record.values, record.running, np.zeros_like(record.bins), record.first)
    assured = ~np.isnan(record.values[operating])
    so_far = np.concatenate(([0], np.cumsum(assured)))
    oldest = np.searchsorted(operating, operating - law.oldest_clock_hours + 1)

    def available_at(place: int) -> int:
        window = max(place + 1 - law.availability_hours, int(oldest[place]))
        return available_tenths(int(so_far[place + 1] - so_far[window]), place + 1 - window)

    for begin, after in runs(~assured).tolist():
        if operating[after - 1] < record.first or (after == len(operating) and not ended):
            continue
        choices = GapChoices(
            record, operating, rule, law, potential, begin=begin, after=after, oldest=int(oldest[begin])
        )
        new = so_far[begin] < rule.look_back_hours and operating[begin] - operating[0] < law.oldest_clock_hours
        told: list[tuple[SubstituteChoice | None, int, int]] = []
        for place in range(max(begin, int(np.searchsorted(operating, record.first))), after):
            available = available_at(place)
            tier = tier_at(available, after - begin, rule.tiers)
            choice = choices.initial(place) if new else choices.standard(place, tier)
            told.append((choice, int(operating[place]) - record.first, available))
        for choice, group in groupby(told, key=lambda one: one[0]):
            rows = list(group)
            if choice is not None:
                yield _told(parameter, choice, rows, after - begin, record.first)


def _told(
    parameter: Parameter,
    choice: SubstituteChoice,
    rows: Sequence[tuple[SubstituteChoice | None, int, int]],
    run_hours: int,
    first: int,
) -> StandIn:
    looked = choice.look_back
    return StandIn(
        parameter,
        rows[0][1],
        rows[-1][1],
        len(rows),
        run_hours,
        choice.rule,
        choice.modc,
        choice.value,
        tuple(place - first for place in choice.places),
        None if looked is None else (looked[0] - first, looked[1] - first, looked[2]),
        choice.load_bin,
        (rows[0][2], rows[-1][2]),
    )


def _joined(parts: Sequence[Floats | None]) -> Floats:
    told = [part for part in parts if part is not None]
    assert len(told) == len(parts), "part 75 needs concentration and flow of every hour, told apart"
    return np.concatenate(told)


def _gaps(
    pollutant: str,
    raw: ClosedHours,
    status: NDArray[np.uint8],
    mass: NDArray[np.int64],
    stand_ins: Sequence[StandIn],
    seen: int,
) -> Iterator[Gap]:
    """Runs of missing hours, cut where another rule begins; what `seen` hours do not show to be over is open."""
    rule = np.zeros((2, len(status)), np.int64)
    for number, each in enumerate(stand_ins, start=1):
        rule[int(each.parameter == "flow"), each.first_hour : each.last_hour + 1] = number
    running = np.flatnonzero(raw.status[:seen] != states.STOPPED)
    for begin, after in runs(raw.status[running] == states.MISSING).tolist():
        hours = running[begin:after]
        ways, filled = rule[:, hours], status[hours] == states.SUBSTITUTED
        cuts = np.flatnonzero((np.diff(ways) != 0).any(axis=0) | np.diff(filled)) + 1
        for part in np.split(np.arange(len(hours)), cuts):
            at, each_mg = hours[part], mass[hours[part]]
            same: int | None = None
            if filled[part[0]]:
                gas, flow = (stand_ins[int(n) - 1].rule if n else "measured" for n in ways[:, part[0]])
                method = f"gas {gas}, flow {flow}"
                same = int(each_mg[0]) if (each_mg == each_mg[0]).all() else None
            else:
                method = "open" if len(raw.status) > seen <= hours[-1] + 1 else "undetermined"
            yield Gap(pollutant, int(at[0]), int(at[-1]), len(at), len(hours), "other", method, same, None)
