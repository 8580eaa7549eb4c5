"""The section of a rulebook about the price index: what is in it, with which weight, and what happens without trade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Status, Step, TradeKind
from airshed.rulebook.section import Section

WHOLE = 10_000


class IndexRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `price_index.csv`: a component of the price index."""

    #: Pollutant; its price is the volume-weighted mean over all its series. 污染物。
    pollutant: str
    #: Weight, in hundredths of a percent; the weights of all rows make 100 %. 权重。
    weight_basis_points: Annotated[int, Meta(ge=1, le=WHOLE)]
    #: Price at which the component stands at 100 points, in fen per tonne. 基期价格。
    base_fen_per_t: Step
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class PriceIndexRule(Section, frozen=True):
    """The price index of the zone: the sum of weight x price / base, in points."""

    #: Kinds of trade that make the price. 计价的交易类型。
    kinds: tuple[TradeKind, ...]
    #: Days for which a component without trade keeps its last price; after them there is no index until it trades.
    #: 无成交时价格沿用天数。
    carry_days: Annotated[int, Meta(ge=0, le=3_660)]
    #: One row per component (read from `price_index.csv`). 明细。
    rows: tuple[IndexRow, ...] = ()


def index_faults(rule: PriceIndexRule, lines: Sequence[int], file: str) -> Iterator[Malformed]:
    """What an index may get wrong beside its codes: no kinds, kinds that stand twice, weights that make no whole."""
    place = f"{file} [price_index] kinds"
    if not rule.kinds:
        yield Malformed(place, "is empty, so that no trade would make a price", 'write at least ["listed"]')
    for kind in sorted({each for each in rule.kinds if rule.kinds.count(each) > 1}):
        yield Malformed(place, f"{kind!r} stands twice", "keep one")
    total = sum(row.weight_basis_points for row in rule.rows)
    if total != WHOLE and lines:
        what = f"the weights make {total / 100:g} %"
        yield Malformed("price_index.csv", what, "let weight_basis_points sum to 10000")
