"""The stacks of a works, drawn from the processes table: ducts and flue gas that fit its output."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase

import msgspec

from airshed.model.allowance import Pollutant
from airshed.model.provenance import SIMULATED
from airshed.zone.zone import HOURS_PER_YEAR, STANDARD_KPA, Stack, ZoneSource

AIR_O2 = 21.0


class Process(msgspec.Struct, frozen=True):
    """How an outlet of one kind is drawn, one row of `processes.csv`.

    Concentrations are at reference oxygen where there is one, else as measured.
    """

    process: str
    outlet_en: str
    outlet_zh: str
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
    so2_low: float | None
    so2_high: float | None
    nox_low: float | None
    nox_high: float | None
    pm_low: float | None
    pm_high: float | None
    early_so2: float | None
    early_nox: float | None
    early_pm: float | None
    share_low: float
    share_high: float
    load: float
    volume_source: str


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
        levels = _levels(kind, early, sulphur, dilution, luck)
        yield Stack(
            stack=f"{source.source}-{letter}",
            source=source.source,
            outlet_en=outlet.label_en,
            outlet_zh=outlet.label_zh,
            mn="".join(f"{luck.randrange(16):X}" for _ in range(24)),
            process=kind.process,
            limit_set=kind.limit_set,
            area_m2=round(wet_m3_s / velocity, 3),
            reference_o2_percent=kind.reference_o2,
            monitors=tuple(pollutant for pollutant, level in levels.items() if level is not None),
            pressure_kpa=pressure,
            velocity_m_s=velocity,
            temperature_c=temperature,
            humidity_percent=humidity,
            o2_percent=o2,
            so2_mg_m3=levels[Pollutant.SO2],
            nox_mg_m3=levels[Pollutant.NOX],
            pm_mg_m3=levels[Pollutant.PM],
            operating_share=outlet.share,
            origin=outlet.origin,
            note=outlet.note,
        )


def _levels(
    kind: Process, early: bool, sulphur: bool, dilution: float, luck: random.Random
) -> dict[Pollutant, float | None]:
    """Typical concentrations at the measured O2; None where the outlet has no monitor for it."""
    spans = {
        Pollutant.SO2: (kind.so2_low, kind.so2_high, kind.early_so2),
        Pollutant.NOX: (kind.nox_low, kind.nox_high, kind.early_nox),
        Pollutant.PM: (kind.pm_low, kind.pm_high, kind.early_pm),
    }
    levels: dict[Pollutant, float | None] = {}
    for pollutant, (low, high, abated) in spans.items():
        drawn = luck.random()
        if low is None or high is None or (pollutant is Pollutant.SO2 and not sulphur):
            levels[pollutant] = None
        elif early and abated is not None:
            levels[pollutant] = round(abated * (0.95 + 0.1 * drawn) / dilution, 1)
        else:
            levels[pollutant] = round((low + (high - low) * drawn) / dilution, 1)
    return levels
