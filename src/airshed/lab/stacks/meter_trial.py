"""A simulated stack for the trial of `airshed.mrv.meter_price`: its year and the year before, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from airshed.lab.stacks.operation import luck
from airshed.lab.stacks.stacks import simulate
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.meter_price import SCENARIOS, LossScenario, MeterPrice, Order, price_of, whole_year
from airshed.mrv.readings import (
    AIR_PRESSURE,
    AIR_PRESSURE_OF_FLUE_GAS,
    FACTORS,
    VELOCITY,
    StackReadings,
    readings_from_columns,
)
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.states import MEASURED
from airshed.zone.monitoring import FULL_LOAD
from airshed.zone.zone import Stack


def simulated_readings(stack: Stack, year: int, seed: int) -> StackReadings:
    """A year of a simulated stack, through its own frames, with the load that the simulation drives its velocity by."""
    frames = [frame[:-2] for frame in simulate(stack, year, seed).frames]
    codes = tuple(AIR_PRESSURE_OF_FLUE_GAS if code == AIR_PRESSURE else code for code in FACTORS)
    rows = hour_rows(frames, codes)
    names = {AIR_PRESSURE_OF_FLUE_GAS: AIR_PRESSURE}
    readings = readings_from_columns(
        year,
        rows.hour,
        {names.get(code, code): column for code, column in rows.avg.items()},
        {names.get(code, code): column for code, column in rows.flag.items()},
    )
    moving = readings.marks(VELOCITY) == ord("N")
    load = np.where(moving, readings.column(VELOCITY) / (FULL_LOAD * stack.velocity_m_s), np.nan)
    return replace(readings, load=load)


def simulated_hours(
    stack: Stack, registration: StackRegistration, year: int, seed: int, rules: MonitoringRules
) -> Mapping[str, ClosedHours]:
    """The same year per pollutant, closed, and as if nothing had ever been lost."""
    closed, _ = close_hours(registration, simulated_readings(stack, year, seed), rules)
    return {pollutant: whole_year(raw) for pollutant, raw in closed.items()}


def meter_prices(
    stack: Stack,
    registration: StackRegistration,
    year: int,
    seed: int,
    rules: MonitoringRules,
    price_fen_per_t: int,
    *,
    pollutants: Sequence[str] = (),
    scenarios: Sequence[LossScenario] = SCENARIOS,
    draws: int = 5,
) -> list[MeterPrice]:
    """Every scenario under either law for the pollutants of a stack, with the year before behind it."""
    before = simulated_hours(stack, registration, year - 1, seed, rules)
    now = simulated_hours(stack, registration, year, seed, rules)
    prices: list[MeterPrice] = []
    for pollutant in pollutants or registration.pollutants:
        raw = now[pollutant]
        count = int((raw.status == MEASURED).sum())
        for scenario in scenarios:
            drawn = luck(seed, year, stack.stack, pollutant, "meter", scenario.name)
            orders: list[Order] = [drawn.permutation(count) for _ in range(draws)]
            prices += price_of(
                registration, pollutant, raw, year, rules, scenario, orders, price_fen_per_t, before[pollutant]
            )
    return prices
