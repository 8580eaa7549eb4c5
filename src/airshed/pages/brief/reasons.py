"""What the brief chooses, and why: in words, with the figures beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from airshed.lab.brief.designs import GUARD
from airshed.lab.brief.facts import BriefFacts, BriefPollutant
from airshed.lab.brief.judge import Judged
from airshed.pages.brief.words import AXES, OPTIONS, option, said
from airshed.pages.kit.words import Phrase

GUARDED = f"{100 * GUARD:g} %"


class ReasonRow(NamedTuple):
    """A measure of a choice, and its figure for each pollutant that has it."""

    what: Phrase
    figures: Mapping[str, str]


class Reason(NamedTuple):
    """A choice: what was chosen, why in words, and the figures that it rests on."""

    axis: str
    chosen: Phrase
    why: Phrase
    rows: Sequence[ReasonRow]


Told = tuple[Phrase, list[ReasonRow]]


def lead(facts: BriefFacts) -> Phrase:
    """What the page is, before its figures: they stand once, in the table below it."""
    return Phrase(
        f"{facts.many:,} designs were put through one engine. Below: the one that does best by the weights stated, why,"
        " and what could turn that.",
        f"{facts.many:,}种设计经同一模型逐一测算。以下为按所列权重得分最高的设计、理由，以及何种情况会改变结论。",
    )


def headline(facts: BriefFacts) -> Phrase:
    """What the brief would choose, in a sentence or two, where no table of figures stands beside it."""
    words = said(facts.choice, facts.axes)
    pilots = facts.scores.get("pilots")
    en = f"Of {facts.many:,} designs it would choose: {words.en}."
    zh = f"在{facts.many:,}种设计中，本报告选择：{words.zh}。"
    if pilots is not None:
        en += f" It scores {facts.score:.0f} of 100, the pilots' way {pilots:.0f}."
        zh += f"得分{facts.score:.0f}（满分100），现行试点做法为{pilots:.0f}。"
    percent = saving(facts)
    if "border" in facts.axes and percent is not None:
        en += f" If everything goes as assumed, one market saves {percent} of what closed cities cost."
        zh += f"若一切如所假设，统一市场比各市封闭节省成本{percent}。"
    return as_written(Phrase(en, zh))


def saving(facts: BriefFacts) -> str | None:
    """What one market saves of what closed cities cost, all pollutants together; None where nothing was linked."""
    found = [each.found.linking for each in facts.pollutants if each.found.linking is not None]
    if not found:
        return None
    alone = sum(sum(each.alone) for each in found)
    return f"{100 * sum(each.saved for each in found) / alone:.1f} %" if alone else "–"


def reasons(facts: BriefFacts, money: Phrase) -> list[Reason]:
    """Each choice with what was chosen, and why; the figures stand in rows, not in the sentence."""
    why: dict[str, Callable[[BriefFacts, Phrase], Told]] = {
        "border": _border,
        "wall": _wall,
        "method": _method,
        "sale": _sale,
        "term": _term,
        "collar": _collar,
        "trading": _trading,
    }
    chosen = [name for name in AXES if name in facts.axes]
    return [Reason(name, option(name, facts.choice[name]), *why[name](facts, money)) for name in chosen]


def as_written(phrase: Phrase) -> Phrase:
    """The phrase with its lists as Chinese writes them."""
    return Phrase(phrase.en, phrase.zh.replace(", ", "、"))


def listed(parts: Iterable[BriefPollutant], say: Callable[[BriefPollutant], str]) -> str:
    """A figure for each pollutant, named if there are several."""
    rows = list(parts)
    return ", ".join(f"{each.pollutant} {say(each)}" if len(rows) > 1 else say(each) for each in rows)


def _row(rows: Iterable[BriefPollutant], en: str, zh: str, say: Callable[[BriefPollutant], str]) -> ReasonRow:
    # A figure below zero has the minus sign that cells of tables have.
    return ReasonRow(Phrase(en, zh), {each.pollutant: re.sub(r"-(?=\d)", "−", say(each)) for each in rows})


def _figure(name: str, measure: str) -> Callable[[BriefPollutant], float]:
    def found(each: BriefPollutant) -> float:
        judged: Judged = each.judged[name]
        return judged[measure] or 0.0

    return found


def _than(name: str, measure: str) -> Callable[[BriefPollutant], str]:
    """By how many percent a design has more of a measure than the reference."""

    def found(each: BriefPollutant) -> str:
        base = _figure("reference", measure)(each)
        return f"{100 * (_figure(name, measure)(each) / base - 1):+.1f} %" if base else "–"

    return found


def _border(facts: BriefFacts, money: Phrase) -> Told:
    rows = facts.pollutants
    en = (
        "A closed city has nowhere to go in a bad state of the world, and prices lie apart where trade would even them."
    )
    zh = "不利情景下封闭的城市无法跨市调剂，各市价格的差异也无从拉平。"
    figures = [
        _row(
            rows,
            "What closed cities cost more than one zone, part of what one zone costs, mean over states",
            "各市封闭比全区统一多出的成本（占全区统一成本，各情景平均）",
            _than("cities", "cost"),
        ),
        _row(
            rows,
            "How far prices of closed cities lie apart (standard deviation)",
            "各市价格的标准差（占均值）",
            lambda p: f"{_figure('cities', 'spread')(p):.0f} %",
        ),
    ]
    air = [each for each in rows if each.found.loads]
    if air:
        en += " A market may bring some receptor more than its caps alone would"
        zh += "统一市场可能使某些受体的负荷高于总量所对应的水平"
        figures.append(
            _row(
                air,
                "Load at the worst receptor without a guard, against the caps",
                "不设受体限制时负荷最高的受体，较总量所对应的负荷",
                lambda p: f"{_figure('reference', 'hot_spot')(p):+.1f} %",
            )
        )
        if "guarded" in facts.axes["border"]:
            en += "; a guard on receptors holds that, at a cost"
            zh += "；设受体限制可加以控制，但有成本"
            figures.append(
                _row(air, f"Cost of a guard of {GUARDED}", f"设{GUARDED}受体限制的成本", _than("guarded", "cost"))
            )
        en, zh = f"{en}.", f"{zh}。"
    return Phrase(en, zh), figures


def _wall(facts: BriefFacts, money: Phrase) -> Told:
    rows = facts.pollutants
    return Phrase(
        "A wall around the power plants keeps the cheapest steps of either side from the other, and leaves each market"
        " fewer firms to trade with.",
        "火电单独成市使两侧无法利用对方的低成本措施，各市场的交易对手也更少。",
    ), [
        _row(rows, "Cost of a wall", "火电单独成市的成本变动", _than("wall", "cost")),
        _row(
            rows,
            "Firms alike on the thinner side, with a wall",
            "较薄一侧的等效企业数，单独成市",
            lambda p: f"{_figure('wall', 'parties')(p):.1f}",
        ),
        _row(
            rows,
            "Firms alike on the thinner side, without",
            "较薄一侧的等效企业数，不单独成市",
            lambda p: f"{_figure('reference', 'parties')(p):.1f}",
        ),
    ]


def _method(facts: BriefFacts, money: Phrase) -> Told:
    rows = facts.pollutants

    def both(measure: str) -> Callable[[BriefPollutant], str]:
        return lambda p: f"{_figure('history', measure)(p):,.0f} / {_figure('reference', measure)(p):,.0f}"

    return Phrase(
        "By history a works loses allowances for what it abated early, by a benchmark none. Who gets what and who bears"
        " what are two views of what is fair: under a benchmark the dirty pay.",
        "历史法下，提前减排的企业失去配额；基准法下不会。所得与负担是公平的两种看法：基准法下排放强度高者付费。",
    ), [
        _row(
            rows,
            "Allowances lost for a tonne abated early, by history",
            "每提前减排一吨失去的配额（吨），历史法",
            lambda p: f"{_figure('history', 'whip')(p):.2f}",
        ),
        _row(
            rows,
            "How far works of the same need differ in what they get, kg/t (history / benchmark)",
            "基准需求相同的企业所得配额之差，千克/吨（历史法/基准法）",
            both("share_gap"),
        ),
        _row(
            rows,
            f"How far they differ in what they bear, {money.en}/t (history / benchmark)",
            f"净负担之差，{money.zh}/吨（历史法/基准法）",
            both("burden_gap"),
        ),
    ]


def _sale(facts: BriefFacts, money: Phrase) -> Told:
    rows = facts.pollutants

    def both(measure: str, unit: str = "") -> Callable[[BriefPollutant], str]:
        return lambda p: f"{_figure('reference', measure)(p):,.0f} / {_figure('paid', measure)(p):,.0f}{unit}"

    return Phrase(
        "Selling all brings the public revenue and puts old and new firms on one foot; but it leaves hardly any trade"
        " among firms to foresee, puts all emissions at the risk of the price, and lets a large buyer move it.",
        "全部拍卖带来公共收入，新老企业同等对待；但企业之间几乎不再有可预见的交易，全部排放均承担价格风险，大买家也更能影响"
        "价格。",
    ), [
        _row(
            rows,
            f"Revenue if all is sold, million {money.en} a year (prices of {facts.cost_year})",
            f"全部拍卖的公共收入，百万{money.zh}/年（{facts.cost_year}年价格）",
            lambda p: f"{_figure('paid', 'revenue')(p):,.1f}",
        ),
        _row(
            rows,
            f"Risk of the price, {money.en}/t (free / paid)",
            f"价格风险，{money.zh}/吨（无偿/有偿）",
            both("risk"),
        ),
        _row(
            rows,
            "By how much the strongest firm moves the price (free / paid)",
            "最强企业可使价格变动（无偿/有偿）",
            both("power", " %"),
        ),
    ]


def _term(facts: BriefFacts, money: Phrase) -> Told:
    def lost(name: str) -> Callable[[BriefPollutant], str]:
        return lambda p: f"{_figure('reference', 'revenue')(p) - _figure(name, 'revenue')(p):,.1f}"

    return Phrase(
        "Whoever gives rights without an end, or for five years, and lowers the cap within the term, takes back what"
        " was given. A right of a year costs nothing to lower, and is traded every year.",
        "无偿授予无期限或五年期使用权后，若在期内削减总量，须收回已授予的部分。一年期使用权可随总量调整而无须补偿，且每年均可"
        "交易。",
    ), [
        _row(
            facts.pollutants,
            f"Worth of what is taken back, million {money.en} a year: rights without an end",
            f"须收回部分按市场价计，百万{money.zh}/年：无期限",
            lost("open"),
        ),
        _row(
            facts.pollutants,
            f"Worth of what is taken back, million {money.en} a year: rights for five years",
            f"须收回部分按市场价计，百万{money.zh}/年：五年期",
            lost("five"),
        ),
    ]


def _collar(facts: BriefFacts, money: Phrase) -> Told:
    rows = facts.pollutants
    air = [each for each in rows if each.found.loads]
    figures = [
        _row(
            rows,
            f"Floor and ceiling, {money.en}/t, assumed",
            f"价格上下限，{money.zh}/吨，假设值",
            lambda p: f"{p.found.floor:,.0f}–{p.found.ceiling:,.0f}",
        ),
        _row(
            rows,
            f"Risk of the price, {money.en}/t (without / with)",
            f"价格风险，{money.zh}/吨（不设/设）",
            lambda p: f"{_figure('reference', 'risk')(p):,.0f} / {_figure('collar', 'risk')(p):,.0f}",
        ),
        _row(
            rows,
            "Emissions with it against the caps",
            "设上下限时排放较总量变动",
            lambda p: f"{_figure('collar', 'over_cap')(p):+.1f} %",
        ),
    ]
    if air:
        figures.append(
            _row(
                air,
                "Load at the worst receptor against the caps (without / with)",
                "负荷最高的受体较总量所对应的负荷（不设/设）",
                lambda p: f"{_figure('reference', 'hot_spot')(p):+.1f} / {_figure('collar', 'hot_spot')(p):+.1f} %",
            )
        )
    return Phrase(
        "Floor and ceiling change the risk of the price; what is sold at the ceiling comes on top of the cap.",
        "价格上下限改变价格风险；按上限价增售的配额则超出总量。",
    ), figures


def _trading(facts: BriefFacts, money: Phrase) -> Told:
    rows = facts.pollutants
    if not facts.sessions:
        return Phrase("No sessions were played.", "未进行模拟交易。"), []
    ways = [way for way in ("continuous", "calls") if way in facts.axes["trading"]]
    profit = max(played.sure_profit for each in rows for played in each.sessions.values())
    best = (
        "never gains by it more than chance explains"
        if profit <= 0
        else f"gains by it, beyond two standard errors, at best {profit:.0f} %"
    )
    best_zh = "操纵者的获利均未超出偶然波动" if profit <= 0 else f"操纵者最多多得{profit:.0f} %（超出两倍标准误的部分）"
    guard = "guarded" in facts.axes.get("border", ())
    held = [each.pollutant for each in rows if of_bounds(each) is not None]
    return Phrase(
        f"Played through the engine ({facts.sessions} sessions of each kind, the first year, allowances free by"
        f" benchmark) by firms with rules of thumb. The largest emitter as a manipulator {best}."
        + (" A guard on receptors needs a call that clears the whole zone at once." if guard else "")
        + (
            f" {', '.join(held)}: gains and prices say more of the law's bounds than of the firms (annex)."
            if held
            else ""
        ),
        f"在实际交易引擎中模拟（每类{facts.sessions}次，首年，配额按基准法无偿分配），企业按经验规则交易。由最大排放者充当"
        f"操纵者，{best_zh}。"
        + ("受体限制要求全区同时出清，故须采用集合竞价。" if guard else "")
        + (f"{'、'.join(held)}：交易收益与价格更多反映规则限制而非企业行为（见附件）。" if held else ""),
    ), [
        *(
            _row(
                rows,
                f"Part of all gains from trade that firms make, {_way(way).en}",
                f"企业实现的交易收益，{_way(way).zh}",
                _gains(way),
            )
            for way in ways
        ),
        *(
            _row(
                rows,
                f"By how much a manipulator moves the mean price, {_way(way).en} (± a standard error)",
                f"操纵者使均价偏离，{_way(way).zh}（±一倍标准误）",
                _shift(way),
            )
            for way in ways
        ),
    ]


def _way(way: str) -> Phrase:
    return option("trading", way)


def of_bounds(each: BriefPollutant) -> Phrase | None:
    """What the law's bounds of the first day kept from the played sessions, and why their price is another; or None."""
    found = [played.bounds for name, played in each.sessions.items() if name.startswith("zone none ")]
    said = next((both for both in found if both[0]), None)
    if said is None:
        return None
    years, price = len(each.found.years), f"{each.found.price:,.0f}"
    return Phrase(
        f"Of the played sessions: {said[0]} That price is their own mean: each session draws emissions and costs anew"
        f" and trades the first year alone. The {price} of one market is the first year's of the central state, with"
        f" allowances kept for later years ({years} in all).",
        f"就模拟交易而言：{said[1]}该均衡价为各场均值：每场重新抽取排放与成本，且只交易首年配额；统一市场的{price}"
        f"则为中值情景下可结转配额（共{years}年）的首年价格。",
    )


def _gains(way: str) -> Callable[[BriefPollutant], str]:
    return lambda each: f"{each.sessions[f'zone none {way}'].gains:.0f} %"


def _shift(way: str) -> Callable[[BriefPollutant], str]:
    """The shift of the price in the zone's sessions of one way of trading."""

    def found(each: BriefPollutant) -> str:
        facts = each.sessions[f"zone none {way}"]
        return f"{facts.shift:+.1f} ± {facts.error:.1f} %"

    return found


assert set(AXES) == {name for name, _ in OPTIONS}
