"""Linear equations in exact fractions: a corner of a programme as the numbers it really has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction


def solved(equations: Iterable[tuple[Mapping[int, Fraction], Fraction]]) -> dict[int, Fraction] | None:
    """The unknowns of equations (coefficients by unknown, right side), or None when they contradict each other.

    Gauss-Jordan with the shortest row and, in it, the unknown of the fewest rows first, because the rows of a call
    are short. An unknown that nothing fixes is zero.

    >>> solved([({0: Fraction(1), 1: Fraction(2)}, Fraction(5)), ({1: Fraction(3)}, Fraction(6))])
    {0: Fraction(1, 1), 1: Fraction(2, 1)}
    >>> solved([({0: Fraction(2)}, Fraction(1)), ({0: Fraction(4)}, Fraction(1))]) is None
    True
    """
    rows = [({name: value for name, value in row.items() if value}, right) for row, right in equations]
    where: dict[int, set[int]] = {}
    for number, (row, _) in enumerate(rows):
        for name in row:
            where.setdefault(name, set()).add(number)
    left = set(range(len(rows)))
    pivots: list[tuple[int, int]] = []
    while left:
        number = min(left, key=lambda each: (len(rows[each][0]), each))
        left.discard(number)
        row, right = rows[number]
        if not row:
            if right:
                return None
            continue
        name = min(row, key=lambda each: (len(where[each]), each))
        pivots.append((number, name))
        for other in sorted(where[name] & left):
            _clear(rows, where, other, number, name)
    values: dict[int, Fraction] = {}
    for number, name in reversed(pivots):
        row, right = rows[number]
        rest = sum((value * values.get(each, 0) for each, value in row.items() if each != name), Fraction(0))
        values[name] = (right - rest) / row[name]
    return values


def _clear(
    rows: list[tuple[dict[int, Fraction], Fraction]], where: dict[int, set[int]], target: int, pivot: int, name: int
) -> None:
    """Take the pivot row off a target row so often that the unknown `name` leaves it."""
    source, right = rows[pivot]
    row, own = rows[target]
    times = row[name] / source[name]
    for each, value in source.items():
        new = row.get(each, Fraction(0)) - times * value
        if new:
            row[each] = new
            where[each].add(target)
        elif each in row:
            del row[each]
            where[each].discard(target)
    rows[target] = (row, own - times * right)
