"""What the law says about monitoring, as plain values; the rulebook fills them in."""

from __future__ import annotations

from typing import Literal

import msgspec

Statistic = Literal["hourly mean", "daily mean", "monthly share"]

#: What an operator may say of hours of its stack.
#: Tests of a monitor: drift of zero or span, accuracy against a reference; and what is tested.
QualityKind = Literal["zero_drift", "span_drift", "accuracy"]
Tested = Literal["gas", "PM", "velocity"]
MarkKind = Literal["stopped", "start_up", "shut_down", "maintenance", "calibration", "fault"]

#: What such a mark does to an hour. stopped: it counts as standstill unless its own readings show a fire. invalid: it
#: is missing, whatever was read. out_of_control: missing too, and the look-back ends at the calibration before it.
#: exempt: it stays measured and counts in the mass, but is not compared with the limit.
MarkEffect = Literal["stopped", "invalid", "out_of_control", "exempt"]


class SubstitutionTier(msgspec.Struct, frozen=True):
    """One row of HJ 75-2017 tables 5 and 6: which valid hours stand in for a missing one."""

    #: Lowest quarterly capture rate of this row, in hundredths of a percent, inclusive.
    capture_from_basis_points: int
    #: Longest run of missing hours of this row, inclusive; None for any.
    longest_hours: int | None
    #: How many valid hours to look back over.
    look_back_hours: int
    #: Which of them stands in.
    statistic: Literal["maximum"]


#: Under which law missing hours are filled: HJ 75-2017 tables 5 and 6, or US 40 CFR part 75 subpart D.
Law = Literal["hj75", "part75"]

#: What stands in under part 75: the mean of the hour before and the one after; the mean, a percentile (or that mean,
#: whichever is greater), the highest of a look-back; the most there can be.
Part75Statistic = Literal["before_after", "average", "percentile", "maximum", "potential"]


class AvailabilityTier(msgspec.Struct, frozen=True):
    """One row of tables 1 and 2 of 40 CFR 75.33: what stands in at this availability and length of the gap."""

    #: Lowest percent monitor data availability of this row, in tenths of a percent, inclusive.
    available_from_tenths: int
    #: Longest run of missing hours of this row, inclusive; None for any.
    longest_hours: int | None
    statistic: Part75Statistic
    #: Which percentile; 0 for other statistics.
    percentile: int = 0


class Part75Parameter(msgspec.Struct, frozen=True):
    """How one measured parameter is filled under part 75."""

    tiers: tuple[AvailabilityTier, ...]
    #: Quality-assured hours to look back over; so many must have been recorded before the tiers hold (75.31, 75.33).
    look_back_hours: int
    #: Whether it looks back on hours of the same tenth of full load, where the load is known.
    by_load: bool
    #: What stands in before that: 75.31(b) for concentrations; 75.31(c) for NOx and flow (recalled, to confirm).
    initial: Literal["before_after", "average"]


class Part75Rules(msgspec.Struct, frozen=True, kw_only=True):
    """US 40 CFR part 75 subpart D. PM and VOC are not in it; they are filled like SO2, a choice of this rulebook."""

    gas: Part75Parameter
    nox: Part75Parameter
    flow: Part75Parameter
    #: Availability counts over so many operating hours (75.32 equation 9), none of them older than three years.
    availability_hours: int
    oldest_clock_hours: int
    #: Which of n values in order is percentile p: that of rank n x p, rounded up (EPA's policy manual, recalled, to
    #: confirm) or to the nearest.
    percentile_rank: Literal["up", "nearest"]
    #: Maximum potential concentration, in hundredths of a percent of the highest limit, but never below the highest
    #: hour on record. Part 75 sets it from the fuel (appendix A, 2.1); this stands for that, to confirm.
    potential_basis_points: int


class LimitValue(msgspec.Struct, frozen=True):
    """What a stack may emit of one pollutant, in mg/m3, dry standard state, at reference oxygen."""

    #: Set of limits that the stack's registration names.
    limit_set: str
    #: Standard, as GB 13223-2011.
    standard: str
    pollutant: str
    limit_mg_m3: float
    #: Reference oxygen in percent; None when nothing is converted.
    reference_o2_percent: float | None
    #: What is compared with the limit.
    statistic: Statistic
    #: First day on which it holds, as ISO date.
    valid_from: str = "1970-01-01"


class LimitScope(msgspec.Struct, frozen=True):
    """Which outlets have a set of limits, from a day on."""

    #: None where a standard held whose figures are in no table: the absence is stated, with `cite`.
    limit_set: str | None
    process: str
    #: None for any.
    sector: str | None = None
    #: Years of commissioning: the first, and the first that is not in it.
    commissioned_from: int | None = None
    commissioned_before: int | None = None
    #: Jurisdiction or county; None for any.
    region: str | None = None
    #: Only in areas under special limits.
    special: bool = False
    #: As ISO date.
    valid_from: str = "1970-01-01"
    cite: str = ""


class MarkRule(msgspec.Struct, frozen=True):
    """What one kind of mark does."""

    kind: MarkKind
    effect: MarkEffect


class QualityRule(msgspec.Struct, frozen=True):
    """A test of a monitor: how often it is due, what passes, and beyond what the monitor is out of control."""

    test: QualityKind
    of: Tested
    every_days: int
    pass_basis_points: int
    fail_basis_points: int


class CountsAs(msgspec.Struct, frozen=True):
    """Under which name of the law the mass of what a monitor measures is owed, in one sector (empty: in any)."""

    measured: str
    sector: str
    pollutant: str


class MonitoringRules(msgspec.Struct, frozen=True, kw_only=True):
    """When an hour counts, what stands in when it does not, and which limits apply.

    Nothing has a default: the law stands in the rulebook, and here is where it is read from.
    """

    tiers: tuple[SubstitutionTier, ...]
    #: Which law fills missing hours: `tiers`, or `part75`.
    law: Law
    part75: Part75Rules
    limits: tuple[LimitValue, ...]
    #: Which outlets have which limits, and the jurisdictions and counties under special limits.
    scopes: tuple[LimitScope, ...]
    special_areas: tuple[str, ...]
    #: How a mean is compared with its limit (GB/T 8170-2008, 4.3): in full, or first rounded to its digits.
    comparison: Literal["full", "rounded"]
    #: Data flags (HJ 212-2017 table 8) that count as measured. A manual value (S) may be admitted here.
    flags_measured: tuple[str, ...]
    #: Data flags that count as stopped.
    flags_stopped: tuple[str, ...]
    #: Data flags that make a gap "out of control": its look-back ends at the calibration before it.
    flags_out_of_control: tuple[str, ...]
    #: What each kind of operator's mark does; one that is not here does nothing.
    marks: tuple[MarkRule, ...]
    #: Above this velocity, m/s, gas moves: a stop mark then needs oxygen that shows air. A pitot tube tells nothing
    #: below about 2 m/s; to confirm.
    standstill_velocity_m_s: float
    #: HJ 76-2017 appendix B and HJ 212-2017 D.2.2.
    minutes_per_hour: int
    hours_per_day: int
    days_per_month: int
    days_per_february: int
    #: From this oxygen on a stack is idle and nothing is converted: 21 - O2 goes to zero.
    idle_oxygen_percent: float
    #: So many equal readings in a row are a flat line.
    flat_line_hours: int
    #: Whether a flat line is invalid, not only found.
    flat_line_invalid: bool
    #: Largest deviation of the reported air pressure from that of the altitude, in hundredths of a percent.
    pressure_tolerance_basis_points: int
    #: By how many hours the clock of a frame may be off; beyond it nobody knows which hour the frame tells of. To
    #: confirm.
    clock_tolerance_hours: float
    #: From this oxygen on, percent, the analyser breathes air (20.95 %, dry, less its drift). To confirm.
    ambient_oxygen_percent: float
    #: Gas that moves and is this hot comes from a fire, so air in the analyser is a leak; desulphurised gas has 50 C.
    #: To confirm.
    leak_celsius: float
    #: So many hours in a row a thousandfold or a thousandth of the usual level are in another measure. To confirm.
    unit_slip_hours: int
    #: A hole of so many running hours is a month: 28 days.
    long_hole_hours: int
    #: How far a stated total may be off mean x flow, in hundredths of a percent; the total of minutes is not quite that
    #: of their means. To confirm.
    identity_total_basis_points: int
    #: How far a stated converted mean may be off equation (28), in hundredths of a percent; a published frame is off by
    #: 2.5 %. To confirm.
    identity_converted_basis_points: int
    #: What the regulator sets for hours that no tier covers, in hundredths of a percent of the year's highest
    #: valid hour; None leaves them missing, and their days unsealed.
    determination_basis_points: int | None
    #: Lowest quarterly capture rate at which a monitor is accepted.
    capture_target_basis_points: int
    #: Share of a month's hourly means that must lie within a "monthly share" limit.
    monthly_share_basis_points: int
    #: Names of the law for what monitors measure, where they differ: dust of one sector, soot of another.
    counts: tuple[CountsAs, ...]
    #: Article that a refusal to seal rests on.
    cite: str
    #: Tests of monitors that decide whether their hours are valid; none where the law has no table of them.
    quality: tuple[QualityRule, ...]


class StackRegistration(msgspec.Struct, frozen=True):
    """What the registry knows of a stack and its monitor."""

    stack: str
    source: str
    #: Monitored pollutants, as SO2, NOx, PM, VOC.
    pollutants: tuple[str, ...]
    #: Set of limits that holds where no scope of the law fits the outlet.
    limit_set: str
    #: Cross-section of the duct, m2.
    duct_area_m2: float
    altitude_m: float
    #: Flue gas at full load, m3/h, dry standard state; bounds what a year can plausibly emit.
    capacity_m3_h: float
    #: Kv of equation (29): mean velocity of the section over that of the measured point.
    velocity_coefficient: float = 1.0
    #: Whether oxygen tells if there is a fire: true where a limit has a reference oxygen. Then an hour without oxygen
    #: is not valid. False for a cooler or a mill, which breathe air.
    measures_oxygen: bool = True
    #: What the scopes of limits ask: the sector, the process of the outlet, the year of commissioning, and where it
    #: stands (jurisdiction, county).
    sector: str = ""
    process: str = ""
    commissioned: int | None = None
    places: tuple[str, ...] = ()
    #: Pollutants, and "O2", whose analyser measures moist gas: brought to dry by equation (19).
    wet: tuple[str, ...] = ()
    #: Pollutants whose analyser measures at the temperature and pressure of the duct: to standard state by (18).
    at_duct: tuple[str, ...] = ()
