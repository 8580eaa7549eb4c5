"""Charts of the cap: emission against cap, the four methods side by side, the early abaters."""

from __future__ import annotations

from airshed.market.allocation import METHODS
from airshed.pages.kit.style import ALARM, GREY, INK, METHOD_SHADES, Figure, axis, figure, hover, pollutant_colour
from airshed.pages.kit.words import METHODS as METHOD_NAMES
from airshed.pages.kit.words import Language, Phrase, percent_text, tonnes_text
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names, sector_names
from airshed.rulebook.schema import Rulebook

#: How far the dots of two methods lie apart, in parts of the room of a source.
LANE = 0.17


def cap_chart(facts: Facts, rules: Rulebook, pollutant: str, language: Language) -> Figure:
    """Verified emission as bars, the cap as a tick across, the baseline mean as a ring, by jurisdiction."""
    rows = [row for row in facts.caps if row.pollutant == pollutant]
    names = [place_names(rules)[row.jurisdiction].said(language) for row in rows]
    most = max((max(row.cap, row.baseline, row.emitted) for row in rows), default=0) / 1_000
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [row.emitted / 1_000 for row in rows],
        "y": names,
        "width": 0.52,
        "marker": {"color": pollutant_colour(pollutant, [rule.code for rule in rules.pollutants])},
        "customdata": [[row.cap / 1_000, percent_text(row.emitted, row.cap), row.baseline / 1_000] for row in rows],
        "hovertemplate": hover(
            language,
            ("<b>%{y}</b>", "emitted %{x:,.0f} t", "cap %{customdata[0]:,.0f} t, of which %{customdata[1]} is emitted"),
            ("<b>%{y}</b>", "排放 %{x:,.0f} 吨", "总量 %{customdata[0]:,.0f} 吨，排放占 %{customdata[1]}"),
        ),
    }
    caps = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.cap / 1_000 for row in rows],
        "y": names,
        "marker": {"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": INK}},
        "hoverinfo": "skip",
    }
    before = {
        "type": "scatter",
        "mode": "markers",
        "x": [row.baseline / 1_000 for row in rows],
        "y": names,
        "marker": {"symbol": "circle-open", "size": 8, "line": {"width": 1.5}, "color": GREY},
        "hoverinfo": "skip",
    }
    return figure(
        [bars, before, caps],
        xaxis=axis(Phrase("tonnes in the year (t)", "全年吨数（吨）").said(language), range=[0, most * 1.08], nticks=5),
        yaxis=axis(autorange="reversed", showgrid=False),
        bargap=0.4,
    )


def share_chart(facts: Facts, rules: Rulebook, pollutant: str, language: Language) -> Figure:
    """What each sector gets under each method, as groups of bars."""
    sectors = [sector.code for sector in rules.sectors]
    names = [sector_names(rules)[code].said(language) for code in sectors]
    counts = {(row.sector, row.method): row.count for row in facts.sharing.sectors if row.pollutant == pollutant}
    whole = {method: sum(counts.get((sector, method), 0) for sector in sectors) for method in METHODS}
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [counts.get((sector, method), 0) / 1_000 for sector in sectors],
            "y": names,
            "marker": {"color": METHOD_SHADES[method]},
            "customdata": [percent_text(counts.get((sector, method), 0), whole[method]) for sector in sectors],
            "hovertemplate": hover(
                language,
                (f"<b>{METHOD_NAMES[method].en}</b>", "%{y}: %{x:,.0f} t, %{customdata} of what is shared out"),
                (f"<b>{METHOD_NAMES[method].zh}</b>", "%{y}：%{x:,.0f} 吨，占分配总量的 %{customdata}"),
            ),
        }
        for method in METHODS
    ]
    return figure(
        traces,
        xaxis=axis(Phrase("free allowances (t)", "免费配额（吨）").said(language), nticks=5),
        yaxis=axis(autorange="reversed", showgrid=False),
        barmode="group",
        bargap=0.3,
        bargroupgap=0.08,
    )


def early_chart(facts: Facts, rules: Rulebook, pollutant: str, language: Language) -> Figure:
    """Allocation of each early abater in percent of its own emission, a dot a method; 100 covers all it emits."""
    rows = [row for row in facts.sharing.early if row.pollutant == pollutant]
    order = [sector.code for sector in rules.sectors]
    sources = sorted({row.source: row.sector for row in rows}.items(), key=lambda each: (order.index(each[1]), each[0]))
    lanes = {source: float(place) for place, (source, _) in enumerate(sources)}
    labels = [f"{source}<br>{sector_names(rules)[sector].said(language)}" for source, sector in sources]
    traces = []
    for number, method in enumerate(METHODS):
        mine = [row for row in rows if row.method == method]
        beside = LANE * (number - (len(METHODS) - 1) / 2)
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [100 * row.count / row.emitted if row.emitted else None for row in mine],
                "y": [lanes[row.source] + beside for row in mine],
                "marker": {
                    "size": 11,
                    "color": METHOD_SHADES[method],
                    "line": {"width": 1, "color": "#ffffff"},
                },
                "customdata": [
                    [
                        tonnes_text(row.count, 1),
                        tonnes_text(row.emitted, 1),
                        percent_text(row.peers_count, row.peers_emitted, 0),
                        row.source,
                    ]
                    for row in mine
                ],
                "hovertemplate": hover(
                    language,
                    (
                        f"<b>{METHOD_NAMES[method].en}</b> · %{{customdata[3]}}",
                        "gets %{customdata[0]} t, emits %{customdata[1]} t: %{x:.0f} %",
                        "the other works of its sector and city get %{customdata[2]}",
                    ),
                    (
                        f"<b>{METHOD_NAMES[method].zh}</b> · %{{customdata[3]}}",
                        "得 %{customdata[0]} 吨，排放 %{customdata[1]} 吨：%{x:.0f} %",
                        "本地同行业其他企业得 %{customdata[2]}",
                    ),
                ),
            }
        )
    most = max((100 * row.count / row.emitted for row in rows if row.emitted), default=100)
    return figure(
        traces,
        xaxis=axis(
            Phrase("allocation / own emission (%)", "配额／自身排放（%）").said(language),
            range=[0, max(120, most * 1.08)],
            nticks=6,
        ),
        yaxis=axis(
            tickvals=list(lanes.values()),
            ticktext=labels,
            range=[len(lanes) - 0.45, -0.55],
            showgrid=False,
            zeroline=False,
        ),
        shapes=[
            {
                "type": "line",
                "x0": 100,
                "x1": 100,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": ALARM, "width": 1, "dash": "dot"},
            }
        ],
    )
