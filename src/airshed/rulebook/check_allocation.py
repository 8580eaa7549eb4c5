"""What the sections on allocation may still get wrong: parameters that a method lacks, works that no class covers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.allocation_sections import AllocationRule
from airshed.rulebook.allocation_tables import AllocationClass
from airshed.rulebook.schema import Rulebook

FILE, FACTORS = "allocation_classes.csv", "benchmark_factors.csv"
BY_CLASS = "by_class"
#: The keys that a method or a claim asks for, and what programmes that are known write there.
PARAMETERS: Mapping[str, Mapping[str, int | str]] = {
    "plan": {"tiers": '["source benchmark proportional"]'},
    "heat_input": {"pounds_per_1000_mmbtu": 2_500},
    "output_based": {
        "advance_basis_points": 7_000,
        "air_cooled_basis_points": 10_500,
        "coal_heat_basis_points": 2_200,
        "gas_heat_basis_points": 6_000,
    },
    "intensity": {"intensity_slope_basis_points": 1_500, "intensity_most_basis_points": 300},
    "early_action": {"early_pool_basis_points": 500, "early_rate_basis_points": 1_000},
}
#: A key that goes with every method.
ANY_METHOD = ("advance_basis_points",)
#: All of a share, in hundredths of a percent.
WHOLE = 10_000
#: Methods that are one with a certain key, and what that key is to be.
BASELINES: Mapping[str, tuple[str, ...]] = {
    "history_median": ("median",),
    "history_best": ("best_2", "best_1", "best_3", "best_4", "best_5"),
}
PARTS: Mapping[str, str] = {"paid": "auction_basis_points", "reserve": "reserve_basis_points"}


def allocation(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """Every method has the parameters that it asks for, and no parameter stands for nothing."""
    law, place = rules.allocation, f"{file} [allocation]"
    used = used_by(law)
    asked = {key: (name, value) for name in used for key, value in PARAMETERS.get(name, {}).items()}
    for key, (name, value) in asked.items():
        if getattr(law, key) is None:
            yield Malformed(place, f"{name} asks for {key}", f"write {key}, as {key} = {value}")
    for name, keys in PARAMETERS.items():
        for key in keys:
            if getattr(law, key) is not None and key not in (*asked, *ANY_METHOD):
                cure = f"leave it out, or let a claim be {name}"
                yield Malformed(place, f"{key} is of {name}, which is not used", cure)
    wanted = BASELINES.get(law.method, ())
    if wanted and law.baseline not in wanted:
        cure = f'write baseline = "{wanted[0]}", or method = "history"'
        yield Malformed(place, f"{law.method} does not go with baseline {law.baseline!r}", cure)
    part = PARTS.get(law.method)
    if part is not None and not getattr(law, part):
        yield Malformed(place, f"{law.method} asks for a part, and {part} is 0", f"write {part} above 0")
    yield from _levels(law, place)
    yield from _advance(rules, law, place)


def _advance(rules: Rulebook, law: AllocationRule, place: str) -> Iterator[Malformed]:
    """What is kept until output is verified is given out by somebody, and nothing is kept where nothing can be."""
    kept = law.advance_basis_points not in (None, WHOLE)
    if law.unclaimed == "cancelled" and not kept:
        cure = "write advance_basis_points below 10000, or leave unclaimed out"
        yield Malformed(place, "what is unclaimed is known once output is verified, and all is given at once", cure)
    if kept and law.early_pool_basis_points is not None:
        cure = "leave advance_basis_points out, or take another method"
        yield Malformed(place, "early_action credits the baseline years, of which no output is verified later", cure)
    if kept and not lookup.senders(rules, "TrueUp"):
        what = "a part is kept until output is verified, and nobody may send TrueUp"
        yield Malformed(place, what, "give TrueUp to a role in roles.csv, or leave advance_basis_points out")


def used_by(law: AllocationRule) -> dict[str, None]:
    """The method and every claim of it, as far as the law itself says them."""
    claims = [tier.split(" ")[1] for tier in law.tiers or ()]
    if BY_CLASS in claims:
        claims += [row.claim for row in law.classes]
    return dict.fromkeys((law.method, *claims))


def _levels(law: AllocationRule, place: str) -> Iterator[Malformed]:
    levels = [tier.split(" ")[0] for tier in law.tiers or ()]
    if law.tiers is not None and (levels not in (["source"], ["sector", "source"])):
        what = f"they are by {', '.join(levels) or 'nothing'}"
        yield Malformed(f"{place} tiers", what, "write sector at most once, and source last")
    by_class = BY_CLASS in used_by(law)
    if by_class and not law.classes:
        yield Malformed(f"{place} tiers", "by_class asks for classes", f"add {FILE}, a row a class")
    if law.classes and not by_class:
        cure = f'write tiers = ["source {BY_CLASS} proportional"] and method = "plan", or take the file away'
        yield Malformed(FILE, "no tier of [allocation] claims by class", cure)


def classes(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    """Rows that can be meant, and for every works a row: of each sector, size and first year that there may be."""
    sectors = [sector.code for sector in rules.sectors]
    rows, seen = rules.allocation.classes, dict[Hashable, int]()
    for line, row in zip(lines, rows, strict=True):
        place = f"{FILE} line {line}"
        if row.name in seen:
            yield Malformed(place, f"{row.name} stands in line {seen[row.name]} already", "name each class once")
        seen.setdefault(row.name, line)
        if row.claim == BY_CLASS:
            yield Malformed(f"{place}, column claim", "a class cannot claim by class", "name a claim of its own")
        for code in (row.sectors or "").split():
            if code not in sectors:
                yield Malformed(f"{place}, column sectors", f"no such sector {code!r}", near(code, sectors))
        for low, high in (("from_kg", "below_kg"), ("first_year_from", "first_year_before")):
            least, most = getattr(row, low), getattr(row, high)
            if least is not None and most is not None and most <= least:
                what = f"nothing is from {least} and below {most}"
                yield Malformed(f"{place}, column {high}", what, f"write more than {low}, or leave one out")
    for sector in sectors if rows else ():
        gap = _gap(sector, rows)
        if gap:
            yield Malformed(FILE, f"no class covers works of {sector} {gap}", "add a row that does, or widen one")


def _gap(sector: str, rows: Sequence[AllocationClass]) -> str:
    """The first sizes and years of a sector that no row covers; empty if there are none."""
    sizes = _bounds(row_bound for row in rows for row_bound in (row.from_kg, row.below_kg))
    years = _bounds(row_bound for row in rows for row_bound in (row.first_year_from, row.first_year_before))
    for low, high in pairwise((*sizes, None)):
        for first, before in pairwise((*years, None)):
            assert low is not None, sector
            assert first is not None, sector
            if not any(row.covers(sector, low, first) for row in rows):
                return _said(low, high, " kg a year") + (f" that began {_said(first, before, '')}" if years[1:] else "")
    return ""


def _bounds(found: Iterator[int | None]) -> list[int]:
    return sorted({0, *(bound for bound in found if bound is not None)})


def _said(low: int, high: int | None, measure: str) -> str:
    return f"from {low:,}{measure}" + ("" if high is None else f" to under {high:,}{measure}")


def keys_of(method: str, law: AllocationRule) -> dict[str, int | str | None]:
    """What `[allocation]` says to share out by a method of the catalogue, with figures of programmes that are known.

    What the method does not ask for is taken out; parts for reserve and auction stay as they are, but for a method that
    is nothing without one.
    """
    keys: dict[str, int | str | None] = {key: None for asked in PARAMETERS.values() for key in asked}
    keys |= {"method": method} | dict(PARAMETERS.get(method, {}))
    wanted = BASELINES.get(method, ())
    if wanted and law.baseline not in wanted:
        keys["baseline"] = wanted[0]
    if method == "paid" and not law.auction_basis_points:
        keys["auction_basis_points"] = 5_000
    if method == "reserve" and not law.reserve_basis_points:
        keys["reserve_basis_points"] = 500
    return keys
