"""How designs, choices, criteria and measures are called in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.lab.brief.designs import GUARD, SOLD
from airshed.pages.kit.colours import AMBER, DEEP, GREEN, QUIET_BLUE
from airshed.pages.kit.words import Phrase

_GUARD, _PART = f"{100 * GUARD:g} %", f"{100 * SOLD['part']:g} %"

AXES: Mapping[str, Phrase] = {
    "border": Phrase("Where allowances may go", "交易范围"),
    "wall": Phrase("Power plants", "火电"),
    "method": Phrase("How the free ones are shared", "免费配额分配方法"),
    "sale": Phrase("Paid or free", "有偿或无偿"),
    "term": Phrase("Term of a right", "使用权期限"),
    "collar": Phrase("Price collar", "价格上下限"),
    "trading": Phrase("Way of trading", "交易方式"),
}
OPTIONS: Mapping[tuple[str, str], Phrase] = {
    ("border", "cities"): Phrase("closed cities", "各市封闭"),
    ("border", "guarded"): Phrase(f"one zone, receptors guarded (+{_GUARD})", f"全区统一，受体负荷限增{_GUARD}"),
    ("border", "zone"): Phrase("one zone", "全区统一"),
    ("wall", "wall"): Phrase("behind a wall", "单独成市"),
    ("wall", "none"): Phrase("trade with all", "可与各行业交易"),
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
        f"全区统一市场，且各受体负荷较总量所对应负荷的增幅不超过{_GUARD}",
    ),
    ("border", "zone"): Phrase("one market for the zone", "全区统一市场"),
    ("wall", "wall"): Phrase("power plants behind a wall", "火电单独成市，不与其他行业交易"),
    ("wall", "none"): Phrase("power plants trade with all", "火电可与各行业交易"),
    ("method", "history"): Phrase("free allowances by history", "免费配额按历史法"),
    ("method", "equal_cut"): Phrase("free allowances by an equal cut", "免费配额按等比例削减"),
    ("method", "limit"): Phrase("free allowances by permitted quantity", "免费配额按限值法"),
    ("method", "benchmark"): Phrase("free allowances by a benchmark", "免费配额按基准法"),
    ("sale", "free"): Phrase("nothing sold at first", "初始配额全部无偿"),
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
    "book": Phrase("The market of the book", "账簿中的市场"),
    "pilots": Phrase("As the pilots are", "现行试点做法"),
    "reference": Phrase("One zone, benchmark, free, a year", "全区、基准法、无偿、一年"),
    "cities": Phrase("… with closed cities", "……各市封闭"),
    "guarded": Phrase("… guarded receptors, in calls", "……受体限制、集合竞价"),
    "wall": Phrase("… with the power-plant wall", "……火电单独成市"),
    "history": Phrase("… shared by history", "……历史法"),
    "equal_cut": Phrase("… shared by equal cut", "……等比例削减"),
    "limit": Phrase("… shared by permitted quantity", "……限值法"),
    "part": Phrase(f"… {_PART} by auction", f"……{_PART}拍卖"),
    "paid": Phrase("… all by auction", "……全部拍卖"),
    "five": Phrase("… rights for five years", "……五年期使用权"),
    "open": Phrase("… rights without an end", "……无期限使用权"),
    "collar": Phrase("… with a price collar", "……设价格上下限"),
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
    "cost": DEEP,
    "fairness": AMBER,
    "incentives": "var(--nox)",
    "prices": QUIET_BLUE,
    "liquidity": "var(--teal)",
    "air": GREEN,
    "revenue": "#a86f4d",
    "gaming": "#7a6aa0",
}


#: What each criterion asks.
QUESTIONS: Mapping[str, Phrase] = {
    "cost": Phrase(
        "What do firms spend to keep the caps?",
        "企业为完成总量要求付出多少成本？",
    ),
    "fairness": Phrase(
        "Do works of the same need get the same, and do old and new pay alike?",
        "需求相同的企业所得是否相同，新源与老源负担是否一致？",
    ),
    "incentives": Phrase(
        "What does a works lose that abated before it had to (the fast ox whipped)?",
        "提前减排的企业会因此失去多少配额（是否“鞭打快牛”）？",
    ),
    "prices": Phrase(
        "How far do prices lie apart between places and within a session, and how much of their risk do firms carry?",
        "价格在各地之间、一场交易之内相差多大，企业承担多少价格风险？",
    ),
    "liquidity": Phrase(
        "Is there anybody to trade with, how much should trade, and how much of the gains is made?",
        "有没有交易对手，应有多少交易，交易收益能实现多少？",
    ),
    "air": Phrase(
        "What does the worst receptor get, and does the cap hold?",
        "负荷最高的受体承受多少，总量是否守住？",
    ),
    "revenue": Phrase("What comes to the public?", "公共财政收入多少？"),
    "gaming": Phrase(
        "By how much could the strongest firm move the price by holding allowances back or buying less than it needs,"
        " and how far did the largest emitter move it when it tried, in sessions through the engine?",
        "最强企业惜售或压低购买，可使价格偏离多少？最大排放者在模拟交易中试图操纵时，实际使价格偏离多少？",
    ),
}
#: What a matrix rests on, as the rulebook says it.
KNOBS: Mapping[str, Phrase] = {
    "growth": Phrase("growth of emissions", "排放增长"),
    "cost": Phrase("costs of technologies", "技术成本"),
    "rate": Phrase("discount rate", "贴现率"),
    "caps": Phrase("all caps", "总量"),
}
PLACES: Mapping[tuple[str, str], Phrase] = {
    ("growth", "-1"): Phrase("a point a year less", "年减1个百分点"),
    ("growth", "+1"): Phrase("a point a year more", "年增1个百分点"),
    ("cost", "low"): Phrase("low", "低"),
    ("cost", "high"): Phrase("high", "高"),
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
