"""Charts of the cap: emission against cap, the four methods side by side, the early abaters."""

from __future__ import annotations

from airshed.market.allocation import METHODS
from airshed.pages.kit.colours import GREY, INK, METHOD_SHADES, PAPER, pollutant_colour
from airshed.pages.kit.figures import Figure, across, bars, figure, mark, points, rows, ruler, values
from airshed.pages.kit.words import METHODS as METHOD_NAMES
from airshed.pages.kit.words import Phrase, percent_text, tonnes_text
from airshed.pages.report.emissions import CapRow, EarlyAbater
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names, sector_names
from airshed.rulebook.schema import Rulebook

#: How far the dots of two methods lie apart, in pixels.
LANE = 11


def cap_chart(facts: Facts, rules: Rulebook, pollutant: str) -> Figure:
    """Verified emission as bars, the cap as a tick across, the baseline mean as a ring, by jurisdiction."""
    held = [row for row in facts.caps if row.pollutant == pollutant]
    places = place_names(rules)
    most = max((max(row.cap or 0, row.baseline or 0, row.emitted or 0) for row in held), default=0) / 1_000
    return figure(
        [
            bars(
                [_emitted(row, places[row.jurisdiction]) for row in held],
                pollutant_colour(pollutant, [rule.code for rule in rules.pollutants]),
                barWidth="52%",
            ),
            points(
                [[row.baseline / 1_000, place] for place, row in enumerate(held) if row.baseline is not None],
                GREY,
                hollow=True,
                size=9,
                silent=True,
            ),
            points(
                [[row.cap / 1_000, place] for place, row in enumerate(held) if row.cap is not None],
                INK,
                symbol="rect",
                size=[3, 21],
                silent=True,
            ),
        ],
        x=values(Phrase("tonnes in the year (t)", "全年吨数（吨）"), min=0, max=(most or 1) * 1.08),
        y=rows(places[row.jurisdiction] for row in held),
    )


def _emitted(row: CapRow, name: Phrase) -> dict[str, object]:
    said = [name]
    if row.emitted is not None:
        said.append(Phrase(f"emitted {tonnes_text(row.emitted)} t", f"排放 {tonnes_text(row.emitted)} 吨"))
    if row.cap is not None:
        part = percent_text(row.emitted or 0, row.cap)
        said.append(
            Phrase(
                f"cap {tonnes_text(row.cap)} t, of which {part} is emitted",
                f"总量 {tonnes_text(row.cap)} 吨，排放占 {part}",
            )
            if row.emitted is not None
            else Phrase(f"cap {tonnes_text(row.cap)} t", f"总量 {tonnes_text(row.cap)} 吨")
        )
    return mark(None if row.emitted is None else row.emitted / 1_000, said)


def share_chart(facts: Facts, rules: Rulebook, pollutant: str) -> Figure:
    """What each sector gets under each method, as groups of bars."""
    assert facts.sharing is not None
    sectors = [sector.code for sector in rules.sectors]
    names = sector_names(rules)
    counts = {(row.sector, row.method): row.count for row in facts.sharing.sectors if row.pollutant == pollutant}
    methods = facts.sharing.methods
    whole = {method: sum(counts.get((sector, method), 0) for sector in sectors) for method in methods}

    def share(sector: str, method: str) -> dict[str, object]:
        count = counts.get((sector, method), 0)
        mass, part = tonnes_text(count), percent_text(count, whole[method])
        said = Phrase(
            f"{names[sector].en}: {mass} t, {part} of what is shared out",
            f"{names[sector].zh}：{mass} 吨，占分配总量的 {part}",
        )
        return mark(count / 1_000, [METHOD_NAMES[method], said])

    return figure(
        [
            bars(
                [share(sector, method) for sector in sectors],
                METHOD_SHADES[method],
                barCategoryGap="30%",
                barGap="8%",
            )
            for method in methods
        ],
        x=values(Phrase("free allowances (t)", "免费配额（吨）")),
        y=rows(names[code] for code in sectors),
    )


def early_chart(facts: Facts, rules: Rulebook, pollutant: str) -> Figure:
    """Allocation of each early abater in percent of its own emission, a dot a method; 100 covers all it emits."""
    assert facts.sharing is not None
    held = [row for row in facts.sharing.early if row.pollutant == pollutant]
    order = [sector.code for sector in rules.sectors]
    sources = sorted({row.source: row.sector for row in held}.items(), key=lambda each: (order.index(each[1]), each[0]))
    lanes = {source: place for place, (source, _) in enumerate(sources)}
    names = sector_names(rules)
    most = max((100 * row.count / row.emitted for row in held if row.emitted), default=100)
    return figure(
        [
            *(
                points(
                    [_early(row, lanes[row.source]) for row in held if row.method == method and row.emitted],
                    METHOD_SHADES[method],
                    size=11,
                    symbolOffset=[0, LANE * (number - (len(METHODS) - 1) / 2)],
                )
                for number, method in enumerate(METHODS)
            ),
            ruler(across(100)),
        ],
        x=values(Phrase("allocation / own emission (%)", "配额／自身排放（%）"), min=0, max=max(120, most * 1.08)),
        y=rows(Phrase(f"{source}\n{names[sector].en}", f"{source}\n{names[sector].zh}") for source, sector in sources),
    )


def _early(row: EarlyAbater, lane: int) -> dict[str, object]:
    share = 100 * row.count / row.emitted
    got, out = tonnes_text(row.count, 1), tonnes_text(row.emitted, 1)
    peers = percent_text(row.peers_count, row.peers_emitted, 0)
    name = METHOD_NAMES[row.method]
    return mark(
        [share, lane],
        [
            Phrase(f"{name.en} · {row.source}", f"{name.zh} · {row.source}"),
            Phrase(f"gets {got} t, emits {out} t: {share:.0f} %", f"得 {got} 吨，排放 {out} 吨：{share:.0f} %"),
            Phrase(f"the other works of its sector and city get {peers}", f"本地同行业其他企业得 {peers}"),
        ],
        itemStyle={"color": METHOD_SHADES[row.method], "borderColor": PAPER, "borderWidth": 1},
    )
