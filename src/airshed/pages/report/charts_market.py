"""Charts of the market: auctions, prices and volumes, trade between jurisdictions."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.engine.procedures.deadlines import surrender_day
from airshed.model.period import DAY_MS
from airshed.pages.kit.style import (
    ALARM,
    GREY,
    INK,
    SEQUENCE,
    Figure,
    axis,
    faded,
    figure,
    hover,
    note,
    pollutant_colour,
)
from airshed.pages.kit.words import Language, Phrase
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names, sector_names
from airshed.pages.report.market import AuctionFacts, BidFacts, DayOfTrade
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Width of a bar of a day's volume: two days, or it would not be seen.
BAR_MS = 2 * DAY_MS


def auction_chart(auction: AuctionFacts, money: Phrase, language: Language) -> Figure:
    """Bids from the highest down: the demand curve, with what was offered, the reserve and the clearing price."""
    colour = pollutant_colour(auction.pollutant)
    sold, offered, reserve = auction.sold / 1_000, auction.offered / 1_000, auction.reserve / 100
    won, lost = _split(auction)
    traces = [
        _steps(won, 0, colour, 0.3, Phrase("won", "中标").said(language), money, language),
        _steps(lost, auction.sold, "#98a2aa", 0.1, Phrase("not won", "未中标").said(language), money, language),
    ]
    wanted = sum(bid.count for bid in auction.bids) / 1_000
    top = max([bid.price for bid in auction.bids] + [auction.reserve]) / 100
    wide = max(wanted, offered)
    lines = [
        _line(offered, offered, 0, top * 1.06, INK, "solid"),
        _line(0, wide * 1.04, reserve, reserve, GREY, "dot"),
    ]
    notes = [
        note(Phrase("supply", "供给").said(language), offered, top * 1.1, font={"size": 11, "color": INK}),
        note(
            Phrase(f"reserve {reserve:,.0f}", f"底价 {reserve:,.0f}").said(language),
            wide * 1.04,
            reserve,
            xanchor="right",
            yanchor="top",
        ),
    ]
    if auction.price is not None:
        price = auction.price / 100
        lines.append(_line(0, sold, price, price, ALARM, "solid"))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [sold],
                "y": [price],
                "marker": {"size": 10, "color": ALARM, "line": {"color": "#fff", "width": 1.5}},
                "hovertemplate": Phrase(
                    f"clearing price %{{y:,.0f}} {money.en}/t, %{{x:,.1f}} t sold<extra></extra>",
                    f"成交价 %{{y:,.0f}} {money.zh}/吨，成交 %{{x:,.1f}} 吨<extra></extra>",
                ).said(language),
            }
        )
        notes.append(
            note(
                Phrase(f"<b>clearing price {price:,.0f}</b>", f"<b>成交价 {price:,.0f}</b>").said(language),
                0,
                price,
                xanchor="left",
                yanchor="bottom",
                xshift=4,
                font={"size": 12, "color": ALARM},
            )
        )
    return figure(
        traces,
        xaxis=axis(
            Phrase("allowances wanted, cumulated (t)", "累计需求量（吨）").said(language),
            range=[0, wide * 1.05],
            zeroline=False,
        ),
        yaxis=axis(
            Phrase(f"bid ({money.en}/t)", f"报价（{money.zh}/吨）").said(language),
            range=[0, top * 1.16],
            zeroline=False,
        ),
        shapes=lines,
        annotations=notes,
    )


def _split(auction: AuctionFacts) -> tuple[list[BidFacts], list[BidFacts]]:
    """The bids up to what was sold, the last of them cut there, and the rest."""
    won: list[BidFacts] = []
    lost: list[BidFacts] = []
    left = auction.sold
    for bid in auction.bids:
        taken = min(left, bid.count)
        left -= taken
        if taken:
            won.append(BidFacts(bid.account, taken, bid.price))
        if taken < bid.count:
            lost.append(BidFacts(bid.account, bid.count - taken, bid.price))
    return won, lost


def _steps(
    bids: list[BidFacts], first: int, colour: str, fill: float, word: str, money: Phrase, language: Language
) -> Figure:
    x: list[float] = []
    y: list[float] = []
    said: list[str] = []
    reached = first
    measures = (f"{money.en}/t", "t") if language == "en" else (f"{money.zh}/吨", "吨")
    for bid in bids:
        x += [reached / 1_000, (reached + bid.count) / 1_000]
        y += [bid.price / 100] * 2
        said += [
            f"<b>{bid.account}</b> {word}<br>"
            f"{bid.count / 1_000:,.1f} {measures[1]} · {bid.price / 100:,.0f} {measures[0]}"
        ] * 2
        reached += bid.count
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "text": said,
        "line": {"color": colour, "width": 2},
        "fill": "tozeroy",
        "fillcolor": faded(colour, fill),
        "hovertemplate": "%{text}<extra></extra>",
    }


def _line(x0: float, x1: float, y0: float, y1: float, colour: str, dash: str) -> Figure:
    return {
        "type": "line",
        "x0": x0,
        "x1": x1,
        "y0": y0,
        "y1": y1,
        "line": {"color": colour, "width": 1.5, "dash": dash},
    }


def price_chart(facts: Facts, rules: Rulebook, pollutant: str, language: Language) -> Figure:
    """Daily volume-weighted price above, on each side of a wall, volume below; auctions as diamonds."""
    colour, money = pollutant_colour(pollutant, [rule.code for rule in rules.pollutants]), facts.money
    days = [day for day in facts.market.days if day.pollutant == pollutant]
    tonnes: dict[str, float] = {}
    for day in days:
        tonnes[day.day] = tonnes.get(day.day, 0.0) + day.count / 1_000
    auctions = [each for each in facts.market.auctions if each.pollutant == pollutant and each.price is not None]
    reserve = lookup.pollutant(rules, pollutant).reserve_fen_per_t / 100
    traces: list[Figure] = [
        *(
            _price_line(facts, rules, [day for day in days if day.wall == wall], wall, colour, language)
            for wall in ("", *rules.trade_rules.walled_sectors)
        ),
        {
            "type": "scatter",
            "mode": "markers",
            "x": [each.day for each in auctions],
            "y": [(each.price or 0) / 100 for each in auctions],
            "marker": {"symbol": "diamond-open", "size": 8, "color": INK, "line": {"width": 1.2}},
            "text": [each.series for each in auctions],
            "hovertemplate": Phrase(
                f"<b>auction %{{text}}</b><br>%{{x|%Y-%m-%d}}: %{{y:,.0f}} {money.en}/t<extra></extra>",
                f"<b>拍卖 %{{text}}</b><br>%{{x|%Y-%m-%d}}：%{{y:,.0f}} {money.zh}/吨<extra></extra>",
            ).said(language),
        },
        {
            "type": "bar",
            "x": list(tonnes),
            "y": list(tonnes.values()),
            "yaxis": "y2",
            "width": BAR_MS,
            "marker": {"color": faded(colour, 0.75)},
            "hovertemplate": Phrase(
                "%{x|%Y-%m-%d}: %{y:,.1f} t<extra></extra>", "%{x|%Y-%m-%d}：%{y:,.1f} 吨<extra></extra>"
            ).said(language),
        },
    ]
    span = [f"{facts.year}-01-01", surrender_day(rules, facts.year)]
    return figure(
        traces,
        xaxis=axis(
            type="date",
            range=span,
            anchor="y2",
            showgrid=False,
            nticks=5,
            tickangle=0,
            tickformat="%Y-%m",
            hoverformat="%Y-%m-%d",
        ),
        yaxis=axis(
            Phrase(f"price ({money.en}/t)", f"价格（{money.zh}/吨）").said(language),
            domain=[0.36, 1],
            rangemode="tozero",
            nticks=6,
        ),
        yaxis2=axis(
            Phrase("volume (t)", "成交量（吨）").said(language), domain=[0, 0.26], rangemode="tozero", nticks=4
        ),
        shapes=[
            {
                "type": "line",
                "x0": span[0],
                "x1": span[1],
                "y0": reserve,
                "y1": reserve,
                "line": {"color": GREY, "width": 1, "dash": "dot"},
            }
        ],
        bargap=0,
    )


def _price_line(
    facts: Facts, rules: Rulebook, days: Sequence[DayOfTrade], wall: str, colour: str, language: Language
) -> Figure:
    """The daily price of those behind a wall, dark and square, or of all others."""
    money = facts.money
    side = sector_names(rules)[wall] if wall else Phrase("", "")
    among = (f" among {side.en.lower()} works", f"（{side.zh}企业之间）") if wall else ("", "")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [day.day for day in days],
        "y": [day.price / 100 for day in days],
        "line": {"color": faded(INK if wall else colour, 0.6), "width": 1.2, "dash": "dash" if wall else "solid"},
        "marker": {"size": 3.5, "color": INK if wall else colour, "symbol": "square" if wall else "circle"},
        "customdata": [[day.trades, day.count / 1_000] for day in days],
        "hovertemplate": hover(
            language,
            (
                "<b>%{x|%Y-%m-%d}</b>",
                f"%{{y:,.0f}} {money.en}/t, volume-weighted{among[0]}",
                "%{customdata[1]:,.1f} t in %{customdata[0]} trades",
            ),
            (
                "<b>%{x|%Y-%m-%d}</b>",
                f"加权均价{among[1]} %{{y:,.0f}} {money.zh}/吨",
                "%{customdata[0]} 笔共 %{customdata[1]:,.1f} 吨",
            ),
        ),
    }


def flow_chart(facts: Facts, rules: Rulebook, pollutant: str | None, language: Language) -> Figure:
    """Who sold to whom: rows sell, columns buy; tonnes of a pollutant, or millions of money over all."""
    codes = [place.code for place in rules.jurisdictions]
    names = [place_names(rules)[code].said(language) for code in codes]
    sums = {(seller, buyer): 0.0 for seller in codes for buyer in codes}
    trades = dict.fromkeys(sums, 0)
    for flow in facts.market.flows:
        key = (flow.seller, flow.buyer)
        if key in sums and pollutant in (None, flow.pollutant):
            sums[key] += flow.fen / 1e8 if pollutant is None else flow.count / 1_000
            trades[key] += flow.trades
    measure = (
        Phrase(f"million {facts.money.en}", f"百万{facts.money.zh}").said(language)
        if pollutant is None
        else Phrase("t", "吨").said(language)
    )
    decimals = 2 if pollutant is None else 0
    heat = {
        "type": "heatmap",
        "x": names,
        "y": names,
        "z": [[sums[seller, buyer] for buyer in codes] for seller in codes],
        "customdata": [[trades[seller, buyer] for buyer in codes] for seller in codes],
        "colorscale": SEQUENCE,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "texttemplate": f"%{{z:,.{decimals}f}}",
        "hovertemplate": Phrase(
            f"%{{y}} → %{{x}}<br><b>%{{z:,.{decimals}f}} {measure}</b> in %{{customdata}} trades<extra></extra>",
            f"%{{y}} → %{{x}}<br>%{{customdata}} 笔，<b>%{{z:,.{decimals}f}} {measure}</b><extra></extra>",
        ).said(language),
    }
    return figure(
        [heat],
        xaxis=axis(
            Phrase(f"buyer's jurisdiction ({measure})", f"买方所在地（{measure}）").said(language), showgrid=False
        ),
        yaxis=axis(Phrase("seller's jurisdiction", "卖方所在地").said(language), autorange="reversed", showgrid=False),
    )
