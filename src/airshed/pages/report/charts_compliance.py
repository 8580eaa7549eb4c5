"""Charts of compliance: public money, and who fell short."""

from __future__ import annotations

from airshed.pages.kit.style import INK, Figure, axis, figure, hover, note, pollutant_colour
from airshed.pages.kit.words import Language, Phrase, yuan_text
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import source_label
from airshed.rulebook.schema import Rulebook

#: Sources shown as bars; the table has all of them.
MOST_SHORT = 14


def money_chart(facts: Facts, language: Language) -> Figure:
    """What the public purse and the exchange received and paid, stacked by pollutant."""
    heads = [
        (Phrase("Auction revenue", "拍卖收入"), [each.auctions for each in facts.market.money]),
        (Phrase("Penalties paid", "已缴罚款"), [each.penalties_paid for each in facts.market.money]),
        (
            Phrase("Penalties outstanding", "未缴罚款"),
            [each.penalties - each.penalties_paid for each in facts.market.money],
        ),
        (Phrase("Trading fees (exchange)", "交易手续费（交易所）"), [each.fees for each in facts.market.money]),
        (Phrase("Repurchases (paid out)", "政府回购（支出）"), [-each.repurchases for each in facts.market.money]),
    ]
    names = [head.said(language) for head, _ in heads]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [fens[place] / 1e8 for _, fens in heads],
            "y": names,
            "width": 0.55,
            "marker": {"color": pollutant_colour(each.pollutant)},
            "customdata": [yuan_text(fens[place]) for _, fens in heads],
            "hovertemplate": hover(
                language,
                (f"<b>{each.pollutant}</b> · %{{y}}", f"%{{customdata}} {facts.money.en}"),
                (f"<b>{each.pollutant}</b> · %{{y}}", f"%{{customdata}} {facts.money.zh}"),
            ),
        }
        for place, each in enumerate(facts.market.money)
    ]
    notes = [
        note(
            f"<b>{sum(fens) / 1e8:,.1f}</b>",
            max(sum(fens), 0) / 1e8,
            name,
            xanchor="left",
            xshift=6,
            font={"size": 11, "color": INK},
        )
        for name, (_, fens) in zip(names, heads, strict=True)
    ]
    most = max((sum(fens) for _, fens in heads), default=0) / 1e8
    least = min((sum(fens) for _, fens in heads), default=0) / 1e8
    return figure(
        traces,
        xaxis=axis(
            Phrase(f"million {facts.money.en}", f"百万{facts.money.zh}").said(language),
            range=[least * 1.2, (most or 1) * 1.18],
            nticks=6,
        ),
        yaxis=axis(autorange="reversed", showgrid=False),
        barmode="relative",
        annotations=notes,
    )


def short_chart(facts: Facts, rules: Rulebook, language: Language) -> Figure:
    """The sources with the largest shortfalls, stacked by pollutant."""
    total: dict[str, int] = {}
    for row in facts.compliance:
        if row.shortfall:
            total[row.source] = total.get(row.source, 0) + row.shortfall
    shown = sorted(total, key=lambda source: (-total[source], source))[:MOST_SHORT]
    traces = []
    for pollutant in (rule.code for rule in rules.pollutants):
        mine = [row for row in facts.compliance if row.pollutant == pollutant and row.source in shown and row.shortfall]
        mine.sort(key=lambda row: shown.index(row.source))
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "x": [(row.shortfall or 0) / 1_000 for row in mine],
                "y": [row.source for row in mine],
                "marker": {"color": pollutant_colour(pollutant)},
                "customdata": [
                    [source_label(facts, row.source, language), yuan_text(row.penalty_fen or 0)] for row in mine
                ],
                "hovertemplate": hover(
                    language,
                    (
                        "<b>%{customdata[0]}</b>",
                        f"{pollutant}: %{{x:,.1f}} t short, penalty %{{customdata[1]}} {facts.money.en}",
                    ),
                    (
                        "<b>%{customdata[0]}</b>",
                        f"{pollutant}：缺口 %{{x:,.1f}} 吨，罚款 %{{customdata[1]}} {facts.money.zh}",
                    ),
                ),
            }
        )
    return figure(
        traces,
        xaxis=axis(Phrase("shortfall (t)", "缺口（吨）").said(language)),
        yaxis=axis(
            type="category",
            categoryorder="array",
            categoryarray=list(reversed(shown)),
            range=[-0.6, len(shown) - 0.4],
            showgrid=False,
        ),
        barmode="stack",
        bargap=0.35,
    )
