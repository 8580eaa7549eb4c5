"""Published formulas to try one at a time: a verifier's pocket calculator over the functions that the engine uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from inspect import signature
from math import isfinite
from typing import Any, NamedTuple

from airshed.compliance.shortfall import overdue_fen
from airshed.lab import epa_costs
from airshed.market.claims_heat import power_quota_kg
from airshed.market.incentives import product_cost
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.mrv import flue_gas as china
from airshed.mrv import part75_formulas as us

Figure = int | float | str
HJ212 = "HJ 212-2017, appendix D.2"
ECMPS = "40 CFR part 75, appendix F, with the roundings of ECMPS"


class Formula(NamedTuple):
    """A function of figures, in what its answer is measured, and where it is published."""

    compute: Callable[..., Any]
    unit: str
    source: str

    @property
    def sentence(self) -> str:
        """What it gives, in its own words."""
        return (self.compute.__doc__ or "").strip().splitlines()[0]

    @property
    def terms(self) -> dict[str, Callable[[str], Any]]:
        """Its terms by name, and what reads each."""
        kinds = signature(self.compute).parameters.values()
        return {term.name: KINDS.get(str(term.annotation), float) for term in kinds}


def _measure_cost(measure: str, mw: float, capacity_factor: float) -> float:
    """Yearly cost of a scrubber or SCR at a plant of so many MW, by the equations of EPA's cost manual."""
    return epa_costs.cost_of(epa_costs.constants_of(measure, mw), mw, capacity_factor).a_year


def _measure_cost_per_t(measure: str, mw: float, capacity_factor: float, uncontrolled_t: float) -> float:
    """What a tonne costs that the measure takes out of the tonnes that would be emitted without it."""
    row = epa_costs.constants_of(measure, mw)
    return epa_costs.usd_per_t(row, epa_costs.cost_of(row, mw, capacity_factor), uncontrolled_t)


KINDS: Mapping[str, Callable[[str], Any]] = {"int": int, "str": str, "Measure": Decimal}
EPA = "US EPA, constants of epa_costs.csv, dollars of 2011"
FORMULAS: Mapping[str, Formula] = {
    "hj212-18": Formula(china.standard_state, "mg/m3", HJ212),
    "hj212-19": Formula(china.dry, "mg/m3", HJ212),
    "hj212-20": Formula(china.from_ppm, "mg/m3", HJ212),
    "hj212-21": Formula(china.nox_as_no2, "mg/m3", HJ212),
    "hj212-22": Formula(china.nox_from_ppm, "mg/m3", HJ212),
    "hj212-26": Formula(china.at_reference_oxygen, "mg/m3", HJ212),
    "hj212-27": Formula(china.excess_air, "", HJ212),
    "hj212-29": Formula(china.duct_flow, "m3/h", HJ212),
    "hj212-31": Formula(china.dry_standard_flow, "m3/h", HJ212),
    "hj212-33": Formula(china.hourly_mass_kg, "kg/h", HJ212),
    "part75-F-1": Formula(us.f_1, "lb/h", ECMPS),
    "part75-F-2": Formula(us.f_2, "lb/h", ECMPS),
    "part75-F-26A": Formula(us.f_26a, "lb/h", ECMPS),
    "part75-F-26B": Formula(us.f_26b, "lb/h", ECMPS),
    "part75-F-11": Formula(us.f_11, "short tons/h", ECMPS),
    "part75-F-15": Formula(us.f_15, "mmBtu/h", ECMPS),
    "part75-F-16": Formula(us.f_16, "mmBtu/h", ECMPS),
    "part75-F-17": Formula(us.f_17, "mmBtu/h", ECMPS),
    "part75-F-18": Formula(us.f_18, "mmBtu/h", ECMPS),
    "part75-BAF": Formula(us.bias_adjustment, "", "40 CFR part 75, appendix A, 7.6.5"),
    "method19-1": Formula(us.rate_19_1, "lb/mmBtu", "40 CFR part 60, appendix A-7, method 19"),
    "method19-6": Formula(us.rate_19_6, "lb/mmBtu", "40 CFR part 60, appendix A-7, method 19"),
    "power-quota": Formula(power_quota_kg, "kg", "method A3 of airshed allocate"),
    "product-cost": Formula(product_cost, "yuan", "economics of an output-based allocation"),
    "overdue": Formula(overdue_fen, "fen", "British Columbia's output-based pricing: daily compounding with a cap"),
    "measure-cost": Formula(_measure_cost, "USD/a", EPA),
    "measure-cost-per-t": Formula(_measure_cost_per_t, "USD/t", EPA),
}


def formula(name: str) -> Formula:
    """The formula of this name, or `Malformed` naming the nearest."""
    if name not in FORMULAS:
        raise Malformed("formula", f"no such formula {name[:60]!r}", near(name, list(FORMULAS)))
    return FORMULAS[name]


def computed(name: str, given: Mapping[str, str]) -> Figure | None:
    """What a formula gives for these terms; None where it has no value. `Malformed` for terms that are none of its.

    >>> computed("part75-F-1", {"so2_ppm_wet": "350.2", "flow_scfh": "25000000"})
    1453.3
    """
    own = formula(name)
    required = [term.name for term in signature(own.compute).parameters.values() if term.default is term.empty]
    for term in given:
        if term not in own.terms:
            raise Malformed(name, f"no such term {term[:60]!r}", near(term, list(own.terms)))
    if missing := [term for term in required if term not in given]:
        raise Malformed(name, f"{', '.join(missing)} not given", "give each term as NAME=FIGURE")
    terms = {term: _read(own.terms[term], text, f"{name}.{term}") for term, text in given.items()}
    try:
        answer = own.compute(**terms)
    except (AssertionError, ArithmeticError, KeyError) as fault:
        raise Malformed(name, f"it has no value for these terms ({fault})", own.sentence) from None
    return _figure(answer, name)


def _read(kind: Callable[[str], Any], text: str, place: str) -> Any:
    try:
        value = kind(text)
    except (ValueError, InvalidOperation):
        raise Malformed(place, f"{text[:60]!r} is no figure", "write it as 12.5") from None
    if (isinstance(value, Decimal) and value.is_nan()) or (kind is not str and not isfinite(value)):
        raise Malformed(place, f"{text[:60]!r} is no figure", "give one that is finite")
    return value


def _figure(answer: Any, place: str) -> Figure | None:
    if isinstance(answer, Decimal | Fraction):
        answer = int(answer) if answer == int(answer) else float(answer)
    if isinstance(answer, float) and not isfinite(answer):
        raise Malformed(place, "it has no value for these terms", "look at the terms")
    return None if answer is None else answer if isinstance(answer, int | str) else float(answer)
