"""Thermal power and CO2 by the coefficient method of the IPCC on fuel use; what the printed intensity must mean."""

from __future__ import annotations

from decimal import Decimal

from airshed.lab.study.known import PERCENT, Calculation, Calculations, Computed, Known, counted, hhi
from airshed.mrv.co2 import Burnt, as_meant, burnt, fuel_kg_per_kwh, fuel_of

SECTOR = "power"
PEAK = 2012
T_IN_10KT, T_IN_MT = 10_000, 1_000_000
GWH_IN_100 = 100


def coal_burnt(it: Known, year: int) -> Burnt | None:
    """CO2 of the province's raw coal of a year, at default heat; None where its coal is not known."""
    coal = it.year(year).raw_coal_10kt
    return None if coal is None else burnt(fuel_of(it.fuels, "raw-coal"), coal * T_IN_10KT)


def coal_co2_mt(it: Known, year: int) -> Decimal | None:
    """The same in Mt."""
    found = coal_burnt(it, year)
    return None if found is None else found.co2_t / T_IN_MT


def _peak_co2(it: Known) -> Computed:
    found = coal_burnt(it, PEAK)
    assert found is not None, "the coal of the peak is in the table"
    return Computed(found.co2_t / T_IN_MT, found.basis)


def _peak_year(it: Known) -> Computed:
    found = {each.year: co2 for each in it.rows.province if (co2 := coal_co2_mt(it, each.year)) is not None}
    year = max(found, key=lambda each: found[each])
    return Computed(Decimal(year), "the highest of " + "; ".join(f"{each} {co2:.1f}" for each, co2 in found.items()))


def _other_peak(it: Known) -> Computed:
    highest = max(it.rows.province, key=lambda each: each.co2_mt if each.year <= 2016 else Decimal(0))
    return Computed(Decimal(highest.year), f"the highest of {it.rows.province[0].year} to 2016: {highest.co2_mt} Mt")


def _coal_for(it: Known) -> Computed:
    each = burnt(fuel_of(it.fuels, "raw-coal"), Decimal(1)).co2_t
    return Computed(round(it.said("co2_2012") / each, 1), f"{it.said('co2_2012')} / {each:.4f} t/t")


def _share_of_energy(it: Known) -> Computed:
    each = burnt(fuel_of(it.fuels, "standard-coal"), Decimal(1)).co2_t
    energy = it.year(PEAK).energy_10kt_tce * T_IN_10KT / T_IN_MT
    found = PERCENT * it.said("co2_2012") / each / energy
    return Computed(round(found, 1), f"{it.said('co2_2012')} / {each:.4f} t/tce / {energy:f} Mtce")


def _power_share(year: int) -> Calculation:
    def found(it: Known) -> Computed:
        total = it.said("co2_2012") if year == PEAK else it.year(year).co2_mt
        gwh, each = it.year(year).thermal_100gwh * GWH_IN_100, as_meant(it.said("intensity")).t_per_gwh
        return Computed(PERCENT * gwh * each / T_IN_MT / total, f"{gwh:f} GWh x {each:f} t/GWh / {total} Mt")

    return found


def _standard_coal(it: Known) -> Computed:
    each = as_meant(it.said("intensity")).t_per_gwh
    return Computed(fuel_kg_per_kwh(each, fuel_of(it.fuels, "standard-coal")), f"{each:f} t/GWh")


def _heat(it: Known) -> Computed:
    """The heat at which the coal that was reckoned at default heat holds what a kWh takes."""
    each, coal = as_meant(it.said("intensity")).t_per_gwh, fuel_of(it.fuels, "raw-coal")
    burnt_kg, takes = fuel_kg_per_kwh(each, coal), it.beside("standard_coal_per_kwh")
    heat = takes * fuel_of(it.fuels, "standard-coal").ncv_gj_per_t / burnt_kg
    return Computed(round(heat, 1), f"{takes} kg of standard coal / {burnt_kg} kg of raw coal", "assumed")


def _megawatts(it: Known) -> Computed:
    works = [each for each in it.facts if each.sector == SECTOR and each.capacity is not None]
    total = sum(each.capacity or 0.0 for each in works)
    return Computed(Decimal(round(total)), f"the {len(works)} power plants of inventory.csv")


FIGURES: Calculations = {
    "power_zone": lambda it: counted(len(it.capacities(SECTOR)), "works"),
    "power_mw": _megawatts,
    "power_hhi": lambda it: hhi(it.owned(SECTOR), "published"),
    "co2_2012": _peak_co2,
    "peak": _peak_year,
    "peak_other": _other_peak,
    "co2_coal": _coal_for,
    "co2_tce": _share_of_energy,
    "power_share": _power_share(PEAK),
    "power_share_2016": _power_share(2016),
    "intensity_t": lambda it: Computed(as_meant(it.said("intensity")).t_per_gwh, "wan t is 10^4 t, a TWh 10^3 GWh"),
    "intensity_slip": lambda it: Computed(
        Decimal(as_meant(it.said("intensity")).times_too_large), "10^6 for 10^4 t, GWh for TWh"
    ),
    "intensity_coal": _standard_coal,
    "intensity_heat": _heat,
}
