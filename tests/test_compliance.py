"""Obligation, surrender, shortfall, penalty, make-up, banking and status."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.banking import YearEnd, bank, base, carry, last_year
from airshed.compliance.obligation import Admitted, Rounding, admitted, made_up, objection, obligation
from airshed.compliance.shortfall import (
    PENALTIES,
    Lack,
    makeup,
    overdue_fen,
    penalty,
    shortfall,
)
from airshed.compliance.status import Status, status
from airshed.compliance.surrender import order, plan, serials
from airshed.model.allowance import SerialBlock, Series, count_of
from airshed.model.refusal import Malformed

KM26, KM27, KM28 = (Series("SO2", "KM", year) for year in (2026, 2027, 2028))
QJ26, QJ27 = (Series("SO2", "QJ", year) for year in (2026, 2027))
series = st.builds(Series, st.just("SO2"), st.sampled_from(["KM", "QJ", "YX", "CX", "HH"]), st.integers(2025, 2029))
holdings = st.dictionaries(series, st.integers(0, 10**6), max_size=8)


# --- obligation


@given(st.integers(0, 10**20), st.sampled_from([1, 7, 1000]))
def test_the_obligation_is_the_verified_mass_over_the_size_rounded_as_the_rulebook_says(
    mass_mg: int, size_kg: int
) -> None:
    """I11."""
    exact = Fraction(mass_mg, size_kg * 1_000_000)

    assert obligation(mass_mg, size_kg, "up") == ceil(exact)
    assert obligation(mass_mg, size_kg, "half_up") == floor(exact + Fraction(1, 2))
    assert obligation(mass_mg, size_kg, "down") == floor(exact)


@pytest.mark.parametrize(("rounding", "owed"), [("up", 1), ("half_up", 0), ("down", 0)])
def test_one_milligram_owes_a_whole_allowance_only_when_rounded_up(rounding: Rounding, owed: int) -> None:
    assert obligation(1, 1, rounding) == owed


def test_a_verified_zero_owes_nothing_under_any_rounding() -> None:
    assert [obligation(0, 1, how) for how in ("up", "half_up", "down")] == [0, 0, 0]


def test_a_mass_that_no_account_could_hold_is_refused() -> None:
    with pytest.raises(Malformed, match="more than accounts can hold"):
        obligation(10**25, 1, "up")
    with pytest.raises(Malformed, match="below zero"):
        obligation(-1, 1, "up")
    with pytest.raises(Malformed, match="is no size"):
        obligation(1, 0, "up")


@pytest.mark.parametrize(
    ("name", "rule", "back", "reason"),
    [
        ("SO2-KM-2027", "jurisdiction", 0, None),
        ("SO2-KM-2026", "zone", 1, None),
        ("SO2-QJ-2027", "zone", 1, None),
        ("NOx-KM-2027", "zone", 1, "NOx-KM-2027 is for NOx, not SO2"),
        ("SO2-QJ-2027", "jurisdiction", 1, "SO2-QJ-2027 is of QJ, only allowances of KM count"),
        ("SO2-KM-2028", "zone", 1, "SO2-KM-2028 is for a year after 2027"),
        ("SO2-KM-2026", "zone", 0, "SO2-KM-2026 has expired; 2027 takes vintages from 2027"),
        ("SO2-KM-2025", "zone", 1, "SO2-KM-2025 has expired; 2027 takes vintages from 2026"),
    ],
)
def test_only_admitted_series_count_and_the_reason_is_said(
    name: str, rule: Admitted, back: int, reason: str | None
) -> None:
    """I11."""
    assert objection(Series.parse(name), "SO2", "KM", 2027, rule, back) == reason
    assert admitted(Series.parse(name), "SO2", "KM", 2027, rule, back) is (reason is None)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_make_up_takes_no_more_than_the_allocation_and_no_more_than_is_due(allocated: int, due: int) -> None:
    taken = made_up(allocated, due)

    assert 0 <= taken <= min(allocated, due)
    assert taken in (allocated, due)


# --- surrender


@given(holdings, st.integers(0, 10**7))
def test_surrender_takes_what_is_wanted_or_all_there_is_and_skips_no_older_vintage(
    held: dict[Series, int], wanted: int
) -> None:
    """I11. Whatever is later in the order goes only when all before it is gone."""
    planned = plan(held.items(), wanted, "KM")
    taken = dict(planned)

    assert sum(taken.values()) == min(wanted, sum(held.values()))
    assert all(0 < count <= held[each] for each, count in planned)
    ranked = sorted(held, key=lambda each: order(each, "KM"))
    assert [each for each, _ in planned] == [each for each in ranked if each in taken]
    for place, each in enumerate(ranked):
        if taken.get(each):
            assert all(taken.get(earlier, 0) == held[earlier] for earlier in ranked[:place])


def test_the_own_jurisdiction_goes_before_the_others_of_the_same_vintage() -> None:
    held = [(QJ27, 5), (KM27, 5), (Series("SO2", "CX", 2026), 5), (QJ26, 5)]

    assert [str(each) for each, _ in plan(held, 20, "QJ")] == [
        "SO2-QJ-2026",
        "SO2-CX-2026",
        "SO2-QJ-2027",
        "SO2-KM-2027",
    ]


def test_surrender_takes_the_lowest_serials_of_each_series() -> None:
    held = {KM26: (SerialBlock(11, 12), SerialBlock(40, 49)), KM27: (SerialBlock(1, 9),)}
    planned = plan([(KM26, 12), (KM27, 9)], 5, "KM")
    (given_up,) = serials(planned, held)

    assert given_up == (KM26, (SerialBlock(11, 12), SerialBlock(40, 42)))
    assert count_of(given_up[1]) == 5


# --- shortfall


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_shortfall_is_what_is_missing_and_never_below_zero(owed: int, given_up: int) -> None:
    assert shortfall(owed, given_up) == max(0, owed - given_up)


def test_the_fine_of_the_worked_case_is_423_997_000_yuan() -> None:
    """Shizuishan, year 2023: 5,128,612 t owed, 4,263,312 t given up, 98.00 yuan/t, five times (Decree 775, art. 24)."""
    missing = shortfall(5_128_612, 4_263_312)

    assert missing == 865_300
    assert penalty("price_multiple", Lack(missing * 1000, 98_00, 5)) == 423_997_000_00
    assert makeup(missing, 100) == 865_300


@given(
    st.sampled_from(["price_multiple", "fixed_per_tonne", "indexed_per_tonne"]),
    st.integers(0, 10**9),
    st.integers(1, 10**6),
)
def test_a_penalty_grows_with_what_is_missing_and_is_nil_for_nothing(method: str, kg: int, more: int) -> None:
    def due(missing: int) -> int:
        return penalty(method, Lack(missing, 98_00, 5, 1_000_000, None, 250, 100))

    assert due(0) == 0
    assert due(kg) <= due(kg + more)


def test_each_penalty_counts_as_its_rule_says() -> None:
    assert penalty("fixed_per_tonne", Lack(1_500, fixed_fen_per_t=1_000_000)) == 1_500_000
    assert penalty("indexed_per_tonne", Lack(1_000, fixed_fen_per_t=2_000_00, index=150, index_base=100)) == 3_000_00
    assert penalty("flat", Lack(1, flat_fen=2_000_000)) == 2_000_000
    assert penalty("flat", Lack(0, flat_fen=2_000_000)) == 0


def test_a_penalty_rounds_once_half_a_fen_upwards() -> None:
    assert penalty("price_multiple", Lack(1, 100, 5)) == 1
    assert penalty("price_multiple", Lack(1, 99, 5)) == 0


def test_a_term_that_is_not_given_is_named_and_never_zero() -> None:
    for method in PENALTIES:
        with pytest.raises(Malformed, match=r"shortfall\.\w+: the penalty needs it and it is not given"):
            penalty(method, Lack(1))
    with pytest.raises(Malformed, match="no such penalty 'prison'"):
        penalty("prison", Lack(1))
    with pytest.raises(Malformed, match="a shortfall is zero or above"):
        penalty("flat", Lack(-1, flat_fen=5))
    with pytest.raises(Malformed, match=r"shortfall.index_base: the index of the base year is 0"):
        penalty("indexed_per_tonne", Lack(1, fixed_fen_per_t=1, index=1, index_base=0))
    with pytest.raises(Malformed, match=r"shortfall.fixed_fen_per_t: -1 is below zero"):
        penalty("fixed_per_tonne", Lack(1, fixed_fen_per_t=-1))


def test_make_up_is_an_equal_cut_or_two_for_one_and_rounds_up() -> None:
    assert [makeup(3, percent) for percent in (0, 100, 150, 200)] == [0, 3, 5, 6]


def test_ten_days_overdue_cost_38_656_43_on_a_million() -> None:
    """British Columbia: 0.38 percent a day, compounded daily (bcgov/cas-registration, penalty calculation tests)."""
    assert overdue_fen(1_000_000_00, 10) == 38_656_43


@given(st.integers(0, 10**10), st.integers(0, 2_000))
def test_an_overdue_penalty_stops_at_three_times_the_base(base_fen: int, days: int) -> None:
    assert 0 <= overdue_fen(base_fen, days) <= overdue_fen(base_fen, days + 1) <= 3 * base_fen
    assert overdue_fen(base_fen, 10_000_000) == 3 * base_fen


# --- banking


@given(holdings, st.integers(0, 10**6), st.integers(0, 2))
def test_banking_sorts_every_allowance_into_kept_over_or_expired(held: dict[Series, int], room: int, back: int) -> None:
    """I2. Nothing appears or disappears; the limit binds vintages that are due; what has expired never goes on."""
    result = carry(held.items(), room, 2027, back)

    for each, count in held.items():
        assert result.kept.get(each, 0) + result.over.get(each, 0) + result.expired.get(each, 0) == count
    assert sum(count for each, count in result.kept.items() if each.vintage <= 2027) <= room
    assert all(last_year(each.vintage, back) <= 2027 for each in result.expired)
    assert all(each.vintage > 2027 or last_year(each.vintage, back) > 2027 for each in result.kept)


def test_the_youngest_vintage_is_banked_first() -> None:
    result = carry([(KM26, 60), (KM27, 50), (KM28, 40)], 70, 2027, 2)

    assert result.kept == {KM28: 40, KM27: 50, KM26: 20}
    assert result.over == {KM26: 40}


def test_a_vintage_that_the_next_year_does_not_admit_expires() -> None:
    assert carry([(KM26, 60), (KM27, 50)], 1_000, 2027, 1).expired == {KM26: 60}


def test_a_banking_limit_is_a_share_of_what_the_rulebook_names() -> None:
    end = YearEnd(holdings=500, surrendered=900, verified=1_000)

    assert [bank(True, base(of, end), 2_000) for of in ("holdings", "surrendered", "verified")] == [100, 180, 200]
    assert bank(False, base("verified", end), 2_000) == 0


def test_what_goes_on_may_follow_from_what_was_sold() -> None:
    """China, power 2023 and 2024: 10,000 t and 1.5 times the net sale (plan of 15 October 2024, after ICAP)."""
    sold = {-5_000: 10_000, 0: 10_000, 20_000: 40_000, 100_000: 160_000}

    for net, kept in sold.items():
        end = YearEnd(holdings=500_000, surrendered=0, verified=0, net_sold=net * 1_000)
        assert bank(True, base("net_sold", end), 15_000, 10_000_000) == kept * 1_000


# --- status: steps of the published scenarios of the UK registry (ukets-registry v6.0.0, compliance calculation)


@pytest.mark.parametrize(
    ("emitted", "surrendered", "first", "last", "current", "excluded", "expected"),
    [
        ({2021: 100}, 100, 2021, 2021, 2021, set(), Status.A),
        ({2021: 100}, 99, 2021, 2021, 2021, set(), Status.B),
        ({2021: None}, 100, 2021, 2021, 2021, {2021}, Status.EXCLUDED),
        ({2021: 100}, 100, 2021, None, 2021, set(), Status.NOT_APPLICABLE),
        ({2021: 100, 2023: 100}, 200, 2021, None, 2024, {2022}, Status.A),
        ({2021: 100, 2023: 100}, 200, 2021, None, 2024, set(), Status.C),
        ({2021: 0}, 0, 2021, None, 2022, set(), Status.A),
        ({2021: 100}, 100, 2021, 2023, 2022, set(), Status.A),
    ],
)
def test_the_status_is_cumulative_and_a_missing_year_is_not_a_zero(
    emitted: dict[int, int | None],
    surrendered: int,
    first: int,
    last: int | None,
    current: int,
    excluded: set[int],
    expected: Status,
) -> None:
    assert status(emitted, surrendered, first, last, current, excluded) is expected
