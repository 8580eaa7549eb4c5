"""Where a source stands over all its years: published scenarios of the UK registry, random stories, conventions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.status import EVENTS, STRICT, UK, Standing, Status, status
from naive_status import Event, NaiveYears, after

YEARS = st.integers(2020, 2027)
COUNTS = st.integers(0, 3)
HAPPENS: st.SearchStrategy[Event] = st.one_of(
    st.tuples(st.just("verified_emissions"), YEARS, st.none() | COUNTS),
    st.tuples(st.sampled_from(["surrender", "surrender_reversal"]), st.none(), COUNTS),
    st.tuples(st.sampled_from(["exclude", "unexclude", "set_first_year", "change_year"]), YEARS, st.none()),
    st.tuples(st.just("set_last_year"), st.none() | YEARS, st.none()),
)
#: Stories as they go in life: a year turns, its figure comes, it is surrendered for; and now and then something odd.
LIVES = st.lists(HAPPENS, max_size=40)


@given(YEARS, st.none() | YEARS, YEARS, LIVES)
def test_random_stories_stand_as_a_slow_reckoning_of_the_rules_has_them(
    first: int, last: int | None, now: int, story: list[Event]
) -> None:
    standing, naive = Standing(first, last, now, UK), NaiveYears(first, last, now)
    for event in story:
        name, year, count = event
        made = after(naive, event)
        assert (EVENTS[name](standing, year, count) is None) is (made is not None), event
        naive = made or naive
        assert (standing.status.name, standing.main.name) == (naive.status(), naive.main()), event


#: A step: an event with its year or count, and the status after it. Source of these scenarios: tests of the compliance
#: calculation of UKGovernmentBEIS/ukets-registry v6.0.0 (Apache-2.0), facts only.
Step = tuple[str, int | None, int | None, str | None]
PUBLISHED: dict[str, tuple[tuple[int, int | None, int], list[Step]]] = {
    "last year is first and current year": (
        (2021, 2021, 2021),
        [("verified_emissions", 2021, 100, None), ("surrender", None, 100, "A")],
    ),
    "excluded in the only year": (
        (2021, 2021, 2021),
        [("verified_emissions", 2021, None, None), ("surrender", None, 100, None), ("exclude", 2021, None, "EXCLUDED")],
    ),
    "a last year makes the current year count": (
        (2021, None, 2021),
        [
            ("verified_emissions", 2021, 100, "NOT_APPLICABLE"),
            ("surrender", None, 100, "NOT_APPLICABLE"),
            ("set_last_year", 2021, None, "A"),
        ],
    ),
    "excluded, included again, verified, surrendered": (
        (2021, 2021, 2022),
        [
            ("verified_emissions", 2021, None, "C"),
            ("exclude", 2021, None, "EXCLUDED"),
            ("unexclude", 2021, None, "C"),
            ("verified_emissions", 2021, 100, "B"),
            ("change_year", 2022, None, None),
            ("surrender", None, 100, "A"),
        ],
    ),
    "a reversal leaves the missing year missing": (
        (2021, None, 2024),
        [
            ("verified_emissions", 2021, None, None),
            ("verified_emissions", 2022, 100, None),
            ("exclude", 2023, None, None),
            ("surrender_reversal", None, 100, "C"),
        ],
    ),
    "compliant, excluded, compliant": (
        (2021, None, 2021),
        [
            ("change_year", 2022, None, "C"),
            ("verified_emissions", 2021, 100, "B"),
            ("surrender", None, 100, "A"),
            ("change_year", 2023, None, "C"),
            ("exclude", 2022, None, "A"),
            ("change_year", 2024, None, "C"),
            ("verified_emissions", 2023, 200, "B"),
            ("surrender", None, 200, "A"),
        ],
    ),
    "the first year is amended": (
        (2022, None, 2023),
        [
            ("verified_emissions", 2022, 150, "B"),
            ("surrender", None, 150, "A"),
            ("change_year", 2024, None, "C"),
            ("verified_emissions", 2023, 175, "B"),
            ("surrender", None, 175, "A"),
            ("set_first_year", 2021, None, "C"),
            ("verified_emissions", 2021, 30, "B"),
            ("surrender", None, 30, "A"),
        ],
    ),
    "the current year is excluded and does not count yet": (
        (2021, None, 2021),
        [
            ("verified_emissions", 2021, 100, None),
            ("surrender", None, 100, None),
            ("change_year", 2022, None, "A"),
            ("exclude", 2022, None, "A"),
        ],
    ),
    "a zero is a figure": (
        (2021, 2021, 2021),
        [("verified_emissions", 2021, 0, "A"), ("change_year", 2022, None, "A")],
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_scenarios_stand_as_published(name: str) -> None:
    (first, last, now), steps = PUBLISHED[name]
    standing = Standing(first, last, now, UK)
    for event, year, count, expected in steps:
        assert EVENTS[event](standing, year, count) is None
        if expected is not None:
            assert standing.status.name == expected, (event, year)


def test_the_conventions_of_the_last_year_are_data() -> None:
    """2021 is excluded, 2022 is the last year and runs. In the UK the source is excluded as long as 2022 runs."""
    for convention, expected in ((UK, Status.EXCLUDED), (STRICT, Status.C)):
        standing = Standing(2021, 2022, 2022, convention)
        standing.exclude(2021)
        assert standing.status is expected
        standing.exclude(2022)
        assert standing.status is Status.EXCLUDED


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    standing = Standing(2021, None, 2023, STRICT)
    assert standing.verify(2021, 100) is None
    refused = [
        standing.verify(2021, -1),
        standing.verify(2020, 5),
        standing.verify(2023, 5),
        standing.exclude(2021),
        standing.exclude(2019),
        standing.include(2022),
        standing.reverse(1),
        standing.surrender(-1),
        standing.begin(2022),
        standing.finish(2020),
        standing.turn(2023),
        standing.verify(2022, None),
    ]
    assert all(refused), refused
    assert (standing.status, standing.total, standing.surrendered, standing.excluded) == (Status.C, 100, 0, set())


def test_in_the_uk_more_may_be_reversed_than_was_surrendered() -> None:
    """A published scenario does, so their engine takes it; a book here refuses it."""
    standing = Standing(2021, None, 2022, UK)
    assert standing.reverse(100) is None
    assert standing.surrendered == -100


@given(st.dictionaries(YEARS, st.none() | COUNTS), st.integers(0, 20), YEARS, st.none() | YEARS, YEARS)
def test_figures_known_at_once_stand_as_if_they_came_one_by_one(
    emitted: dict[int, int | None], surrendered: int, first: int, last: int | None, now: int
) -> None:
    standing = Standing(first, last, now, STRICT)
    for year, count in emitted.items():
        if count is not None:
            standing.verify(year, count)
    standing.surrender(surrendered)

    within = {year: count for year, count in emitted.items() if year in standing.figures}
    assert status(within, surrendered, first, last, now) is standing.status
