"""What a law says of itself: programme, currency, allowances, places, sectors, pollutants, caps and days."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from airshed.model.civil import DEFAULT
from airshed.rulebook.kinds import (
    Day,
    MonthDay,
    Name,
    Price,
    ProcessName,
    Step,
    TimeZone,
    Year,
)
from airshed.rulebook.section import Section
from airshed.rulebook.tables import Cap


class Programme(Section, frozen=True, omit_defaults=True):
    """What the programme is and who runs it."""

    #: Short name, used in the book and in file names. 标识。
    id: Name
    #: Version of this text; a changed text needs a new one. 版本。
    version: str
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: Folder of the inventory under `zones/`. 区域。
    zone: Name
    #: First day on which these rules hold, as ISO date. 施行日期。
    effective: Day
    #: Actor who adopts rulebooks and opens accounts. 主管部门。
    authority: Name
    #: Time zone of the IANA database that days, sessions and deadlines follow, summer time included; hours of emissions
    #: are counted in its standard time. A book keeps the zone of its first law. 时区。
    time_zone: TimeZone = DEFAULT


class CurrencyRule(Section, frozen=True):
    """The money that prices, fees and penalties are in.

    Keys and amounts named `fen` are hundredths of it, whatever they are called at home (fen, cents).
    """

    #: Code of ISO 4217. 代码。
    code: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", examples=["CNY"])]
    #: What a whole one is called in English, as after an amount: a word, or its sign. 英文名称。
    name_en: Annotated[str, Meta(pattern=r"^([a-z][a-z ]{1,19}|[$£¥₩₹₺₽€])\Z", examples=["yuan", "€"])]
    #: What a whole one is called in Chinese. 中文名称。
    name_zh: str


class AllowanceRule(Section, frozen=True):
    """What an allowance is and where it counts."""

    #: Kilograms of pollutant that one allowance covers; counts and prices are made for 1. 每份配额覆盖量。
    size_kg: Annotated[int, Meta(ge=1, le=1)]
    #: "zone": series of every jurisdiction count; "jurisdiction": only those of the source's own.
    #: 可用于清缴的配额范围。
    admitted: Literal["zone", "jurisdiction"]
    #: How many earlier vintages count beside that of the period; 100 is every one there can be: they never expire.
    #: 可用的以前年份数。
    vintages_back: Annotated[int, Meta(ge=0, le=100)]
    #: How an obligation that is not a whole allowance is rounded. 清缴义务取整方法。
    rounding: Literal["up", "half_up", "down"]


class Jurisdiction(Section, frozen=True):
    """A city or county group that issues allowances."""

    #: Two to four capitals, part of every series. 代码。
    code: Annotated[str, Meta(pattern=r"^[A-Z]{2,4}\Z", examples=["KM"])]
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str


class SectorRule(Section, frozen=True, omit_defaults=True):
    """A sector that the programme covers."""

    #: Short name, used in the inventory. 代码。
    code: Name
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: First year of emissions for which its sources owe allowances: before it they report and are verified, and owe
    #: nothing. From the beginning where it is left out. 开始承担义务的年度。
    owes_from: Year | None = None
    #: Whether its sources owe only from the year with which they opt in (`OptIn`) until the one with which they leave
    #: (`OptOut`); from `owes_from` on all of them owe, where it stands too. No source opts in where it is left out.
    #: 自愿纳入。
    voluntary: bool = False
    #: Fewest years that a source which has opted in owes for. 自愿纳入的最短年数。
    stays_years: Annotated[int, Meta(ge=1, le=30)] | None = None
    #: Processes of the works that it covers, as the inventory calls them; all of the sector where it is left out.
    #: 覆盖的工艺。
    processes: tuple[ProcessName, ...] | None = None


class PollutantRule(Section, frozen=True):
    """A pollutant that the programme caps, with its administered prices."""

    #: Short name, part of every series. 代码。
    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}\Z", examples=["SO2"])]
    #: Name in English. 英文名称。
    name_en: str
    #: Name in Chinese. 中文名称。
    name_zh: str
    #: What the monitors of a stack say that counts as it. 监测因子。
    measured: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}\Z", examples=["SO2"])]
    #: Sectors whose sources owe it; empty for every sector. 承担义务的行业。
    sectors: tuple[Name, ...]
    #: Lowest price at auction, in fen per tonne. 拍卖底价。
    reserve_fen_per_t: Price
    #: Price around which the first session's band lies, in fen per tonne. 参考价。
    reference_fen_per_t: Step
    #: Price at which the government buys leftovers back, in fen per tonne. 回购价。
    repurchase_fen_per_t: Price
    #: Lowest price of any trade, in fen per tonne; 0 for none. 最低价。
    floor_fen_per_t: Price
    #: Highest price of any trade, in fen per tonne; 0 for none. 最高价。
    ceiling_fen_per_t: Price
    #: Lowest price of a block trade, in fen per tonne; 0 for none of its own. 大宗交易最低价。
    block_floor_fen_per_t: Price
    #: Price above which an auction is fed from the government reserve, in fen per tonne; left out where none is.
    #: 平抑高价的触发价。
    cost_containment_fen_per_t: Step | None = None
    #: Price under which an auction offers less, in fen per tonne; left out where it never does. 平抑低价的触发价。
    emissions_containment_fen_per_t: Step | None = None


class CapRule(Section, frozen=True, omit_defaults=True):
    """The caps, from `caps.csv`."""

    #: Whether a cap may give out less than the rules of allocation do; it may where this is left out. Where it may not,
    #: output says how many there are, a cap is only their bound, and one below what the rules give is a fault.
    #: 是否设绝对总量。
    absolute: bool = True
    #: One row per pollutant, jurisdiction and vintage (read from `caps.csv`). 明细。
    rows: tuple[Cap, ...] = ()


class Calendar(Section, frozen=True, omit_defaults=True):
    """Deadlines, as month and day of the year after the period, or of the period itself once its season is over."""

    #: Last day to report a year. 报告截止日。
    report_by: MonthDay
    #: Last day to verify it. 核查截止日。
    verify_by: MonthDay
    #: Last day to surrender. 清缴截止日。
    surrender_by: MonthDay
    #: Last day to surrender when the year after the period is a leap year. 清缴截止日（次年为闰年）。
    surrender_by_in_leap_years: MonthDay
    #: What becomes of a last day to surrender that is no business day. 清缴截止日遇休息日。
    on_closed_days: Literal["stays", "next_business_day"]
    #: Days of the week that are worked, 1 for Monday to 7 for Sunday. 工作的星期。
    weekdays: tuple[Annotated[int, Meta(ge=1, le=7)], ...]
    #: Holidays: days of those weekdays that are not worked, as ISO dates. 休市的法定节假日。
    closed_days: tuple[Day, ...]
    #: Make-up days: days of other weekdays that are worked, as ISO dates. 调休上班日。
    working_days: tuple[Day, ...]
    #: Years whose holidays and make-up days are those of China's yearly notices, as a library keeps them, unless the
    #: two lists name a day of that year. Of other years the lists say all: no day named, no holiday known.
    #: 按国务院放假通知的年份。
    notices: tuple[Year, ...] | None = None
    #: First and last day of the part of each year whose emissions count, as month and day; every deadline is the first
    #: such day after it. The whole year where it is left out. 计入排放的季节。
    season: tuple[MonthDay, MonthDay] | None = None


class MayVary(Section, frozen=True):
    """What a jurisdiction may set for itself in `vary/CODE.toml`; anything else is refused at load."""

    #: Keys as `section.key`. 条目。
    keys: tuple[str, ...]
