"""Words in both languages, and numbers as the page writes them: tonnes, yuan, percent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from airshed.model.provenance import Told, said
from airshed.mrv.findings import SEEN

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
    """Hundredths of a currency as millions of it in English, as ten thousands (万) in Chinese; below a million plain.

    >>> millions(6_221_937_000, Phrase("yuan", "元"))
    Phrase(en='62.2 million yuan', zh='6,222万元')
    >>> millions(810_000, Phrase("yuan", "元"))
    Phrase(en='8,100 yuan', zh='8,100元')
    """
    if abs(fen) < 1e8:
        return Phrase(f"{fen / 100:,.0f} {money.en}", f"{fen / 100:,.0f}{money.zh}")
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
FINDINGS = {code: Phrase(seen.en, seen.zh) for code, seen in SEEN.items()}
MARK_STATES = {
    "entered": Phrase("waits for a decision", "待审定"),
    "approved": Phrase("approved", "已批准"),
    "refused": Phrase("refused, reverted", "未批准，已撤销"),
    "lapsed": Phrase("no proof came, reverted", "逾期未证明，已撤销"),
}
ITEM_STATES = {
    "open": Phrase("waits for an answer", "待答复"),
    "answered": Phrase("answered, carried into the next year", "已答复，转入下年"),
    "closed": Phrase("settled with the verifier", "已完成"),
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
