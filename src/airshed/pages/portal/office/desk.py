"""The auction desk: what may be offered, what takes bids and how many lie in it, what is over, and its result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import OpenAuction
from airshed.engine.nouns import Actor, Auction
from airshed.engine.procedures.auction import open_auction
from airshed.engine.state import State
from airshed.market.auction.waiting import Waiting, due
from airshed.model.allowance import Series, members
from airshed.model.measures import Unit
from airshed.model.refusal import Refusal, Why
from airshed.pages.kit.figures import ticks
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, acting, office, page, reads_as_office, visitor_of
from airshed.pages.portal.happening import amount, in_column
from airshed.pages.portal.opening import sensible, session_of
from airshed.pages.portal.sealed_bids import bidding
from airshed.registry import accounts
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: What is over and stands on the desk; the page of each has all of it.
MOST_OVER = 20
#: What an auction desk does beside what stands in its tables.
MORE = ("OpenCall", "OpenSale", "OpenRepurchase", "OpenSession", "CloseSession", "HaltMarket")


class Offerable(NamedTuple):
    """What lies in an auction account and is not on offer."""

    series: str
    free: Phrase
    #: The most of it that an auction takes now.
    most: Phrase
    reserve: Phrase
    href: str


class OpenVenue(NamedTuple):
    """An auction or a call that takes bids."""

    name: str
    kind: Phrase
    series: str
    offered: Phrase
    reserve: Phrase
    #: How many bids lie in it; what they say is not told before the close.
    bids: int
    sealed: int
    stands: Phrase
    #: What is to be done next, with its form.
    steps: Sequence[tuple[Phrase, str]]


class OverVenue(NamedTuple):
    """An auction that is over."""

    name: str
    series: str
    offered: Phrase
    sold: Phrase
    price: Phrase


async def desk(service: Service, request: Request) -> Response:
    """The desk of who runs auctions."""
    visitor = await acting(service, request)
    actor = office(visitor, "accounts", "holdings")

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        state, at = market.state, max(visitor.now, market.state.at)
        mine = lookup.roles(rules).get(actor.role, frozenset())
        over = [
            OverVenue(
                *(each.id, each.series, in_column(each.count + each.consigned, Unit.ALLOWANCES, rules)),
                *(in_column(each.sold, Unit.ALLOWANCES, rules), _price(each.price, rules)),
            )
            for each in reversed(state.auctions.values())
            if not each.open and _within(each.series, actor)
        ]
        return {
            "offerable": _offerable(state, rules, actor, at) if "OpenAuction" in mine else [],
            "openers": [
                Phrase(role.name_en, role.name_zh)
                for role in rules.people
                if "OpenAuction" in lookup.roles(rules)[role.code] and "OpenAuction" not in mine
            ],
            "open": [*_auctions(state, rules, actor, mine), *_calls(state, rules, actor, mine)],
            "over": over[:MOST_OVER],
            "over_all": len(over),
            "session": session_of(state, at),
            "halted": dict(state.halted),
            "more": [(name, name_of(BODIES[name])) for name in sensible(MORE, state, rules, actor, at) if name in mine],
        }

    return page(visitor, "desk.html.j2", **await visitor.look(look))


def _within(series: str, actor: Actor) -> bool:
    return actor.jurisdiction in ("", Series.parse(members(series)[0]).jurisdiction)


def _price(fen: int | None, rules: Rulebook) -> Phrase:
    return same("–") if fen is None else amount(fen, Unit.FEN_PER_T, rules)


def next_auction(state: State, series: str) -> str:
    """A name for the next auction of a series: the first number that none has yet."""
    number = 1 + sum(each.series == series for each in state.auctions.values())
    while f"{series}-{number}" in state.auctions:
        number += 1
    return f"{series}-{number}"


def _most(state: State, rules: Rulebook, series: str, free: int, at: int) -> int:
    """The most of a series that can be offered now, in whole lots; 0 where nothing can.

    What comes back by rule depends on how much is offered: what is asked for shrinks until the law takes it.
    """
    lot = lookup.local(rules, Series.parse(series).jurisdiction).auction.lot
    seal = "0" * 64 if rules.trading.seal_required else ""
    count = free // lot * lot
    while count > 0:
        said = open_auction(state, rules, at, "", OpenAuction(next_auction(state, series), series, count, seal=seal))
        if not isinstance(said, Refusal):
            return count
        if said.why is not Why.INSUFFICIENT_HOLDING:
            return 0
        terms = lookup.local(rules, Series.parse(series).jurisdiction).auction
        back, waiting = due(terms.unsold, state.unsold.get(series, Waiting()), count, terms.unsold_basis_points, lot)
        count = min((free - back - waiting.count) // lot * lot, count - lot)
    return 0


def _offerable(state: State, rules: Rulebook, actor: Actor, at: int) -> list[Offerable]:
    found = []
    for place in rules.jurisdictions:
        if actor.jurisdiction not in ("", place.code):
            continue
        for series, position in state.ledger.of_account(accounts.auction(place.code)):
            count = _most(state, rules, series, position.free, at)
            if count:
                reserve = lookup.pollutant(rules, Series.parse(series).pollutant).reserve_fen_per_t
                fields = {
                    "auction": next_auction(state, series),
                    "series": series,
                    "count": f"{count * rules.allowance.size_kg / 1000:.3f} t",
                }
                href = f"/act/OpenAuction?{urlencode(fields)}"
                free = in_column(position.free, Unit.ALLOWANCES, rules)
                found.append(
                    Offerable(series, free, in_column(count, Unit.ALLOWANCES, rules), _price(reserve, rules), href)
                )
    return sorted(found, key=lambda each: (-int(each.series.rpartition("-")[2]), each.series))


def _auctions(state: State, rules: Rulebook, actor: Actor, mine: frozenset[str]) -> list[OpenVenue]:
    found = []
    for each in state.auctions.values():
        if each.open and _within(each.series, actor):
            stands, sealed, steps = _stands(state, "auction", each.id, mine, "CloseAuction")
            if "ConsignLot" in mine:
                steps.append((name_of(BODIES["ConsignLot"]), f"/act/ConsignLot?auction={each.id}"))
            found.append(
                OpenVenue(
                    *(each.id, Phrase("auction", "拍卖"), each.series),
                    in_column(each.count + each.consigned, Unit.ALLOWANCES, rules),
                    _price(each.reserve, rules),
                    len(each.bids) + sealed,
                    sealed,
                    stands,
                    steps,
                )
            )
    return found


def _calls(state: State, rules: Rulebook, actor: Actor, mine: frozenset[str]) -> list[OpenVenue]:
    found = []
    for each in state.calls.values():
        if each.open and _within(each.series, actor):
            stands, sealed, steps = _stands(state, "call", each.id, mine, "CloseCall")
            found.append(
                OpenVenue(
                    *(each.id, Phrase("call", "集合竞价"), each.series, same("–"), same("–")),
                    *(len(each.orders) + sealed, sealed, stands, steps),
                )
            )
    for zone in state.zone_calls.values():
        if zone.open:
            stands, sealed, steps = _stands(state, "zone_call", zone.id, mine, "CloseZoneCall")
            found.append(
                OpenVenue(
                    *(zone.id, Phrase("zone-wide call", "全区集合竞价"), "–", same("–"), same("–")),
                    *(len(zone.orders) + sealed, sealed, stands, steps),
                )
            )
    return found


def _stands(
    state: State, venue: str, name: str, mine: frozenset[str], closing: str
) -> tuple[Phrase, int, list[tuple[Phrase, str]]]:
    """How far bidding has come, how many bids are still sealed, and what is to be done next."""
    sealing = next((each for (kind, of), each in state.sealings.items() if of == name and kind == venue), None)
    steps: list[tuple[Phrase, str]] = []
    if sealing is None:
        stands, sealed = Phrase("takes bids", "接受申报"), 0
    else:
        sealed = len(sealing.bids)
        if sealing.until is None:
            stands = Phrase("takes sealed bids", "接受密封申报")
            if "EndBidding" in mine:
                query = urlencode({"venue": venue, "name": name})
                steps.append((name_of(BODIES["EndBidding"]), f"/act/EndBidding?{query}"))
        else:
            until = state.civil.clock(sealing.until)[:16].replace("T", " ")
            stands = Phrase(f"bids are opened until {until}", f"揭示申报至{until}")
    if closing in mine:
        field = "auction" if closing == "CloseAuction" else "call"
        steps.append((name_of(BODIES[closing]), f"/act/{closing}?{field}={name}"))
    return stands, sealed, steps


# --- the result of one


class DemandStep(NamedTuple):
    """What bidders wanted at a price, all of them together."""

    price: Phrase
    wanted: Phrase
    reached: Phrase
    won: bool


async def result(service: Service, request: Request) -> Response:
    """The page of one auction: for everybody what is public, and to offices who won."""
    visitor = await visitor_of(service, request)
    name = request.path_params["auction"]

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        each = market.state.auctions.get(name)
        if each is None:
            raise Stopped("not_there", "there is no such auction")
        seen = _sees(visitor, each)
        bids = [] if each.open else sorted(each.bids, key=lambda bid: (-bid.limit, bid.number))
        steps, reached = [], 0
        for bid in bids:
            reached += bid.count
            steps.append(
                DemandStep(
                    _price(bid.limit, rules),
                    in_column(bid.count, Unit.ALLOWANCES, rules),
                    in_column(reached, Unit.ALLOWANCES, rules),
                    each.price is not None and bid.limit >= each.price,
                )
            )
        return {
            "auction": each,
            "bidding": bidding(market.state, name, visitor.actor.account if visitor.actor else "", visitor.now),
            "offered": amount(each.count + each.consigned, Unit.ALLOWANCES, rules),
            "reserve": _price(each.reserve, rules),
            "price": _price(each.price, rules),
            "sold": amount(each.sold, Unit.ALLOWANCES, rules),
            "wanted": _wanted(each, rules),
            "steps": steps,
            "who": [bid.account for bid in bids] if seen else None,
            "curve": curve([(bid.limit, bid.count) for bid in bids], each, rules.allowance.size_kg),
            "uniform": each.terms.rule == "uniform",
        }

    return page(visitor, "auction.html.j2", **await visitor.look(look))


def _wanted(each: Auction, rules: Rulebook) -> Phrase:
    """How many bid, and for how much."""
    count, all_of_it = len({bid.account for bid in each.bids}), sum(bid.count for bid in each.bids)
    wanted = amount(all_of_it, Unit.ALLOWANCES, rules)
    return Phrase(f"{count} bidder{'s' * (count != 1)} wanted {wanted.en}", f"{count}家申报{wanted.zh}")


def _sees(visitor: Visitor, each: Auction) -> bool:
    """Whether somebody reads whose the bids of an auction were: an office that the law lets read them, of its city."""
    actor = visitor.actor
    if actor is None or actor.state != "active" or actor.account:
        return False
    return _within(each.series, actor) and reads_as_office(visitor, "bids")


def curve(bids: Sequence[tuple[int, int]], each: Auction, size_kg: int = 1) -> Markup:
    """The demand from the highest price down, what was offered, and the price, drawn without a script.

    The axes have tonnes and money per tonne; the page names their units.
    """
    if not bids:
        return Markup("")
    most = max(sum(count for _, count in bids), each.count + each.consigned) or 1
    high = max(bids[0][0], each.reserve) * 1.1 or 1
    width, height = 600, 240

    def at(count: float, price: float) -> str:
        return f"{width * count / most:.1f},{height - height * price / high:.1f}"

    reached, points = 0, []
    for price, count in bids:
        points += [at(reached, price), at(reached + count, price)]
        reached += count
    offered = width * (each.count + each.consigned) / most
    price_at = None if each.price is None else height - height * each.price / high
    reserve = height - height * each.reserve / high
    parts = [
        Markup('<polyline class="demand" points="%s"/>') % " ".join(points),
        Markup('<line class="supply" x1="%s" x2="%s" y1="0" y2="240"/>') % (f"{offered:.1f}", f"{offered:.1f}"),
        Markup('<line class="reserve" x1="0" x2="600" y1="%s" y2="%s"/>') % (f"{reserve:.1f}", f"{reserve:.1f}"),
    ]
    if price_at is not None:
        shown = f"{price_at:.1f}"
        parts.append(Markup('<line class="price" x1="0" x2="600" y1="%s" y2="%s"/>') % (shown, shown))
    across, up = most * size_kg / 1000, high / 100
    for tonnes in ticks(across):
        parts.append(
            Markup('<text class="tick" x="%s" y="266" text-anchor="middle">%s</text>')
            % (f"{width * tonnes / across:.1f}", f"{tonnes:,.6g}")
        )
    for yuan in ticks(up):
        parts.append(
            Markup('<text class="tick" x="-8" y="%s" text-anchor="end">%s</text>')
            % (f"{height - height * yuan / up + 5:.1f}", f"{yuan:,.6g}")
        )
    return Markup('<svg class="curve" viewBox="-90 -16 730 294" aria-hidden="true">%s</svg>') % Markup("").join(parts)
