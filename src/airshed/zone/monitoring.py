"""What monitoring needs of the rulebook and of the inventory, in the plain values that `airshed.mrv` takes."""

from __future__ import annotations

import msgspec

from airshed.mrv.rules import (
    AvailabilityTier,
    CountsAs,
    LimitScope,
    LimitValue,
    MarkRule,
    MonitoringRules,
    Part75Parameter,
    Part75Rules,
    QualityRule,
    StackRegistration,
    SubstitutionTier,
)
from airshed.rulebook import lookup
from airshed.rulebook.mrv_sections import Initial, Part75Rule
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Stack, Zone, ZoneSource, dry_flow_m3_h

FULL_LOAD = 1.35
"""Flow at full load over the typical one: bounds what a year can plausibly emit; a modelling choice."""
IDLE_OXYGEN_PERCENT = 19.0
"""A stack whose gas is nearly air (kiln head, hoods of converters) has no oxygen analyser."""


def measures_oxygen(stack: Stack) -> bool:
    """Whether the monitor has an oxygen analyser."""
    return stack.o2_percent < IDLE_OXYGEN_PERCENT


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
                pollutant=lookup.pollutant(rulebook, row.pollutant).measured,
                limit_mg_m3=row.limit_mg_m3,
                reference_o2_percent=row.reference_o2_percent,
                statistic=row.statistic,
                valid_from=row.valid_from,
            )
            for row in rulebook.limits.rows
        ),
        law=law.law,
        part75=part75_rules(rulebook.part75),
        scopes=tuple(
            LimitScope(
                limit_set=row.limit_set,
                process=row.process,
                sector=row.sector,
                commissioned_from=row.commissioned_from,
                commissioned_before=row.commissioned_before,
                region=row.region,
                special=row.special == "yes",
                valid_from=row.valid_from,
                cite=row.cite,
            )
            for row in rulebook.applicability.rows
        ),
        special_areas=rulebook.applicability.special_areas,
        counts=tuple(
            CountsAs(rule.measured, sector, rule.code)
            for rule in rulebook.pollutants
            if rule.code != rule.measured
            for sector in rule.sectors or ("",)
        ),
        comparison=rulebook.limits.comparison,
        marks=tuple(MarkRule(row.mark, row.effect) for row in rulebook.marks.rows),
        flags_measured=law.flags_measured,
        flags_stopped=law.flags_stopped,
        flags_out_of_control=law.flags_out_of_control,
        minutes_per_hour=law.minutes_per_hour,
        hours_per_day=law.hours_per_day,
        days_per_month=law.days_per_month,
        days_per_february=law.days_per_february,
        idle_oxygen_percent=law.idle_oxygen_percent,
        flat_line_hours=law.flat_line_hours,
        flat_line_invalid=law.flat_line_invalid,
        pressure_tolerance_basis_points=law.pressure_tolerance_basis_points,
        standstill_velocity_m_s=law.standstill_velocity_m_s,
        ambient_oxygen_percent=law.ambient_oxygen_percent,
        leak_celsius=law.leak_celsius,
        unit_slip_hours=law.unit_slip_hours,
        clock_tolerance_hours=law.clock_tolerance_hours,
        long_hole_hours=law.long_hole_hours,
        identity_total_basis_points=law.identity_total_basis_points,
        identity_converted_basis_points=law.identity_converted_basis_points,
        determination_basis_points=law.determination_basis_points,
        capture_target_basis_points=law.capture_target_basis_points,
        monthly_share_basis_points=law.monthly_share_basis_points,
        cite=law.cite,
        quality=tuple(
            QualityRule(row.test, row.of, row.every_days, row.pass_basis_points, row.fail_basis_points)
            for row in rulebook.quality_tests.rows
        ),
    )


def part75_rules(law: Part75Rule) -> Part75Rules:
    """The section [part75] with the tiers of `part75.csv`."""

    def parameter(name: str, look_back_hours: int, by_load: bool, initial: Initial) -> Part75Parameter:
        rows = sorted(
            (row for row in law.tiers if row.parameter == name),
            key=lambda row: (-row.available_from_tenths, row.longest_hours is None, row.longest_hours or 0),
        )
        tiers = tuple(
            AvailabilityTier(row.available_from_tenths, row.longest_hours, row.statistic, row.percentile or 0)
            for row in rows
        )
        return Part75Parameter(tiers, look_back_hours, by_load, initial)

    return Part75Rules(
        gas=parameter("gas", law.gas_look_back_hours, law.gas_by_load, law.gas_initial),
        nox=parameter("nox", law.nox_look_back_hours, law.nox_by_load, law.nox_initial),
        flow=parameter("flow", law.flow_look_back_hours, law.flow_by_load, law.flow_initial),
        availability_hours=law.availability_hours,
        oldest_clock_hours=law.oldest_clock_hours,
        percentile_rank=law.percentile_rank,
        potential_basis_points=law.potential_basis_points,
    )


def registration(source: ZoneSource, stack: Stack) -> StackRegistration:
    """A stack of the inventory as the registry of monitors knows it."""
    assert stack.source == source.source, (stack.stack, source.source)
    return msgspec.structs.replace(
        registered(stack, source.altitude_m),
        sector=str(source.sector),
        process=stack.process,
        commissioned=source.start_year,
        places=(source.jurisdiction, source.county),
    )


def registered(stack: Stack, altitude_m: float) -> StackRegistration:
    """A stack that stands at an altitude as the registry of monitors knows it."""
    return StackRegistration(
        stack=stack.stack,
        source=stack.source,
        pollutants=tuple(str(pollutant) for pollutant in stack.monitors),
        limit_set=stack.limit_set,
        duct_area_m2=stack.area_m2,
        altitude_m=altitude_m,
        capacity_m3_h=FULL_LOAD * dry_flow_m3_h(stack),
        measures_oxygen=measures_oxygen(stack),
        wet=tuple(what for what in (*map(str, stack.monitors), "O2") if "wet" in stack.reports(what)),
        at_duct=tuple(str(each) for each in stack.monitors if "actual" in stack.reports(each)),
    )


def registrations(zone: Zone) -> dict[str, StackRegistration]:
    """Every stack of a zone by name, in the order of the inventory."""
    sources = {source.source: source for source in zone.sources}
    return {stack.stack: registration(sources[stack.source], stack) for stack in zone.stacks}
