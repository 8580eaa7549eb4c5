"""The stacks of a works, drawn from the processes table: ducts and flue gas that fit its output."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase
from typing import NamedTuple

import msgspec

from airshed.model.provenance import SIMULATED
from airshed.zone.zone import HOURS_PER_YEAR, STANDARD_KPA, PollutantCode, Stack, TypicalLevel, ZoneSource

AIR_O2 = 21.0
#: What a works may be drawn without a monitor for.
SULPHUR = "SO2"


class Process(msgspec.Struct, frozen=True):
    """How an outlet of one kind is drawn, one row of `processes.csv`."""

    process: str
    outlet_en: str
    outlet_zh: str
    profile: str
    limit_set: str
    reference_o2: float | None
    volume_m3: float
    per: str
    velocity_low: float
    velocity_high: float
    temperature_low: float
    temperature_high: float
    humidity_low: float
    humidity_high: float
    o2_low: float
    o2_high: float
    share_low: float
    share_high: float
    load: float
    volume_source: str


class ProcessLevel(msgspec.Struct, frozen=True):
    """Between which concentrations an outlet of one kind is drawn, one row of `process_levels.csv`.

    At reference oxygen where the process has one, else as measured; of an early abater where that is given. Without
    figures, or without a row, the pollutant is not measured there.
    """

    process: str
    pollutant: PollutantCode
    low_mg_m3: float | None
    high_mg_m3: float | None
    early_mg_m3: float | None


class Drawn(NamedTuple):
    """What levels are drawn from, by process and pollutant, and the pollutants measured in the order of the zone."""

    levels: Mapping[tuple[str, str], ProcessLevel]
    pollutants: tuple[str, ...]


class Outlet(msgspec.Struct, frozen=True):
    """An outlet to be drawn: its process, its label, and what the works makes through it."""

    process: str
    label_en: str
    label_zh: str
    output: float
    share: float
    origin: str = SIMULATED
    note: str | None = None


def local_pressure_kpa(altitude_m: float) -> float:
    """Pressure at an altitude by the barometric formula of the standard atmosphere (ISO 2533, troposphere).

    >>> round(local_pressure_kpa(0), 3), round(local_pressure_kpa(1890), 1)
    (101.325, 80.6)
    """
    return STANDARD_KPA * float((1 - 2.25577e-5 * altitude_m) ** 5.25588)


def operating_share(process: Process, luck: random.Random) -> float:
    """The share of a year's hours in which the outlet runs."""
    return round(luck.uniform(process.share_low, process.share_high), 3)


def stacks_of(
    source: ZoneSource,
    outlets: Sequence[Outlet],
    processes: Mapping[str, Process],
    drawn: Drawn,
    sulphur: bool,
    luck: random.Random,
) -> Iterator[Stack]:
    """The stacks of one source: the duct's area follows from output, flue gas volume, state and velocity."""
    early = source.role == "early_abater"
    pressure = round(local_pressure_kpa(source.altitude_m), 2)
    assert len(outlets) <= len(ascii_uppercase), source.source
    for letter, outlet in zip(ascii_uppercase, outlets, strict=False):
        kind = processes[outlet.process]
        o2 = round(luck.uniform(kind.o2_low, kind.o2_high), 1)
        velocity = round(luck.uniform(kind.velocity_low, kind.velocity_high), 1)
        temperature = round(luck.uniform(kind.temperature_low, kind.temperature_high), 1)
        humidity = round(luck.uniform(kind.humidity_low, kind.humidity_high), 1)
        dilution = 1.0 if kind.reference_o2 is None else (AIR_O2 - kind.reference_o2) / (AIR_O2 - o2)
        dry_m3_h = outlet.output * kind.volume_m3 * dilution / (HOURS_PER_YEAR * outlet.share)
        wet_m3_s = dry_m3_h / 3600 * (273 + temperature) / 273 * STANDARD_KPA / pressure / (1 - humidity / 100)
        levels = {
            pollutant: level
            for pollutant, level in _levels(kind, drawn, early, dilution, luck)
            if sulphur or pollutant != SULPHUR
        }
        yield Stack(
            stack=f"{source.source}-{letter}",
            source=source.source,
            outlet_en=outlet.label_en,
            outlet_zh=outlet.label_zh,
            mn="".join(f"{luck.randrange(16):X}" for _ in range(24)),
            process=kind.process,
            profile=kind.profile,
            limit_set=kind.limit_set,
            area_m2=round(wet_m3_s / velocity, 3),
            reference_o2_percent=kind.reference_o2,
            pressure_kpa=pressure,
            velocity_m_s=velocity,
            temperature_c=temperature,
            humidity_percent=humidity,
            o2_percent=o2,
            operating_share=outlet.share,
            origin=outlet.origin,
            note=outlet.note,
            levels=tuple(
                TypicalLevel(f"{source.source}-{letter}", pollutant, level) for pollutant, level in levels.items()
            ),
        )


def _levels(
    kind: Process, drawn: Drawn, early: bool, dilution: float, luck: random.Random
) -> Iterator[tuple[str, float]]:
    """Typical concentrations at the measured O2 of what is measured there.

    Chance is drawn for every pollutant that any process of the zone measures, so that a level added to one process
    moves no other.
    """
    for pollutant in drawn.pollutants:
        chance = luck.random()
        span = drawn.levels.get((kind.process, pollutant))
        if span is None or span.low_mg_m3 is None or span.high_mg_m3 is None:
            continue
        if early and span.early_mg_m3 is not None:
            yield pollutant, round(span.early_mg_m3 * (0.95 + 0.1 * chance) / dilution, 1)
        else:
            yield pollutant, round((span.low_mg_m3 + (span.high_mg_m3 - span.low_mg_m3) * chance) / dilution, 1)
