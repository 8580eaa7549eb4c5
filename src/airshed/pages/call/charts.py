"""The charts of a call: prices taken apart, flows between places, limits and how full they are."""

from __future__ import annotations

from airshed.market.zonecall.nouns import OPEN
from airshed.pages.call.facts import CallFacts, CoverPrice, RoundFacts
from airshed.pages.call.words import limit_name, wall_name
from airshed.pages.kit.style import ALARM, GREY, INK, PAPER, QUIET_BLUE, Figure, axis, faded, figure, hover
from airshed.pages.kit.words import Language, Phrase

#: Cover itself, then the limits in their order.
COVER = "#24506f"
AIR = ("#c4932d", "#9b4a5c", "#2e8087", "#7a6aa0", "#5b8c5a", "#a86f4d", "#4d7ea8", "#707a83")
#: Pixels of a bar, of a node, and of what lies around them.
ROW, NODE, EDGES = 40, 64, 96


def height_of_prices(facts: RoundFacts) -> int:
    """Pixels that the chart of the prices needs."""
    return EDGES + ROW * len(facts.prices)


def height_of_flows(facts: RoundFacts) -> int:
    """Pixels that the chart of the flows needs."""
    return EDGES + NODE * max(len({flow.origin for flow in facts.flows}), len({flow.target for flow in facts.flows}))


def height_of_limits(facts: RoundFacts) -> int:
    """Pixels that the chart of the limits needs."""
    return EDGES + ROW * len(facts.limits)


def colours(facts: RoundFacts) -> dict[str, str]:
    """The colour of each limit that has a part in a price."""
    names = [
        limit.name for limit in facts.limits if any(limit.name == part[0] for p in facts.prices for part in p.parts)
    ]
    return {"": COVER, **{name: AIR[at % len(AIR)] for at, name in enumerate(names)}}


def prices(call: CallFacts, facts: RoundFacts, language: Language) -> Figure:
    """A bar a book: what cover itself costs, and what the load costs that a tonne there adds."""
    rows = facts.prices[::-1]
    labels = [book_label(call, each).said(language) for each in rows]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "name": limit_name(call, name).said(language),
            "x": [dict(each.parts).get(name, 0.0) / 100 for each in rows],
            "y": labels,
            "marker": {"color": colour},
            "customdata": [f"{dict(each.parts).get(name, 0.0) / 100:,.2f}" for each in rows],
            "hovertemplate": hover(
                language,
                (f"<b>{limit_name(call, name).en}</b>", f"%{{customdata}} {call.money.en}/t"),
                (f"<b>{limit_name(call, name).zh}</b>", f"%{{customdata}} {call.money.zh}/吨"),
            ),
        }
        for name, colour in colours(facts).items()
    ]
    top = max((each.fen / 100 for each in rows), default=1.0) or 1.0
    return figure(
        data,
        xaxis=axis(
            Phrase(f"{call.money.en} per tonne of cover", f"{call.money.zh}/吨").said(language),
            range=[0, top * 1.25],
            nticks=6,
        ),
        yaxis=axis(type="category", showgrid=False),
        barmode="relative",
        bargap=0.35,
        annotations=[
            {
                "x": each.fen / 100,
                "y": label,
                "text": f"<b>{each.fen / 100:,.2f}</b>",
                "showarrow": False,
                "xanchor": "left",
                "xshift": 6,
                "font": {"size": 12, "color": INK},
            }
            for each, label in zip(rows, labels, strict=True)
        ],
    )


def flows(call: CallFacts, facts: RoundFacts, language: Language) -> Figure:
    """Sellers' places on the left, buyers' on the right, as wide as what goes between them."""
    origins = sorted({flow.origin for flow in facts.flows})
    targets = sorted({flow.target for flow in facts.flows})
    places = sorted({*origins, *targets})
    tone = {place: AIR[at % len(AIR)] for at, place in enumerate(places)}
    given = {place: sum(flow.count for flow in facts.flows if flow.origin == place) for place in origins}
    got = {place: sum(flow.count for flow in facts.flows if flow.target == place) for place in targets}
    unit = Phrase("t", "吨").said(language)
    sankey = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [
                *(f"{call.name(place).said(language)}  {given[place] / 1000:,.3f} {unit}" for place in origins),
                *(f"{call.name(place).said(language)}  {got[place] / 1000:,.3f} {unit}" for place in targets),
            ],
            "color": [*(tone[place] for place in origins), *(tone[place] for place in targets)],
            "pad": 22,
            "thickness": 16,
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        "link": {
            "source": [origins.index(flow.origin) for flow in facts.flows],
            "target": [len(origins) + targets.index(flow.target) for flow in facts.flows],
            "value": [flow.count / 1000 for flow in facts.flows],
            "color": [faded(tone[flow.origin], 0.35) for flow in facts.flows],
            "customdata": [
                f"{call.name(flow.origin).said(language)} → {call.name(flow.target).said(language)}"
                for flow in facts.flows
            ],
            "hovertemplate": "%{customdata}<br>%{value:,.3f} " + unit + "<extra></extra>",
        },
    }
    return figure([sankey], xaxis={"visible": False}, yaxis={"visible": False})


def limits(call: CallFacts, facts: RoundFacts, language: Language) -> Figure:
    """How much of what may be added is added; a limit that is reached is red, and has a price."""
    rows = facts.limits[::-1]
    names = [limit_name(call, each.name).said(language) for each in rows]
    shares = [100 * each.load / each.most if each.most > 0 else 100.0 * (each.load >= each.most) for each in rows]
    data = [
        {
            "type": "bar",
            "orientation": "h",
            "x": shares,
            "y": names,
            "marker": {"color": [ALARM if each.fen else QUIET_BLUE for each in rows]},
            "text": [
                f"{each.load:,.4g} / {each.most:,.4g}"
                + (f"  ·  {each.fen / 100:,.2f} {call.money.said(language)}" if each.fen else "")
                for each in rows
            ],
            "textposition": "outside",
            "textfont": {"size": 11, "color": INK},
            "cliponaxis": False,
            "customdata": [f"{each.fen / 100:,.2f}" for each in rows],
            "hovertemplate": hover(
                language,
                ("<b>%{y}</b>", "%{text}", f"one more is worth %{{customdata}} {call.money.en}"),
                ("<b>%{y}</b>", "%{text}", f"放宽一单位价值 %{{customdata}} {call.money.zh}"),
            ),
        }
    ]
    low = min(0.0, *shares, 0.0)
    return figure(
        data,
        xaxis=axis(
            Phrase("added, in percent of the most that may be", "占上限的百分比").said(language),
            range=[low * 1.15 - (8 if low < 0 else 0), 175],
            tickvals=[0, 25, 50, 75, 100],
        ),
        yaxis=axis(type="category", showgrid=False),
        bargap=0.4,
        shapes=[
            {
                "type": "line",
                "x0": 100,
                "x1": 100,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": GREY, "width": 1.5, "dash": "dot"},
            }
        ],
        paper_bgcolor=PAPER,
    )


def book_label(call: CallFacts, price: CoverPrice) -> Phrase:
    """A book in words: its place, its year, its side of the wall."""
    name = call.name(price.place)
    if price.wall == OPEN:
        return Phrase(f"{name.en} {price.year}", f"{name.zh} {price.year}")
    wall = wall_name(price.wall)
    return Phrase(f"{name.en} {price.year}, {wall.en}", f"{name.zh} {price.year} {wall.zh}")
