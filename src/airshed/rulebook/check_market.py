"""What a rulebook may get wrong about its market: who may trade, and at which prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook

_MAIN = "rulebook.toml"


def trade_rules(rules: Rulebook, codes: Mapping[str, Sequence[str]]) -> Iterator[Malformed]:
    """Codes that do not exist, and prices or sizes at which nothing could trade."""
    law = rules.trade_rules
    place = f"{_MAIN} [trade_rules]"
    for sector in law.walled_sectors:
        yield from known(sector, codes["sector"], f"{place} walled_sectors", "sector")
    for each in law.failing:
        where, _, pollutant = each.partition(" ")
        yield from known(where, codes["jurisdiction"], f"{place} failing", "jurisdiction")
        yield from known(pollutant, codes["pollutant"], f"{place} failing", "pollutant")
    for where in law.no_export:
        yield from known(where, codes["jurisdiction"], f"{place} no_export", "jurisdiction")
    for number, rule in enumerate(rules.pollutants, 1):
        if rule.ceiling_fen_per_t and rule.floor_fen_per_t > rule.ceiling_fen_per_t:
            what = f"floor_fen_per_t {rule.floor_fen_per_t} is above ceiling_fen_per_t {rule.ceiling_fen_per_t}"
            yield Malformed(f"{_MAIN} [[pollutants]] {number} ({rule.code})", what, "leave room for a price")
        elif rule.ceiling_fen_per_t and rule.block_floor_fen_per_t > rule.ceiling_fen_per_t:
            top = f"ceiling_fen_per_t {rule.ceiling_fen_per_t}"
            what = f"block_floor_fen_per_t {rule.block_floor_fen_per_t} is above {top}"
            yield Malformed(f"{_MAIN} [[pollutants]] {number} ({rule.code})", what, "leave room for a price")
    if rules.trading.block_from % rules.trading.lot:
        what = f"block_from {rules.trading.block_from} is not a multiple of lot {rules.trading.lot}"
        yield Malformed(f"{_MAIN} [trading]", what, "write a multiple of the lot")


def known(code: str, codes: Sequence[str], place: str, what: str) -> Iterator[Malformed]:
    """A code is one of those that the rulebook lists."""
    if code not in codes:
        yield Malformed(place, f"no such {what} {code!r} in {_MAIN}", near(code, codes))
