"""The brief in sentences: what its choice is most sensitive to, and what it does not know."""

from __future__ import annotations

from airshed.lab.brief.diagnosis import STRONG, THIN, Diagnosis
from airshed.lab.brief.facts import BriefFacts, BriefPollutant
from airshed.lab.brief.sessions import ERRORS
from airshed.lab.brief.states import GROWTH_STEP
from airshed.lab.brief.world import CEILING, LESS_OUTPUT, WITHHELD
from airshed.pages.brief.reasons import GUARDED, as_written, listed
from airshed.pages.brief.words import CAUSES, CRITERIA, KNOBS, knob
from airshed.pages.kit.words import Phrase
from airshed.zone.origins import COSTS, EMISSIONS

#: Which part of the trade that should be is enough to say that it is there.
THERE = 0.5
#: What a citation says of caps that no notice has set.
TO_CONFIRM = "(to confirm)"
#: From which part of the cap on, percent, it is told that nothing has to trade.
NEEDLESS = 50
#: Points by which another design must lead to be told.
LEAST = 0.05


def warning(facts: BriefFacts) -> Phrase:
    """How sure costs, emissions and caps are, as the files of the zone and the law say."""
    origins = facts.pollutants[0].found.origins
    en, zh = [], []
    if COSTS in origins:
        en.append("costs of abatement are indicative")
        zh.append("减排成本为参考值")
    if EMISSIONS in origins:
        en.append("emissions are simulated")
        zh.append("排放为模拟数据")
    if any(TO_CONFIRM in origin for origin in origins):
        en.append("caps and prices of the rulebook are to confirm")
        zh.append("规则中的总量与价格待核实")
    if not en:
        return Phrase(
            "Costs, emissions and caps rest on what section P names.", "成本、排放与总量的依据见“计算方法与证明”。"
        )
    said = ", ".join(en)
    return Phrase(f"{said[0].upper()}{said[1:]}.", f"{'，'.join(zh)}。")


def sensitivity(facts: BriefFacts) -> Phrase:
    """What the choice is most sensitive to: weights first, then assumptions."""
    narrow = sorted(facts.holds, key=lambda each: facts.holds[each][1] - facts.holds[each][0])[:2]
    weights = [(CRITERIA[each], *facts.holds[each]) for each in narrow]
    en = " and ".join(f"{name.en.lower()} (it stays from {low:.0f} to {high:.0f} %)" for name, low, high in weights)
    zh = "与".join(f"“{name.zh}”（在{low:.0f}–{high:.0f} %之间不变）" for name, low, high in weights)
    other = [(name, at, behind) for name, at, _, behind in facts.moved if behind >= LEAST]
    if not other:
        en_moved = "It stays the same in every run with one assumption moved."
        zh_moved = "逐一改变假设后，选择均不变。"
    else:
        each_en = "; ".join(f"{knob(name, at).en} (by {behind:.1f} points)" for name, at, behind in other)
        each_zh = "；".join(f"{knob(name, at).zh}（领先{behind:.1f}分）" for name, at, behind in other)
        en_moved, zh_moved = f"Another design wins with {each_en}.", f"以下情形另有设计胜出：{each_zh}。"
    return Phrase(
        f"The choice is most sensitive to the weights of {en}. {en_moved}",
        f"选择对下列权重最敏感：{zh}。{zh_moved}",
    )


def by_any_weights(facts: BriefFacts) -> Phrase:
    """How often the choice wins where nobody says how much a criterion weighs."""
    return Phrase(
        f"With no view on weights at all it wins under {100 * facts.wins:.0f} % of them, and is {facts.behind:.1f}"
        " points behind the best on average.",
        f"若对权重不作任何设定，它在{100 * facts.wins:.0f} %的权重下胜出，平均落后最优{facts.behind:.1f}分。",
    )


def of_book(each: Diagnosis) -> Phrase:
    """What a book shows of the trade that its own allocation and law should bring, and what stands in the way."""
    traded, should = each.observed_t or 0.0, each.predicted_t
    part = f"{100 * traded / should:.0f} %" if should > 0 else "–"
    en = f"The book has {traded:,.0f} t traded between firms; by its allocation and its law {should:,.0f} t should"
    zh = f"账簿中企业间交易{traded:,.0f}吨；按其配额分配与规则，应有交易{should:,.0f}吨"
    if should > 0:
        en, zh = f"{en} ({part} of it are there).", f"{zh}（已实现{part}）。"
    else:
        en, zh = f"{en}.", f"{zh}。"
    causes = [CAUSES[finding.cause] for finding in each.findings if finding.verdict != "no"]
    en_causes, zh_causes = ", ".join(cause.en for cause in causes), "、".join(cause.zh for cause in causes)
    there = should > 0 and traded >= THERE * should
    if there:
        en += " Trade is there."
        zh += "交易正常。"
        if causes:
            en += f" What could still keep it away: {en_causes}."
            zh += f"仍可能妨碍交易的因素：{zh_causes}。"
    elif causes:
        en += f" In its way: {en_causes}."
        zh += f"障碍：{zh_causes}。"
    elif each.idle_percent >= NEEDLESS:
        en += " Nothing has to trade, and nothing is wrong."
        zh += "本无须交易，并非市场失灵。"
    else:
        en += " None of the four suspects stands in its way: look at permissions, price bands and habit."
        zh += "四个可能原因均不成立，应检查审批、涨跌幅限制与交易习惯。"
    return Phrase(en, zh)


def of_band(each: BriefPollutant, money: Phrase) -> Phrase | None:
    """That the price of one market lies beyond the first day's band around the reference price; None if it does not."""
    has = each.found
    low, high = (has.reference * (1 + sign * has.band_percent / 100) for sign in (-1, 1))
    if low <= has.price <= high:
        return None
    end, name, zh_name = (high, "ends", "上限") if has.price > high else (low, "begins", "下限")
    return Phrase(
        f"On the first day the band of {has.band_percent:g} % around the reference price ({has.reference:,.0f}"
        f" {money.en}/t) {name} at {end:,.0f}; one market's price is {has.price:,.0f}. Listed trade is kept from that"
        " price until the band has moved there.",
        f"首日涨跌幅限制为参考价（{has.reference:,.0f}{money.zh}/吨）的±{has.band_percent:g} %，{zh_name}{end:,.0f}"
        f"{money.zh}/吨，而统一市场的价格为{has.price:,.0f}{money.zh}/吨；在限制区间移至该价位之前，挂牌交易无法按此价成交。",
    )


def of_prices(each: BriefPollutant) -> Phrase:
    """What the price of a pollutant, and the saving of linking, hang on most."""
    most: dict[str, float] = {}
    for swing in each.swings:
        change = abs(swing.price / each.found.price - 1) if each.found.price > 0 else 0.0
        most[swing.knob] = max(most.get(swing.knob, 0.0), change)
    first = max(most, key=lambda name: most[name])
    return Phrase(
        f"The price hangs most on {KNOBS[first].en} (up to {100 * most[first]:.0f} %).",
        f"价格对{KNOBS[first].zh}最敏感（变动最多{100 * most[first]:.0f} %）。",
    )


def unknown(facts: BriefFacts) -> list[Phrase]:
    """What the brief does not know, or assumes."""
    found = []
    origins = facts.pollutants[0].found.origins
    if COSTS in origins:
        found.append(
            Phrase(
                f"Costs of abatement are indicative: central values of published ranges, prices of {facts.cost_year}."
                " Replace them by local audits first.",
                f"减排成本为参考值：取公开区间的中值，{facts.cost_year}年价格；使用前应首先以本地核查数据替换。",
            )
        )
    if EMISSIONS in origins:
        found.append(
            Phrase(
                "Emissions and conduct of works are simulated: nothing here says what a real firm emits or pays.",
                "排放与企业行为为模拟数据，不代表任何真实企业的排放或支出。",
            )
        )
    if any(TO_CONFIRM in origin for origin in origins):
        found.append(
            Phrase(
                "Caps, fees and reference prices are those of the rulebook, which no notice has set yet: to confirm.",
                "总量、费率与参考价取自规则文本，尚无文件正式确定，均待核实。",
            )
        )
    bare = [each.pollutant for each in facts.pollutants if not each.found.air_origins]
    if any("indicative" in origin for each in facts.pollutants for origin in each.found.air_origins):
        found.append(
            Phrase(
                "What a tonne adds at a receptor comes from a built-in Gaussian plume without chemistry, beyond its"
                " range in part [A]; a transport model may turn the air criterion round."
                + (f" {', '.join(bare)} has no matrix, and no air measure." if bare else ""),
                "每吨排放对受体的贡献来自内置高斯烟羽模型（不含化学反应，部分超出适用距离），属参考值[A]；改用传输模型，"
                "空气质量准则的结论可能改变。" + (f"{'、'.join(bare)}无传输矩阵，不计空气质量。" if bare else ""),
            )
        )
    for each in facts.pollutants:
        if each.found.less_output_percent > 0.5:
            percent = f"{each.found.less_output_percent:.0f} %"
            found.append(
                Phrase(
                    f"{each.pollutant}: {percent} of what must be abated in one market is beyond every technology of"
                    " the tables; it is counted as less output.",
                    f"{each.pollutant}：统一市场所需减排的{percent}超出所列技术的能力，按减产计。",
                )
            )
    found += [
        Phrase(
            f"Assumed, not found: less output at {LESS_OUTPUT:g} times the dearest technology; a collar from the"
            f" reserve price to {CEILING:g} times the reference price, {100 * WITHHELD:g} % of the cap bought at the"
            f" floor; a guard of {GUARDED}; behind a wall each side keeps its part of the city's cap; growth"
            f" {100 * GROWTH_STEP:g} point lower and higher in the states; a market is thin below {THIN:g} firms alike,"
            f" a firm strong from {STRONG:g} % of the price.",
            f"以下为假设而非测算：减产成本为最贵技术的{LESS_OUTPUT:g}倍；价格下限为保留价、上限为参考价的{CEILING:g}倍，"
            f"按下限价最多回购总量的{100 * WITHHELD:g} %；受体负荷限增{GUARDED}；单独成市时，两侧按排放比例分得"
            f"本市总量；各情景的增长率上下各{100 * GROWTH_STEP:g}个百分点；等效企业少于{THIN:g}家视为对手过少，"
            f"可使价格偏离{STRONG:g} %以上视为有市场势力。",
        ),
        *_played(facts),
        _tax(facts),
        Phrase(
            "Firms take the price as given and foresee it; market power is a line through one point of each curve."
            " Costs of running a programme, health, co-control of pollutants and jobs are not counted.",
            "假设企业接受并能预见价格；市场势力按成本曲线上一点的直线近似。未计管理成本、健康效益、协同减排与就业。",
        ),
        Phrase(
            "Weights are a judgement: section 4 and --weights take others. Values run from the worst to the best of all"
            " designs, so that another set of designs would scale them otherwise.",
            "权重是判断而非测算结果，可在第4节或以--weights更改；各项得分以全部设计中的最差与最优为两端，"
            "设计集合不同，尺度也会不同。",
        ),
    ]
    return found


def _played(facts: BriefFacts) -> list[Phrase]:
    """What sessions leave open: whom they stand for, and what so few of them cannot tell."""
    if not facts.sessions:
        return []
    widest = max(ERRORS * played.error for each in facts.pollutants for played in each.sessions.values())
    return [
        Phrase(
            "Sessions are played for the first year, with allowances free by benchmark, and are taken to be alike for"
            " other methods, terms, collars and assumptions; those of a guarded zone are calls without the guard. With"
            f" {facts.sessions} of each kind a manipulation that moves the mean price by less than {widest:.0f} %, at"
            " the worst, cannot be told from chance: --sessions plays more.",
            "模拟交易为首年、配额按基准法无偿分配，并假定在其他分配方法、期限、上下限与假设下结果相同；受体限制下的交易"
            f"按无限制的集合竞价模拟。每类仅{facts.sessions}次，最不利时均价偏离{widest:.0f} %以内的操纵无法与偶然波动"
            "区分；可用--sessions增加次数。",
        )
    ]


def _tax(facts: BriefFacts) -> Phrase:
    """What is done with a tax that firms pay beside allowances."""
    if any(each.found.tax for each in facts.pollutants):
        levied = listed(facts.pollutants, lambda p: f"{p.found.tax:,.2f}")
        return as_written(
            Phrase(
                f"Prices are net of a tax on what is emitted ({levied} per t), the same for clean and dirty outlets"
                " here.",
                f"价格已扣除环境保护税（每吨{levied}）；此处对各排放口取同一税额。",
            )
        )
    return Phrase(
        "A tax on emissions that firms pay beside allowances is not taken off: --tax does, and lowers prices by as"
        " much.",
        "未扣除与配额并行的环境保护税：--tax 可扣除，价格相应降低。",
    )
