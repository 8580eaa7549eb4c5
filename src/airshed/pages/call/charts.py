"""The charts of a call: prices taken apart, flows between places, limits and how full they are."""

from __future__ import annotations

from airshed.market.zonecall.nouns import OPEN
from airshed.pages.call.facts import AirLimit, CallFacts, CallFlow, CoverPrice, RoundFacts
from airshed.pages.call.words import limit_name, wall_name
from airshed.pages.kit.colours import ALARM, AMBER, DEEP, GREEN, GREY, INK, QUIET_BLUE
from airshed.pages.kit.figures import (
    Figure,
    across,
    bars,
    beside,
    figure,
    label,
    mark,
    rows,
    ruler,
    totals,
    values,
)
from airshed.pages.kit.words import Phrase, same

#: Cover itself, then the limits in their order.
COVER = DEEP
AIR = (AMBER, "var(--nox)", "var(--teal)", "#7a6aa0", GREEN, "#a86f4d", "#4d7ea8", "var(--pm)")
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


def prices(call: CallFacts, facts: RoundFacts) -> Figure:
    """A bar a book: what cover itself costs, and what the load costs that a tonne there adds."""
    top = max((each.fen / 100 for each in facts.prices), default=1.0) or 1.0
    parts = [dict(each.parts) for each in facts.prices]
    return figure(
        [
            *(
                bars(
                    [_part(limit_name(call, name), part.get(name, 0.0) / 100, call.money) for part in parts],
                    colour,
                    name=limit_name(call, name),
                    stack="price",
                    barCategoryGap="35%",
                )
                for name, colour in colours(facts).items()
            ),
            totals("price", [same(f"{each.fen / 100:,.2f}") for each in facts.prices]),
        ],
        x=values(Phrase(f"{call.money.en} per tonne of cover", f"{call.money.zh}/吨"), min=0, max=top * 1.25),
        y=rows(book_label(call, each) for each in facts.prices),
    )


def _part(name: Phrase, yuan: float, money: Phrase) -> dict[str, object]:
    return mark(yuan, [name, Phrase(f"{yuan:,.2f} {money.en}/t", f"{yuan:,.2f} {money.zh}/吨")])


def flows(call: CallFacts, facts: RoundFacts) -> Figure:
    """Sellers' places on the left, buyers' on the right, as wide as what goes between them."""
    origins = sorted({flow.origin for flow in facts.flows})
    targets = sorted({flow.target for flow in facts.flows})
    tone = {place: AIR[at % len(AIR)] for at, place in enumerate(sorted({*origins, *targets}))}
    given = {place: sum(flow.count for flow in facts.flows if flow.origin == place) for place in origins}
    got = {place: sum(flow.count for flow in facts.flows if flow.target == place) for place in targets}

    def node(side: str, place: str, count: int) -> dict[str, object]:
        name = call.name(place)
        said = Phrase(f"{name.en}\n{count / 1000:,.3f} t", f"{name.zh}\n{count / 1000:,.3f} 吨")
        look = {"itemStyle": {"color": tone[place]}, **label(said, "right" if side == "sells" else "left")}
        return {"name": f"{side} {place}", "depth": int(side == "buys"), **look}

    def link(flow: CallFlow) -> dict[str, object]:
        here, there = call.name(flow.origin), call.name(flow.target)
        mass = f"{flow.count / 1000:,.3f}"
        return {
            "source": f"sells {flow.origin}",
            "target": f"buys {flow.target}",
            "lineStyle": {"color": tone[flow.origin], "opacity": 0.35},
            **mark(
                flow.count / 1000,
                [Phrase(f"{here.en} → {there.en}", f"{here.zh} → {there.zh}"), Phrase(f"{mass} t", f"{mass} 吨")],
            ),
        }

    return {
        "series": [
            {
                "type": "sankey",
                "left": 8,
                "right": 8,
                "top": 12,
                "bottom": 12,
                "nodeGap": 22,
                "nodeWidth": 16,
                "layoutIterations": 0,
                "draggable": False,
                "label": {"color": INK, "fontSize": 12, "lineHeight": 15},
                "data": [
                    *(node("sells", place, given[place]) for place in origins),
                    *(node("buys", place, got[place]) for place in targets),
                ],
                "links": [link(flow) for flow in facts.flows],
            }
        ]
    }


def limits(call: CallFacts, facts: RoundFacts) -> Figure:
    """How much of what may be added is added; a limit that is reached is red, and has a price."""
    shares = [
        100 * each.load / each.most if each.most > 0 else 100.0 * (each.load >= each.most) for each in facts.limits
    ]
    low = min(0.0, *shares, 0.0)
    return figure(
        [
            bars(
                [_limit(call, each, share) for each, share in zip(facts.limits, shares, strict=True)],
                QUIET_BLUE,
                barCategoryGap="40%",
            ),
            ruler(across(100, colour=GREY)),
        ],
        x=values(
            Phrase("added, in percent of the most that may be", "占上限的百分比"),
            min=low * 1.15 - (8 if low < 0 else 0),
            max=175,
            interval=25,
            axisLabel={"showMaxLabel": False},
        ),
        y=rows(limit_name(call, each.name) for each in facts.limits),
    )


def _limit(call: CallFacts, limit: AirLimit, share: float) -> dict[str, object]:
    """How full a limit is, its load and its most beside it, and what one more of it is worth."""
    full, worth = f"{limit.load:,.4g} / {limit.most:,.4g}", f"{limit.fen / 100:,.2f}"
    name, money = limit_name(call, limit.name), call.money
    said = [
        name,
        same(full),
        Phrase(f"one more is worth {worth} {money.en}", f"放宽一单位价值 {worth} {money.zh}"),
    ]
    beside_it = Phrase(f"{full} · {worth} {money.en}", f"{full} · {worth} {money.zh}") if limit.fen else same(full)
    colour = {"color": ALARM if limit.fen else QUIET_BLUE}
    return mark(share, said, itemStyle=colour, **beside(share, beside_it))


def book_label(call: CallFacts, price: CoverPrice) -> Phrase:
    """A book in words: its place, its year, its side of the wall."""
    name = call.name(price.place)
    if price.wall == OPEN:
        return Phrase(f"{name.en} {price.year}", f"{name.zh} {price.year}")
    wall = wall_name(price.wall)
    return Phrase(f"{name.en} {price.year}, {wall.en}", f"{name.zh} {price.year} {wall.zh}")
