"""What the figures of one frame must say of each other: totals against means, converted means against measured ones.

Neither identity makes an hour invalid. The mass of an hour rests on velocity, temperature, pressures, moisture and
concentration alone, never on the totals and converted means that a device works out itself, so a wrong one of these
changes no mass; to strike out the hour would replace a measured mass for the fault of a figure that nobody uses. But a
device that reckons otherwise than the standard reckons with other registers than it reports, and that a verifier must
see.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airshed.mrv.columns import Mask, finding
from airshed.mrv.findings import Finding, FindingCode
from airshed.mrv.flue_gas import SECONDS_PER_HOUR, Floats, hours_at_reference_oxygen
from airshed.mrv.gases import gas_code
from airshed.mrv.readings import FLOW, VELOCITY, StackReadings
from airshed.mrv.rules import LimitValue, MonitoringRules
from airshed.mrv.unit_slips import SLIP, WIDTH

#: Half of the last digit that devices print: of a flow in m3/s, of a concentration in mg/m3, of a mass in kg.
FLOW_DIGIT, CONCENTRATION_DIGIT, MASS_DIGIT = 0.005, 0.005, 0.0005


def flow_findings(readings: StackReadings, flow: Floats, rules: MonitoringRules) -> tuple[Finding, ...]:
    """The total of the stated flow against its mean (Cou = 3600 x Avg), and its measure against the flow of the duct.

    `flow` is what the hours are weighed with, dry, standard state, m3/h. The stated flow may be of another state, so
    only a factor of 333 and more between them says anything: cubic metres per hour for those per second, or thousands.
    """
    stated = readings.flow_m3_s
    if stated is None:
        return ()
    found: list[Finding] = []
    moving = stated > 0
    total = readings.totals.get(FLOW)
    if total is not None:
        hourly = stated * SECONDS_PER_HOUR
        slack = hourly * rules.identity_total_basis_points / 10_000 + FLOW_DIGIT * SECONDS_PER_HOUR + 0.5
        off = moving & (np.abs(total - hourly) > slack)
        found += _off("identity_cou", FLOW, off, hourly, total, "m3 by mean x 3600")
    if (readings.column(VELOCITY) > 0).any():
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = stated * SECONDS_PER_HOUR / flow
        slipped = moving & ((ratio >= SLIP / WIDTH) | (ratio <= WIDTH / SLIP))
        if slipped.any():
            times = float(np.median(ratio[slipped]))
            detail = f"stated flow is {times:,.4g} times that of the duct: another measure; it is not used"
            found += finding("unit_slip", FLOW, slipped, detail)
    return tuple(found)


def gas_findings(
    pollutant: str,
    readings: StackReadings,
    measured: Floats,
    oxygen: Floats,
    limits: Sequence[tuple[LimitValue, int, int]],
    rules: MonitoringRules,
) -> tuple[Finding, ...]:
    """The stated mass of each measured hour against mean x flow, the stated converted mean against equation (28).

    `measured` and `oxygen` are those of dry gas, NaN in hours that are not measured; `limits` say to which oxygen each
    hour is converted. Idle hours are not converted, so there is nothing to compare.
    """
    found: list[Finding] = []
    code = gas_code(pollutant)
    mass_kg, stated = readings.totals.get(code), readings.flow_m3_s
    if mass_kg is not None and stated is not None:
        flow_m3 = readings.totals.get(FLOW, stated * SECONDS_PER_HOUR)
        expected = measured * flow_m3 * 1e-6
        slack = expected * rules.identity_total_basis_points / 10_000
        slack += CONCENTRATION_DIGIT * flow_m3 * 1e-6 + MASS_DIGIT
        off = np.abs(mass_kg - expected) > slack
        found += _off("identity_cou", pollutant, off, expected, mass_kg, "kg by mean x flow x 1e-6")
    converted = readings.converted.get(code)
    if converted is not None:
        expected = np.full(readings.hours, np.nan)
        for limit, first, after in limits:
            if limit.reference_o2_percent is not None:
                expected[first:after] = hours_at_reference_oxygen(
                    measured[first:after], oxygen[first:after], limit.reference_o2_percent, rules.idle_oxygen_percent
                )
        # The last digit of the measured mean is multiplied with it.
        digit = CONCENTRATION_DIGIT * (1 + expected / np.maximum(measured, CONCENTRATION_DIGIT))
        off = np.abs(converted - expected) > expected * rules.identity_converted_basis_points / 10_000 + digit
        found += _off("identity_converted", pollutant, off, expected, converted, "mg/m3 by equation (28)")
    return tuple(found)


def _off(
    code: FindingCode, subject: str, off: Mask, expected: Floats, stated: Floats, measure: str
) -> tuple[Finding, ...]:
    if not off.any():
        return ()
    worst = int(np.argmax(np.where(off, np.abs(stated - expected), -1.0)))
    detail = f"furthest off: {stated[worst]:.6g} is stated, {expected[worst]:.6g} {measure}"
    return finding(code, subject, off, detail)
