"""A small Gaussian plume: the load that a tonne from a stack adds at a receptor, on the mean of a year. Indicative.

It is the long-term sector average of US EPA's ISC3 (User's guide for the Industrial Source Complex dispersion models,
volume II, EPA-454/B-95-003b, sections 1.1 and 1.2) on flat ground, without chemistry, deposition or downwash. Beyond
`FARTHEST_M` no such plume is trusted. It serves until a transport model's matrix replaces it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

Stability = Literal["A", "B", "C", "D", "E", "F"]
Above = Annotated[float, msgspec.Meta(gt=0)]

#: Directions that the wind comes from, clockwise from north.
DIRECTIONS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")
SECTOR = 2 * math.pi / len(DIRECTIONS)

#: Vertical spread in open country: sigma_z = a x (1 + b x)^c, x in metres (Briggs 1973, ATDL contribution 79).
SPREAD: Mapping[Stability, tuple[float, float, float]] = {
    "A": (0.20, 0.0, 1.0),
    "B": (0.12, 0.0, 1.0),
    "C": (0.08, 0.0002, -0.5),
    "D": (0.06, 0.0015, -0.5),
    "E": (0.03, 0.0003, -1.0),
    "F": (0.016, 0.0003, -1.0),
}
#: Exponent of the wind's growth with height in open country (ISC3, section 1.1.3).
WIND_PROFILE: Mapping[Stability, float] = {"A": 0.07, "B": 0.07, "C": 0.10, "D": 0.15, "E": 0.35, "F": 0.55}
#: Growth of the potential temperature with height in stable air, K/m (ISC3, section 1.1.4.2).
LAPSE: Mapping[Stability, float] = {"E": 0.020, "F": 0.035}

GRAVITY = 9.80665
#: Where the wind is measured, and the least wind that a plume is reckoned with (ISC3: 1 m/s).
ANEMOMETER_M, LEAST_M_S = 10.0, 1.0
AMBIENT_K = 288.0
#: Height of the mixed layer by day and in neutral air; assumed. Stable air has none that matters.
MIXING_M = 1_000.0
#: From this part of the mixed layer on the plume fills it evenly (ISC3, section 1.1.6.1).
EVEN = 1.6
#: Images of the plume at ground and lid that are added up; more change nothing below `EVEN`.
IMAGES = 3
#: A receptor nearer than this counts as this far: within it a mean over a sector says nothing.
NEAREST_M = 1_000.0
#: The range of steady plumes (US EPA, guideline on air quality models, 40 CFR 51 appendix W: 50 km).
FARTHEST_M = 50_000.0
EARTH_M = 6_371_000.0
#: One tonne a year, in nanograms per second.
NG_PER_S = 1e15 / (365 * 86_400)


class Wind(msgspec.Struct, frozen=True):
    """One row of `wind_rose.csv`: how often the wind comes from there in that class, and how fast."""

    wind_from: str
    stability: Stability
    speed_m_s: Above
    share_basis_points: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    origin: str


class Chimney(msgspec.Struct, frozen=True):
    """A stack as the plume sees it."""

    lat: float
    lon: float
    height_m: float
    diameter_m: float
    velocity_m_s: float
    temperature_c: float


def spread_m(stability: Stability, distance_m: float) -> float:
    """The vertical standard deviation of a plume.

    >>> round(spread_m("D", 1_000), 1), round(spread_m("F", 10_000), 1)
    (37.9, 40.0)
    """
    a, b, c = SPREAD[stability]
    return a * distance_m * math.pow(1 + b * distance_m, c)


def wind_at(height_m: float, wind: Wind) -> float:
    """The wind at a height, m/s: it grows with a power of it."""
    growth = math.pow(max(height_m, ANEMOMETER_M) / ANEMOMETER_M, WIND_PROFILE[wind.stability])
    return max(LEAST_M_S, wind.speed_m_s * growth)


def rise_m(chimney: Chimney, wind: Wind) -> float:
    """The final rise of a buoyant plume (Briggs; ISC3, section 1.1.4), without momentum and downwash.

    >>> hot = Chimney(25.0, 102.7, 200.0, 6.0, 15.0, 130.0)
    >>> round(rise_m(hot, Wind("SW", "D", 4.0, 1, "")), 1)
    217.4
    """
    stack_k = chimney.temperature_c + 273.15
    if stack_k <= AMBIENT_K:
        return 0.0
    flux = GRAVITY * chimney.velocity_m_s * chimney.diameter_m**2 * (stack_k - AMBIENT_K) / (4 * stack_k)
    speed = wind_at(chimney.height_m, wind)
    lapse = LAPSE.get(wind.stability)
    if lapse is not None:
        return float(2.6 * (flux / (speed * GRAVITY * lapse / AMBIENT_K)) ** (1 / 3))
    return 21.425 * float(flux**0.75) / speed if flux < 55 else 38.71 * float(flux**0.6) / speed


def vertical(height_m: float, sigma_m: float, lid_m: float | None) -> float:
    """The vertical term at the ground: the plume and its images below the lid (ISC3, section 1.1.6)."""
    if lid_m is not None and height_m > lid_m:
        return 0.0
    if lid_m is not None and sigma_m > EVEN * lid_m:
        return math.sqrt(2 * math.pi) * sigma_m / lid_m
    term = 2 * math.exp(-0.5 * (height_m / sigma_m) ** 2)
    if lid_m is not None:
        for image in range(1, IMAGES + 1):
            for side in (-1, 1):
                term += 2 * math.exp(-0.5 * ((2 * image * lid_m + side * height_m) / sigma_m) ** 2)
    return term


def load_ng_m3(
    chimney: Chimney,
    lat: float,
    lon: float,
    rose: Sequence[Wind],
    *,
    rise: bool = True,
    mixing_m: float = MIXING_M,
) -> float:
    """What a tonne a year from a stack adds to the mean of a year at a receptor, in ng/m3.

    chi = sum of f Q V / (sqrt(2 pi) R dtheta u sigma_z) over the rows of the wind rose (ISC3, section 1.2.1), with the
    share f of the sector taken between the two nearest directions.
    """
    distance, bearing = away(chimney.lat, chimney.lon, lat, lon)
    distance = max(distance, NEAREST_M)
    comes_from = (bearing + math.pi) % (2 * math.pi) / SECTOR
    below = int(comes_from) % len(DIRECTIONS)
    part = comes_from - int(comes_from)
    shares = {DIRECTIONS[below]: 1 - part, DIRECTIONS[(below + 1) % len(DIRECTIONS)]: part}
    total = 0.0
    for wind in rose:
        share = shares.get(wind.wind_from, 0.0) * wind.share_basis_points / 10_000
        if share:
            height = chimney.height_m + (rise_m(chimney, wind) if rise else 0.0)
            sigma = spread_m(wind.stability, distance)
            lid = None if wind.stability in LAPSE else mixing_m
            speed = wind_at(chimney.height_m, wind)
            total += share * vertical(height, sigma, lid) / (speed * sigma)
    return NG_PER_S * total / (math.sqrt(2 * math.pi) * distance * SECTOR)


def away(lat: float, lon: float, to_lat: float, to_lon: float) -> tuple[float, float]:
    """Distance in metres and bearing in radians clockwise from north, on a plane that touches the earth between.

    >>> distance, bearing = away(25.0, 102.0, 25.0, 103.0)
    >>> round(distance / 1_000), round(math.degrees(bearing))
    (101, 90)
    """
    north = math.radians(to_lat - lat) * EARTH_M
    east = math.radians(to_lon - lon) * EARTH_M * math.cos(math.radians((lat + to_lat) / 2))
    return math.hypot(north, east), math.atan2(east, north) % (2 * math.pi)
