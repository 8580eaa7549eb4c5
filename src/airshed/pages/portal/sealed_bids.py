"""A sealed bid from a page: sealed in the browser, kept there and in a file, and opened after the close.

Count and limit never reach the service before the close: the page's own script writes the text of the bid, draws the
salt, works out digest and guarantee, and hands only those on to the form of the command.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, get_args
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine import commands as c
from airshed.engine.journal import encode_body
from airshed.engine.nouns import Sealing
from airshed.engine.procedures.auction_bids import largest_bid
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.frame import Visitor, acting, page
from airshed.pages.portal.happening import amount
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.measures import Terms
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: Where a page seals what somebody bids; in a call the shell does.
SealedHere = Literal["auction", "repurchase"]
HERE = get_args(SealedHere)
#: What bids there in the open. Its field that says where is called as the kind of place is.
IN_THE_OPEN: Mapping[SealedHere, type[msgspec.Struct]] = {"auction": c.PlaceBid, "repurchase": c.AskRepurchase}
_VENUES = {act: venue for venue, act in IN_THE_OPEN.items()}


class OwnSealedBid(NamedTuple):
    """A sealed bid of an account that waits."""

    number: int
    digest: str
    aside: Phrase


class SealingPlace(NamedTuple):
    """Where bids are sealed: what a script needs to seal one, and what waits there already."""

    venue: SealedHere
    name: str
    series: str
    account: str
    #: The text of a bid, with nothing for its count and its limit, and the name of the field of the limit.
    text: str
    price: str
    lot: int
    tick: int
    #: The most that one may ask for or offer here, whoever else does.
    most: int
    most_said: Phrase
    #: The least price of a bid, the most of an ask; as it is said too.
    bound: int
    bound_said: Phrase
    lot_said: Phrase
    tick_said: Phrase
    guarantee_basis_points: int
    fee_basis_points: int
    size_kg: int
    #: Money that is free, or allowances.
    free: int
    free_said: Phrase
    way: str
    opening_minutes: int
    forfeit: str
    withdrawal: bool
    #: Until when bids may be opened; empty before the close.
    until: str
    late: bool
    own: tuple[OwnSealedBid, ...]
    #: Names of the money, by which a price may be written.
    money: tuple[str, ...]


def sealed_own(state: State, rules: Rulebook, sealing: Sealing, account: str) -> Iterator[OwnSealedBid]:
    """The sealed bids of an account that wait in a place."""
    for bid in sealing.bids.values():
        if bid.account == account:
            value, unit = (bid.count, Unit.ALLOWANCES) if bid.count else (bid.guarantee_fen, Unit.FEN)
            yield OwnSealedBid(bid.number, bid.digest, amount(value, unit, rules))


def place(state: State, rules: Rulebook, at: int, account: str, venue: SealedHere, name: str) -> SealingPlace | None:
    """A place where bids are sealed, for an account; None where there is none, or it is over."""
    sealing = state.sealings.get((venue, name))
    if sealing is None or sealing.over or account not in state.ledger.purses:
        return None
    wish: c.PlaceBid | c.AskRepurchase
    if venue == "auction":
        auction = state.auctions[name]
        series, bound, fee = auction.series, auction.reserve, auction.buyer_fee_basis_points
        most = largest_bid(auction)
        lot, tick, part = auction.terms.lot, auction.terms.tick_fen_per_t, auction.terms.guarantee_basis_points
        wish, price = c.PlaceBid(name, account, 0, 0), "limit"
        free = state.ledger.purses[account].free
        free_said = amount(free, Unit.FEN, rules)
    else:
        bought = state.repurchases[name]
        series, bound, fee, part = bought.series, bought.ceiling, 0, 0
        lot, tick = bought.terms.smallest_ask, bought.terms.step_fen_per_t
        most = bought.count
        wish, price = c.AskRepurchase(name, account, 0, 0), "price"
        free = state.ledger.held_of(account, series).free
        free_said = amount(free, Unit.ALLOWANCES, rules)
    return SealingPlace(
        venue,
        name,
        series,
        account,
        encode_body(wish).decode(),
        price,
        lot,
        tick,
        most,
        amount(most, Unit.ALLOWANCES, rules),
        bound,
        amount(bound, Unit.FEN_PER_T, rules),
        amount(lot, Unit.ALLOWANCES, rules),
        amount(tick, Unit.FEN_PER_T, rules),
        part,
        fee,
        rules.allowance.size_kg,
        free,
        free_said,
        sealing.way,
        sealing.opening_minutes,
        f"{sealing.forfeit_basis_points / 100:g} %",
        sealing.withdrawal,
        "" if sealing.until is None else rules.civil.clock(sealing.until)[:16].replace("T", " "),
        sealing.until is not None and at >= sealing.until,
        tuple(sealed_own(state, rules, sealing, account)),
        Terms.of(rules).money_names,
    )


async def sealed_bid(service: Service, request: Request) -> Response:
    """Seal a bid, take one back, or open it after the close."""
    visitor = await acting(service, request)
    assert visitor.actor is not None
    venue, name, account = request.path_params["venue"], request.path_params["name"], visitor.actor.account
    if venue not in HERE:
        raise Stopped("not_there", f"bids are sealed here in {', '.join(HERE)}; elsewhere by the shell")

    def look(market: Market, rules: Rulebook) -> SealingPlace | None:
        return place(market.state, rules, visitor.now, account, venue, name)

    found = await visitor.look(look)
    if found is None:
        raise Stopped("not_there", f"nothing is sealed in {name[:60]}, or it is over")
    return page(visitor, "sealed_bid.html.j2", place=found)


async def sealed_link(visitor: Visitor, kind: type[msgspec.Struct], asked: Mapping[str, str]) -> str | None:
    """Where a link to the form of a bid leads instead, where bids are sealed."""
    venue = _VENUES.get(kind)
    if venue is None:
        return None
    name = asked.get(venue, "")

    def is_sealed(market: Market, rules: Rulebook) -> bool:
        sealing = market.state.sealings.get((venue, name))
        return sealing is not None and not sealing.over

    return f"{sealing_page(venue, name)}?from=link" if await visitor.look(is_sealed) else None


def sealed_at(body: c.Body) -> str | None:
    """The page where a bid is sealed that is not taken in the open, for who has sent its form and is told that nothing
    came of it; None where no page does it."""
    venue = _VENUES.get(type(body))
    return None if venue is None else f"{sealing_page(venue, getattr(body, venue))}?from=form"


def sealing_page(venue: str, name: str) -> str:
    """The address of the page where a bid is sealed and opened."""
    return f"/sealed/{venue}/{quote(name, safe='')}"


# --- in words, on the page of an auction


BID = Phrase("Bid", "申报")


class Bidding(NamedTuple):
    """How far the bidding of an auction has come, and what somebody does there and where; empty where nothing."""

    note: Phrase
    deed: Phrase
    href: str


TOLD_AFTER = Phrase("How many there are, and what they say, is told after the close.", "申报情况于出清后公布。")


def bidding(state: State, auction: str, account: str, at: int) -> Bidding:
    """Of an auction that is not over yet."""
    sealing = state.sealings.get(("auction", auction))
    if sealing is None:
        form = f"/act/{IN_THE_OPEN['auction'].__name__}?{urlencode({'auction': auction})}"
        return _bidding(Phrase("It takes bids.", "正在接受申报。"), account, form)
    sealed = sealing_page("auction", auction)
    if sealing.until is None:
        return _bidding(Phrase("It takes sealed bids.", "正在接受密封申报。"), account, sealed)
    ended = Phrase("Bidding has ended.", "申报已截止。")
    if sealing.way == "key" or at >= sealing.until:
        return _bidding(ended, "", "")
    until = state.civil.clock(sealing.until)[:16].replace("T", " ")
    note = Phrase(f"{ended.en} Bids are opened until {until}.", f"{ended.zh}揭示期限为{until}。")
    own = account if any(bid.account == account for bid in sealing.bids.values()) else ""
    return _bidding(note, own, sealed, Phrase("Open my bid", "揭示申报"))


def _bidding(note: Phrase, account: str, href: str, deed: Phrase = BID) -> Bidding:
    said = Phrase(f"{note.en} {TOLD_AFTER.en}", f"{note.zh}{TOLD_AFTER.zh}")
    return Bidding(said, deed, href) if account else Bidding(said, same(""), "")
