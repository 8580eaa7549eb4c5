"""Charts of compliance: public money, and who fell short."""

from __future__ import annotations

from airshed.pages.kit.colours import pollutant_colour
from airshed.pages.kit.figures import Figure, bars, figure, mark, rows, totals, values
from airshed.pages.kit.words import Phrase, same, yuan_text
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import source_label
from airshed.rulebook.schema import Rulebook

#: Sources shown as bars; the table has all of them.
MOST_SHORT = 14


def money_chart(facts: Facts) -> Figure:
    """What the public purse and the exchange received and paid, stacked by pollutant."""
    money = facts.market.money
    heads = [
        (Phrase("Auction revenue", "拍卖收入"), [each.auctions for each in money]),
        (Phrase("Penalties paid", "已缴罚款"), [each.penalties_paid for each in money]),
        (Phrase("Penalties outstanding", "未缴罚款"), [each.penalties - each.penalties_paid for each in money]),
        (Phrase("Trading fees (exchange)", "交易手续费（交易所）"), [each.fees for each in money]),
        (Phrase("Repurchases (paid out)", "政府回购（支出）"), [-each.repurchases for each in money]),
    ]
    most = max((sum(fens) for _, fens in heads), default=0) / 1e8
    least = min((sum(fens) for _, fens in heads), default=0) / 1e8

    def part(code: str, head: Phrase, fen: int) -> dict[str, object]:
        said = [
            Phrase(f"{code} · {head.en}", f"{code} · {head.zh}"),
            Phrase(f"{yuan_text(fen)} {facts.money.en}", f"{yuan_text(fen)} {facts.money.zh}"),
        ]
        return mark(fen / 1e8, said)

    return figure(
        [
            *(
                bars(
                    [part(each.pollutant, head, fens[place]) for head, fens in heads],
                    pollutant_colour(each.pollutant),
                    stack="money",
                    barWidth="55%",
                )
                for place, each in enumerate(money)
            ),
            totals("money", [same(f"{sum(fens) / 1e8:,.1f}") for _, fens in heads]),
        ],
        x=values(Phrase(f"million {facts.money.en}", f"百万{facts.money.zh}"), min=least * 1.2, max=(most or 1) * 1.18),
        y=rows(head for head, _ in heads),
    )


def short_chart(facts: Facts, rules: Rulebook) -> Figure:
    """The sources with the largest shortfalls, stacked by pollutant."""
    total: dict[str, int] = {}
    for row in facts.compliance:
        if row.shortfall:
            total[row.source] = total.get(row.source, 0) + row.shortfall
    shown = sorted(total, key=lambda source: (-total[source], source))[:MOST_SHORT]
    held = {(row.source, row.pollutant): row for row in facts.compliance if row.shortfall}

    def part(source: str, pollutant: str) -> dict[str, object]:
        row = held.get((source, pollutant))
        if row is None:
            return mark(None)
        mass, penalty = f"{(row.shortfall or 0) / 1_000:,.1f}", yuan_text(row.penalty_fen or 0)
        said = Phrase(
            f"{pollutant}: {mass} t short, penalty {penalty} {facts.money.en}",
            f"{pollutant}：缺口 {mass} 吨，罚款 {penalty} {facts.money.zh}",
        )
        return mark((row.shortfall or 0) / 1_000, [source_label(facts, source), said])

    return figure(
        [
            bars([part(source, code) for source in shown], pollutant_colour(code), stack="short", barCategoryGap="35%")
            for code in (rule.code for rule in rules.pollutants)
        ],
        x=values(Phrase("shortfall (t)", "缺口（吨）")),
        y=rows(shown),
    )
