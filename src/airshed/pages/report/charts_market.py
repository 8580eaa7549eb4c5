"""Charts of the market: auctions, prices and volumes, trade between jurisdictions."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.engine.procedures.deadlines import surrender_day
from airshed.pages.kit.colours import ALARM, INK, PAPER, QUIET_BLUE, SILVER, faded, pollutant_colour
from airshed.pages.kit.figures import (
    DASHED,
    SOLID,
    Figure,
    Series,
    across,
    along,
    bars,
    columns,
    days,
    drawn,
    figure,
    floors,
    line,
    mark,
    moment,
    on_floor,
    points,
    rows,
    ruler,
    values,
)
from airshed.pages.kit.words import Phrase, same
from airshed.pages.report.facts import Facts
from airshed.pages.report.labels import place_names, sector_names
from airshed.pages.report.market import AuctionFacts, BidFacts, DayOfTrade
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Part of a chart of prices that their volume takes.
VOLUME = 0.4
#: How strong a cell is that has the most, in percent; from half of it on its figure is written in the colour of paper.
STRONGEST = 0.95


def auction_chart(auction: AuctionFacts, money: Phrase) -> Figure:
    """Bids from the highest down: the demand curve, with what was offered, the reserve and the clearing price."""
    sold, offered, reserve = auction.sold / 1_000, auction.offered / 1_000, auction.reserve / 100
    won, lost = _split(auction)
    wide = max(sum(bid.count for bid in auction.bids) / 1_000, offered)
    top = max([bid.price for bid in auction.bids] + [auction.reserve]) / 100
    colour = pollutant_colour(auction.pollutant)
    said = Phrase(f"reserve {reserve:,.0f}", f"底价 {reserve:,.0f}")
    series = [
        *_steps(won, 0, colour, 0.3, Phrase("won", "中标"), money),
        *_steps(lost, auction.sold, SILVER, 0.1, Phrase("not won", "未中标"), money),
        ruler(
            across(offered, Phrase("supply", "供给"), INK, SOLID),
            along(reserve, said, position="insideEndBottom"),
        ),
    ]
    if auction.price is not None:
        price = auction.price / 100
        said = Phrase(f"clearing price {price:,.0f}", f"成交价 {price:,.0f}")
        over = Phrase(
            f"clearing price {price:,.0f} {money.en}/t, {sold:,.1f} t sold",
            f"成交价 {price:,.0f} {money.zh}/吨，成交 {sold:,.1f} 吨",
        )
        edge = {"color": ALARM, "borderColor": PAPER, "borderWidth": 1.5}
        series += [
            points([mark([sold, price], [over], itemStyle=edge)], ALARM, z=5),
            ruler(along(price, said, ALARM, SOLID, position="insideStartTop", fontWeight="bold")),
        ]
    return figure(
        series,
        x=values(Phrase("allowances wanted, cumulated (t)", "累计需求量（吨）"), min=0, max=wide * 1.05),
        y=values(Phrase(f"bid ({money.en}/t)", f"报价（{money.zh}/吨）"), min=0, max=top * 1.16),
        grid={"top": 26},
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


def _steps(bids: list[BidFacts], first: int, colour: str, fill: float, word: Phrase, money: Phrase) -> list[Series]:
    """Each bid along its price, as far as it was for, and a dot at its end that says whose it was."""
    edge, ends = [], []
    reached = first
    for bid in bids:
        price = bid.price / 100
        edge += [[reached / 1_000, price], [(reached + bid.count) / 1_000, price]]
        reached += bid.count
        mass = f"{bid.count / 1_000:,.1f}"
        said = [
            Phrase(f"{bid.account} {word.en}", f"{bid.account} {word.zh}"),
            Phrase(f"{mass} t · {price:,.0f} {money.en}/t", f"{mass} 吨 · {price:,.0f} {money.zh}/吨"),
        ]
        ends.append(mark([reached / 1_000, price], said))
    return [
        line(edge, colour, areaStyle={"color": faded(colour, fill)}, silent=True),
        points(ends, colour, size=6),
    ]


def price_chart(facts: Facts, rules: Rulebook, pollutant: str) -> Figure:
    """Daily volume-weighted price above, on each side of a wall, volume below; auctions as diamonds."""
    colour, money = pollutant_colour(pollutant, [rule.code for rule in rules.pollutants]), facts.money
    traded = [day for day in facts.market.days if day.pollutant == pollutant]
    tonnes: dict[str, float] = {}
    for day in traded:
        tonnes[day.day] = tonnes.get(day.day, 0.0) + day.count / 1_000
    reserve = lookup.pollutant(rules, pollutant).reserve_fen_per_t / 100
    return floors(
        (1, VOLUME),
        [
            *(
                _price_line(rules, [day for day in traded if day.wall == wall], wall, colour, money)
                for wall in ("", *rules.trade_rules.walled_sectors)
            ),
            points(
                [
                    _auctioned(each, money)
                    for each in facts.market.auctions
                    if each.pollutant == pollutant and each.price is not None
                ],
                INK,
                hollow=True,
                symbol="diamond",
                size=9,
            ),
            ruler(along(reserve)),
            on_floor(
                1,
                bars(
                    [[moment(day), count] for day, count in tonnes.items()],
                    faded(colour, 0.75),
                    said=[same("{x:day}"), Phrase("{y:1} t", "{y:1} 吨")],
                    barMinWidth=1.5,
                    barMaxWidth=4,
                ),
            ),
        ],
        x=days(f"{facts.year}-01-01", surrender_day(rules, facts.year)),
        y=[
            values(Phrase(f"price ({money.en}/t)", f"价格（{money.zh}/吨）"), min=0),
            values(Phrase("volume (t)", "成交量（吨）"), splitNumber=2),
        ],
    )


def _auctioned(auction: AuctionFacts, money: Phrase) -> dict[str, object]:
    price = f"{(auction.price or 0) / 100:,.0f}"
    return mark(
        [moment(str(auction.day)), (auction.price or 0) / 100],
        [
            Phrase(f"auction {auction.series}", f"拍卖 {auction.series}"),
            Phrase(f"{auction.day}: {price} {money.en}/t", f"{auction.day}：{price} {money.zh}/吨"),
        ],
    )


def _price_line(rules: Rulebook, traded: Sequence[DayOfTrade], wall: str, colour: str, money: Phrase) -> Series:
    """The daily price of those behind a wall, dark and square, or of all others."""
    side = sector_names(rules)[wall] if wall else Phrase("", "")
    among = Phrase(f" among {side.en.lower()} works", f"（{side.zh}企业之间）") if wall else Phrase("", "")
    data = []
    for day in traded:
        price, mass = f"{day.price / 100:,.0f}", f"{day.count / 1_000:,.1f}"
        said = [
            same(day.day),
            Phrase(f"{price} {money.en}/t, volume-weighted{among.en}", f"加权均价{among.zh} {price} {money.zh}/吨"),
            Phrase(f"{mass} t in {day.trades} trades", f"{day.trades} 笔共 {mass} 吨"),
        ]
        data.append(mark([moment(day.day), day.price / 100], said))
    shade = INK if wall else colour
    made = line(data, shade, width=1.2, dash=DASHED if wall else SOLID, dots=4)
    made["lineStyle"]["opacity"] = 0.6
    return {**made, "symbol": "rect" if wall else "circle"}


def flow_chart(facts: Facts, rules: Rulebook, pollutant: str | None) -> Figure:
    """Who sold to whom: rows sell, columns buy; tonnes of a pollutant, or millions of money over all."""
    codes = [place.code for place in rules.jurisdictions]
    names = place_names(rules)
    sums = {(seller, buyer): 0.0 for seller in codes for buyer in codes}
    trades = dict.fromkeys(sums, 0)
    for flow in facts.market.flows:
        key = (flow.seller, flow.buyer)
        if key in sums and pollutant in (None, flow.pollutant):
            sums[key] += flow.fen / 1e8 if pollutant is None else flow.count / 1_000
            trades[key] += flow.trades
    money = facts.money
    measure = Phrase(f"million {money.en}", f"百万{money.zh}") if pollutant is None else Phrase("t", "吨")
    most = max(sums.values()) or 1.0

    def cell(row: int, column: int) -> dict[str, object]:
        key = (codes[row], codes[column])
        amount = f"{sums[key]:,.{2 if pollutant is None else 0}f}"
        seller, buyer = names[codes[row]], names[codes[column]]
        part = sums[key] / most
        said = [
            Phrase(f"{seller.en} → {buyer.en}", f"{seller.zh} → {buyer.zh}"),
            Phrase(f"{amount} {measure.en} in {trades[key]} trades", f"{trades[key]} 笔，{amount} {measure.zh}"),
        ]
        return mark(
            [column, row],
            said,
            itemStyle={"color": faded("var(--accent)", round(0.04 + (STRONGEST - 0.04) * part, 3))},
            text=amount,
            ink=PAPER if part > STRONGEST / 2 else INK,
        )

    places = range(len(codes))
    return figure(
        [drawn("cells", [cell(row, column) for row in places for column in places], QUIET_BLUE, gap=2)],
        x=columns(
            [names[code] for code in codes],
            name=Phrase(f"buyer's jurisdiction ({measure.en})", f"买方所在地（{measure.zh}）"),
        ),
        y=rows(
            [names[code] for code in codes], name=Phrase("seller's jurisdiction", "卖方所在地"), axisLabel={"width": 90}
        ),
    )
