"""A simulated sector of power: stacks drawn from a seed, one after the other, for tests of weight.

Every figure is a modelling choice; nothing in it is a real plant. What a stack does in a year is `lab.stacks`.
"""

from __future__ import annotations

from functools import cache

from airshed.lab.stacks.operation import luck
from airshed.mrv.flue_gas import altitude_pressure_pa
from airshed.mrv.rules import StackRegistration
from airshed.rulebook.shipped import shipped
from airshed.zone.load import LIBRARY
from airshed.zone.monitoring import registered
from airshed.zone.profiles import LoadProfile
from airshed.zone.rows import read_rows
from airshed.zone.zone import Stack, TypicalLevel

MOST_STACKS = 99_999
"""Names have five digits."""

ORIGIN = "drawn from a seed"
MW = (50, 135, 200, 300, 330, 600, 660, 1_000)
"""Sizes of blocks; one stack each."""
WET_M3_S_PER_MW = 1.2
"""Flue gas at duct conditions after a wet scrubber, m3/s for a MW of power at the stated load."""

#: Limit set, share in a hundred, and typical SO2, NOx and PM, mg/m3 as measured.
FLEET = (
    ("ultra-low-coal", 70, (17.0, 31.0, 2.6)),
    ("gb13223-coal-special", 10, (30.0, 62.0, 9.0)),
    ("gb13223-coal-new", 12, (55.0, 70.0, 13.0)),
    ("gb13223-coal-existing-nox200", 8, (110.0, 120.0, 17.0)),
)


MEASURED = ("SO2", "NOx", "PM")
#: How a coal works of the shipped zone runs.
PROFILE = "power"


@cache
def _load() -> LoadProfile:
    rows = read_rows(shipped("zones", LIBRARY) / "profiles.csv", LoadProfile)
    return next(row for row in rows if row.profile == PROFILE)


def sector_stack(seed: int, number: int) -> tuple[Stack, StackRegistration]:
    """Stack `number` (from 1) of the sector of a seed, and its registration; the same however many others there are.

    >>> stack, registered = sector_stack(7, 1)
    >>> stack.stack, registered.pollutants, sector_stack(7, 1)[0] == stack
    ('PWR-00001-A', ('SO2', 'NOx', 'PM'), True)
    """
    assert 1 <= number <= MOST_STACKS, number
    drawn = luck(seed, "sector", number)
    place = int(drawn.integers(100))
    for limit_set, share, typical in FLEET:  # noqa: B007
        if place < share:
            break
        place -= share
    altitude_m = float(min(round(abs(drawn.normal(0, 700))), 2_600))
    velocity_m_s = round(float(drawn.uniform(11, 19)), 1)
    levels = [round(level * float(drawn.uniform(0.7, 1.15)), 2) for level in typical]
    source = f"PWR-{number:05}"
    stack = Stack(
        stack=f"{source}-A",
        source=source,
        outlet_en="boiler",
        outlet_zh="锅炉",
        mn=f"{number:024X}",
        process="coal boiler",
        profile=PROFILE,
        limit_set=limit_set,
        area_m2=round(int(drawn.choice(MW)) * WET_M3_S_PER_MW / velocity_m_s, 2),
        reference_o2_percent=6.0,
        pressure_kpa=round(altitude_pressure_pa(altitude_m) / 1_000, 2),
        velocity_m_s=velocity_m_s,
        temperature_c=round(float(drawn.uniform(46, 58)), 1),
        humidity_percent=round(float(drawn.uniform(9, 13)), 1),
        o2_percent=round(float(drawn.uniform(5, 7.5)), 1),
        operating_share=round(float(drawn.uniform(0.6, 0.97)), 2),
        origin=ORIGIN,
        note=None,
        levels=tuple(map(TypicalLevel, (f"{source}-A",) * len(MEASURED), MEASURED, levels)),
        load=_load(),
    )
    return stack, registered(stack, altitude_m)
