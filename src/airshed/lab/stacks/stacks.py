"""A simulated year of one stack: hourly reports (CN 2061) of HJ 212-2017 as a real monitor would send them, or the
readings that they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from airshed.lab.stacks.columns import Part, instant_text, letter_text, number_text, rows_of_text
from airshed.lab.stacks.episodes import Episode, episodes_of
from airshed.lab.stacks.operation import (
    CALIBRATING,
    FAULT,
    LINK_FAULT,
    MAINTENANCE,
    Operation,
    luck,
    month_of_hours,
    operate,
)
from airshed.mrv.flue_gas import AIR_OXYGEN_PERCENT, Floats, dry_standard_flow, duct_flow, standard_state
from airshed.mrv.gases import gas_code
from airshed.mrv.hj212.many import seals
from airshed.mrv.readings import (
    AIR_PRESSURE,
    AIR_PRESSURE_OF_FLUE_GAS,
    FACTORS,
    FURTHER_GASES,
    MOISTURE,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    Flags,
    StackReadings,
)
from airshed.mrv.spans import hours_in
from airshed.zone.monitoring import IDLE_OXYGEN_PERCENT, measures_oxygen
from airshed.zone.zone import Stack, expected_kg

Steps = Sequence[tuple[int, float]]
"""A level of emission by steps: from day n of the year (0: 1 January) on, times this factor."""

Levels = Mapping[str, Steps]
"""Steps per pollutant; a pollutant that is not there stays at 1."""

FLOW = "a00000"

PASSWORD = "123456"
AMBIENT_C = 18.0
_BLIND = (CALIBRATING, FAULT, LINK_FAULT, MAINTENANCE)
FAST, SLOW = 0.85, 0.995
"""Memory from hour to hour: of the process, and of coal, ore and weather."""


@dataclass(frozen=True, slots=True, eq=False)
class StackFrames:
    """The frames of a year in order of receipt, month by month of the hour they tell of, and what is true."""

    frames: list[bytes]
    #: Hour of the year that each frame tells of.
    hours: NDArray[np.int64]
    #: Kilograms that the stack really emitted, whatever its monitor says.
    true_kg: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class _Gas:
    """What flows through the stack hour by hour; concentrations in mg/m3, dry, standard state, as measured."""

    velocity: Floats
    celsius: Floats
    static_kpa: Floats
    moisture: Floats
    oxygen: Floats
    air_kpa: Floats
    flow_m3_h: Floats
    mg_m3: dict[str, Floats]


#: What a monitor shows of a factor: its hourly means, how many decimals of them, and its flags.
_Shown = tuple[Floats, int, Flags]


def frames(
    stack: Stack, year: int, seed: int, levels: Levels | None = None, episodes: Sequence[Episode] = ()
) -> list[bytes]:
    """The frames of a stack's year, each with its line end: see `simulate`."""
    return simulate(stack, year, seed, levels, episodes).frames


def simulate(
    stack: Stack, year: int, seed: int, levels: Levels | None = None, episodes: Sequence[Episode] = ()
) -> StackFrames:
    """One stack's year. The same arguments give the same bytes, in any process and whatever other stacks do.

    Before `levels` and `episodes` the stack emits what `expected_kg` says. Frames come in the order of receipt within
    the month of their hour: late ones after the line is back, and some twice because no answer came.
    """
    own = episodes_of(episodes, stack.stack)
    operation = operate(stack, year, seed, own)
    gas = _gas(stack, year, seed, operation, levels or {})
    said = _tampered(year, own, _peaks(stack, year, own, gas))
    true_kg = {
        pollutant: float((column * gas.flow_m3_h)[operation.running].sum()) * 1e-6
        for pollutant, column in gas.mg_m3.items()
    }
    segments, hours = _segments(stack, year, seed, operation, said)
    return StackFrames(seals(segments), hours, true_kg)


def readings(
    stack: Stack, year: int, seed: int, levels: Levels | None = None, episodes: Sequence[Episode] = ()
) -> StackReadings:
    """What the frames of `simulate` come to once they are read, without writing them: equal to the last bit.

    There are no frames, so there is no evidence either.
    """
    own = episodes_of(episodes, stack.stack)
    operation = operate(stack, year, seed, own)
    gas = _gas(stack, year, seed, operation, levels or {})
    said = _tampered(year, own, _peaks(stack, year, own, gas))
    shown = _shown(stack, operation, said, _wire(stack, year, seed, len(operation.running))[2])
    shown[AIR_PRESSURE] = shown.pop(AIR_PRESSURE_OF_FLUE_GAS)
    factors = [factor for factor in (*FACTORS, *FURTHER_GASES) if factor in shown]
    values: dict[str, Floats] = {}
    for factor in factors:
        means, decimals, _ = shown[factor]
        # As the text of a frame has it; plus nothing, for a frame does not write a negative zero.
        values[factor] = np.where(operation.sent, np.rint(means * 10**decimals) / 10**decimals + 0.0, np.nan)
    flags = {factor: np.where(operation.sent, shown[factor][2], 0).astype(np.uint8) for factor in factors}
    return StackReadings(year, operation.sent, values, flags)


def _wander(drawn: np.random.Generator, hours: int, memory: float) -> Floats:
    """A series around 0 with standard deviation 1 that remembers the hour before; never beyond 2.6."""
    shocks = drawn.standard_normal(hours) * (1 - memory**2) ** 0.5
    walk = accumulate(shocks.tolist(), lambda before, shock: memory * before + shock)
    return np.clip(np.fromiter(walk, np.float64, hours), -2.6, 2.6)


def _gas(stack: Stack, year: int, seed: int, operation: Operation, levels: Levels) -> _Gas:
    hours, running = hours_in(year), operation.running
    drawn = luck(seed, year, stack.stack, "gas")
    fast = [_wander(drawn, hours, FAST) for _ in range(5)]
    slow = _wander(drawn, hours, SLOW)
    profile = stack.load
    load = np.array(profile.months)[month_of_hours(year)] * np.resize(np.array(profile.hours), hours)
    load *= 1 + 0.03 * slow + 0.03 * fast[0]
    load /= load[running].mean()

    velocity = stack.velocity_m_s * load
    celsius = stack.temperature_c * (1 + 0.03 * fast[1] + 0.1 * (load - 1))
    moisture = np.clip(stack.humidity_percent * (1 + 0.05 * fast[2]), 0.1, 40)
    oxygen = np.minimum(stack.o2_percent - 2.0 * (load - 1) + 0.25 * fast[3], IDLE_OXYGEN_PERCENT - 0.6)
    static = -0.25 * load**2 + 0.01 * fast[2]
    air = stack.pressure_kpa * (1 + 0.003 * slow + 0.001 * fast[4])
    flow = dry_standard_flow(duct_flow(stack.area_m2, velocity), celsius, air * 1_000, static * 1_000, moisture / 100)
    thinned = (AIR_OXYGEN_PERCENT - oxygen) / (AIR_OXYGEN_PERCENT - stack.o2_percent)
    mg_m3: dict[str, Floats] = {}
    for pollutant in stack.monitors:
        typical, expected = stack.typical_mg_m3(pollutant), expected_kg(stack, pollutant)
        assert typical is not None, (stack.stack, pollutant)
        assert expected is not None, (stack.stack, pollutant)
        noise = luck(seed, year, stack.stack, pollutant)
        column = typical * (1 + 0.05 * _wander(noise, hours, FAST) + 0.04 * _wander(noise, hours, SLOW))
        if measures_oxygen(stack):
            column *= thinned
        column *= expected / (float((column * flow)[running].sum()) * 1e-6)
        mg_m3[pollutant] = column * level_by_hour(levels.get(pollutant, ()), hours)
    return _Gas(velocity, celsius, static, moisture, oxygen, air, flow, mg_m3)


def level_by_hour(steps: Steps, hours: int) -> Floats:
    """The factor of every hour; 1 before the first step.

    >>> level_by_hour([(1, 0.5)], 72)[[0, 23, 24, 71]].tolist()
    [1.0, 1.0, 0.5, 0.5]
    """
    level = np.ones(hours)
    for day, factor in steps:
        assert factor >= 0 <= day, (day, factor)
        level[day * 24 :] = factor
    return level


def _peaks(stack: Stack, year: int, episodes: Sequence[Episode], gas: _Gas) -> _Gas:
    """Let concentrations climb to the peaks; in the middle hour oxygen stands at its reference. Changes `gas`."""
    for episode in episodes:
        if episode.kind != "peak" or episode.pollutant is None or episode.value is None:
            continue
        first = episode.first_hour(year)
        middle = first + episode.hours // 2
        column = gas.mg_m3[episode.pollutant]
        climb = 1 - np.abs(np.arange(first, first + episode.hours) - middle) / (episode.hours // 2 + 1)
        span = slice(first, first + episode.hours)
        column[span] += (episode.value - column[span]) * climb
        if stack.reference_o2_percent is not None:
            gas.oxygen[middle] = stack.reference_o2_percent
    return gas


def _tampered(year: int, episodes: Sequence[Episode], gas: _Gas) -> _Gas:
    """What the monitor says where somebody has a hand in it; the gas itself stays as it is."""
    mg_m3, air = dict(gas.mg_m3), gas.air_kpa
    for episode in episodes:
        first = episode.first_hour(year)
        span = slice(first, first + episode.hours)
        if episode.value is None or episode.kind == "peak":
            continue
        if episode.kind == "pressure":
            air = air.copy()
            air[span] = episode.value
        elif episode.pollutant is not None:
            column = mg_m3[episode.pollutant].copy()
            column[span] = column[span] * episode.value if episode.kind == "slope" else episode.value
            mg_m3[episode.pollutant] = column
    return _Gas(gas.velocity, gas.celsius, gas.static_kpa, gas.moisture, gas.oxygen, air, gas.flow_m3_h, mg_m3)


def _wire(stack: Stack, year: int, seed: int, hours: int) -> tuple[int, NDArray[np.int64], Floats]:
    """Seconds and milliseconds after the hour at which a logger reports, and how far its readings swing within one."""
    drawn = luck(seed, year, stack.stack, "wire")
    seconds = int(drawn.integers(2, 50))
    milliseconds = drawn.integers(0, 1_000, hours)
    return seconds, milliseconds, 0.02 + 0.1 * drawn.random(hours)


def _shown(stack: Stack, operation: Operation, gas: _Gas, swing: Floats) -> dict[str, _Shown]:
    """What the monitor shows of each factor but the flow, in the order of a frame."""
    duct_ok, gas_ok = _duct_ok(operation), operation.running & ~np.isin(operation.gas, _BLIND)
    ambient = AMBIENT_C + 4 * swing
    shown = {
        VELOCITY: (np.where(duct_ok, gas.velocity, 0.0), 2, operation.duct),
        TEMPERATURE: (np.where(duct_ok, gas.celsius, ambient), 1, operation.duct),
        STATIC_PRESSURE: (np.where(duct_ok, gas.static_kpa, 0.0), 3, operation.duct),
        MOISTURE: (np.where(duct_ok, gas.moisture, 0.0), 2, operation.duct),
        AIR_PRESSURE_OF_FLUE_GAS: (gas.air_kpa, 2, operation.duct),
    }
    if measures_oxygen(stack):
        oxygen = gas.oxygen * (1 - gas.moisture / 100) if stack.reports("O2") else gas.oxygen
        shown[OXYGEN] = (np.where(gas_ok, oxygen, 0.0), 2, operation.gas)
    for pollutant, column in gas.mg_m3.items():
        shown[gas_code(pollutant)] = (
            np.where(gas_ok, _as_reported(stack, pollutant, column, gas), 0.0), 2, operation.gas,
        )  # fmt: skip
    return shown


def _as_reported(stack: Stack, pollutant: str, dry: Floats, gas: _Gas) -> Floats:
    """A concentration in dry gas and standard state as the monitor reports it: (18) and (19) the other way round."""
    how = stack.reports(pollutant)
    if "wet" in how:
        dry = dry * (1 - gas.moisture / 100)
    if "actual" in how:
        dry = dry / standard_state(np.ones(len(dry)), gas.air_kpa * 1_000, gas.static_kpa * 1_000, gas.celsius)
    return dry


def _duct_ok(operation: Operation) -> NDArray[np.bool_]:
    ok: NDArray[np.bool_] = operation.running & (operation.duct != LINK_FAULT)
    return ok


def _segments(
    stack: Stack, year: int, seed: int, operation: Operation, gas: _Gas
) -> tuple[list[bytes], NDArray[np.int64]]:
    """The text between length and CRC of each frame in order of receipt, and the hour that each tells of."""
    hours = len(operation.running)
    seconds, milliseconds, swing = _wire(stack, year, seed, hours)
    start = np.datetime64(f"{year:04}-01-01T00", "ms")
    begins = start + np.arange(hours) * np.timedelta64(1, "h")
    # What was kept back is sent after the first new frame, one a second.
    waited = np.where(operation.late_h > 0, 60 + np.arange(hours) % 3_000, 0)
    asked = begins + ((1 + operation.late_h) * 3_600 + seconds + waited).astype("timedelta64[s]")
    asked = asked + milliseconds.astype("timedelta64[ms]")

    flow_s = np.where(_duct_ok(operation), gas.flow_m3_h / 3_600, 0.0)
    parts: list[Part] = [b"QN=", instant_text(asked, 17)]
    parts.append(f";ST=31;CN=2061;PW={PASSWORD};MN={stack.mn};Flag=5;CP=&&DataTime=".encode())
    parts.append(instant_text(begins, 14))
    parts += _spread(FLOW, flow_s, swing, 2)
    parts += [f",{FLOW}-Cou=".encode(), number_text(np.rint(flow_s * 100) * 36, 0), *_flag(FLOW, operation.duct)]
    concentrations = {gas_code(pollutant): column for pollutant, column in gas.mg_m3.items()}
    for code, (means, decimals, flags) in _shown(stack, operation, gas, swing).items():
        if code in concentrations:
            dry = np.where(means > 0, concentrations[code], 0.0)
            parts += [*_pollutant(stack, code, means, dry, gas, flow_s, swing), *_flag(code, flags)]
        else:
            parts += _mean(code, means, decimals, flags)
    parts.append(b"&&")
    rows, said = _receipt(year, operation, asked), rows_of_text(parts, hours)
    return [said[hour] for hour in rows.tolist()], rows


def _receipt(year: int, operation: Operation, asked: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """The hours in order of receipt within each month, those never received left out, some twice."""
    hours = np.flatnonzero(operation.sent)
    order = np.lexsort((asked[hours], month_of_hours(year)[hours]))
    return np.repeat(hours[order], 1 + operation.twice[hours[order]].astype(np.int64))


def _flag(code: str, flags: NDArray[np.uint8]) -> list[Part]:
    return [f",{code}-Flag=".encode(), letter_text(flags)]


def _mean(code: str, values: Floats, decimals: int, flags: NDArray[np.uint8]) -> list[Part]:
    return [f";{code}-Avg=".encode(), number_text(values, decimals), *_flag(code, flags)]


def _spread(code: str, values: Floats, swing: Floats, decimals: int) -> list[Part]:
    """Lowest, mean and highest of the hour."""
    return [
        f";{code}-Min=".encode(),
        number_text(values * (1 - swing), decimals),
        f",{code}-Avg=".encode(),
        number_text(values, decimals),
        f",{code}-Max=".encode(),
        number_text(values * (1 + swing), decimals),
    ]


def _pollutant(
    stack: Stack, code: str, shown: Floats, dry: Floats, gas: _Gas, flow_s: Floats, swing: Floats
) -> list[Part]:
    """Lowest, mean, highest as shown, and of the dry mean the mass in kg (eq. 33) and, where a reference exists, what
    it is at that oxygen (eq. 28)."""
    mass_kg = np.round(dry, 2) * np.round(flow_s, 2) * 3_600 * 1e-6
    parts = [*_spread(code, shown, swing, 2), f",{code}-Cou=".encode(), number_text(mass_kg, 3)]
    if stack.reference_o2_percent is not None:
        excess = (AIR_OXYGEN_PERCENT - stack.reference_o2_percent) / (AIR_OXYGEN_PERCENT - np.round(gas.oxygen, 2))
        parts += [f",{code}-ZsAvg=".encode(), number_text(np.round(dry, 2) * excess, 2)]
    return parts
