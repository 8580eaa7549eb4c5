"""The law of a laboratory: a shipped rulebook without bands, fees, walls, collars and limits of the air."""

from __future__ import annotations

import msgspec

from airshed.rulebook.load import find, load
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import Cap

SHIPPED = "dianzhong"
WHOLE = 10_000


def laboratory(count: int, middle: int, lot: int, tick: int = 1, fee_basis_points: int = 0) -> Rulebook:
    """A law for one series of `count` allowances, whose limits lie from one tick to twice `middle` fen per tonne."""
    rules = load(find(SHIPPED))
    replace = msgspec.structs.replace
    pollutant, place = rules.pollutants[0], rules.jurisdictions[0]
    year = min(row.vintage for row in rules.caps.rows)
    return replace(
        rules,
        programme=replace(rules.programme, version="laboratory"),
        pollutants=(
            replace(pollutant, reference_fen_per_t=middle, floor_fen_per_t=0, ceiling_fen_per_t=0),
            *rules.pollutants[1:],
        ),
        caps=replace(
            rules.caps,
            rows=(Cap(pollutant=pollutant.code, jurisdiction=place.code, vintage=year, count=count),),
        ),
        allocation=replace(rules.allocation, method="history", reserve_basis_points=0, auction_basis_points=0),
        trading=replace(
            rules.trading,
            lot=lot,
            tick_fen_per_t=tick,
            largest_order=max(count, lot),
            band_basis_points=WHOLE,
            call_band_basis_points=WHOLE,
            buyer_fee_basis_points=fee_basis_points,
            seller_fee_basis_points=fee_basis_points,
            resale_same_day=True,
            breaker_basis_points=0,
        ),
        zone_call=replace(
            rules.zone_call,
            lot=lot,
            tick_fen_per_t=tick,
            largest_order=max(count, lot),
            buyer_fee_basis_points=fee_basis_points,
            seller_fee_basis_points=fee_basis_points,
        ),
        receptors=replace(rules.receptors, rows=()),
        transfer=replace(rules.transfer, rows=()),
        ratios=replace(rules.ratios, rows=()),
        trade_rules=replace(
            rules.trade_rules, walled_sectors=(), crossing="free", group_limit_basis_points=0, failing=(), no_export=()
        ),
        variations=(),
    )
