"""`airshed call`: the zone-wide call, its default matrix, and the proof of what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.call import matrix as call_matrix
from airshed.cli.money import USUAL, money_of
from airshed.cli.options import Json, RulesName
from airshed.cli.show import as_json, console, lines, of, shown, table, with_provenance
from airshed.model.measures import tonnes, yuan
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from airshed.market.zonecall import ZoneCleared
    from airshed.rulebook.programme_sections import CurrencyRule

app = typer.Typer(help="The zone-wide call: one market for the whole zone. 全区集合竞价。", no_args_is_help=True)


#: Bytes of a file that a call reads: a million orders are about a tenth of it.
LARGEST_FILE = 1_000_000_000
#: Decimals of a load or a dual on a screen.
DECIMALS = 4


@app.callback()
def call() -> None:
    """The zone-wide call: one market for the whole zone. 全区集合竞价。"""


@app.command()
def clear(
    orders: Annotated[
        str,
        typer.Argument(
            metavar="ORDERS.csv",
            help="CSV with order,side,account,sector,pollutant,jurisdiction,year,place,count,limit.",
        ),
    ],
    matrix: Annotated[
        str, typer.Option(metavar="FILE", help="CSV with receptor,jurisdiction,coefficient,origin.")
    ] = "",
    receptors: Annotated[str, typer.Option(metavar="FILE", help="CSV with receptor,limit,standard.")] = "",
    ratios: Annotated[
        str, typer.Option(metavar="FILE", help="CSV with origin,target,ratio; one for one if not given.")
    ] = "",
    rules: Annotated[str, typer.Option(metavar="FILE", help="TOML with [call] and [[areas]].")] = "",
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Write the proof there.")] = "",
    html: Annotated[str, typer.Option(metavar="FILE", help="Also write it as a page.")] = "",
    seconds: Annotated[float, typer.Option(min=0, help="Time the solver has for each programme.")] = 60.0,
    rulebook: RulesName = USUAL,
    json: Json = False,
) -> None:
    """Clear a pollutant's orders of the whole zone together, to the greatest gain that the air allows. 集合竞价出清。

    A bid wants cover at its place; any series that may go there can fill it. Prices differ by place as far as the
    receptors' limits make them. A call without an answer, or not in time, ends with status 1, and nothing is done.

    Example: airshed call clear orders.csv --matrix matrix.csv --receptors receptors.csv --certificate proof.json
    """
    from airshed.market.zonecall import CallRules, NotCleared, clear_in_rounds
    from airshed.market.zonecall import certificate as proof
    from airshed.market.zonecall.read import read_air, read_orders, read_rules

    if bool(matrix) != bool(receptors):
        given, missing = ("--matrix", "--receptors") if matrix else ("--receptors", "--matrix")
        raise Malformed(missing, f"it is missing, {given} is given", "give both, or neither")
    target, page = _target(certificate, "--certificate"), _target(html, "--html")
    law = read_rules(_text(rules), rules) if rules else CallRules()
    tables = [(_text(name), name) if name else None for name in (matrix, receptors, ratios)]
    air, origin = read_air(tables[0], tables[1], tables[2])
    offers, bids = read_orders(_text(orders), orders, law)
    done = clear_in_rounds(offers, bids, air, law, seconds=seconds)
    if isinstance(done, NotCleared):
        if json:
            as_json({"cleared": False, "why": done.why, "detail": done.detail})
        else:
            console.print(f"not cleared 未出清: {done.why}\n  {done.detail}")
        raise typer.Exit(1)
    if target is not None:
        import json as plain

        target.write_text(plain.dumps(with_provenance(proof(done)), ensure_ascii=False, indent=1) + "\n", "utf-8")
    if page is not None:
        said = f"airshed call clear {orders} {_given(matrix, receptors, ratios, rules)}".rstrip()
        write_page(page, done, origin, said, money_of(rulebook))
    if json:
        as_json({"cleared": True, "matrix": origin or None, "rounds": [_plain(each) for each in done]})
        return
    show_rounds(done, money_of(rulebook), origin)
    if page is not None:
        console.print(f"{page}: {page.stat().st_size:,} bytes")


@app.command()
def check(
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="What `clear --certificate` wrote.")],
    rulebook: RulesName = USUAL,
    json: Json = False,
) -> None:
    """Work a call out again from its certificate: fills, limits, money, and that none gains more. 核验出清证书。

    Example: airshed call check proof.json
    """
    from airshed.market.zonecall import check as checked

    found = checked(_text(certificate), certificate)
    if found.provenance is not None:
        of(found.provenance)
    if json:
        as_json(
            {
                "holds": True,
                "rounds": [
                    {"gain_fen": each.gain, "bound_fen": each.bound, "gap_fen": each.gap, "digest": each.digest}
                    for each in found.rounds
                ],
            }
        )
        return
    money = money_of(rulebook).name_en
    for each in found.rounds:
        count = sum(int(moved[2]) for moved in each.deliveries)
        lines(
            f"holds 成立: {len(each.orders)} orders, {_deliveries(len(each.deliveries))} of {count:,} allowances;"
            f" gain {_yuan(each.gain)} {money}, no allocation gains more than {_most(each.gap)} {money} above it",
            f"digest {each.digest}",
        )


app.command()(call_matrix.matrix)


def show_rounds(rounds: Sequence[ZoneCleared], money: CurrencyRule, origin: str = "") -> None:
    """The tables of each round: prices, fills, limits of the air, gain."""
    for number, each in enumerate(rounds, 1):
        if len(rounds) > 1:
            console.print(f"Round {number} 第{number}轮: {'the cities 市内' if number == 1 else 'the zone 全区'}")
        _print(each, money, origin)


def _target(file: str, option: str) -> Path | None:
    target = Path(file) if file else None
    if target is not None and (target.is_dir() or not target.parent.is_dir()):
        raise Malformed(option, f"{target} cannot be written", "name a file in a folder that exists")
    return target


def _given(matrix: str, receptors: str, ratios: str, rules: str) -> str:
    """The options of files as they were given."""
    files = (("--matrix", matrix), ("--receptors", receptors), ("--ratios", ratios), ("--rules", rules))
    return " ".join(f"{option} {file}" for option, file in files if file)


def write_page(
    target: Path,
    rounds: Sequence[ZoneCleared],
    origin: str,
    command: str,
    money: CurrencyRule,
    names: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Write the page of a call; `names` has the English and the Chinese name of each place."""
    from airshed.market.zonecall import certificate as proof
    from airshed.pages.call import CallFacts, build
    from airshed.pages.call.facts import round_facts
    from airshed.pages.kit.html import write
    from airshed.pages.kit.words import Phrase

    digests = [each["digest"] for each in proof(rounds)["rounds"]]
    facts = tuple(round_facts(done, digest) for done, digest in zip(rounds, digests, strict=True))
    called = {place: Phrase(*both) for place, both in (names or {}).items()}
    write(
        target,
        build(
            CallFacts(
                rounds[0].pollutant, facts, origin, command, shown(), called, Phrase(money.name_en, money.name_zh)
            )
        ),
    )


def _text(path: str) -> str:
    """The text of a file. Malformed if it cannot be read."""
    try:
        if Path(path).stat().st_size > LARGEST_FILE:
            raise Malformed(path, f"larger than {LARGEST_FILE:,} bytes", "call fewer orders at a time")
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(path, f"byte {error.start + 1} is not UTF-8 text", "save it as UTF-8") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, Malformed):
            raise
        raise Malformed(path, said.lower(), "name a readable file") from None


def _yuan(fen: str | Fraction) -> str:
    """Fen, perhaps with a part of one, as yuan for a screen; a part is cut."""
    from fractions import Fraction

    return yuan(int(Fraction(fen)))


def _most(fen: str | Fraction) -> str:
    """Fen that nothing exceeds, as yuan for a screen; a part counts as one."""
    from fractions import Fraction
    from math import ceil

    return yuan(ceil(Fraction(fen)))


def _decimal(value: Fraction) -> str:
    """A fraction on a screen; the certificate has it exactly.

    >>> from fractions import Fraction
    >>> _decimal(Fraction(1, 3)), _decimal(Fraction(2))
    ('0.3333', '2')
    """
    text = f"{float(value):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _prices(done: ZoneCleared) -> list[tuple[str, str, str, str, int, int]]:
    """Price of each book in which something changed hands: side, place, what, wall, fen per tonne, allowances."""
    rows: dict[tuple[str, str, str, str], tuple[int, int]] = {}
    for bought in done.bought:
        key = ("buy 买", bought.bid.place, f"{bought.bid.year}", done.rules.wall(bought.bid.sector))
        rows[key] = (bought.price, rows.get(key, (0, 0))[1] + bought.count)
    for sold in done.sold:
        offer = sold.offer
        key = ("sell 卖", offer.place, str(offer.series), done.rules.wall(offer.sector))
        rows[key] = (sold.price, rows.get(key, (0, 0))[1] + sold.count)
    return [(*key, price, count) for key, (price, count) in sorted(rows.items())]


def _print(done: ZoneCleared, money: CurrencyRule, origin: str) -> None:
    table(
        "Prices 价格",
        (
            "side 方向",
            "place 地区",
            "year or series 年度/系列",
            "wall 分组",
            f"{money.name_en}/t {money.name_zh}/吨#",
            "allowances 配额#",
        ),
        [(*row[:4], yuan(row[4]), f"{row[5]:,}") for row in _prices(done)],
    )
    fills = [
        (each.offer.order, each.offer.account, f"sells {each.offer.series}", each.count, "", each.received_fen)
        for each in done.sold
    ] + [
        (
            each.bid.order,
            each.bid.account,
            f"covers {each.bid.place} {each.bid.year}",
            each.count,
            _decimal(each.cover),
            -each.paid_fen,
        )
        for each in done.bought
    ]
    table(
        "Fills 成交",
        (
            "order 委托",
            "account 账户",
            "what 内容",
            "allowances 配额#",
            "cover kg 抵扣#",
            f"{money.name_en} {money.name_zh}#",
        ),
        [(order, account, what, f"{count:,}", cover, yuan(fen)) for order, account, what, count, cover, fen in fills],
    )
    if done.bounds:
        table(
            "What the air allows 环境约束",
            ("limit 约束", "load 增量#", "at most 上限#", "fen per load 影子价格#"),
            [
                (bound.name, _decimal(load), _decimal(bound.most), _decimal(dual))
                for bound, load, dual in zip(done.bounds, done.loads, done.bound_duals, strict=True)
            ],
        )
    count = sum(each.count for each in done.sold)
    side = "receives" if done.zone_fen >= 0 else "puts in"
    console.print(
        f"{tonnes(count)} t of {done.pollutant or 'nothing'} in {_deliveries(len(done.deliveries))}; the zone's account"
        f" {side} {yuan(abs(done.zone_fen))} {money.name_en}"
    )
    word = money.name_en
    console.print(f"gain {_yuan(done.gain)} {word}, at most {_most(done.gap)} {word} below what any allocation gains")
    if origin:
        console.print(f"matrix: {origin}")
    if done.note:
        console.print(f"note: {done.note}")


def _plain(done: ZoneCleared) -> dict[str, Any]:
    return {
        "pollutant": done.pollutant,
        "trade": done.rules.trade,
        "gain_fen": str(done.gain),
        "gap_fen": str(done.gap),
        "zone_fen": done.zone_fen,
        "note": done.note or None,
        "sold": [
            {
                "order": each.offer.order,
                "account": each.offer.account,
                "series": str(each.offer.series),
                "count": each.count,
                "price_fen_per_t": each.price,
                "received_fen": each.received_fen,
            }
            for each in done.sold
        ],
        "bought": [
            {
                "order": each.bid.order,
                "account": each.bid.account,
                "place": each.bid.place,
                "year": each.bid.year,
                "count": each.count,
                "cover_kg": str(each.cover),
                "price_fen_per_t": each.price,
                "paid_fen": each.paid_fen,
            }
            for each in done.bought
        ],
        "deliveries": [[each.offer, each.bid, each.count] for each in done.deliveries],
        "limits": [
            {"name": bound.name, "load": str(load), "most": str(bound.most), "dual_fen_per_load": str(dual)}
            for bound, load, dual in zip(done.bounds, done.loads, done.bound_duals, strict=True)
        ],
    }


def _deliveries(count: int) -> str:
    return "1 delivery" if count == 1 else f"{count:,} deliveries"
