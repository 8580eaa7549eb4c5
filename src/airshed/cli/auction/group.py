"""`airshed auction`: clear a file of sealed bids by a stated rule, or buy allowances back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from airshed.cli.auction.buy_back import buy_back
from airshed.cli.money import USUAL
from airshed.cli.options import Json, RulesName
from airshed.cli.read import read_price, read_quantity, read_table
from airshed.cli.show import as_json, console, table
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.market.auction import Bid, Result

app = typer.Typer(help="Sealed-bid auctions. 密封投标拍卖。", no_args_is_help=True)

app.command("buy-back")(buy_back)

COLUMNS = ("bidder", "price", "quantity")
#: Prices in the picture of the demand curve, and characters of its widest bar.
CURVE_ROWS, CURVE_WIDTH = 12, 48


@app.callback()
def auction() -> None:
    """Sealed-bid auctions. 密封投标拍卖。"""


@app.command()
def clear(
    bids: Annotated[str, typer.Argument(metavar="BIDS.csv", help="CSV with the header bidder,price,quantity.")],
    supply: Annotated[str, typer.Option(metavar="N", help="Allowances on offer; required.")] = "",
    rule: Annotated[str, typer.Option(help="uniform: all pay one price; pay-as-bid: each its own.")] = "uniform",
    reserve: Annotated[str, typer.Option(metavar="P", help="Lowest price that is accepted.")] = "",
    seed: Annotated[str, typer.Option(metavar="N", help="Orders equal bids; publish it before.")] = "0",
    per: Annotated[
        str,
        typer.Option(
            help="Prices are per allowance, or per tonne of 1,000 allowances of 1 kg, payments then rounded to 0.01."
        ),
    ] = "allowance",
    rules: Annotated[
        str,
        typer.Option(
            metavar="RULES.toml", help="A whole auction by rules in a file, instead of the five options above."
        ),
    ] = "",
    limits: Annotated[
        str, typer.Option(metavar="L.csv", help="Bidders: bidder,group,guarantee,held,holding_limit,purchase_limit.")
    ] = "",
    consignments: Annotated[
        str, typer.Option(metavar="C.csv", help="What holders sell: holder,series,quantity,minimum.")
    ] = "",
    replaces: Annotated[
        str, typer.Option(metavar="JSON", help="Outcome that this one corrects, as --json printed it.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why it is corrected.")] = "",
    html: Annotated[
        str, typer.Option("--html", metavar="FILE", help="Also write it as a page; with --public the published one.")
    ] = "",
    public: Annotated[bool, typer.Option("--public", help="Only what is published: never positions.")] = False,
    rulebook: RulesName = USUAL,
    json: Json = False,
) -> None:
    """Clear a file of sealed bids: price, what is sold, who gets how much and pays what. 拍卖出清。

    Equal bids at the clearing price that cannot all be served are taken in a random order fixed by --seed.

    With --rules a file says everything: price rule, window, lots, ticks, reserve prices, reserves with triggers, spot
    and advance vintages, consignment, limits of groups, guarantees, ties, unsold volume (docs/explanation/auctions.md).
    Prices are then in the currency of --rulebook. Bids that the rules do not allow are refused, with the article; the
    others go on.

    Example: airshed auction clear bids.csv --supply 1000 --reserve 12.50 --rule uniform

    Example: airshed auction clear bids.csv --rules rules.toml --limits bidders.csv --consignments consigned.csv

    Example: airshed auction clear bids.csv --rules rules.toml --limits bidders.csv --html auction.html --public
    """
    if rules:
        for option, value, usual in (
            ("--supply", supply, ""),
            ("--rule", rule, "uniform"),
            ("--reserve", reserve, ""),
            ("--seed", seed, "0"),
            ("--per", per, "allowance"),
        ):
            if value != usual:
                raise Malformed(option, "the rules say it", f"leave it out, or write it in {rules}")
        from airshed.cli.auction.event import AuctionWords, clear_by_rules

        asked = AuctionWords(
            bids=bids,
            rules=rules,
            limits=limits,
            consignments=consignments,
            replaces=replaces,
            reason=reason,
            html=html,
            public=public,
            rulebook=rulebook,
            json=json,
        )
        raise typer.Exit(clear_by_rules(asked))
    for option, given in (
        ("--limits", limits),
        ("--consignments", consignments),
        ("--replaces", replaces),
        ("--reason", reason),
        ("--html", html),
        ("--public", public),
    ):
        if given:
            raise Malformed(option, "it needs rules", "name their file with --rules")
    _clear_one(bids, supply, rule, reserve, seed, per, json)


def _clear_one(bids: str, supply: str, rule: str, reserve: str, seed: str, per: str, json: bool) -> None:
    """One series, by five options."""
    from airshed.market.auction import Bid, Rule
    from airshed.market.auction import clear as sell

    if not supply:
        raise Malformed("--supply", "it is missing", "say how many allowances are on offer")
    offered = read_quantity(supply, "--supply", "supply")
    kept = read_price(reserve, "--reserve", "reserve") if reserve else None
    if re.fullmatch(r"-?[0-9]{1,18}", seed, re.ASCII) is None:
        raise Malformed("--seed", f"{seed!r} is not a whole number", "write digits, as in 7")
    rules: dict[str, Rule] = {name: name for name in get_args(Rule)}
    if rule not in rules:
        raise Malformed("--rule", f"no rule {rule!r}", f"there are {', '.join(rules)}")
    if per not in ("allowance", "tonne"):
        raise Malformed("--per", f"no measure {per!r}", "there are allowance, tonne")

    rows = [
        (
            line.name("bidder", "name who bids"),
            read_price(line.cells["price"], line.place, "price"),
            line.quantity("quantity"),
        )
        for line in read_table(bids, COLUMNS)
    ]
    decimals = max([price.decimals for _, price, _ in rows] + [2, kept.decimals if kept else 0])
    # Whoever orders the lines of the file must not choose the winners of a tie: the seed decides over sorted bids.
    sealed = sorted(
        (Bid(bidder, price.at(decimals), quantity) for bidder, price, quantity in rows),
        key=lambda bid: (bid.bidder, bid.price, bid.quantity),
    )
    # Payments are exact per allowance; per tonne they are counted in hundredths and rounded once.
    divisor, paid_decimals = (1, decimals) if per == "allowance" else (KG_PER_T * 10 ** (decimals - 2), 2)
    result = sell(
        sealed,
        offered,
        rules[rule],
        reserve=kept.at(decimals) if kept else None,
        seed=int(seed),
        per=divisor,
    )
    if json:
        _print_json(result, decimals, paid_decimals)
        return
    _print_awards(result, paid_decimals)
    price = "no price" if result.price is None else f"price {written(result.price, decimals)} per {per}"
    paid = written(sum(award.payment for award in result.awards), paid_decimals)
    console.print(
        f"{price}; sold {result.sold:,} of {offered:,}, unsold {result.unsold:,}; {paid} to pay in all;"
        f" rule {rule}, seed {int(seed)}"
    )
    _print_curve(sealed, result, offered, decimals)


def written(count: int, decimals: int) -> str:
    """`count` of 1 / 10**`decimals` as a plain decimal without needless zeros.

    >>> written(1250, 2), written(1200, 2), written(5, 2)
    ('12.5', '12', '0.05')
    """
    whole, part = divmod(count, 10**decimals)
    shown = f"{part:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{whole}.{shown}" if shown else str(whole)


def _print_json(result: Result, decimals: int, paid_decimals: int) -> None:
    import msgspec

    def number(count: int, decimals: int) -> msgspec.Raw:
        return msgspec.Raw(written(count, decimals).encode())

    as_json(
        {
            "price": None if result.price is None else number(result.price, decimals),
            "sold": result.sold,
            "unsold": result.unsold,
            "awards": [
                {
                    "bidder": award.bidder,
                    "quantity": award.quantity,
                    "payment": number(award.payment, paid_decimals),
                }
                for award in result.awards
            ],
        }
    )


def _print_awards(result: Result, decimals: int) -> None:
    rows = [(award.bidder, f"{award.quantity:,}", written(award.payment, decimals)) for award in result.awards]
    table("Awards 中标结果", ("bidder 投标人", "quantity 数量#", "payment 付款#"), rows)


def _print_curve(bids: list[Bid], result: Result, supply: int, decimals: int) -> None:
    """Demand at or above a few prices, as bars with a mark where the supply is."""
    wanted: dict[int, int] = {}
    for bid in bids:
        wanted[bid.price] = wanted.get(bid.price, 0) + bid.quantity
    if not wanted:
        return
    levels: list[tuple[int, int]] = []
    demand = 0
    for price in sorted(wanted, reverse=True):
        demand += wanted[price]
        levels.append((price, demand))
    last = len(levels) - 1
    rows = (
        {round(row * last / (CURVE_ROWS - 1)) for row in range(CURVE_ROWS)}
        if last >= CURVE_ROWS
        else set(range(last + 1))
    )
    rows |= {place for place, (price, _) in enumerate(levels) if price == result.price}
    longest = max(demand, supply)
    mark = min(CURVE_WIDTH * supply // longest, CURVE_WIDTH - 1)
    console.print("Demand 需求曲线 (| supply 供给, > clearing price 出清价)")
    for place in sorted(rows):
        price, demand = levels[place]
        bar = ("█" * max(1, CURVE_WIDTH * demand // longest)).ljust(CURVE_WIDTH)
        bar = f"{bar[:mark]}|{bar[mark + 1 :]}"
        sign = ">" if price == result.price else " "
        console.print(f"{sign}{written(price, decimals):>12}  {bar}  {demand:,}")
