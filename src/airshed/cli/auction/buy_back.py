"""`airshed auction buy-back`: the government buys allowances back from those who ask least."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.auction.event import print_refused_bids
from airshed.cli.money import USUAL, money_of
from airshed.cli.options import Json, RulesName
from airshed.cli.read import CsvLine, read_law, read_table
from airshed.cli.show import as_json, console, table
from airshed.model.measures import yuan
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.market.auction import Ask, RepurchaseLaw, ReverseOutcome

ASKS = "seller", "price", "quantity"
HOLDINGS = "holder", "quantity"


def buy_back(
    asks: Annotated[str, typer.Argument(metavar="ASKS.csv", help="CSV with the header seller,price,quantity.")],
    rules: Annotated[str, typer.Option(metavar="RULES.toml", help="Its table [repurchase]; required.")] = "",
    holdings: Annotated[
        str, typer.Option(metavar="H.csv", help="What sellers hold: holder,quantity. Without it nobody is asked.")
    ] = "",
    rulebook: RulesName = USUAL,
    json: Json = False,
) -> None:
    """Buy allowances back by reverse auction: the lowest asks first, as far as volume and budget reach. 反向拍卖回购。

    Prices are in the currency of --rulebook. Asks that the rules do not allow are refused, with the article; the
    others go on.

    Example: airshed auction buy-back asks.csv --rules repurchase.toml --holdings holdings.csv
    """
    from airshed.market.auction import RepurchaseLaw
    from airshed.market.auction import buy_back as buy

    if not rules:
        raise Malformed("--rules", "it is missing", "name a TOML file with [repurchase]")
    law = read_law(rules, RepurchaseLaw)
    lines = read_table(asks, ASKS)
    asked = [_ask(line) for line in lines]
    held = _holdings(holdings) if holdings else None
    try:
        bought = buy(law, asked, held)
    except Malformed as error:
        raise Malformed(f"{rules} {error.place}", error.what, error.cure) from None
    if json:
        as_json(bought)
        return
    _print(law, lines, bought, money_of(rulebook).name_en)


def _ask(line: CsvLine) -> Ask:
    from airshed.market.auction import Ask

    price = line.fen("price")
    if price is None:
        raise Malformed(line.place, "price '' is not a number", "write digits, as in 1250.50")
    return Ask(seller=line.name("seller", "name who sells"), price=price, count=line.quantity("quantity"))


def _holdings(path: str) -> dict[str, int]:
    held: dict[str, int] = {}
    for line in read_table(path, HOLDINGS):
        holder = line.name("holder", "name who holds")
        if holder in held:
            raise Malformed(line.place, f"{holder} stands twice", "give each holder one line")
        count = line.whole("quantity")
        if count is None:
            raise Malformed(line.place, "quantity '' is not a whole number", "count from zero up")
        held[holder] = count
    return held


def _print(law: RepurchaseLaw, lines: list[CsvLine], bought: ReverseOutcome, money: str) -> None:
    terms = law.repurchase
    print_refused_bids(bought.refused, lines)
    table(
        f"{bought.series}: bought back 回购",
        ("seller 出售人", "quantity 数量#", f"payment 付款 [{money}]"),
        [(each.seller, f"{each.count:,}", yuan(each.payment_fen)) for each in bought.awards],
    )
    price = "no price" if bought.price is None else f"price {yuan(bought.price)} {money} per {terms.price_per}"
    budget = "" if terms.budget_fen is None else f" of {yuan(terms.budget_fen)}"
    console.print(
        f"{bought.auction}: {price}; bought {bought.bought:,} of {terms.count:,} for {yuan(bought.paid_fen)}{budget}"
        f" {money}; {terms.price_rule}, seed {terms.seed}",
    )
    console.print(f"Rules 依据: {terms.cite} ({terms.status})")
