"""Mass, rate and heat input of an hour in US measures, as EPA's ECMPS recalculates them, with its roundings.

Read in the checking code of ECMPS (US-EPA-CAMD/easey-quartz-scheduler at fd028c2, HourlyCalculatedDataChecks.cs); the
numbers of the formulas are those of 40 CFR part 75, appendix F, and of method 19. Concentrations are ppm and percent by
volume, flow is wet scfh (standard cubic feet an hour), F-factors are dscf/mmBtu (Fd) and scf/mmBtu (Fc). Every result
is rounded once, half away from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

Measure = Decimal | int | str

#: Oxygen of dry air in percent.
AIR = Decimal("20.9")
#: lb/scf and ppm, of SO2 and of NOx as NO2.
SO2_LB = Decimal("1.660e-7")
NOX_LB = Decimal("1.194e-7")
#: short tons/scf and percent, of CO2.
CO2_TON = Decimal("5.7e-7")
#: An hour of operation has at least this heat input, mmBtu.
LEAST_HEAT = Decimal(1)


def _of(*measures: Measure) -> tuple[Decimal, ...]:
    return tuple(Decimal(measure) for measure in measures)


def _round(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def f_1(so2_ppm_wet: Measure, flow_scfh: Measure) -> Decimal:
    """SO2 in lb/h from a wet concentration (equation F-1).

    >>> f_1("350.2", 25_000_000)
    Decimal('1453.3')
    """
    ppm, flow = _of(so2_ppm_wet, flow_scfh)
    return _round(SO2_LB * ppm * flow, 1)


def f_2(so2_ppm_dry: Measure, flow_scfh: Measure, h2o_percent: Measure) -> Decimal:
    """SO2 in lb/h from a dry concentration and the moisture of the gas (equation F-2)."""
    ppm, flow, h2o = _of(so2_ppm_dry, flow_scfh, h2o_percent)
    return _round(SO2_LB * ppm * flow * (100 - h2o) / 100, 1)


def f_26a(nox_ppm_wet: Measure, flow_scfh: Measure) -> Decimal:
    """NOx in lb/h from a wet concentration (equation F-26A)."""
    ppm, flow = _of(nox_ppm_wet, flow_scfh)
    return _round(NOX_LB * ppm * flow, 1)


def f_26b(nox_ppm_dry: Measure, flow_scfh: Measure, h2o_percent: Measure) -> Decimal:
    """NOx in lb/h from a dry concentration and the moisture of the gas (equation F-26B)."""
    ppm, flow, h2o = _of(nox_ppm_dry, flow_scfh, h2o_percent)
    return _round(NOX_LB * ppm * flow * (100 - h2o) / 100, 1)


def rate_19_1(nox_ppm_dry: Measure, o2_dry_percent: Measure, fd: Measure) -> Decimal:
    """NOx in lb/mmBtu from dry oxygen (equation 19-1, F-5)."""
    ppm, o2, factor = _of(nox_ppm_dry, o2_dry_percent, fd)
    assert o2 < AIR, (o2, "is air; nothing burns")
    return _round(NOX_LB * ppm * factor * AIR / (AIR - o2), 3)


def rate_19_6(nox_ppm: Measure, co2_percent: Measure, fc: Measure) -> Decimal:
    """NOx in lb/mmBtu from CO2 on the same wet or dry basis (equation 19-6, F-6)."""
    ppm, co2, factor = _of(nox_ppm, co2_percent, fc)
    assert co2 > 0, (co2, "no CO2; nothing burns")
    return _round(NOX_LB * ppm * factor * 100 / co2, 3)


def f_11(co2_percent_wet: Measure, flow_scfh: Measure) -> Decimal:
    """CO2 in short tons/h (equation F-11)."""
    co2, flow = _of(co2_percent_wet, flow_scfh)
    return _round(CO2_TON * co2 * flow, 1)


def f_15(flow_scfh: Measure, co2_percent_wet: Measure, fc: Measure) -> Decimal:
    """Heat input in mmBtu/h from wet CO2 (equation F-15)."""
    flow, co2, factor = _of(flow_scfh, co2_percent_wet, fc)
    return _heat(flow * co2 / (100 * factor))


def f_16(flow_scfh: Measure, co2_percent_dry: Measure, fc: Measure, h2o_percent: Measure) -> Decimal:
    """Heat input in mmBtu/h from dry CO2 and the moisture of the gas (equation F-16)."""
    flow, co2, factor, h2o = _of(flow_scfh, co2_percent_dry, fc, h2o_percent)
    return _heat(flow * co2 * (100 - h2o) / (factor * 10_000))


def f_17(flow_scfh: Measure, fd: Measure, h2o_percent: Measure, o2_wet_percent: Measure) -> Decimal:
    """Heat input in mmBtu/h from wet oxygen (equation F-17)."""
    flow, factor, h2o, o2 = _of(flow_scfh, fd, h2o_percent, o2_wet_percent)
    return _heat(flow / factor * (AIR / 100 * (100 - h2o) - o2) / AIR)


def f_18(flow_scfh: Measure, fd: Measure, h2o_percent: Measure, o2_dry_percent: Measure) -> Decimal:
    """Heat input in mmBtu/h from dry oxygen (equation F-18).

    >>> f_18(25_000_000, 9_780, "8.5", "6.3"), f_18(1, 9_780, "8.5", "6.3")
    (Decimal('1633.9'), Decimal('1.0'))
    """
    flow, factor, h2o, o2 = _of(flow_scfh, fd, h2o_percent, o2_dry_percent)
    return _heat(flow * (100 - h2o) * (AIR - o2) / (100 * AIR * factor))


def bias_adjustment(mean_difference: Measure, confidence_coefficient: Measure, monitor_mean: Measure) -> Decimal:
    """BAF: what a monitor that reads low is multiplied by from its test on (40 CFR part 75, appendix A, 7.6.5).

    `mean_difference` is reference method less monitor over the runs of a relative accuracy test audit; where it does
    not exceed the confidence coefficient the monitor is not biased, and the factor is 1. Three decimals.

    >>> bias_adjustment("4.1", "2.2", "181.3"), bias_adjustment("2.2", "2.2", "181.3")
    (Decimal('1.023'), Decimal('1.000'))
    """
    difference, coefficient, mean = _of(mean_difference, confidence_coefficient, monitor_mean)
    assert mean > 0, mean
    biased = difference > abs(coefficient)
    return _round(1 + difference / mean if biased else Decimal(1), 3)


def apportioned_load(
    unit_load: Measure, flows: Sequence[Measure], operating_hours: Sequence[Measure]
) -> tuple[Decimal, ...]:
    """The load of a unit that discharges through several stacks, by flow x operating time of each, whole units.

    ECMPS (HOURAPP-9) allows a difference of 1. Nothing is apportioned to stacks through which nothing flows.

    >>> [int(load) for load in apportioned_load(1000, ["1.3", "3.9"], ["1.00", "1.00"])]
    [250, 750]
    """
    (load,) = _of(unit_load)
    shares = [flow * hours for flow, hours in zip(_of(*flows), _of(*operating_hours), strict=True)]
    assert all(share >= 0 for share in shares), shares
    total = sum(shares, Decimal(0))
    return tuple(_round(load * share / total, 0) if total else Decimal(0) for share in shares)


def _heat(mmbtu_h: Decimal) -> Decimal:
    return _round(max(mmbtu_h, LEAST_HEAT), 1)
