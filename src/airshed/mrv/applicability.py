"""Which limits hold for an outlet: by what it is, where it stands and when it was commissioned, and from which day."""

from __future__ import annotations

from itertools import pairwise

from airshed.mrv.rules import LimitScope, LimitValue, MonitoringRules, StackRegistration
from airshed.mrv.spans import hour_of_day, hours_in


def fits(scope: LimitScope, stack: StackRegistration, special_areas: tuple[str, ...]) -> bool:
    """Whether a scope speaks of an outlet. One whose commissioning is not known fits no scope that asks for it."""
    asks_year = scope.commissioned_from is not None or scope.commissioned_before is not None
    if asks_year and stack.commissioned is None:
        return False
    year = stack.commissioned or 0
    return (
        scope.process == stack.process
        and scope.sector in {None, stack.sector}
        and (scope.commissioned_from is None or year >= scope.commissioned_from)
        and (scope.commissioned_before is None or year < scope.commissioned_before)
        and (scope.region is None or scope.region in stack.places)
        and (not scope.special or any(place in special_areas for place in stack.places))
    )


def rank(scope: LimitScope) -> tuple[bool, bool, bool, bool, str]:
    """How particular a scope is; of those that fit the highest holds."""
    by_year = scope.commissioned_from is not None or scope.commissioned_before is not None
    return scope.special, scope.region is not None, by_year, scope.sector is not None, scope.valid_from


def scope_on(rules: MonitoringRules, stack: StackRegistration, day: str) -> LimitScope | None:
    """The scope that holds for an outlet on an ISO day: the most particular one that fits, then the newest."""
    held = [each for each in rules.scopes if each.valid_from <= day and fits(each, stack, rules.special_areas)]
    return max(held, key=rank) if held else None


def limits_of(
    rules: MonitoringRules, stack: StackRegistration, pollutant: str, year: int
) -> tuple[tuple[LimitValue, int, int], ...]:
    """The limits of a pollutant that hold for an outlet in a year, each with its first hour and the one after its last.

    Where no scope of the law fits, the set that the registration names holds.
    """
    days = {each.valid_from for each in rules.scopes} | {each.valid_from for each in rules.limits}
    changes = sorted(day for day in days if day.startswith(f"{year:04}-"))
    first_day = f"{year:04}-01-01"
    bounds = [hour_of_day(year, day) for day in (*changes, f"{year + 1:04}-01-01")]
    spans: list[tuple[LimitValue, int, int]] = []
    for day, (first, after) in zip((first_day, *changes), pairwise((0, *bounds)), strict=True):
        limit = limit_on(rules, stack, pollutant, day)
        if first == after or limit is None:
            continue
        if spans and spans[-1][0] == limit and spans[-1][2] == first:
            spans[-1] = (limit, spans[-1][1], after)
        else:
            spans.append((limit, first, after))
    assert not spans or spans[-1][2] <= hours_in(year)
    return tuple(spans)


def absences(rules: MonitoringRules, stack: StackRegistration, year: int) -> tuple[str, ...]:
    """What the law says of the days of a year on which a standard held whose figures are in no table, in order."""
    first_day = f"{year:04}-01-01"
    changes = sorted(day for day in {each.valid_from for each in rules.scopes} if day.startswith(f"{year:04}-"))
    held = [scope_on(rules, stack, day) for day in (first_day, *changes)]
    return tuple(dict.fromkeys(scope.cite for scope in held if scope is not None and scope.limit_set is None))


def limit_on(rules: MonitoringRules, stack: StackRegistration, pollutant: str, day: str) -> LimitValue | None:
    """The limit of a pollutant that holds for an outlet on an ISO day: the newest of its set, or None."""
    scope = scope_on(rules, stack, day)
    limit_set = stack.limit_set if scope is None else scope.limit_set
    held = [
        each
        for each in rules.limits
        if each.limit_set == limit_set and each.pollutant == pollutant and each.valid_from <= day
    ]
    return max(held, key=lambda each: each.valid_from) if held else None
