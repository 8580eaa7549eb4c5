"""Where a source stands over all its years: the cumulative status of the UK registry."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import StrEnum


class Status(StrEnum):
    """The answers, in the order in which they are looked for."""

    NOT_APPLICABLE = "not_applicable"
    EXCLUDED = "excluded"
    C = "C"
    B = "B"
    A = "A"


def status(
    emitted: Mapping[int, int | None],
    surrendered: int,
    first_year: int,
    last_year: int | None,
    current_year: int,
    excluded: Set[int] = frozenset(),
) -> Status:
    """A: all verified years are covered; B: surrendered less than emitted; C: a year has no figure.

    `emitted` and `surrendered` count allowances, cumulated. Years that are over oblige, and the current one too if it
    is the last. A zero is a figure, a missing year is not zero. (UK ETS registry, compliance calculation.)

    >>> status({2021: 100, 2022: None}, 100, 2021, None, 2023)
    <Status.C: 'C'>
    """
    end = last_year if last_year is not None and last_year <= current_year else current_year - 1
    years = [year for year in range(first_year, end + 1) if year not in excluded]
    if end < first_year:
        return Status.NOT_APPLICABLE
    if not years:
        return Status.EXCLUDED
    figures = [emitted.get(year) for year in years]
    if None in figures:
        return Status.C
    return Status.B if sum(figure for figure in figures if figure is not None) > surrendered else Status.A
