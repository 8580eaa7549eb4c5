"""The brief in sentences: what it chooses, and why, in figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airshed.lab.brief.designs import GUARD
from airshed.lab.brief.facts import BriefFacts, BriefPollutant
from airshed.lab.brief.judge import Judged
from airshed.pages.brief.words import AXES, OPTIONS, option, said
from airshed.pages.kit.words import Phrase

GUARDED = f"{100 * GUARD:g} %"


def headline(facts: BriefFacts) -> Phrase:
    """What the brief would choose, in a sentence or two."""
    words = said(facts.choice, facts.axes)
    pilots = facts.scores.get("pilots")
    en = f"Of {facts.many:,} designs it would choose: {words.en}."
    zh = f"在{facts.many:,}种设计中，本报告选择：{words.zh}。"
    if pilots is not None:
        en += f" It scores {facts.score:.0f} of 100, the pilots' way {pilots:.0f}."
        zh += f"得分{facts.score:.0f}（满分100），现行试点做法为{pilots:.0f}。"
    saved = [each for each in facts.pollutants if each.found.linking is not None]
    if "border" in facts.axes and saved:
        percent = listed(saved, lambda p: f"{p.found.saving_percent:.1f} %")
        en += f" If everything goes as assumed, one market saves {percent} of what closed cities cost."
        zh += f"若一切如所假设，统一市场比各市封闭节省成本{percent}。"
    return as_written(Phrase(en, zh))


def reasons(facts: BriefFacts, money: Phrase) -> list[tuple[str, Phrase, Phrase]]:
    """Each choice with what was chosen, and why, in figures."""
    why: dict[str, Callable[[BriefFacts, Phrase], Phrase]] = {
        "border": _border,
        "wall": _wall,
        "method": _method,
        "sale": _sale,
        "term": _term,
        "collar": _collar,
        "trading": _trading,
    }
    chosen = [name for name in AXES if name in facts.axes]
    return [(name, option(name, facts.choice[name]), as_written(why[name](facts, money))) for name in chosen]


def as_written(phrase: Phrase) -> Phrase:
    """The phrase with its lists as Chinese writes them."""
    return Phrase(phrase.en, phrase.zh.replace(", ", "、"))


def listed(parts: Iterable[BriefPollutant], say: Callable[[BriefPollutant], str]) -> str:
    """A figure for each pollutant, named if there are several."""
    rows = list(parts)
    return ", ".join(f"{each.pollutant} {say(each)}" if len(rows) > 1 else say(each) for each in rows)


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


def _border(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    cost = listed(rows, _than("cities", "cost"))
    spread = listed(rows, lambda p: f"{_figure('cities', 'spread')(p):.0f} %")
    en = (
        f"In the mean over states closed cities cost {cost} against one zone, for a closed city has nowhere to go in a"
        f" bad one; their prices lie {spread} apart (standard deviation)."
    )
    zh = (
        f"各情景平均，各市封闭的成本较全区统一变动{cost}，因为不利情景下封闭的城市无法跨市调剂；"
        f"各市价格的标准差为均值的{spread}。"
    )
    air = [each for each in rows if each.found.loads]
    if air:
        worst = listed(air, lambda p: f"{_figure('reference', 'hot_spot')(p):+.1f} %")
        en += f" Without a guard the load at the worst receptor is {worst} against what the caps would bring."
        zh += f"不设受体限制时，负荷最高的受体较总量所对应的负荷变动{worst}。"
        if "guarded" in facts.axes["border"]:
            guarded = listed(air, _than("guarded", "cost"))
            en += f" A guard of {GUARDED} changes the cost by {guarded}."
            zh += f"设{GUARDED}的受体限制，成本变动{guarded}。"
    return Phrase(en, zh)


def _wall(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    cost = listed(rows, _than("wall", "cost"))
    parties = listed(rows, lambda p: f"{_figure('wall', 'parties')(p):.1f}")
    open_ = listed(rows, lambda p: f"{_figure('reference', 'parties')(p):.1f}")
    return Phrase(
        f"A wall around the power plants changes the cost by {cost}; firms alike on the thinner side are {parties} with"
        f" it, {open_} without.",
        f"火电单独成市使成本变动{cost}；买卖两侧中较薄一侧的等效企业数，设单独市场时为{parties}，不设时为{open_}。",
    )


def _method(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    whip = listed(rows, lambda p: f"{_figure('history', 'whip')(p):.2f}")
    shares = listed(
        rows, lambda p: f"{_figure('history', 'share_gap')(p):,.0f} / {_figure('reference', 'share_gap')(p):,.0f}"
    )
    burden = listed(
        rows, lambda p: f"{_figure('history', 'burden_gap')(p):,.0f} / {_figure('reference', 'burden_gap')(p):,.0f}"
    )
    return Phrase(
        f"By history a works loses {whip} allowances for a tonne it abated early, by a benchmark none. Works of the"
        f" same need differ by {shares} kg/t in what they get (history / benchmark). The other way round stands who"
        f" bears what: {burden} {money.en}/t, for under a benchmark the dirty pay.",
        f"历史法下，企业每提前减排一吨，失去配额{whip}吨；基准法下为零。基准需求相同的企业所得配额的差异为{shares}千克/吨"
        f"（历史法/基准法）。净负担的差异则相反：{burden} {money.zh}/吨，因为基准法下排放强度高者付费。",
    )


def _sale(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    revenue = listed(rows, lambda p: f"{_figure('paid', 'revenue')(p):,.1f}")
    risk = listed(rows, lambda p: f"{_figure('reference', 'risk')(p):,.0f} / {_figure('paid', 'risk')(p):,.0f}")
    power = listed(rows, lambda p: f"{_figure('reference', 'power')(p):.0f} / {_figure('paid', 'power')(p):.0f}")
    return Phrase(
        f"Selling all brings the public {revenue} million {money.en} a year (prices of {facts.cost_year}) and puts old"
        f" and new firms on one foot; but it leaves hardly any trade among firms to foresee, puts all emissions at the"
        f" risk of the price ({risk} {money.en}/t, free / paid), and lets a large buyer move it more ({power} %).",
        f"全部拍卖每年带来公共收入{revenue}百万{money.zh}（{facts.cost_year}年价格），新老企业同等对待；但企业之间几乎不再有"
        f"可预见的交易，全部排放均承担价格风险（无偿/有偿：{risk} {money.zh}/吨），大买家也更能影响价格（{power} %）。",
    )


def _term(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    lost = listed(
        rows,
        lambda p: (
            f"{_figure('reference', 'revenue')(p) - _figure('open', 'revenue')(p):,.1f}"
            f" / {_figure('reference', 'revenue')(p) - _figure('five', 'revenue')(p):,.1f}"
        ),
    )
    return Phrase(
        "Whoever gives rights without an end, or for five years, and lowers the cap within the term, takes back what"
        f" was given: at the price that is {lost} million {money.en} a year (without an end / five years). A right of a"
        " year costs nothing to lower, and is traded every year.",
        f"无偿授予无期限或五年期使用权后，若在期内削减总量，须收回已授予的部分：按市场价每年为{lost}百万{money.zh}"
        "（无期限/五年）。一年期使用权可随总量调整而无须补偿，且每年均可交易。",
    )


def _collar(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    risk = listed(rows, lambda p: f"{_figure('reference', 'risk')(p):,.0f} / {_figure('collar', 'risk')(p):,.0f}")
    band = listed(rows, lambda p: f"{p.found.floor:,.0f}–{p.found.ceiling:,.0f}")
    over = listed(rows, lambda p: f"{_figure('collar', 'over_cap')(p):+.1f} %")
    air = [each for each in rows if each.found.loads]
    en = (
        f"With floor and ceiling ({band} {money.en}/t, assumed) the risk of the price is (without / with) {risk}"
        f" {money.en}/t; what is sold at the ceiling comes on top of the cap, so emissions are {over} against the caps"
    )
    zh = (
        f"设价格上下限（{band} {money.zh}/吨，假设值）时，价格风险（不设/设）为{risk} {money.zh}/吨；"
        f"按上限价增售的配额超出总量，排放较总量变动{over}"
    )
    if air:
        hot = listed(
            air, lambda p: f"{_figure('reference', 'hot_spot')(p):+.1f} / {_figure('collar', 'hot_spot')(p):+.1f} %"
        )
        en += f" and the worst receptor gets {hot}"
        zh += f"，负荷最高的受体变动{hot}"
    return Phrase(f"{en}.", f"{zh}。")


def _trading(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    if not facts.sessions:
        return Phrase("No sessions were played.", "未进行模拟交易。")
    ways = [way for way in ("continuous", "calls") if way in facts.axes["trading"]]
    gains = listed(rows, lambda p: " / ".join(f"{p.sessions[f'zone none {way}'].gains:.0f}" for way in ways) + " %")
    shift = listed(rows, lambda p: " / ".join(_shift(p, way) for way in ways))
    profit = max(played.sure_profit for each in rows for played in each.sessions.values())
    best = (
        "never gains by it more than chance explains"
        if profit <= 0
        else f"gains by it, beyond two standard errors, at best {profit:.0f} %"
    )
    best_zh = "操纵者的获利均未超出偶然波动" if profit <= 0 else f"操纵者最多多得{profit:.0f} %（超出两倍标准误的部分）"
    guard = "guarded" in facts.axes.get("border", ())
    held = [(each.pollutant, each.sessions[f"zone none {ways[0]}"].bounds) for each in rows]
    return Phrase(
        f"Played through the engine ({facts.sessions} sessions of each kind, the first year, allowances free by"
        f" benchmark), firms with rules of thumb make {gains} of all gains from trade (every day / calls). The largest"
        f" emitter as a manipulator moves the mean price by {shift} (one standard error) and {best}."
        + (" A guard on receptors needs a call that clears the whole zone at once." if guard else "")
        + "".join(f" {pollutant}: {said[0]}" for pollutant, said in held if said[0]),
        f"在实际交易引擎中模拟（每类{facts.sessions}次，首年，配额按基准法无偿分配），按经验规则交易的企业实现全部交易收益的"
        f"{gains}（每日/集合竞价）。由最大排放者充当操纵者，均价偏离{shift}（±一倍标准误），{best_zh}。"
        + ("受体限制要求全区同时出清，故须采用集合竞价。" if guard else "")
        + "".join(f"{pollutant}：{said[1]}" for pollutant, said in held if said[0]),
    )


def _shift(each: BriefPollutant, way: str) -> str:
    """The shift of the price in the zone's sessions of one way of trading."""
    facts = each.sessions[f"zone none {way}"]
    return f"{facts.shift:+.1f} ± {facts.error:.1f} %"


assert set(AXES) == {name for name, _ in OPTIONS}
