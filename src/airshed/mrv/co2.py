"""CO2 by the coefficient method of the IPCC: fuel x net calorific value x factor x oxidation, and per kWh of power."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.mrv.factors import FactorSpread, Status, combined, positive, rows_of, status_of

COLUMNS = ("name", "ncv_gj_per_t", "ncv_cite", "co2_kg_per_tj", "low", "high", "cite", "status")
#: 万吨 is 10^4 t, and a TWh is 10^3 GWh.
T_PER_WAN_T = 10_000
GWH_PER_TWH = 1_000
#: What the country's coal fleet emits, t/GWh: 300 to 400 gce/kWh at 2.66 to 2.77 t CO2/tce.
PLAUSIBLE_T_PER_GWH = (830, 1_000)


class Fuel(msgspec.Struct, frozen=True):
    """A fuel: what a tonne of it holds, and what CO2 a terajoule of it gives."""

    name: str
    ncv_gj_per_t: Decimal
    ncv_cite: str
    co2_kg_per_tj: Decimal
    #: 95 % range of the factor, kg/TJ.
    low: Decimal
    high: Decimal
    cite: str
    status: Status


class Burnt(msgspec.Struct, frozen=True):
    """CO2 of burnt fuel."""

    fuel: str
    co2_t: Decimal
    spread: FactorSpread
    basis: str
    cite: str
    status: Status


class IntensityReading(msgspec.Struct, frozen=True):
    """A printed intensity of thermal power, read as it must have been meant."""

    #: The number as printed, in "million tons CO2/GWh".
    printed: Decimal
    #: As meant: the same number in 万吨/TWh.
    t_per_gwh: Decimal
    kg_per_kwh: Decimal
    #: How many times too large it is as printed.
    times_too_large: int
    plausible: bool


def fuels_of(text: str, place: str = "fuels.csv") -> tuple[Fuel, ...]:
    """The fuels from CSV text; `Malformed` names line and cure."""
    fuels = []
    for line, row in rows_of(text, COLUMNS, place):
        where = f"{place} line {line}"
        ncv, co2, low, high = (
            positive(row[each], where, each) for each in ("ncv_gj_per_t", "co2_kg_per_tj", "low", "high")
        )
        if not low <= co2 <= high:
            raise Malformed(where, "low and high are not around co2_kg_per_tj", "check their order")
        fuels.append(Fuel(row["name"], ncv, row["ncv_cite"], co2, low, high, row["cite"], status_of(row, where)))
    return tuple(fuels)


def fuel_of(fuels: Sequence[Fuel], name: str, place: str = "--fuel") -> Fuel:
    """The fuel of this name; `Malformed` names those that there are."""
    for fuel in fuels:
        if fuel.name == name:
            return fuel
    raise Malformed(place, f"no such fuel {name!r}", near(name, (each.name for each in fuels)))


def burnt(
    fuel: Fuel,
    tonnes: Decimal,
    *,
    ncv_gj_per_t: Decimal | None = None,
    oxidation: Decimal = Decimal(1),
    tonnes_spread: Decimal = Decimal(0),
) -> Burnt:
    """Tonnes of CO2 from tonnes of fuel (IPCC 2006, volume 2, equation 2.1), with its range.

    A calorific value of one's own takes the place of the default one; `oxidation` is the share of carbon that burns
    (IPCC: 1; China: 0.94 to 0.99 for coal, to confirm).

    >>> kg_per_tj = Decimal(94_600), Decimal(89_500), Decimal(99_700)
    >>> coal = Fuel("raw-coal", Decimal("20.908"), "", *kg_per_tj, "", "confirmed")
    >>> burnt(coal, Decimal(1)).co2_t
    Decimal('1.977897')
    """
    assert tonnes >= 0 < oxidation <= 1, (tonnes, oxidation)
    ncv = fuel.ncv_gj_per_t if ncv_gj_per_t is None else ncv_gj_per_t
    co2_t = tonnes * ncv * fuel.co2_kg_per_tj * oxidation / 1_000_000
    own = FactorSpread(1 - fuel.low / fuel.co2_kg_per_tj, fuel.high / fuel.co2_kg_per_tj - 1)
    basis = f"{tonnes:f} t x {ncv:f} GJ/t x {fuel.co2_kg_per_tj:f} kg/TJ x {oxidation:f}"
    return Burnt(
        fuel.name,
        co2_t.quantize(Decimal("0.000001"), ROUND_HALF_UP),
        combined(own, FactorSpread(tonnes_spread, tonnes_spread)),
        basis,
        fuel.cite,
        fuel.status,
    )


def t_per_gwh(co2_t: Decimal, output_mwh: Decimal) -> Decimal:
    """Intensity of thermal power, t/GWh (g/kWh), to a tenth, half upwards.

    >>> t_per_gwh(Decimal("1.475"), Decimal(1))
    Decimal('1475.0')
    """
    assert output_mwh > 0, output_mwh
    return (co2_t * 1_000 / output_mwh).quantize(Decimal("0.1"), ROUND_HALF_UP)


def as_meant(printed: Decimal) -> IntensityReading:
    """The intensity of a table headed "million tons CO2/GWh" that must mean 万吨/TWh.

    Literally, 147.5 million t/GWh would be 147,500 kg/kWh. 万吨 (10^4 t) was rendered as "million tons" (a factor of
    100) and TWh as GWh (a factor of 1,000): as printed it is 100,000 times too large.

    >>> as_meant(Decimal("147.5")).t_per_gwh
    Decimal('1475')
    """
    meant = printed * T_PER_WAN_T / GWH_PER_TWH
    low, high = PLAUSIBLE_T_PER_GWH
    slip = 1_000_000 // T_PER_WAN_T * GWH_PER_TWH
    return IntensityReading(printed, meant.normalize() + 0, meant / 1_000, slip, low <= meant <= high)


def fuel_kg_per_kwh(intensity_t_per_gwh: Decimal, fuel: Fuel, oxidation: Decimal = Decimal(1)) -> Decimal:
    """How much of a fuel a kWh takes at this intensity, kg, to a gram: a test of whether a figure can be true.

    >>> kg_per_tj = Decimal(94_600), Decimal(89_500), Decimal(99_700)
    >>> coal = Fuel("raw-coal", Decimal("20.908"), "", *kg_per_tj, "", "confirmed")
    >>> fuel_kg_per_kwh(Decimal(1_475), coal)
    Decimal('0.746')
    """
    per_kg = fuel.ncv_gj_per_t * fuel.co2_kg_per_tj * oxidation / 1_000_000
    return (intensity_t_per_gwh / 1_000 / per_kg).quantize(Decimal("0.001"), ROUND_HALF_UP)
