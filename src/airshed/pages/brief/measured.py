"""How measures are called on the page, and what each says, in both languages."""

from __future__ import annotations

from typing import NamedTuple

from airshed.pages.kit.words import Phrase


class ShownMeasure(NamedTuple):
    """A measure on the page: its head, what it says, its decimals, and whether a sign is written."""

    name: Phrase
    what: Phrase
    decimals: int
    signed: bool = False


def measures(money: Phrase, year: int) -> dict[str, ShownMeasure]:
    """The measures of the tables, money in the words of the rulebook and in the prices of a year."""
    en, zh = money.en, money.zh
    return {
        "cost": ShownMeasure(
            Phrase(f"cost (million {en})", f"成本（百万{zh}）"),
            Phrase(
                f"abatement over all years, discounted, in prices of {year}, and what is bought beyond the cap at the"
                " ceiling; the mean over states",
                f"各年减排成本的折现值（{year}年价格），含按上限价购买的超量配额；各情景均值",
            ),
            1,
        ),
        "share_gap": ShownMeasure(
            Phrase("unequal shares (kg/t)", "分配差异（千克/吨）"),
            Phrase(
                "how far two old works of the same need at the benchmark differ on average in what they are given",
                "基准需求相同的两家老企业所得配额的平均差异",
            ),
            0,
        ),
        "entrant_gap": ShownMeasure(
            Phrase(f"old and new ({en}/t)", f"新老差距（{zh}/吨）"),
            Phrase(
                "how much more, or less, a new entrant pays for allowances per tonne of need than an old works, in the"
                " first year",
                "首年每吨需求，新建源比老企业为配额多付或少付的金额",
            ),
            0,
        ),
        "whip": ShownMeasure(
            Phrase("whip", "鞭打指数"),
            Phrase(
                "allowances a works loses per tonne it abated early: 1 is fully whipped, 0 neutral",
                "提前减排一吨所失去的配额（吨）：1为完全“鞭打快牛”，0为中性",
            ),
            2,
        ),
        "spread": ShownMeasure(
            Phrase("prices apart (%)", "各地价差（%）"),
            Phrase(
                "standard deviation of the first year's prices between places, of their mean",
                "首年各地价格的标准差与均值之比",
            ),
            0,
        ),
        "risk": ShownMeasure(
            Phrase(f"price risk ({en}/t)", f"价格风险（{zh}/吨）"),
            Phrase(
                "what a standard deviation of the price between states costs firms per tonne emitted",
                "价格在各情景间偏离一个标准差时，企业每吨排放所承担的金额",
            ),
            0,
        ),
        "scatter": ShownMeasure(
            Phrase("scatter (%) †", "场内离散（%）†"),
            Phrase(
                "how far prices of a played session lie apart (standard deviation, of their mean)",
                "一次模拟交易内成交价的标准差与均值之比",
            ),
            0,
        ),
        "turnover": ShownMeasure(
            Phrase("turnover (%)", "换手率（%）"),
            Phrase(
                "of the cap that groups of firms should trade among each other in a year; a right for several years is"
                " traded once for all of them",
                "企业集团之间一年应有的交易量占总量的比例；多年期使用权在期内只交易一次",
            ),
            1,
        ),
        "parties": ShownMeasure(
            Phrase("parties", "对手数"),
            Phrase(
                "firms alike on the thinner side of the market (1 / Herfindahl index)",
                "市场较薄一侧的等效企业数（赫芬达尔指数的倒数）",
            ),
            1,
        ),
        "gains": ShownMeasure(
            Phrase("gains made (%) †", "实现收益（%）†"),
            Phrase(
                "of all gains from trade, without walls and borders, that firms make in played sessions",
                "模拟交易中企业实现的收益，占不设边界与行业限制时全部交易收益的比例",
            ),
            0,
        ),
        "hot_spot": ShownMeasure(
            Phrase("worst receptor (%) [A]", "最高受体（%）[A]"),
            Phrase(
                "load at the worst receptor above what the caps would bring, from the transfer matrix; the mean over"
                " states and years",
                "按传输矩阵计算，负荷最高的受体高于总量所对应负荷的幅度；各情景各年均值",
            ),
            1,
            True,
        ),
        "over_cap": ShownMeasure(
            Phrase("above caps (%)", "超出总量（%）"),
            Phrase(
                "all emissions above the caps, for what is sold at the ceiling; the mean over states and years",
                "因按上限价增售配额，全部排放高于总量的幅度；各情景各年均值",
            ),
            1,
            True,
        ),
        "revenue": ShownMeasure(
            Phrase(f"public money (million {en} a year)", f"公共收入（百万{zh}/年）"),
            Phrase(
                "sales by auction and at the ceiling, less purchases at the floor and what taking back given rights"
                " within their term costs when the cap falls; the equal yearly amount that is worth the same,"
                f" in prices of {year}",
                "拍卖与按上限价出售的收入，减去按下限价回购的支出及总量下降时收回无偿使用权的补偿；按贴现折算的等额年值，"
                f"{year}年价格",
            ),
            1,
            True,
        ),
        "power": ShownMeasure(
            Phrase("market power (%)", "市场势力（%）"),
            Phrase(
                "by how much the strongest firm could move the price by holding back or buying less (Hahn 1984), at"
                " most 100",
                "最强企业惜售或压低购买可使价格偏离的幅度（Hahn 1984），以100为限",
            ),
            0,
        ),
        "push": ShownMeasure(
            Phrase("pushed (%) †", "被操纵（%）†"),
            Phrase(
                "by how much a manipulator moves the mean price of played sessions, as far as it lies beyond two"
                " standard errors",
                "操纵者使模拟交易均价偏离的幅度中超出两倍标准误的部分",
            ),
            1,
        ),
        "burden_gap": ShownMeasure(
            Phrase(f"unequal burdens ({en}/t)", f"负担差异（{zh}/吨）"),
            Phrase(
                "another view of what is fair, not scored: how far two old works of the same need differ in what the"
                " programme costs them",
                "公平的另一种看法，不计分：需求相同的两家老企业净负担的平均差异",
            ),
            0,
        ),
    }
