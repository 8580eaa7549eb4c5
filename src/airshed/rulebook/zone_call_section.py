"""The section and the tables of the zone-wide call: what the air allows, and how a call is held."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.rulebook.kinds import Count, Price, Share, Status, Step
from airshed.rulebook.section import Section

#: A decimal number with every digit that counts, as text: also as a program writes a float, 3.2881e-05.
DECIMAL = r"-?[0-9]{1,9}(\.[0-9]{1,20})?([eE](-[0-2]?[0-9]|\+?0?[0-8]))?"
Decimal = Annotated[str, Meta(pattern=rf"^{DECIMAL}\Z", examples=["0.125"])]
#: A short name of a receptor.
ReceptorName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z", examples=["kunming"])]


class ReceptorRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `receptors.csv`: a place where the air is measured, and what a call may add there."""

    #: Pollutant. 污染物。
    pollutant: str
    #: Name of the receptor. 受体点。
    receptor: ReceptorName
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: The load that one call may add, in the measure of the matrix times tonnes; below zero: must take away. 负荷上限。
    limit: Decimal
    #: "failed": nothing may be added, whatever the limit says. 空气质量达标情况。
    standard: Literal["met", "failed"]
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class TransferRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `transfer.csv`: what a tonne emitted in a jurisdiction adds at a receptor."""

    #: Pollutant. 污染物。
    pollutant: str
    #: Receptor, one of `receptors.csv`. 受体点。
    receptor: ReceptorName
    #: Jurisdiction that emits. 辖区。
    jurisdiction: str
    #: The load of a tonne, never below zero. 单位排放负荷系数。
    coefficient: Decimal
    #: The model it comes from; "indicative" for the built-in plume. 来源模型。
    origin: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class RatioRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `ratios.csv`: the cover that an allowance of one jurisdiction gives in another."""

    #: Pollutant. 污染物。
    pollutant: str
    #: Jurisdiction of issue. 发行辖区。
    origin: str
    #: Jurisdiction of the emission. 排放辖区。
    target: str
    #: Kilograms of cover of one allowance, up to 1; empty where it gives none. What is left of it is retired.
    #: 折算比例。
    ratio: Decimal | None = None
    #: Source. 依据。
    cite: str
    #: "confirmed" or "to confirm". 核实情况。
    status: Status


class ZoneCallRule(Section, frozen=True):
    """The zone-wide call: one session for all jurisdictions and vintages of a pollutant.

    Who trades with whom stands in `[trade_rules]`: walls, areas that fail their standard, crossing (`free` and
    `approval`: the whole zone, for the office that opens a call gives the leave; `first`: the city, then the zone;
    `never`: cities by themselves).
    """

    #: Allowances in the smallest order; every order is a multiple. 最小申报单位。
    lot: Count
    #: Smallest step of price, in fen per tonne. 最小变动价位。
    tick_fen_per_t: Step
    #: Allowances in the largest order. 单笔最大申报数量。
    largest_order: Count
    #: Most orders of a call. 最多申报笔数。
    most_orders: Annotated[int, Meta(ge=1, le=100_000)]
    #: Fee of the buyer, in hundredths of a percent of the value. 买方手续费率。
    buyer_fee_basis_points: Share
    #: Fee of the seller, in hundredths of a percent of the value. 卖方手续费率。
    seller_fee_basis_points: Share
    #: Most that the treasury puts into a round of a call, in fen. 财政每轮出资上限。
    fund_fen: Price


class ReceptorRule(Section, frozen=True):
    """Where the air is measured, from `receptors.csv`. A rulebook may leave the file out: then all air is alike."""

    #: One row per pollutant and receptor (read from `receptors.csv`). 明细。
    rows: tuple[ReceptorRow, ...] = ()


class TransferRule(Section, frozen=True):
    """The transfer matrix, from `transfer.csv`. A rulebook without receptors has none."""

    #: One row per pollutant, receptor and jurisdiction (read from `transfer.csv`). 明细。
    rows: tuple[TransferRow, ...] = ()


class RatioRule(Section, frozen=True):
    """Trading ratios, from `ratios.csv`. A rulebook may leave the file out: then allowances count one for one."""

    #: One row per pollutant and pair of jurisdictions (read from `ratios.csv`). 明细。
    rows: tuple[RatioRow, ...] = ()
