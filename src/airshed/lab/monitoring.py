"""What monitoring needs of the rulebook and of the inventory, in the plain values that `airshed.mrv` takes."""

from __future__ import annotations

from airshed.lab.stacks import measures_oxygen
from airshed.lab.zone import Source, Stack, Zone, dry_flow_m3_h
from airshed.mrv.rules import LimitValue, MonitoringRules, StackRegistration, SubstitutionTier
from airshed.rulebook.schema import Rulebook

FULL_LOAD = 1.35
"""Flow at full load over the typical one: bounds what a year can plausibly emit; a modelling choice."""


def monitoring_rules(rulebook: Rulebook) -> MonitoringRules:
    """The section [monitoring], the tiers of `substitution.csv` and the limits of `limits.csv`."""
    law = rulebook.monitoring
    return MonitoringRules(
        tiers=tuple(
            SubstitutionTier(tier.capture_from_basis_points, tier.longest_hours, tier.look_back_hours, tier.statistic)
            for tier in law.tiers
        ),
        limits=tuple(
            LimitValue(
                limit_set=row.limit_set,
                standard=row.standard,
                pollutant=row.pollutant,
                limit_mg_m3=row.limit_mg_m3,
                reference_o2_percent=row.reference_o2_percent,
                statistic=row.statistic,
                valid_from=row.valid_from,
            )
            for row in rulebook.limits.rows
        ),
        flags_measured=law.flags_measured,
        flags_stopped=law.flags_stopped,
        flags_out_of_control=law.flags_out_of_control,
        minutes_per_hour=law.minutes_per_hour,
        hours_per_day=law.hours_per_day,
        days_per_month=law.days_per_month,
        days_per_february=law.days_per_february,
        idle_oxygen_percent=law.idle_oxygen_percent,
        flat_line_hours=law.flat_line_hours,
        pressure_tolerance_basis_points=law.pressure_tolerance_basis_points,
        determination_basis_points=law.determination_basis_points,
        capture_target_basis_points=law.capture_target_basis_points,
        cite=law.cite,
    )


def registration(source: Source, stack: Stack) -> StackRegistration:
    """A stack of the inventory as the registry of monitors knows it."""
    assert stack.source == source.source, (stack.stack, source.source)
    return StackRegistration(
        stack=stack.stack,
        source=source.source,
        pollutants=tuple(str(pollutant) for pollutant in stack.monitors),
        limit_set=stack.limit_set,
        duct_area_m2=stack.area_m2,
        altitude_m=source.altitude_m,
        capacity_m3_h=FULL_LOAD * dry_flow_m3_h(stack),
        measures_oxygen=measures_oxygen(stack),
    )


def registrations(zone: Zone) -> dict[str, StackRegistration]:
    """Every stack of a zone by name, in the order of the inventory."""
    sources = {source.source: source for source in zone.sources}
    return {stack.stack: registration(sources[stack.source], stack) for stack in zone.stacks}
