"""Words in both languages, and numbers as the page writes them: tonnes, yuan, percent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from airshed.model.provenance import Told, said

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Phrase:
    """The same said in English and in Chinese."""

    en: str
    zh: str

    def said(self, language: Language) -> str:
        """The phrase in one language."""
        return self.en if language == "en" else self.zh


#: The money of figures whose law nobody names.
YUAN = Phrase("yuan", "元")


def told(provenance: Told | None) -> Phrase:
    """The line on every page that says what its figures are."""
    return Phrase(*said(provenance))


def same(text: str) -> Phrase:
    """A name or figure that both languages write alike."""
    return Phrase(text, text)


def tonnes_text(kg: float, decimals: int = 0) -> str:
    """Kilograms as tonnes.

    >>> tonnes_text(1_234_567), tonnes_text(1_234_567, 1)
    ('1,235', '1,234.6')
    """
    return f"{kg / 1_000:,.{decimals}f}"


def yuan_text(fen: float) -> str:
    """Fen as whole yuan.

    >>> yuan_text(123_456_789)
    '1,234,568'
    """
    return f"{fen / 100:,.0f}"


def millions(fen: float, money: Phrase) -> Phrase:
    """Hundredths of a currency as millions of it in English, as ten thousands (万) in Chinese.

    >>> millions(6_221_937_000, Phrase("yuan", "元"))
    Phrase(en='62.2 million yuan', zh='6,222万元')
    """
    return Phrase(f"{fen / 1e8:,.1f} million {money.en}", f"{fen / 1e6:,.0f}万{money.zh}")


def percent_text(part: float, whole: float, decimals: int = 1) -> str:
    """A share, or a dash when there is no whole to take it of.

    >>> percent_text(1, 8), percent_text(1, 0)
    ('12.5 %', '–')
    """
    return f"{100 * part / whole:.{decimals}f} %" if whole else "–"


METHODS = {
    "history": Phrase("History (grandfathering)", "历史法"),
    "benchmark": Phrase("Benchmark", "基准法"),
    "limit": Phrase("Limit-based quota", "限值法"),
    "equal_cut": Phrase("Equal cut", "等比例削减"),
}
STATISTICS = {
    "hourly mean": Phrase("hourly mean", "小时均值"),
    "daily mean": Phrase("daily mean", "日均值"),
    "monthly share": Phrase("monthly share of hours", "月达标小时率"),
}
FINDINGS = {
    "pressure_of_another_altitude": Phrase("Air pressure of another altitude", "大气压与海拔不符"),
    "idle": Phrase("Idling: oxygen near that of air", "空转：含氧量接近空气"),
    "absurd_value": Phrase("Absurd value", "数值失真"),
    "contradicted_stop": Phrase("Marked as stopped while running", "标记停产但仍在运行"),
    "flat_line": Phrase("Flat line", "数值恒定不变"),
    "duplicate_hour": Phrase("Hour sent twice", "小时数据重复"),
    "outside_year": Phrase("Frames of another year", "年度以外的数据"),
    "clock_off": Phrase("Clock of the device off", "数采仪时钟偏差"),
    "negative_flow": Phrase("Flow below zero", "流量为负"),
    "ambient_oxygen": Phrase("Oxygen of air, duct still or cold", "含氧量等于空气（停运或空转）"),
    "air_leak": Phrase("Analyser breathes air", "采样漏气"),
    "unit_slip": Phrase("Measure slipped by a thousand", "量纲错误（相差千倍）"),
    "too_few_minutes": Phrase("Too few valid minutes", "有效分钟数不足"),
    "long_hole": Phrase("A month without a valid hour", "连续缺失一个月以上"),
    "conflicting_frames": Phrase("Two frames of one QN differ", "同一QN的数据包内容不一致"),
    "identity_cou": Phrase("Stated total is not mean times flow", "累计值与均值×流量不符"),
    "identity_converted": Phrase("Stated converted mean is not the formula's", "折算值与公式不符"),
    "marked_exceedance": Phrase("Operator's mark over hours above the limit", "企业标记覆盖超标时段"),
    "marked_less": Phrase("Operator's mark lowers the mass", "企业标记使排放量减少"),
    "undetermined": Phrase("No substitution tier applied; determined by the regulator", "无替代档适用，由主管部门核定"),
}
MARK_STATES = {
    "entered": Phrase("waits for a decision", "待审定"),
    "approved": Phrase("approved", "已批准"),
    "refused": Phrase("refused, reverted", "未批准，已撤销"),
    "lapsed": Phrase("no proof came, reverted", "逾期未证明，已撤销"),
}
ITEM_STATES = {
    "open": Phrase("open", "待答复"),
    "answered": Phrase("answered, carried into the next year", "已答复，转入下年"),
    "closed": Phrase("closed", "已完成"),
}
EPISODES = {
    "peak": Phrase("Exceedance", "超标"),
    "outage": Phrase("Analyser outage", "分析仪停运"),
    "slope": Phrase("Slope of the analyser changed", "篡改分析仪斜率"),
    "flat": Phrase("Reading held still", "数值被固定"),
    "pressure": Phrase("Air pressure of sea level entered", "录入海平面气压"),
    "false_stop": Phrase("False standstill", "虚报停产"),
}
OPINIONS = {
    "satisfactory": Phrase("satisfactory", "通过"),
    "with comments": Phrase("with comments", "通过（有意见）"),
    "adverse": Phrase("adverse", "不通过"),
    "determined": Phrase("adverse, mass determined by the authority", "不通过，由主管部门核定"),
}
