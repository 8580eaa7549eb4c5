"""The brief in sentences: what it chooses, why, and what it does not know."""

from __future__ import annotations

from collections.abc import Callable

from airshed.lab.brief.designs import GUARD
from airshed.lab.brief.facts import BriefFacts, PollutantFacts
from airshed.lab.brief.judge import Judged
from airshed.lab.brief.world import CEILING, LESS_OUTPUT, WITHHELD
from airshed.service.briefpage.words import AXES, CRITERIA, OPTIONS, knob, option, said
from airshed.service.report.words import Phrase

#: Points by which another design must lead to be told.
LEAST = 0.05
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
        percent = _list(saved, lambda p: f"{p.found.saving_percent:.1f} %")
        en += f" If everything goes as assumed, one market saves {percent} of what closed cities cost."
        zh += f"若一切如所假设，统一市场比各市封闭节省成本{percent}。"
    return _listed(Phrase(en, zh))


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
    return [(name, option(name, facts.choice[name]), _listed(why[name](facts, money))) for name in chosen]


def _listed(phrase: Phrase) -> Phrase:
    """The phrase with its lists as Chinese writes them."""
    return Phrase(phrase.en, phrase.zh.replace(", ", "、"))


def _list(parts: object, say: Callable[[PollutantFacts], str], between: str = ", ") -> str:
    """A figure for each pollutant, named if there are several."""
    rows = list(parts)  # type: ignore[call-overload]
    return between.join(f"{each.pollutant} {say(each)}" if len(rows) > 1 else say(each) for each in rows)


def _figure(name: str, measure: str) -> Callable[[PollutantFacts], float]:
    def found(each: PollutantFacts) -> float:
        judged: Judged = each.judged[name]
        return judged[measure] or 0.0

    return found


def _than(name: str, measure: str) -> Callable[[PollutantFacts], str]:
    """By how many percent a design has more of a measure than the reference."""

    def found(each: PollutantFacts) -> str:
        base = _figure("reference", measure)(each)
        return f"{100 * (_figure(name, measure)(each) / base - 1):+.1f} %" if base else "–"

    return found


def _border(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    cost = _list(rows, _than("cities", "cost"))
    spread = _list(rows, lambda p: f"{_figure('cities', 'spread')(p):.0f} %")
    en = (
        f"In the mean over states closed cities cost {cost} against one zone, for a closed city has nowhere to go"
        " in a bad"
        f" one; their prices lie {spread} apart (standard deviation)."
    )
    zh = f"各情景平均，各市封闭的成本比全区统一{cost}（封闭城市在不利情景下别无出路）；各地价格离散{spread}（标准差）。"
    air = [each for each in rows if each.found.loads]
    if air:
        worst = _list(air, lambda p: f"{_figure('reference', 'hot_spot')(p):+.1f} %")
        guarded = _list(air, _than("guarded", "cost")) if "guarded" in facts.axes["border"] else ""
        en += f" Without a guard the load at the worst receptor is {worst}."
        zh += f"不设受体限制时，最差受体负荷{worst}。"
        if guarded:
            en += f" A guard of {GUARDED} changes the cost by {guarded}."
            zh += f"设{GUARDED}的受体限制，成本{guarded}。"
    return Phrase(en, zh)


def _wall(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    cost = _list(rows, _than("wall", "cost"))
    parties = _list(rows, lambda p: f"{_figure('wall', 'parties')(p):.1f}")
    open_ = _list(rows, lambda p: f"{_figure('reference', 'parties')(p):.1f}")
    return Phrase(
        f"A wall around the power plants changes the cost by {cost}; firms alike on the thinner side are {parties}"
        " with it,"
        f" {open_} without.",
        f"火电单独交易使成本变化{cost}；市场较薄一侧的等效企业数为{parties}，不设则为{open_}。",
    )


def _method(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    whip = _list(rows, lambda p: f"{_figure('history', 'whip')(p):.2f}")
    shares = _list(
        rows, lambda p: f"{_figure('history', 'share_gap')(p):,.0f} / {_figure('reference', 'share_gap')(p):,.0f}"
    )
    burden = _list(
        rows, lambda p: f"{_figure('history', 'burden_gap')(p):,.0f} / {_figure('reference', 'burden_gap')(p):,.0f}"
    )
    return Phrase(
        f"By history a works loses {whip} allowances for a tonne it abated early, by a benchmark none. Works of the"
        " same need"
        f" differ by {shares} kg/t in what they get (history / benchmark). The other way round stands who bears what:"
        f" {burden} {money.en}/t, for under a benchmark the dirty pay.",
        f"历史法下提前减排一吨失去配额{whip}，基准法为零。需求相同的企业所得差异（历史法/基准法）为{shares}千克/吨。"
        f"负担差异则相反：{burden} {money.zh}/吨，因为基准法下高排放者付费。",
    )


def _sale(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    revenue = _list(rows, lambda p: f"{_figure('paid', 'revenue')(p):,.1f}")
    risk = _list(rows, lambda p: f"{_figure('reference', 'risk')(p):,.0f} / {_figure('paid', 'risk')(p):,.0f}")
    power = _list(rows, lambda p: f"{_figure('reference', 'power')(p):.0f} / {_figure('paid', 'power')(p):.0f}")
    return Phrase(
        f"Selling all brings the public {revenue} million {money.en} a year (prices of {facts.cost_year}) and puts old"
        " and new firms on one foot; but it leaves no"
        f" trade among firms to foresee, puts all emissions at the risk of the price ({risk} {money.en}/t, free /"
        " paid), and"
        f" lets a large buyer move it more ({power} %).",
        f"全部拍卖每年带来公共收入{revenue}百万{money.zh}（{facts.cost_year}年价格），新老企业同等对待；但企业间可预见的交易消失，全部排放承担价格风险"
        f"（无偿/有偿：{risk} {money.zh}/吨），大买家更能影响价格（{power} %）。",
    )


def _term(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    lost = _list(
        rows,
        lambda p: (
            f"{_figure('reference', 'revenue')(p) - _figure('open', 'revenue')(p):,.1f}"
            f" / {_figure('reference', 'revenue')(p) - _figure('five', 'revenue')(p):,.1f}"
        ),
    )
    return Phrase(
        "Whoever gives rights without an end, or for five years, and lowers the cap within the term, takes back"
        " what was"
        f" given: at the price that is {lost} million {money.en} a year (without an end / five years)."
        " A right of a year costs nothing to lower, and is traded every year.",
        f"授予无期限或五年的使用权后在期内削减总量，须收回已给的权利：按价格计每年{lost}百万{money.zh}（无期限/五年）。"
        "一年期权利可随时调整，且每年交易。",
    )


def _collar(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    risk = _list(rows, lambda p: f"{_figure('reference', 'risk')(p):,.0f} / {_figure('collar', 'risk')(p):,.0f}")
    band = _list(rows, lambda p: f"{p.found.floor:,.0f}–{p.found.ceiling:,.0f}")
    air = [each for each in rows if each.found.loads]
    en = f"With floor and ceiling ({band} {money.en}/t) the risk of the price is (without / with) {risk} {money.en}/t"
    zh = f"设上下限（{band} {money.zh}/吨）时，价格风险（不设/设）为{risk} {money.zh}/吨"
    if air:
        hot = _list(
            air, lambda p: f"{_figure('reference', 'hot_spot')(p):+.1f} / {_figure('collar', 'hot_spot')(p):+.1f} %"
        )
        en += f"; what is sold at the ceiling comes on top of the cap, so the worst receptor gets {hot}"
        zh += f"；按上限价出售的配额超出总量，最差受体负荷为{hot}"
    return Phrase(f"{en}.", f"{zh}。")


def _trading(facts: BriefFacts, money: Phrase) -> Phrase:
    rows = facts.pollutants
    if not facts.sessions:
        return Phrase("No sessions were played.", "未模拟交易场次。")
    gains = _list(rows, lambda p: f"{_figure('reference', 'gains')(p):.0f} / {_figure('calls', 'gains')(p):.0f} %")
    shift = _list(rows, _shift)
    profit = max(facts_.profit for each in rows for facts_ in each.sessions.values())
    best = "never" if profit <= 0 else f"at best by {profit:.0f} %"
    best_zh = "从未获利" if profit <= 0 else f"最多多得{profit:.0f} %"
    guard = (
        " A guard on receptors needs a call that clears the whole zone at once."
        if "guarded" in facts.axes.get("border", ())
        else ""
    )
    guard_zh = "受体限制需要全区同时出清的集合竞价。" if guard else ""
    return Phrase(
        f"Firms with rules of thumb, played through the engine, make {gains} of all gains from trade (every day /"
        " calls)."
        f" A manipulator moves the mean price by {shift} (one standard error) and gains by it {best}.{guard}",
        f"以经验规则交易的企业在实际引擎中实现全部交易收益的{gains}（每日/集合竞价）。操纵者使均价偏离{shift}（±一倍"
        "标准误），"
        f"{best_zh}。{guard_zh}",
    )


def _shift(each: PollutantFacts) -> str:
    """The shift of the price in the zone's sessions, every day and in calls."""
    found = [each.sessions[f"zone none {way}"] for way in ("continuous", "calls")]
    return " / ".join(f"{facts.shift:+.1f} ± {facts.error:.1f} %" for facts in found)


def sensitivity(facts: BriefFacts) -> Phrase:
    """What the choice is most sensitive to."""
    other = [(name, at, behind) for name, at, _, behind in facts.moved if behind >= LEAST]
    narrow = sorted(facts.holds, key=lambda each: facts.holds[each][1] - facts.holds[each][0])[:2]
    en_weights = " and ".join(CRITERIA[each].en.lower() for each in narrow)
    zh_weights = "、".join(CRITERIA[each].zh for each in narrow)
    if not other:
        en = "The choice stays the same in every run with one assumption moved."
        zh = "逐一改变假设后，选择均不变。"
    else:
        each_en = "; ".join(f"{knob(name, at).en} (by {behind:.1f} points)" for name, at, behind in other)
        each_zh = "；".join(f"{knob(name, at).zh}（领先{behind:.1f}分）" for name, at, behind in other)
        en, zh = f"Another design wins with {each_en}.", f"以下情形另一设计胜出：{each_zh}。"
    return Phrase(
        f"{en} It is most sensitive to the weights of {en_weights}. With no view on weights at all it wins under"
        f" {100 * facts.wins:.0f} % of them, and is {facts.behind:.1f} points behind the best on average.",
        f"{zh}选择对“{zh_weights}”的权重最敏感。若对权重毫无偏好，它在{100 * facts.wins:.0f} %的权重下胜出，平均落后"
        "最优"
        f"{facts.behind:.1f}分。",
    )


def unknown(facts: BriefFacts) -> list[Phrase]:
    """What the brief does not know, or assumes."""
    found = [
        Phrase(
            "Costs of abatement are indicative (central values of published ranges), emissions and conduct of works are"
            " synthetic: nothing here says what a real firm emits or pays. Replace them by local audits first.",
            "减排成本为参考值（公开区间的中值），排放与企业行为为合成数据，不代表任何真实企业；应首先以本地核查数据"
            "替换。",
        ),
        Phrase(
            "Caps, fees and reference prices are those of the rulebook, which no notice has set yet: to confirm.",
            "总量、费率与参考价取自规则文本，尚无通知确定，均待确认。",
        ),
    ]
    if any("indicative" in origin for each in facts.pollutants for origin in each.found.origins if "plume" in origin):
        found.append(
            Phrase(
                "What a tonne adds at a receptor comes from a built-in Gaussian plume without chemistry, beyond its"
                " range in"
                " part; a transport model may turn the air criterion round. VOC has no matrix, and no air measure.",
                "受体系数来自内置高斯烟羽模型（无化学反应，部分超出适用距离），属参考值；传输模型可能改变空气准则的"
                "结论。"
                "VOC无传输矩阵，不计空气准则。",
            )
        )
    for each in facts.pollutants:
        if each.found.less_output_percent > 0.5:
            found.append(
                Phrase(
                    f"{each.pollutant}: {each.found.less_output_percent:.0f} % of what must be abated in one market"
                    " is beyond every"
                    " technology of the tables; it is counted as less output.",
                    f"{each.pollutant}：统一市场所需减排的{each.found.less_output_percent:.0f} %超出所列技术能力，按"
                    "减产计。",
                )
            )
    found += [
        Phrase(
            f"Assumed, not found: less output at {LESS_OUTPUT:g} times the dearest technology; a collar from the"
            " reserve price"
            f" to {CEILING:g} times the reference price, {100 * WITHHELD:g} % of the cap bought at the floor; a"
            " guard of"
            f" {GUARDED}; behind a wall each side keeps its part of the city's cap.",
            f"以下为假设：减产成本为最贵技术的{LESS_OUTPUT:g}倍；下限为保留价、上限为参考价的{CEILING:g}倍，下限最多"
            "回购总量的"
            f"{100 * WITHHELD:g} %；受体限增{GUARDED}；单独市场两侧按排放比例分得本市总量。",
        ),
        Phrase(
            "Sessions are played for the first year, with allowances by benchmark, and are taken to be alike for other"
            " methods, terms and collars; those of a guarded zone are calls without the guard.",
            "模拟场次为首年、基准法分配，并假定其他分配方法、期限与上下限下相同；受体限制的场次按无限制的集合竞价模"
            "拟。",
        ),
        _tax(facts),
        Phrase(
            "Firms take the price as given and foresee it; market power is a line through one point of each curve."
            " Costs of"
            " running a programme, health, co-control of pollutants and jobs are not counted.",
            "假设企业接受价格并能预见；市场势力按成本曲线上一点的直线近似。未计管理成本、健康效益、协同减排与就业。",
        ),
        Phrase(
            "Weights are a judgement. Values run from the worst to the best of all designs, so that another set of"
            " designs"
            " would scale them otherwise.",
            "权重是判断而非发现；各项得分以全部设计的最差与最优为两端，设计集合不同，尺度也会不同。",
        ),
    ]
    return found


def _tax(facts: BriefFacts) -> Phrase:
    """What is done with a tax that firms pay beside allowances."""
    if any(each.found.tax for each in facts.pollutants):
        levied = _list(facts.pollutants, lambda p: f"{p.found.tax:,.2f}")
        return Phrase(
            f"Prices are net of a tax on what is emitted ({levied} per t), the same for clean and dirty outlets here.",
            f"价格已扣除环境保护税（每吨{levied}）；此处对各排放口取同一税额。",
        )
    return Phrase(
        "A tax on emissions that firms pay beside allowances is not taken off: --tax does, and lowers prices by as"
        " much.",
        "未扣除与配额并行的环境保护税：--tax 可扣除，价格相应降低。",
    )


assert set(AXES) == {name for name, _ in OPTIONS}
