"""What the tables about measuring may still get wrong: gaps in the tiers, methods twice, two limits at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.mrv_tables import Applies, Availability
from airshed.rulebook.schema import Rulebook

PARAMETERS = ("gas", "nox", "flow")
#: Any process that has no row of its own in `methods.csv`.
ANY = "any"


def availability(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    """Rows of `part75.csv` that say a percentile where none belongs, and availabilities that no row covers."""
    file, tiers = "part75.csv", rules.part75.tiers
    for line, row in zip(lines, tiers, strict=True):
        if (row.statistic == "percentile") != (row.percentile is not None):
            what = f"statistic {row.statistic} with percentile {row.percentile or 'empty'}"
            yield Malformed(f"{file} line {line}", what, "a percentile has its number; leave the others empty")
    for parameter in PARAMETERS:
        own = [row for row in tiers if row.parameter == parameter]
        yield from _gaps(file, parameter, own)


def _gaps(file: str, parameter: str, own: Sequence[Availability]) -> Iterator[Malformed]:
    steps = {row.available_from_tenths for row in own}
    if 0 not in steps:
        yield Malformed(file, f"no row of {parameter} holds from availability 0 on", "add one")
    for step in sorted(steps, reverse=True):
        if not any(row.longest_hours is None for row in own if row.available_from_tenths == step):
            longest = max(row.longest_hours or 0 for row in own if row.available_from_tenths == step)
            what = f"{parameter} from {step / 10:g} % leaves runs of more than {longest} hours without a rule"
            yield Malformed(file, what, "add a row of this availability with longest_hours empty")


def quality(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    """Tests of monitors that fail before they cease to pass."""
    for line, row in zip(lines, rules.quality_tests.rows, strict=True):
        if row.fail_basis_points < row.pass_basis_points:
            what = f"{row.test} of {row.of} fails at {row.fail_basis_points} and passes to {row.pass_basis_points}"
            yield Malformed(f"quality.csv line {line}", what, "write the larger one as fail_basis_points")


def processes(rules: Rulebook, lines: Mapping[str, Sequence[int]]) -> Iterator[Malformed]:
    """Methods that stand twice in a row, and sets of limits that are in no table."""
    for line, row in zip(lines["methods.csv"], rules.methods.rows, strict=True):
        place = f"methods.csv line {line}"
        methods = row.methods.split()
        twice = sorted({each for each in methods if methods.count(each) > 1})
        if twice:
            yield Malformed(place, f"method {twice[0]!r} stands twice", "keep one")
        if row.rule == "larger" and len(methods) < 2:
            yield Malformed(place, "takes the larger of one method", "name two methods, or write first")
    sets = sorted({row.limit_set for row in rules.limits.rows})
    rows = list(zip(lines["applicability.csv"], rules.applicability.rows, strict=True))
    for number, (line, own) in enumerate(rows):
        place = f"applicability.csv line {line}"
        if own.limit_set is not None and own.limit_set not in sets:
            yield Malformed(
                f"{place}, column limit_set", f"no such limit set {own.limit_set!r}", near(own.limit_set, sets)
            )
        low, high = years(own)
        if low >= high:
            yield Malformed(place, f"nothing is commissioned from {low} and before {high}", "check the two years")
        for earlier_line, earlier in rows[:number]:
            if _alike(own) == _alike(earlier) and low < years(earlier)[1] and years(earlier)[0] < high:
                what = f"holds for outlets of line {earlier_line}, too"
                yield Malformed(place, what, "part them by region, special, commissioning or day")


def years(row: Applies) -> tuple[int, int]:
    """The years of commissioning of a row: the first, and the first that is not in it."""
    return row.commissioned_from or 0, row.commissioned_before or 9_999


def _alike(row: Applies) -> tuple[object, ...]:
    return row.sector, row.process, row.region, row.special, row.valid_from
