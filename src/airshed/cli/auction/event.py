"""`airshed auction clear --rules`: a whole auction by rules that are a file, printed for people or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from airshed.cli.money import USUAL, money_of
from airshed.cli.read import LARGEST_RULES, CsvLine, read_instant, read_law, read_name, read_table
from airshed.cli.refused import in_both, plain_refusal
from airshed.cli.show import as_json, console, table
from airshed.model.measures import yuan
from airshed.model.refusal import Malformed, Refusal

if TYPE_CHECKING:
    from airshed.market.auction import (
        AuctionLaw,
        Bidder,
        CarriedVolume,
        Consigned,
        Notice,
        Outcome,
        SealedBid,
        SeriesOutcome,
    )
    from airshed.market.auction.nouns import RefusedBid

BIDS = ("bidder", "price", "quantity"), ("series", "at", "key")
BIDDERS = ("bidder",), ("group", "guarantee", "held", "holding_limit", "purchase_limit")
CONSIGNED = ("holder", "quantity"), ("series", "minimum")


class AuctionWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says."""

    bids: str
    rules: str
    limits: str = ""
    consignments: str = ""
    replaces: str = ""
    reason: str = ""
    html: str = ""
    public: bool = False
    rulebook: str = USUAL
    json: bool = False


def clear_by_rules(asked: AuctionWords) -> int:
    """Hold the auction and print it; the exit status: 1 when a correction is refused."""
    from airshed.market.auction import AuctionLaw, carry, digest, notice
    from airshed.market.auction.law import examine_law

    law = read_law(asked.rules, AuctionLaw)
    try:
        examine_law(law)
    except Malformed as error:
        raise Malformed(f"{asked.rules} {error.place}", error.what, error.cure) from None
    if law.guarantee is not None and not asked.limits:
        raise Malformed("--limits", "the rules ask for a guarantee", "name a CSV file with bidder,guarantee")
    lines = read_table(asked.bids, *BIDS)
    bids = [_bid(line, law) for line in lines]
    bidders = [_bidder(line) for line in read_table(asked.limits, *BIDDERS)] if asked.limits else None
    consigned = (
        [_consigned(line, law) for line in read_table(asked.consignments, *CONSIGNED)] if asked.consignments else []
    )
    earlier = _earlier(asked.replaces) if asked.replaces else None
    if asked.reason and earlier is None:
        raise Malformed("--reason", "it says why an outcome is replaced", "name that outcome with --replaces")
    outcome = _held(asked, law, bids, bidders, consigned)
    if earlier is not None:
        successor = _succeeding(law, earlier, outcome, asked.reason)
        if isinstance(successor, Refusal):
            return _print_refused(successor, asked.json)
        outcome = successor
    shown, money = notice(law, bids, outcome), money_of(asked.rulebook).name_en
    if asked.html:
        _write_page(asked, law, bids, outcome, shown)
    if asked.public:
        _print_notice(law, shown, asked.json, money)
        return 0
    carried = {
        sale.series: carry(offer, sale.unsold, sale.price, law.auction.lot)
        for offer, sale in zip(law.offer, outcome.sales, strict=True)
    }
    if asked.json:
        as_json(
            {
                "published": False,
                "digest": digest(outcome),
                "outcome": outcome,
                "carried": carried,
                "notice": shown,
            }
        )
        return 0
    _print_outcome(law, lines, outcome, carried, shown, money)
    console.print(f"digest {digest(outcome)}")
    return 0


def _held(
    asked: AuctionWords,
    law: AuctionLaw,
    bids: Sequence[SealedBid],
    bidders: Sequence[Bidder] | None,
    consigned: Sequence[Consigned],
) -> Outcome:
    from airshed.market.auction import hold

    files = {"bids": asked.bids, "bidders": asked.limits, "consignment": asked.consignments}
    try:
        return hold(law, bids, bidders, consigned)
    except Malformed as error:
        first, _, more = error.place.partition(" ")
        file = files.get(first.removesuffix("s"), files.get(first, ""))
        raise Malformed(f"{file} {more}".strip() or error.place, error.what, error.cure) from None


def _series(line: CsvLine, law: AuctionLaw) -> str:
    """The series of a line; the one on offer where the file has no such column."""
    if "series" in line.cells:
        return line.name("series", "name what is bid for")
    if len(law.offer) > 1:
        raise Malformed(line.place, "column 'series' is missing", "several series are on offer; say which")
    return law.offer[0].series


def _bid(line: CsvLine, law: AuctionLaw) -> SealedBid:
    from airshed.market.auction import SealedBid

    price = line.fen("price")
    if price is None:
        raise Malformed(line.place, "price '' is not a number", "write digits, as in 1250.50")
    at = line.text("at")
    if law.timed and not at:
        raise Malformed(line.place, "the bid has no time", "the rules look at the time; write a column at")
    key = line.text("key")
    return SealedBid(
        bidder=line.name("bidder", "name who bids"),
        series=_series(line, law),
        price=price,
        count=line.quantity("quantity"),
        at=read_instant(at, f"{line.place} at") if at else None,
        key=read_name(key, line.place, "key", "write a word") if key else "",
    )


def _bidder(line: CsvLine) -> Bidder:
    from airshed.market.auction import Bidder

    return Bidder(
        bidder=line.name("bidder", "name who bids"),
        group=" ".join(line.text("group").split()),
        guarantee_fen=line.fen("guarantee"),
        held=line.whole("held") or 0,
        holding_limit=line.whole("holding_limit"),
        purchase_limit=line.whole("purchase_limit"),
    )


def _consigned(line: CsvLine, law: AuctionLaw) -> Consigned:
    from airshed.market.auction import Consigned

    return Consigned(
        holder=line.name("holder", "name who sells"),
        series=_series(line, law),
        count=line.quantity("quantity"),
        minimum_fen=line.fen("minimum"),
    )


def _earlier(path: str) -> dict[str, Any]:
    """What an earlier run printed with --json."""
    from airshed.market.auction import Outcome, digest

    cure = "name what airshed auction clear --json printed"
    try:
        with Path(path).open("rb") as file:
            text = file.read(LARGEST_RULES * 50)
    except OSError as error:
        raise Malformed(path, (error.strerror or "cannot be read").lower(), "name a readable JSON file") from None
    try:
        raw: Any = msgspec.json.decode(text)
        if raw["published"]:
            return {"auction": str(raw["notice"]["auction"]), "number": int(raw["notice"]["number"]), "outcome": None}
        outcome = msgspec.convert(raw["outcome"], Outcome)
        said = raw["digest"]
    except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError, ValueError):
        raise Malformed(path, "is no outcome of an auction", cure) from None
    if digest(outcome) != said:
        raise Malformed(path, "was altered: its digest is not that of its outcome", cure)
    return {"auction": outcome.auction, "number": outcome.number, "outcome": outcome}


def _succeeding(law: AuctionLaw, earlier: dict[str, Any], outcome: Outcome, reason: str) -> Outcome | Refusal:
    from airshed.market.auction import supersede
    from airshed.market.auction.correction import stands

    if earlier["outcome"] is None:
        return stands(law, earlier["auction"], earlier["number"])
    return supersede(law, earlier["outcome"], outcome, reason, published=False)


def _write_page(
    asked: AuctionWords, law: AuctionLaw, bids: Sequence[SealedBid], outcome: Outcome, shown: Notice
) -> None:
    from airshed.pages.auction import Positions, build
    from airshed.pages.kit.html import write
    from airshed.pages.kit.words import Phrase

    words = ["airshed auction clear", Path(asked.bids).name, "--rules", Path(asked.rules).name]
    for option, value in (("--limits", asked.limits), ("--consignments", asked.consignments), ("--html", asked.html)):
        if value:
            words += [option, Path(value).name]
    if asked.rulebook != USUAL:
        words += ["--rulebook", asked.rulebook]
    money = money_of(asked.rulebook)
    positions = None if asked.public else Positions(bids, outcome)
    command = " ".join([*words, "--public"] if asked.public else words)
    write(Path(asked.html), build(law, shown, command, positions, Phrase(money.name_en, money.name_zh)))


def _print_refused(refusal: Refusal, json: bool) -> int:
    if json:
        as_json({"refusal": plain_refusal(refusal)})
    else:
        console.print(f"refused: {refusal.why} ({refusal.cite})")
        for sentence in in_both(refusal.detail):
            console.print(f"  {sentence}")
    return 1


def print_refused_bids(refused: Sequence[RefusedBid], lines: Sequence[CsvLine]) -> None:
    """Each refusal with the line of the file it is about."""
    for each in refused:
        console.print(f"refused: {each.refusal.why} ({each.refusal.cite})")
        english, *chinese = in_both(each.refusal.detail)
        console.print(f"  {lines[each.place].place}, {each.bidder}: {english}")
        for sentence in chinese:
            console.print(f"  {sentence}")


def _print_outcome(
    law: AuctionLaw,
    lines: Sequence[CsvLine],
    outcome: Outcome,
    carried: dict[str, CarriedVolume | None],
    shown: Notice,
    money: str,
) -> None:
    print_refused_bids(outcome.refused, lines)
    for sale in outcome.sales:
        _print_sale(law, sale, money)
        next_one = carried[sale.series]
        if next_one is not None:
            volumes = ", ".join(f"{volume:,}" for volume in next_one.volumes) or "unchanged"
            console.print(
                f"  unsold {sale.unsold:,}: next auctions {volumes}; waiting {next_one.waiting:,};"
                f" to the reserve {next_one.reserve:,}",
            )
    _print_heading(shown)
    console.print("Rules 依据")
    for rule in _sections(law):
        console.print(f"  {rule}")


def _print_heading(shown: Notice) -> None:
    console.print(
        f"{shown.auction}: outcome {shown.number}, seed {shown.seed}; bidders {', '.join(shown.bidders) or 'none'}",
    )
    if shown.replaces is not None:
        console.print(f"  replaces outcome {shown.replaces}: {shown.reason}")


def _print_sale(law: AuctionLaw, sale: SeriesOutcome, money: str) -> None:
    for trim in sale.trims:
        what = f"{trim.removed:,} out" if trim.removed else f"{trim.added:,} in"
        console.print(
            f"trimmed by {trim.step}: {trim.bidder} at {yuan(trim.price)}, {what}",
        )
    table(
        f"{sale.series} {sale.delivery}: awards 中标结果",
        ("bidder 投标人", "group 集团", "quantity 数量#", f"payment 付款 [{money}]"),
        [(won.bidder, won.group, f"{won.count:,}", yuan(won.payment_fen)) for won in sale.awards],
    )
    if sale.proceeds:
        table(
            "Consigned 委托出售",
            ("holder 持有人", "sold 售出#", "returned 退回#", f"proceeds 所得 [{money}]"),
            [(each.holder, f"{each.sold:,}", f"{each.returned:,}", yuan(each.proceeds_fen)) for each in sale.proceeds],
        )
    console.print(f"{_in_one_line(law, sale, money)}")


def _in_one_line(law: AuctionLaw, sale: SeriesOutcome, money: str) -> str:
    if sale.cancelled:
        price = "cancelled, for the bids do not reach the volume"
    elif sale.price is None:
        price = "no price"
    else:
        price = f"price {yuan(sale.price)} {money} per {law.auction.price_per}"
    parts = [f"own {sale.offered:,}"]
    for name, count in (("consigned", sale.consigned), ("released", sale.released), ("withheld", -sale.withheld)):
        if count:
            parts.append(f"{name} {count:+,}")
    return (
        f"{sale.series}: {price}; sold {sale.sold:,} ({', '.join(parts)}), unsold {sale.unsold:,};"
        f" bid for {sale.demand:,}; the seller gets {yuan(sale.seller_fen)} {money}"
    )


def _print_notice(law: AuctionLaw, shown: Notice, json: bool, money: str) -> None:
    if json:
        as_json({"published": True, "notice": shown})
        return
    _print_heading(shown)
    rows: list[tuple[str, ...]] = []
    for sale in shown.sales:
        spread = sale.bids
        rows.append(
            (
                f"{sale.series} {sale.delivery}" + (" (cancelled)" if sale.cancelled else ""),
                "–" if sale.price is None else yuan(sale.price),
                f"{sale.sold:,}",
                f"{sale.unsold + sale.returned:,}",
                f"{sale.winners} of {sale.bidders}",
                "–" if sale.bid_ratio_basis_points is None else f"{sale.bid_ratio_basis_points / 10_000:.2f}",
                "–" if spread is None else f"{yuan(spread.lowest)} / {yuan(spread.median)} / {yuan(spread.highest)}",
                "–" if spread is None else yuan(spread.mean),
                "–" if sale.hhi is None else f"{sale.hhi:,}",
            )
        )
    table(
        f"Published result 公告 ({money} per {law.auction.price_per})",
        (
            "series 系列",
            "price 价格#",
            "sold 售出#",
            "unsold 未售#",
            "won 中标#",
            "bid ratio 倍数#",
            "low/median/high 低/中/高#",
            "mean 均价#",
            "HHI#",
        ),
        rows,
    )


def _sections(law: AuctionLaw) -> list[str]:
    """The sections of the rules with their sources."""
    named: list[tuple[str, Any]] = [("auction", law.auction)]
    for offer in law.offer:
        named.append((offer.series, offer))
        for name in ("cost_containment", "emissions_containment", "unsold"):
            named.append((f"{offer.series} {name}", getattr(offer, name)))
    for name in ("consignment", "limits", "guarantee", "trimming"):
        named.append((name, getattr(law, name)))
    return [f"{name}: {section.cite} ({section.status})" for name, section in named if section is not None]
