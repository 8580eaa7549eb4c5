"""The verifiers of the demo: what they object to in a stack's year."""

from __future__ import annotations

from collections.abc import Iterable

from airshed.mrv.year import StackYear

#: Findings that no verifier of the demo lets pass. The others are noted and explained.
OBJECTIONS = ("pressure_of_another_altitude", "flat_line", "contradicted_stop")
#: Least hours of such a finding: a steady afternoon is no tampering.
LEAST_HOURS = 48


def doubts(years: Iterable[StackYear]) -> dict[str, str]:
    """Sources whose report gets an adverse opinion, with the first finding in words."""
    found: dict[str, str] = {}
    for closed in years:
        for finding in closed.findings:
            if finding.code in OBJECTIONS and finding.hours >= LEAST_HOURS and closed.source not in found:
                found[closed.source] = f"{closed.stack}: {finding.code} over {finding.hours} hours ({finding.detail})"
    return found
