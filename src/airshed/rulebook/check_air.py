"""What a rulebook may get wrong about the air of a zone-wide call: holes, negative loads, money machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

RECEPTORS, TRANSFER, RATIOS = "receptors.csv", "transfer.csv", "ratios.csv"


def air(rules: Rulebook, lines: Mapping[str, Sequence[int]]) -> Iterator[Malformed]:
    """Every fault of the three tables and of the section."""
    law = rules.zone_call
    if law.lot * law.tick_fen_per_t % KG_PER_T:
        what = f"a lot of {law.lot} at a tick of {law.tick_fen_per_t} fen/t is not worth whole fen"
        yield Malformed("rulebook.toml [zone_call]", what, f"make lot times tick a multiple of {KG_PER_T}")
    if law.largest_order % law.lot:
        what = f"largest_order {law.largest_order} is not a multiple of lot {law.lot}"
        yield Malformed("rulebook.toml [zone_call]", what, "write a multiple of the lot")
    yield from _transfer(rules, lines.get(TRANSFER, ()))
    yield from _ratios(rules, lines.get(RATIOS, ()))


def _transfer(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    receptors = {(row.pollutant, row.receptor) for row in rules.receptors.rows}
    there: set[tuple[str, str, str]] = set()
    for line, row in zip(lines, rules.transfer.rows, strict=True):
        place = f"{TRANSFER} line {line}, column"
        if (row.pollutant, row.receptor) not in receptors:
            what = f"no such receptor {row.receptor!r} of {row.pollutant}"
            yield Malformed(f"{place} receptor", what, f"give it a row in {RECEPTORS}")
        if Fraction(row.coefficient) < 0:
            yield Malformed(f"{place} coefficient", f"{row.coefficient} is negative", "a load is zero or more")
        there.add((row.pollutant, row.receptor, row.jurisdiction))
    for pollutant, receptor in sorted(receptors):
        for each in rules.jurisdictions:
            if (pollutant, receptor, each.code) not in there:
                what = f"no coefficient for {pollutant} {receptor} {each.code}"
                yield Malformed(TRANSFER, what, "add the row; 0 where nothing arrives")


def _ratios(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    tables: dict[str, dict[tuple[str, str], Fraction | None]] = {}
    for line, row in zip(lines, rules.ratios.rows, strict=True):
        place = f"{RATIOS} line {line}"
        ratio = None if row.ratio is None else Fraction(row.ratio)
        tables.setdefault(row.pollutant, {})[row.origin, row.target] = ratio
        if row.origin == row.target:
            yield Malformed(place, f"{row.origin} to {row.target} is at home", "leave it out: an allowance is worth 1")
        elif ratio is not None and ratio <= 0:
            yield Malformed(f"{place}, column ratio", f"ratio {row.ratio}", "write one above zero, or none")
    for pollutant, table in sorted(tables.items()):
        machine = money_machine(table)
        if machine is not None:
            path, product = machine
            what = f"money machine of {pollutant}: {' -> '.join((*path, path[0]))} makes {float(product):.6g} of one"
            yield Malformed(RATIOS, what, "lower a ratio of that cycle until its product is 1 or less")
            continue
        for (origin, target), ratio in table.items():
            if ratio is not None and ratio > 1:
                what = f"an allowance of {origin} covers {float(ratio):g} kg of {pollutant} in {target}"
                yield Malformed(RATIOS, what, "write 1 or less: an allowance is surrendered for one kilogram")
        codes = [each.code for each in rules.jurisdictions]
        for origin in codes:
            for target in codes:
                if origin != target and (origin, target) not in table:
                    what = f"no ratio for {pollutant} from {origin} to {target}"
                    yield Malformed(RATIOS, what, "add the row; an empty ratio where no trade goes")


def money_machine(
    ratios: Mapping[tuple[str, str], Fraction | None],
) -> tuple[tuple[str, ...], Fraction] | None:
    """A cycle of places whose ratios multiply to more than one, with the product; None when there is none.

    >>> money_machine({("KM", "QJ"): Fraction(5, 4), ("QJ", "KM"): Fraction(9, 10)})
    (('KM', 'QJ'), Fraction(9, 8))
    """
    places = sorted({place for pair in ratios for place in pair})
    best: dict[tuple[str, str], tuple[Fraction, tuple[str, ...]]] = {
        pair: (ratio, pair) for pair, ratio in ratios.items() if ratio is not None and pair[0] != pair[1]
    }
    for middle in places:  # the best product of any path over the places so far (Floyd and Warshall)
        for origin in places:
            first = best.get((origin, middle))
            if first is None:
                continue
            for target in places:
                second = best.get((middle, target))
                if second is None or middle in (origin, target):
                    continue
                product = first[0] * second[0]
                known = best.get((origin, target))
                if known is None or product > known[0]:
                    best[origin, target] = (product, (*first[1], *second[1][1:]))
                    if origin == target and product > 1:
                        path = best[origin, target][1][:-1]
                        first_place = path.index(min(path))
                        return (*path[first_place:], *path[:first_place]), product
    return None
