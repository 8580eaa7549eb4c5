"""`airshed auction clear`: clear a file of sealed bids by a stated rule."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, get_args

import typer

from airshed.cli.show import as_json, console, table
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.market.auction import Bid, Result

app = typer.Typer(help="Sealed-bid auctions. 密封投标拍卖。", no_args_is_help=True)

COLUMNS = ("bidder", "price", "quantity")
#: Digits a price may have before and after its point, and a quantity at all.
WHOLE_DIGITS, DECIMALS, QUANTITY_DIGITS = 15, 9, 15
#: Prices in the picture of the demand curve, and characters of its widest bar.
CURVE_ROWS, CURVE_WIDTH = 12, 48

NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", re.ASCII)


class Number(NamedTuple):
    """A decimal number as written: `digits` of 1 / 10**`decimals`."""

    digits: int
    decimals: int

    def at(self, decimals: int) -> int:
        """The same number counted in 1 / 10**`decimals`."""
        return self.digits * int(10 ** (decimals - self.decimals))


class Row(NamedTuple):
    """One line of the bid file."""

    bidder: str
    price: Number
    quantity: int


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
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Clear a file of sealed bids: price, what is sold, who gets how much and pays what. 拍卖出清。

    Equal bids at the clearing price that cannot all be served are taken in a random order fixed by --seed.

    Example: airshed auction clear bids.csv --supply 1000 --reserve 12.50 --rule uniform
    """
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

    rows = read_bids(bids)
    decimals = max([row.price.decimals for row in rows] + [2, kept.decimals if kept else 0])
    # Whoever orders the lines of the file must not choose the winners of a tie: the seed decides over sorted bids.
    sealed = sorted(
        (Bid(row.bidder, row.price.at(decimals), row.quantity) for row in rows),
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


def read_bids(path: str) -> list[Row]:
    """The bids of a CSV file. Malformed, with the line, for whatever is not a bid."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(path, f"byte {error.start + 1} is not UTF-8 text", "save it as CSV UTF-8") from None
    except OSError as error:
        raise Malformed(path, (error.strerror or "cannot be read").lower(), "name a readable CSV file") from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[Row] = []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{path} line {lines.line_num}"
            if header:
                rows.append(_row(header, cells, place))
            else:
                header = _header(cells, place)
    except csv.Error as error:
        raise Malformed(f"{path} line {lines.line_num}", f"not CSV ({error})", "check its quotes") from None
    if not header:
        raise Malformed(path, "the file is empty", f"begin it with the header {','.join(COLUMNS)}")
    return rows


def _header(cells: list[str], place: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    cure = f"the header is {','.join(COLUMNS)}"
    for name in names:
        if name not in COLUMNS:
            raise Malformed(place, f"no such column {name!r}", cure)
        if names.count(name) > 1:
            raise Malformed(place, f"column {name!r} stands twice", cure)
    for name in COLUMNS:
        if name not in names:
            raise Malformed(place, f"column {name!r} is missing", cure)
    return names


def _row(header: list[str], cells: list[str], place: str) -> Row:
    if len(cells) != len(header):
        raise Malformed(place, f"{len(cells)} cells under {len(header)} columns", f"write {','.join(header)}")
    cell = dict(zip(header, cells, strict=True))
    bidder = " ".join(cell["bidder"].split())
    if not bidder or not bidder.isprintable():
        raise Malformed(place, f"bidder {cell['bidder']!r} is no name", "name who bids")
    return Row(bidder, read_price(cell["price"], place, "price"), read_quantity(cell["quantity"], place, "quantity"))


def read_number(text: str, place: str, what: str) -> Number:
    """A decimal number, exactly as its digits say."""
    found = NUMBER.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        raise Malformed(place, f"{what} {_short(text)} is not a number", "write digits, as in 1250.50")
    whole, part = found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if len(whole) > WHOLE_DIGITS:
        raise Malformed(place, f"{what} {_short(text)} is too large", "check its measure")
    if len(part) > DECIMALS:
        raise Malformed(place, f"{what} {_short(text)} has more than {DECIMALS} decimals", "round it")
    digits = int(whole + part or "0")
    return Number(-digits if found[1] == "-" else digits, len(part))


def read_price(text: str, place: str, what: str) -> Number:
    """A price, zero or more."""
    price = read_number(text, place, what)
    if price.digits < 0:
        raise Malformed(place, f"{what} {_short(text)} is below zero", "a price is zero or more")
    return price


def read_quantity(text: str, place: str, what: str) -> int:
    """A whole number of allowances, at least one."""
    number = read_number(text, place, what)
    if number.decimals:
        raise Malformed(place, f"{what} {_short(text)} is not a whole number", "count whole allowances")
    if number.digits <= 0:
        raise Malformed(place, f"{what} {_short(text)} is not positive", "count one allowance or more")
    return number.digits


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


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
        console.print(f"{sign}{written(price, decimals):>12}  {bar}  {demand:,}", markup=False)
