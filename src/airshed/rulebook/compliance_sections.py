"""What a law says of covering a year: shortfall, banking, credits."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.rulebook.credit_tables import CreditLimit, CreditRow, CreditsTogether
from airshed.rulebook.group_table import AssuranceGroup
from airshed.rulebook.kinds import (
    Count,
    MonthDay,
    Multiple,
    Share,
    Step,
)
from airshed.rulebook.period_table import ControlPeriod
from airshed.rulebook.section import Section
from airshed.rulebook.tables import IndexOf, ShortfallPeriod


class ShortfallRule(Section, frozen=True, omit_defaults=True):
    """What an allowance that is missing at the deadline costs."""

    #: Name of the method. 罚款方式。
    penalty: Literal["price_multiple", "fixed_per_tonne", "indexed_per_tonne", "flat"]
    #: Times the mean price of the month before the deadline (price_multiple). 均价倍数。
    price_multiple: Annotated[int, Meta(ge=1, le=100)]
    #: Fen per missing tonne (fixed_per_tonne, indexed_per_tonne), and the price taken when nothing was traded.
    #: 每吨固定罚款额。
    fixed_fen_per_t: Step
    #: Milligrams of the tonne of `fixed_fen_per_t`: 1_000_000_000, or 907_184_740 for a short ton of 2,000 lb.
    #: 罚款所称每吨的毫克数。
    tonne_mg: Annotated[int, Meta(ge=1_000_000, le=2_000_000_000)]
    #: Fen for a source and pollutant that is short, whatever is missing (flat). 定额罚款。
    flat_fen: Annotated[int, Meta(ge=0, le=10_000_000_000_000)]
    #: Index of the money that `fixed_fen_per_t` is in, in thousandths (indexed_per_tonne). 罚款基期物价指数。
    index_base_thousandths: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    #: Part of the shortfall that is taken from the next vintage, in percent. 欠缴扣减下一年份的比例。
    makeup_percent: Annotated[int, Meta(ge=0, le=1_000)]
    #: What holds instead for years from one on; of several the newest that begins in the year or before (read from
    #: `penalty_periods.csv`). 分年度规定。
    periods: tuple[ShortfallPeriod, ...] = ()
    #: The index by period (read from `penalty_index.csv`). 明细。
    rows: tuple[IndexOf, ...] = ()


class BankingRule(Section, frozen=True, omit_defaults=True):
    """What becomes of allowances that are left, and how much of what was banked counts when it is given."""

    #: Whether leftovers go on to the next period. 可否结转。
    open: bool
    #: What `limit_basis_points` is a share of: what is left ("holdings"; all of it is no limit), what was surrendered,
    #: what was verified, or what the account sold since it was settled last, less what it bought ("net_sold").
    #: 结转上限的计算基数。
    of: Literal["holdings", "surrendered", "verified", "net_sold"]
    #: Largest share of it that may go on, in hundredths of a percent. 比例上限。
    limit_basis_points: Multiple
    #: Allowances of a pollutant that may go on beside that share in any case; none where it is left out. 基础结转量。
    basic_count: Count | None = None
    #: Flow control: when what was banked is more than this share of the caps of a year, only that much of it counts one
    #: for one; no flow control where it is left out. 结转流量控制比例。
    flow_basis_points: Share | None = None
    #: How many banked allowances beyond that go for one that is owed. 超出部分折抵比例。
    flow_ratio: Annotated[int, Meta(ge=2, le=10)] | None = None
    #: Largest share by which one notice may cut what accounts hold of a pollutant, in hundredths of a percent; none may
    #: where it is left out. 单次削减比例上限。
    haircut_most_basis_points: Share | None = None


class ComplianceRule(Section, frozen=True, omit_defaults=True):
    """How a source stands over the years, and what is taken for it when nobody gives it."""

    #: When the last year of a source has to be excluded as well for the source to be excluded as a whole: as soon as it
    #: runs, or when it is over. Its figure counts at once either way. 末年豁免生效时点。
    last_year_excluded: Literal["at_once", "when_over"]
    #: Whether what an account owes at the deadline and holds is deducted when its year is closed, first in first out.
    #: 期满自动扣缴。
    deducts: bool
    #: Day of the year after the period from which everybody may see verified emissions; at once where it is left out.
    #: 核定排放量公开日。
    emissions_public_on: MonthDay | None = None
    #: Day of the year after the period from which everybody may see how sources stand; at once where it is left out.
    #: 履约情况公开日。
    standing_public_on: MonthDay | None = None
    #: Years of which a part falls due with the last of them; any other year is a period of its own (read from
    #: `control_periods.csv`). 多年履约期。
    control_periods: tuple[ControlPeriod, ...] = ()
    #: Credits that count toward what is owed beside allowances (read from `credits.csv`). 抵销信用。
    credits: tuple[CreditRow, ...] = ()
    #: How much of it they may cover from a year on (read from `credit_limits.csv`). 分年度抵销比例。
    credit_limits: tuple[CreditLimit, ...] = ()
    #: How much of it several of them may cover together (read from `credits_together.csv`). 合计抵销比例。
    credits_together: tuple[CreditsTogether, ...] = ()
    #: For how many years after its vintage a credit may still be found void (`VoidCredits`); never, where it is left
    #: out. 信用可撤销年数。
    credits_void_years: Annotated[int, Meta(ge=0, le=100)] | None = None
    #: Days in which whoever used void credits for a settled year gives others or allowances in their place.
    #: 被撤销信用的补缴期限。
    credits_replace_days: Annotated[int, Meta(ge=1, le=3_660)] | None = None
    #: Groups of sources that answer together for a level of emissions (read from `assurance_groups.csv`). 共同履约组。
    assurance_groups: tuple[AssuranceGroup, ...] = ()
