"""How designs, choices, criteria and measures are called in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from airshed.lab.brief.designs import GUARD, SOLD
from airshed.service.report.words import Phrase

_GUARD, _PART = f"{100 * GUARD:g} %", f"{100 * SOLD['part']:g} %"

AXES: Mapping[str, Phrase] = {
    "border": Phrase("Where allowances may go", "交易范围"),
    "wall": Phrase("Power plants", "火电"),
    "method": Phrase("How the free ones are shared", "免费配额分配方法"),
    "sale": Phrase("Paid or free", "有偿或无偿"),
    "term": Phrase("Term of a right", "使用权期限"),
    "collar": Phrase("Price collar", "价格上下限"),
    "trading": Phrase("Trading", "交易方式"),
}
OPTIONS: Mapping[tuple[str, str], Phrase] = {
    ("border", "cities"): Phrase("closed cities", "各市封闭"),
    ("border", "guarded"): Phrase(f"one zone, receptors guarded (+{_GUARD})", f"全区统一，受体负荷限增{_GUARD}"),
    ("border", "zone"): Phrase("one zone", "全区统一"),
    ("wall", "wall"): Phrase("behind a wall", "单独市场"),
    ("wall", "none"): Phrase("trade with all", "与各行业互通"),
    ("method", "history"): Phrase("history", "历史法"),
    ("method", "equal_cut"): Phrase("equal cut", "等比例削减"),
    ("method", "limit"): Phrase("permitted quantity", "限值法"),
    ("method", "benchmark"): Phrase("benchmark", "基准法"),
    ("sale", "free"): Phrase("free", "无偿"),
    ("sale", "part"): Phrase(f"{_PART} by auction", f"{_PART}拍卖"),
    ("sale", "paid"): Phrase("all by auction", "全部拍卖"),
    ("term", "year"): Phrase("a year", "一年"),
    ("term", "five"): Phrase("five years", "五年"),
    ("term", "open"): Phrase("without an end", "无期限"),
    ("collar", "none"): Phrase("none", "不设"),
    ("collar", "collar"): Phrase("floor and ceiling", "设上下限"),
    ("trading", "continuous"): Phrase("every day", "每日连续"),
    ("trading", "calls"): Phrase("a call a month", "每月集合竞价"),
}
#: Options as they stand in a sentence.
SPOKEN: Mapping[tuple[str, str], Phrase] = {
    ("border", "cities"): Phrase("markets closed at the cities' borders", "各市封闭交易"),
    ("border", "guarded"): Phrase(
        f"one market for the zone in which no receptor gets more than {_GUARD} above what the caps would bring",
        f"全区统一市场，且各受体负荷不超过总量所对应水平的{_GUARD}以上",
    ),
    ("border", "zone"): Phrase("one market for the zone", "全区统一市场"),
    ("wall", "wall"): Phrase("power plants behind a wall", "火电单独交易"),
    ("wall", "none"): Phrase("power plants trade with all", "火电与各行业互通"),
    ("method", "history"): Phrase("free allowances by history", "免费配额按历史法"),
    ("method", "equal_cut"): Phrase("free allowances by an equal cut", "免费配额按等比例削减"),
    ("method", "limit"): Phrase("free allowances by permitted quantity", "免费配额按限值法"),
    ("method", "benchmark"): Phrase("free allowances by a benchmark", "免费配额按基准法"),
    ("sale", "free"): Phrase("nothing sold at first", "初始分配不收费"),
    ("sale", "part"): Phrase(f"{_PART} of the cap sold by auction", f"总量的{_PART}拍卖"),
    ("sale", "paid"): Phrase("the whole cap sold by auction", "总量全部拍卖"),
    ("term", "year"): Phrase("rights for a year", "一年期使用权"),
    ("term", "five"): Phrase("rights for five years", "五年期使用权"),
    ("term", "open"): Phrase("rights without an end", "无期限使用权"),
    ("collar", "none"): Phrase("no price collar", "不设价格上下限"),
    ("collar", "collar"): Phrase("a price collar", "设价格上下限"),
    ("trading", "continuous"): Phrase("trading every day", "每日连续交易"),
    ("trading", "calls"): Phrase("a call a month", "每月集合竞价"),
}
DESIGNS: Mapping[str, Phrase] = {
    "choice": Phrase("The brief's choice", "本报告的选择"),
    "pilots": Phrase("As the pilots are", "现行试点做法"),
    "reference": Phrase("One zone, benchmark, free, a year", "全区、基准法、无偿、一年"),
    "cities": Phrase("… with closed cities", "……各市封闭"),
    "guarded": Phrase("… guarded receptors, in calls", "……受体限制、集合竞价"),
    "wall": Phrase("… with the power-plant wall", "……火电单独市场"),
    "history": Phrase("… shared by history", "……历史法"),
    "equal_cut": Phrase("… shared by equal cut", "……等比例削减"),
    "limit": Phrase("… shared by permitted quantity", "……限值法"),
    "part": Phrase(f"… {_PART} by auction", f"……{_PART}拍卖"),
    "paid": Phrase("… all by auction", "……全部拍卖"),
    "five": Phrase("… rights for five years", "……五年使用权"),
    "open": Phrase("… rights without an end", "……无期限使用权"),
    "collar": Phrase("… with a price collar", "……价格上下限"),
    "calls": Phrase("… traded in monthly calls", "……每月集合竞价"),
}
CRITERIA: Mapping[str, Phrase] = {
    "cost": Phrase("Cost", "成本"),
    "fairness": Phrase("Fairness", "公平"),
    "incentives": Phrase("Incentives", "激励"),
    "prices": Phrase("Prices", "价格"),
    "liquidity": Phrase("Liquidity", "流动性"),
    "air": Phrase("Air", "空气质量"),
    "revenue": Phrase("Revenue", "财政收入"),
    "gaming": Phrase("Gaming", "操纵风险"),
}
COLOURS: Mapping[str, str] = {
    "cost": "#24506f",
    "fairness": "#c4932d",
    "incentives": "#9b4a5c",
    "prices": "#7fa3bd",
    "liquidity": "#2e8087",
    "air": "#5b8c5a",
    "revenue": "#a86f4d",
    "gaming": "#7a6aa0",
}


class Shown(NamedTuple):
    """A measure on the page: its head, what it says, its decimals, and whether a sign is written."""

    name: Phrase
    what: Phrase
    decimals: int
    signed: bool = False


def measures(money: Phrase, year: int) -> dict[str, Shown]:
    """The measures of the tables, money in the words of the rulebook and in the prices of a year."""
    en, zh = money.en, money.zh
    return {
        "cost": Shown(
            Phrase(f"cost (million {en})", f"成本（百万{zh}）"),
            Phrase(
                "abatement over all years, discounted, and what is bought beyond the cap at the ceiling; the mean"
                " over states",
                "各年减排成本折现值，含按上限价购买的超量配额；各情景均值",
            ),
            1,
        ),
        "share_gap": Shown(
            Phrase("unequal shares (kg/t)", "分配差异（千克/吨）"),
            Phrase(
                "how far two old works of the same need at the benchmark differ on average in what they are given",
                "基准需求相同的两家老企业所得配额的平均差异",
            ),
            0,
        ),
        "entrant_gap": Shown(
            Phrase(f"old and new ({en}/t)", f"新老差距（{zh}/吨）"),
            Phrase(
                "how much more, or less, a new entrant pays for allowances per tonne of need than an old works",
                "每吨需求，新建企业比老企业为配额多付或少付的金额",
            ),
            0,
        ),
        "whip": Shown(
            Phrase("whip", "鞭打指数"),
            Phrase(
                "allowances a works loses per tonne it abated early: 1 is fully whipped, 0 neutral",
                "提前减排一吨所失去的配额：1为完全“鞭打快牛”，0为中性",
            ),
            2,
        ),
        "spread": Shown(
            Phrase("prices apart (%)", "价格离散（%）"),
            Phrase(
                "standard deviation of the first year's prices between places, of their mean",
                "首年各地价格的标准差与均值之比",
            ),
            0,
        ),
        "risk": Shown(
            Phrase(f"price risk ({en}/t)", f"价格风险（{zh}/吨）"),
            Phrase(
                "what a standard deviation of the price between states costs firms per tonne emitted",
                "价格在各情景间波动一个标准差，企业每吨排放所承担的金额",
            ),
            0,
        ),
        "scatter": Shown(
            Phrase("scatter (%)", "场内离散（%）"),
            Phrase(
                "how far prices of a played session lie apart (standard deviation, of their mean)",
                "模拟场次内成交价的标准差与均值之比",
            ),
            0,
        ),
        "turnover": Shown(
            Phrase("turnover (%)", "换手率（%）"),
            Phrase("of the cap that firms would trade among each other in a year", "企业间一年应有交易量占总量的比例"),
            1,
        ),
        "parties": Shown(
            Phrase("parties", "对手数"),
            Phrase(
                "firms alike on the thinner side of the market (1 / Herfindahl index)",
                "市场较薄一侧的等效企业数（赫芬达尔指数的倒数）",
            ),
            1,
        ),
        "gains": Shown(
            Phrase("gains made (%)", "实现收益（%）"),
            Phrase(
                "of all gains from trade, without walls and borders, that firms make in played sessions",
                "模拟场次中企业实现的交易收益占无边界时全部收益的比例",
            ),
            0,
        ),
        "hot_spot": Shown(
            Phrase("worst receptor (%)", "最差受体（%）"),
            Phrase(
                "load at the worst receptor above what the caps would bring, the mean over states and years",
                "最差受体负荷高于总量所对应负荷的幅度；各情景各年均值",
            ),
            1,
            True,
        ),
        "over_cap": Shown(
            Phrase("above caps (%)", "超出总量（%）"),
            Phrase(
                "all emissions above the caps, for what is sold at the ceiling; the mean over states and years",
                "因按上限价增售配额，全部排放高于总量的幅度；各情景各年均值",
            ),
            1,
            True,
        ),
        "revenue": Shown(
            Phrase(f"public money (million {en} a year)", f"公共收入（百万{zh}/年）"),
            Phrase(
                "sales by auction and at the ceiling, less purchases at the floor and what taking back given rights"
                " within their term costs when the cap falls; the equal yearly amount that is worth the same,"
                f" in prices of {year}",
                "拍卖与上限价出售收入，减去下限价回购及总量下降时收回无偿使用权的补偿；按贴现折算的等额年值，"
                f"{year}年价格",
            ),
            1,
            True,
        ),
        "power": Shown(
            Phrase("market power (%)", "市场势力（%）"),
            Phrase(
                "by how much the strongest firm could move the price (Hahn 1984), at most 100",
                "最强企业可使价格偏离的幅度（Hahn 1984），以100为限",
            ),
            0,
        ),
        "push": Shown(
            Phrase("pushed (%)", "被操纵（%）"),
            Phrase(
                "by how much a manipulator moves the mean price of played sessions, as far as chance does not"
                " explain it",
                "操纵者使模拟场次均价偏离的幅度（扣除两倍标准误）",
            ),
            1,
        ),
        "burden_gap": Shown(
            Phrase(f"unequal burdens ({en}/t)", f"负担差异（{zh}/吨）"),
            Phrase(
                "another view of what is fair, not scored: how far two old works of the same need differ in what the"
                " programme costs them",
                "公平的另一种看法，不计分：需求相同的两家老企业净负担的平均差异",
            ),
            0,
        ),
    }


KNOBS: Mapping[str, Phrase] = {
    "growth": Phrase("growth of emissions", "排放增长"),
    "cost": Phrase("costs of technologies", "技术成本"),
    "rate": Phrase("discount rate", "贴现率"),
    "caps": Phrase("all caps", "总量"),
}
PLACES: Mapping[tuple[str, str], Phrase] = {
    ("growth", "-1"): Phrase("a point a year less", "年减1个百分点"),
    ("growth", "+1"): Phrase("a point a year more", "年增1个百分点"),
    ("cost", "low"): Phrase("low", "低值"),
    ("cost", "high"): Phrase("high", "高值"),
    ("rate", "3"): Phrase("3 %", "3 %"),
    ("rate", "8"): Phrase("8 %", "8 %"),
    ("caps", "-3"): Phrase("3 % lower", "降低3 %"),
    ("caps", "+3"): Phrase("3 % higher", "提高3 %"),
}
#: The same beside a bar.
SHORT: Mapping[tuple[str, str], Phrase] = {
    ("growth", "-1"): Phrase("−1", "−1"),
    ("growth", "+1"): Phrase("+1", "+1"),
    ("cost", "low"): Phrase("low", "低"),
    ("cost", "high"): Phrase("high", "高"),
    ("rate", "3"): Phrase("3 %", "3 %"),
    ("rate", "8"): Phrase("8 %", "8 %"),
    ("caps", "-3"): Phrase("−3 %", "−3 %"),
    ("caps", "+3"): Phrase("+3 %", "+3 %"),
}
CAUSES: Mapping[str, Phrase] = {
    "too many allowances": Phrase("too many allowances", "配额过多"),
    "costs of trading": Phrase("costs of trading", "交易成本"),
    "too few parties": Phrase("too few parties", "对手过少"),
    "market power": Phrase("market power", "市场势力"),
}
#: Causes whose figure has a sign.
SIGNED = ("too many allowances", "market power")
VERDICTS: Mapping[str, Phrase] = {
    "cause": Phrase("yes", "是"),
    "part": Phrase("in part", "部分"),
    "no": Phrase("no", "否"),
}
EYES: Mapping[str, Phrase] = {
    "stated": Phrase("The weights of this brief", "本报告权重"),
    "usual": Phrase("The brief's usual weights", "报告通常权重"),
    "equal": Phrase("All alike", "等权重"),
}


def figure(cause: str, said: str) -> Phrase:
    """What the figure of a suspect says."""
    return {
        "too many allowances": Phrase(f"caps {said} % against emissions", f"总量较排放{said} %"),
        "costs of trading": Phrase(f"{said} % left at the fee", f"计入手续费后剩{said} %"),
        "too few parties": Phrase(f"{said} firms alike", f"等效{said}家"),
        "market power": Phrase(f"price {said} %", f"价格{said} %"),
    }[cause]


def option(axis: str, chosen: str) -> Phrase:
    """An option of a choice."""
    return OPTIONS[axis, chosen]


def said(design: Mapping[str, str], axes: Mapping[str, object]) -> Phrase:
    """A design in words, as far as there is something to choose."""
    words = [
        SPOKEN[axis, design[axis]]
        for axis in AXES
        if axis in axes and not (axis == "method" and design["sale"] == "paid")
    ]
    return Phrase("; ".join(each.en for each in words), "；".join(each.zh for each in words))


def differs(design: Mapping[str, str], other: Mapping[str, str], axes: Mapping[str, object]) -> Phrase:
    """In what a design differs from another."""
    words = [SPOKEN[axis, design[axis]] for axis in AXES if axis in axes and design[axis] != other[axis]]
    return Phrase("; ".join(each.en for each in words), "；".join(each.zh for each in words))


def eye(name: str) -> Phrase:
    """Who looks: the stated weights, equal ones, or one criterion first."""
    if name in EYES:
        return EYES[name]
    return Phrase(f"{CRITERIA[name].en} first (half of all weight)", f"{CRITERIA[name].zh}优先（占一半权重）")


def knob(name: str, at: str) -> Phrase:
    """An assumption and where it is put."""
    place = PLACES[name, at]
    return Phrase(f"{KNOBS[name].en} {place.en}", f"{KNOBS[name].zh}{place.zh}")
