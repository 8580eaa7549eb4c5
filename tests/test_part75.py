"""Substitution under US 40 CFR part 75, subpart D, beside HJ 75: what stands in, and from which hours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.mrv import part75_formulas as us
from airshed.mrv import states
from airshed.mrv.hours import ClosedHours
from airshed.mrv.laws import substitute
from airshed.mrv.part75_choice import available_tenths, percentile_place, tier_at
from airshed.mrv.readings import VELOCITY
from airshed.mrv.rules import (
    AvailabilityTier,
    MonitoringRules,
    Part75Parameter,
    Part75Rules,
)
from airshed.mrv.states import MEASURED, MISSING, STOPPED, Measured, Missing, Stopped, Substituted
from airshed.mrv.substitution import FinalHours, StandIn
from airshed.mrv.year import close_year, close_year_with_hours
from stack_years import HOURS, RULES, SO2, STACK, YEAR, changed, steady_year

US_RULES = msgspec.structs.replace(RULES, law="part75")
#: m measured, g no concentration, f no flow, x neither, F stopped.
LETTERS = "mgfxF"


def hours_of(
    letters: str,
    gas: Sequence[float] = (),
    flow: Sequence[float] = (),
    load: Sequence[float] = (),
    length: int = HOURS,
) -> ClosedHours:
    """Hours from letters, measured to their end; 10 mg/m3 and 100 m3/h where nothing else is said."""
    letters = letters.ljust(length, "m")
    status = np.array([{"m": MEASURED, "F": STOPPED}.get(letter, MISSING) for letter in letters], np.uint8)
    concentrations, flows = np.full(length, 10.0), np.full(length, 100.0)
    concentrations[: len(gas)], flows[: len(flow)] = gas, flow
    concentrations[[letter in "gxF" for letter in letters]] = np.nan
    flows[[letter in "fxF" for letter in letters]] = np.nan
    mass = np.where(status == MEASURED, np.rint(np.nan_to_num(concentrations * flows)), 0).astype(np.int64)
    why = np.where(status == MISSING, ord("D"), 0).astype(np.uint8)
    loads = None
    if load:
        loads = np.full(length, np.nan)
        loads[: len(load)] = load
    return ClosedHours(status, why, mass, concentrations, concentrations, (), concentrations, flows, loads)


def final_of(
    raw: ClosedHours,
    pollutant: str = "SO2",
    rules: MonitoringRules = US_RULES,
    *,
    before: ClosedHours | None = None,
    potential: tuple[float | None, float | None] = (5_000.0, 9_000.0),
    through: int | None = None,
) -> FinalHours:
    return substitute(
        "part75",
        pollutant,
        raw,
        YEAR,
        rules,
        before=before,
        potential_mg_m3=potential[0],
        potential_m3_h=potential[1],
        through=through,
    )


def gas_of(final: FinalHours) -> list[StandIn]:
    return [each for each in final.stand_ins if each.parameter == "gas"]


def test_availability_is_quality_assured_over_operating_hours_to_the_tenth() -> None:
    """75.32 equations 8 and 9: 8,501 of 8,760 hours are 97.0 percent."""
    assert available_tenths(8_501, 8_760) == 970
    assert available_tenths(0, 7) == 0


@pytest.mark.parametrize(
    ("available", "run", "so2", "flow"),
    [
        (950, 24, ("before_after", 0), ("average", 0)),
        (950, 25, ("percentile", 90), ("percentile", 90)),
        (949, 8, ("before_after", 0), ("average", 0)),
        (949, 9, ("percentile", 95), ("percentile", 95)),
        (900, 8, ("before_after", 0), ("average", 0)),
        (899, 1, ("maximum", 0), ("maximum", 0)),
        (800, 1, ("maximum", 0), ("maximum", 0)),
        (799, 1, ("potential", 0), ("potential", 0)),
    ],
)
def test_the_tier_follows_from_availability_and_length_of_the_gap(
    available: int, run: int, so2: tuple[str, int], flow: tuple[str, int]
) -> None:
    """40 CFR 75.33(b)(1) to (4), and (c); the availability in tenths of a percent."""
    for tiers, expected in ((RULES.part75.gas.tiers, so2), (RULES.part75.flow.tiers, flow)):
        tier = tier_at(available, run, tiers)
        assert (tier.statistic, tier.percentile) == expected


def test_the_percentile_is_that_of_the_rank_rounded_up() -> None:
    """720 values from 300 to 1019: rank 648 is 947, rank 684 is 983; 10 values: 95 % is rank 9.5."""
    values = np.random.default_rng(7).permutation(np.arange(300.0, 1_020.0))
    assert values[percentile_place(values, 90, "up")] == 947
    assert values[percentile_place(values, 95, "up")] == 983
    assert percentile_place(np.arange(12.0), 95, "up") == 11
    assert percentile_place(np.arange(12.0), 95, "nearest") == 10


def test_the_formulas_of_ecmps_give_its_worked_values() -> None:
    """Computed from the formulas that ECMPS checks with: 25 million scfh, 350.2 ppm SO2, 120.4 ppm NOx, bituminous."""
    assert us.f_1("350.2", "25000000") == Decimal("1453.3")
    assert us.f_2("350.2", "25000000", "8.5") == Decimal("1329.8")
    assert us.f_26a("120.4", "25000000") == Decimal("359.4")
    assert us.f_26b("120.4", "25000000", 0) == us.f_26a("120.4", "25000000")
    assert us.rate_19_1("120.4", "6.3", "9780") == Decimal("0.201")
    assert us.rate_19_6("120.4", "11.2", "1800") == Decimal("0.231")
    assert us.f_11("11.2", "25000000") == Decimal("159.6")
    assert us.f_15("25000000", "11.2", "1800") == Decimal("1555.6")
    assert us.f_16("25000000", "11.2", "1800", 0) == us.f_15("25000000", "11.2", "1800")
    assert us.f_16("25000000", "11.2", "1800", "8.5") == Decimal("1423.3")
    assert us.f_17("25000000", "9780", "8.5", "6.0") == Decimal("1605.1")
    assert us.f_18("25000000", "9780", "8.5", "6.3") == Decimal("1633.9")
    assert us.bias_adjustment("4.1", "2.2", "181.3") == Decimal("1.023")


def test_the_load_of_a_unit_is_shared_by_flow_and_operating_time() -> None:
    """EPA's test table of ECMPS, HOURAPP-9 row 11: 1,000 MW through 1.3 and 3.9 are 250 and 750."""
    assert [*map(int, us.apportioned_load(1_000, ["1.3", "3.9"], ["1.00", "1.00"]))] == [250, 750]
    assert [*map(int, us.apportioned_load(1_000, ["2.6", "3.9"], ["0.50", "1.00"]))] == [250, 750]
    assert [*map(int, us.apportioned_load(1_000, ["0", "0"], ["0.50", "1.00"]))] == [0, 0]


def test_a_monitor_that_reads_high_is_not_adjusted_downwards() -> None:
    assert us.bias_adjustment("-9.0", "2.2", "181.3") == 1
    assert us.bias_adjustment("2.2", "2.2", "181.3") == 1


def test_the_hours_before_and_after_stand_in_for_a_short_gap_of_an_available_monitor() -> None:
    """(402.6 + 377.1) / 2 = 389.85 mg/m3, times the flow that was measured all the while."""
    gas = [10.0] * 1_000 + [402.6, 0, 0, 377.1]
    flow = [100.0] * 1_001 + [200.0, 300.0, 100.0]
    final = final_of(hours_of("m" * 1_001 + "gg", gas, flow))
    (told,) = final.stand_ins

    assert (told.rule, told.modc, told.from_hours) == ("before_after", 6, (1_000, 1_003))
    assert told.value == pytest.approx(389.85)
    assert final.at(1_001) == Substituted(77_970, "gas before_after, flow measured", None)
    assert final.at(1_002) == Substituted(116_955, "gas before_after, flow measured", None)
    assert final.raw.at(1_001) == Missing("flag_D")


def test_a_gap_of_25_hours_takes_the_90th_percentile_unless_its_neighbours_are_higher() -> None:
    gas = [float(each) for each in range(300, 1_020)]
    low = [*gas, *[0.0] * 25, 5.0]
    high = [*gas[:-1], 2_000.0, *[0.0] * 25, 1_000.0]
    letters = "m" * 720 + "g" * 25

    (told,) = gas_of(final_of(hours_of(letters, low)))
    assert (told.rule, told.modc, told.value) == ("percentile_90_of_720_hours", 8, 947.0)
    assert told.from_hours == (647,)
    assert told.look_back == (0, 719, 720)
    (told,) = gas_of(final_of(hours_of(letters, high)))
    assert (told.rule, told.value) == ("before_after_above_percentile_90_of_720_hours", 1_500.0)


def test_a_long_gap_slides_down_the_tiers_as_the_availability_sinks() -> None:
    """1,000 good hours, then 400 lost: 95 % is left after 52 hours, 90 % after 111, 80 % after 250 (to the tenth)."""
    final = final_of(hours_of("m" * 1_000 + "g" * 400, [10.0] * 990 + [30.0] * 10))
    told = gas_of(final)

    assert [each.modc for each in told] == [8, 9, 10, 12]
    assert sum(each.hours for each in told) == 400
    for each, lowest in zip(told, (950, 900, 800, 0), strict=True):
        assert each.available_tenths[1] >= lowest
    assert [each.value for each in told][2:] == [30.0, 5_000.0]
    assert all(each.run_hours == 400 for each in told)


def test_a_new_monitor_is_filled_by_the_initial_procedures() -> None:
    """75.31: hour before and after for SO2, the mean of the load bin for flow, the potential with nothing before."""
    final = final_of(hours_of("x" + "m" * 100 + "x" * 30, [0.0, 20.0], [0.0, *[200.0] * 50]))
    gas, flow = gas_of(final), [each for each in final.stand_ins if each.parameter == "flow"]

    assert [(each.rule, each.modc) for each in gas] == [("potential", 12), ("initial_before_after", 7)]
    assert [(each.rule, each.modc) for each in flow] == [("potential", 12), ("initial_average_of_2160_hours", 7)]
    assert flow[1].value == 150.0
    assert final.at(0) == Substituted(45_000_000, "gas potential, flow potential", None)


def test_the_year_before_makes_a_monitor_of_record() -> None:
    before = hours_of("m" * 8_750 + "g" * 10, [40.0] * 8_749 + [60.0])
    final = final_of(hours_of("gg", [0.0, 0.0, 20.0]), before=before)
    (told,) = gas_of(final)

    assert (told.rule, told.value, told.from_hours, told.run_hours) == ("before_after", 40.0, (-11, 2), 12)
    assert (told.first_hour, told.last_hour, told.hours) == (0, 1, 2)


def test_flow_and_nox_look_back_on_hours_of_the_same_load() -> None:
    """Half the hours at 35 % of load with 100 m3/h, half at 95 % with 300: a gap at 35 % takes 100."""
    load = [0.35, 0.95] * 2_000 + [0.35, 0.95]
    flow = [100.0, 300.0] * 2_000
    final = final_of(hours_of("m" * 4_000 + "ff", [], flow, load))

    assert [(each.load_bin, each.value) for each in final.stand_ins] == [(4, 100.0), (10, 300.0)]
    without = final_of(hours_of("m" * 4_000 + "ff", [], flow))
    assert [(each.load_bin, each.value) for each in without.stand_ins] == [(0, 200.0)]


def test_a_load_never_seen_looks_at_the_next_higher_one_and_then_at_the_potential() -> None:
    load = [0.35] * 3_000 + [0.15, 0.95]
    final = final_of(hours_of("m" * 3_000 + "ff", [], [], load))

    assert [(each.rule, each.load_bin, each.value) for each in final.stand_ins] == [
        ("average_of_2160_hours", 4, 100.0),
        ("potential", 0, 9_000.0),
    ]


def test_the_potential_is_never_below_what_was_measured() -> None:
    final = final_of(hours_of("m" * 1_000 + "x" * 500, [7_000.0]), potential=(5_000.0, None))

    assert max(each.value for each in gas_of(final)) == 7_000.0


def test_without_any_record_and_any_limit_an_hour_stays_missing() -> None:
    final = final_of(hours_of("xm"), potential=(None, None))

    assert final.at(0) == Missing("flag_D")
    assert [gap.method for gap in final.gaps] == ["undetermined"]


def test_a_gap_that_has_not_ended_stays_open() -> None:
    raw = hours_of("m" * 1_000 + "g" + "m" * 9 + "g" * 5 + "x" * (HOURS - 1_015))
    final = final_of(raw, through=1_015)

    assert isinstance(final.at(1_000), Substituted)
    assert final.at(1_012) == Missing("flag_D")
    assert [gap.method for gap in final.gaps] == ["gas before_after, flow measured", "open"]


def test_standstill_neither_counts_nor_ends_a_gap() -> None:
    final = final_of(hours_of("m" * 1_000 + "g" * 20 + "F" * 30 + "g" * 5))
    (told,) = final.stand_ins

    assert (told.hours, told.run_hours) == (25, 25)
    assert final.at(1_030) == Stopped()
    assert [gap.hours for gap in final.gaps] == [25]


def test_a_year_closes_under_either_law_from_the_same_readings() -> None:
    """The analyser fails for 30 hours of July while the duct goes on: HJ 75 sets the mass, part 75 the gas."""
    uneven = changed(steady_year(), slice(None), values={SO2: (100 + np.arange(HOURS) % 97).astype(np.float64)})
    readings = changed(uneven, slice(4_500, 4_530), flags={SO2: "D"})
    ours = close_year(STACK, readings, RULES)
    theirs, hours = close_year_with_hours(STACK, readings, US_RULES)

    assert [mass.measured for mass in ours.masses] == [mass.measured for mass in theirs.masses]
    assert [mass.measured_mg for mass in ours.masses] == [mass.measured_mg for mass in theirs.masses]
    assert len(theirs.days) == 365
    assert [gap.method for gap in ours.gaps] == ["maximum_of_720_hours"]
    assert [gap.method for gap in theirs.gaps] == ["gas percentile_90_of_720_hours, flow measured"]
    assert hours["SO2"].raw.status[4_500] == MISSING
    assert theirs.masses[0].mass_mg < ours.masses[0].mass_mg


def test_an_hour_without_oxygen_still_has_its_flow_and_one_without_velocity_its_concentration() -> None:
    readings = changed(changed(steady_year(), 50, flags={VELOCITY: "D"}), 60, flags={"a19001": "D"})
    raw = close_year_with_hours(STACK, readings, US_RULES)[1]["SO2"].raw
    assert raw.gas_mg_m3 is not None
    assert raw.flow_m3_h is not None

    assert [math.isnan(raw.gas_mg_m3[hour]) for hour in (49, 50, 60)] == [False, False, True]
    assert [math.isnan(raw.flow_m3_h[hour]) for hour in (49, 50, 60)] == [False, True, False]
    both = ~np.isnan(raw.gas_mg_m3) & ~np.isnan(raw.flow_m3_h)
    assert (both == (raw.status == MEASURED)).all()


SMALL = msgspec.structs.replace(
    RULES.part75,
    gas=Part75Parameter(
        (
            AvailabilityTier(995, 3, "before_after"),
            AvailabilityTier(995, None, "percentile", 90),
            AvailabilityTier(985, 2, "before_after"),
            AvailabilityTier(985, None, "percentile", 95),
            AvailabilityTier(970, None, "maximum"),
            AvailabilityTier(0, None, "potential"),
        ),
        12,
        False,
        "before_after",
    ),
    flow=Part75Parameter(
        (
            AvailabilityTier(995, 3, "average"),
            AvailabilityTier(990, None, "percentile", 90),
            AvailabilityTier(970, None, "maximum"),
            AvailabilityTier(0, None, "potential"),
        ),
        15,
        True,
        "average",
    ),
    availability_hours=150,
)
letters = st.text("mmmmmmmmmmgfxF", max_size=200)
loads = st.lists(st.sampled_from([0.15, 0.35, 0.95, float("nan")]), max_size=200)


def naive(
    values: list[float],
    running: list[bool],
    load: list[float],
    rule: Part75Parameter,
    law: Part75Rules,
    potential: float,
) -> list[float]:
    """One parameter hour by hour, as one would do it by hand; NaN for standstill."""
    result = [float("nan")] * len(values)
    tenth = [0 if math.isnan(each) else max(1, min(10, math.ceil(round(each * 10, 9)))) for each in load]
    operating = [hour for hour in range(len(values)) if running[hour]]
    for order, hour in enumerate(operating):
        if not math.isnan(values[hour]):
            result[hour] = values[hour]
            continue
        start = order
        while start > 0 and math.isnan(values[operating[start - 1]]):
            start -= 1
        end = order
        while end + 1 < len(operating) and math.isnan(values[operating[end + 1]]):
            end += 1
        prior = [each for each in operating[:start] if not math.isnan(values[each])]
        beside = [values[operating[each]] for each in (start - 1, end + 1) if each < len(operating)] if start else []
        before_after = sum(beside) / len(beside) if beside else None
        most = max([potential] + [values[each] for each in prior])
        bins = range(tenth[hour], 11) if rule.by_load and tenth[hour] else [0]
        looked: list[float] = []
        for wanted in bins:
            looked = [values[each] for each in prior if wanted in {0, tenth[each]}]
            if looked:
                break
        looked = looked[-rule.look_back_hours :]

        def statistic(
            name: str, percent: int, looked: list[float] = looked, mean: float | None = before_after
        ) -> float | None:
            if name == "before_after":
                return mean
            if name == "potential" or not looked:
                return None
            if name == "average":
                return sum(looked) / len(looked)
            if name == "maximum":
                return max(looked)
            ranked = sorted(looked)[math.ceil(len(looked) * percent / 100 - 1e-9) - 1]
            return ranked if mean is None else max(ranked, mean)

        window = operating[max(0, order + 1 - law.availability_hours) : order + 1]
        share = Decimal(100 * sum(not math.isnan(values[each]) for each in window)) / len(window)
        tenths = us._round(share, 1) * 10
        tier = next(
            each
            for each in rule.tiers
            if tenths >= each.available_from_tenths and (each.longest_hours or 9_999) >= end - start + 1
        )
        new = len(prior) < rule.look_back_hours
        found = statistic(rule.initial, 0) if new else statistic(tier.statistic, tier.percentile)
        result[hour] = most if found is None else found
    return result


@settings(max_examples=60, deadline=None)
@given(letters, loads, st.integers(0, 2**32 - 1), st.booleans())
def test_part_75_is_what_one_would_do_by_hand(letters: str, load: list[float], seed: int, old: bool) -> None:
    """I10. The fast way against the slow one, with tiers small enough to bite, with and without a record before."""
    drawn = np.random.default_rng(seed)
    gas, flow = (drawn.integers(1, 60, 200).astype(float).tolist() for _ in range(2))
    cut = 80 if old else 0
    whole = hours_of(letters, gas, flow, [*load, float("nan")], HOURS + cut)
    before = _sliced(whole, slice(None, cut)) if old else None
    raw = _sliced(whole, slice(cut, None))
    rules = msgspec.structs.replace(US_RULES, part75=SMALL)
    final = final_of(raw, rules=rules, before=before, potential=(55.0, 55.0))

    assert whole.gas_mg_m3 is not None
    assert whole.flow_m3_h is not None
    assert whole.load is not None
    running, short = (whole.status != STOPPED).tolist(), 400
    sides = [
        naive(column.tolist()[:short], running[:short], whole.load.tolist()[:short], rule, SMALL, 55.0)
        for column, rule in ((whole.gas_mg_m3, SMALL.gas), (whole.flow_m3_h, SMALL.flow))
    ]
    expected = [0 if math.isnan(a * b) else round(a * b) for a, b in zip(*sides, strict=True)]
    assert final.mass_mg[: short - cut].tolist() == expected[cut:]


def _sliced(hours: ClosedHours, part: slice) -> ClosedHours:
    assert hours.gas_mg_m3 is not None
    assert hours.flow_m3_h is not None
    assert hours.load is not None
    return ClosedHours(
        hours.status[part],
        hours.why[part],
        hours.mass_mg[part],
        hours.measured_mg_m3[part],
        hours.oxygen[part],
        (),
        hours.gas_mg_m3[part],
        hours.flow_m3_h[part],
        hours.load[part],
    )


pieces = st.lists(st.tuples(st.sampled_from("mmmgfxF"), st.integers(1, 700)), max_size=12).map(
    lambda runs: "".join(letter * count for letter, count in runs)[:HOURS]
)


@settings(max_examples=40, deadline=None)
@given(pieces, st.integers(0, 2**32 - 1), st.sampled_from(["SO2", "NOx"]))
def test_raw_hours_stay_and_every_substituted_hour_says_from_where(letters: str, seed: int, pollutant: str) -> None:
    """I10. Each value that stands in is told once per hour and parameter, and is that of the hours it names."""
    drawn = np.random.default_rng(seed)
    raw = hours_of(letters, drawn.uniform(1, 90, HOURS).tolist(), drawn.uniform(1, 900, HOURS).tolist())
    kept = (raw.status.copy(), raw.mass_mg.copy())
    final, again = final_of(raw, pollutant), final_of(raw, pollutant)

    assert (raw.status == kept[0]).all()
    assert (raw.mass_mg == kept[1]).all()
    assert final.stand_ins == again.stand_ins
    assert (final.mass_mg[raw.status == MEASURED] == raw.mass_mg[raw.status == MEASURED]).all()
    assert ((final.status == STOPPED) == (raw.status == STOPPED)).all()
    assert not (final.status == MISSING).any()
    assert sum(gap.hours for gap in final.gaps) == int((raw.status == MISSING).sum())
    columns = {"gas": raw.gas_mg_m3, "flow": raw.flow_m3_h}
    for name, column in columns.items():
        assert column is not None
        told = [each for each in final.stand_ins if each.parameter == name]
        assert sum(each.hours for each in told) == int((np.isnan(column) & (raw.status != STOPPED)).sum())
        for each in told:
            named = [column[hour] for hour in each.from_hours]
            assert not named or each.value == sum(named) / len(named)


@settings(max_examples=25, deadline=None)
@given(pieces)
def test_for_a_steady_source_with_a_low_potential_the_laws_agree(letters: str) -> None:
    """Every statistic of equal hours is that hour; only the potential could say more."""
    raw = hours_of(letters)
    final = final_of(raw, potential=(None, None))

    known = final.status == states.SUBSTITUTED
    assert (final.mass_mg[known] == 1_000).all()
    ours = substitute("hj75", "SO2", raw, YEAR, RULES)
    assert set(ours.mass_mg[ours.status == states.SUBSTITUTED].tolist()) <= {1_000}


@settings(max_examples=25, deadline=None)
@given(pieces, st.integers(0, HOURS - 1), st.floats(0.1, 50))
def test_emitting_more_in_a_measured_hour_never_lowers_the_year(letters: str, hour: int, more: float) -> None:
    drawn = np.random.default_rng(11)
    gas = drawn.uniform(1, 90, HOURS)
    raw = hours_of(letters, gas.tolist())
    dirtier = gas.copy()
    dirtier[hour] += more

    assert final_of(hours_of(letters, dirtier.tolist())).mass_mg.sum() >= final_of(raw).mass_mg.sum()


def test_a_measured_hour_is_the_same_mass_under_both_laws() -> None:
    raw = replace(hours_of("m" * 9))
    assert final_of(raw).at(3) == substitute("hj75", "SO2", raw, YEAR, RULES).at(3) == Measured(1_000)


def test_the_pencil_of_the_manual_is_right() -> None:
    """Worked example of substitution.md: three hours without analyser cost 187.653 kg more under HJ 75."""
    gas = [380.0] * 150 + [455.0] + [380.0] * 48 + [402.6, 0, 0, 0, 377.1]
    flow = [1_000_000.0] * 200 + [1_010_000.0, 1_020_000.0, 990_000.0, 1_000_000.0]
    raw, before = hours_of("m" * 200 + "ggg", gas, flow), hours_of("m")
    ours = substitute("hj75", "SO2", raw, YEAR, RULES, before=before)
    theirs = final_of(raw, before=before)

    assert ours.captures[0].basis_points == 9_986
    assert (ours.gaps[0].method, ours.gaps[0].from_hour) == ("maximum_of_180_hours", 150)
    assert ours.mass_mg[200:203].tolist() == [455_000_000] * 3
    assert theirs.stand_ins[0].available_tenths == (1_000, 1_000)
    assert theirs.stand_ins[0].from_hours == (199, 203)
    assert theirs.mass_mg[200:203].tolist() == [393_748_500, 397_647_000, 385_951_500]
    text = (Path(__file__).parents[1] / "docs" / "explanation" / "substitution.md").read_text(encoding="utf-8")
    for figure in ("1,365.000 kg", "1,177.347 kg", "187.653 kg"):
        assert figure in text
