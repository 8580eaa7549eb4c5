"""Calls of the whole zone, under limits at every receptor."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from airshed.engine.commands.wish import Kilograms, Maybe, Name, Price, Seal, Whole, Wish, Year

#: A fraction as it is written: `3`, `7/4`, `-2`. Longer ones come from no call.
Number = Annotated[
    str, Meta(pattern=r"^-?[0-9]{1,400}(/[1-9][0-9]{0,399})?\Z", max_length=802, title="fraction, as 7/4")
]


#: A side of a wall between industries: a sector, or `open` for all that have no wall.
Wall = Annotated[str, Meta(min_length=1, max_length=40)]


class OpenZoneCall(Wish, frozen=True):
    """Open a call for a pollutant in the whole zone: orders are gathered and none trades before it closes.

    开始全区集合竞价。
    """

    #: The new name.
    call: Name
    pollutant: Name
    #: SHA-256 of the seed that it will be closed with, a space and a salt.
    seal: Seal = ""


class PlaceZoneOffer(Wish, frozen=True):
    """Offer allowances of a series in a zone-wide call, at a limit or better. 全区竞价卖出委托。"""

    call: Name
    account: Name
    series: Name
    #: The jurisdiction where the account's source stands: there the load falls.
    place: Name
    count: Whole
    #: The least the seller takes.
    limit: Price


class PlaceZoneBid(Wish, frozen=True):
    """Bid for cover at a place: any series that may go there can fill it, several together. 全区竞价买入委托。"""

    call: Name
    account: Name
    #: The jurisdiction where the account's source stands.
    place: Name
    #: The year whose emission is to be covered.
    year: Year
    #: Cover.
    count: Kilograms
    #: The most the buyer gives for a tonne of cover.
    limit: Price


class DropZoneOrder(Wish, frozen=True):
    """Take an order of a zone-wide call back before it closes. 撤回全区竞价委托。"""

    call: Name
    #: Number of the order in that call.
    number: Whole


class BookPrice(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The dual of the cover in one book: a place, a year, a side of a wall."""

    #: Where the cover is needed.
    place: Name
    #: Year to be covered.
    year: Year
    #: Side of the wall: a walled sector, or "open".
    wall: Wall
    #: Fen per tonne of cover, as a fraction.
    dual: Number


class LimitPrice(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The dual of a limit of the air."""

    #: Name of the limit, such as "receptor kunming" or "area HH".
    name: Name
    #: Fen per load, as a fraction.
    dual: Number


class FlowLine(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Allowances that go from the offers of a series at a place to the cover of a book."""

    #: Jurisdiction of issue.
    issued: Name
    #: Vintage.
    vintage: Year
    #: Where the sellers stand.
    origin: Name
    #: Where the cover is needed.
    place: Name
    #: Year to be covered.
    year: Year
    #: Side of the wall.
    wall: Wall
    #: Whole allowances.
    count: Whole


class ZoneAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a solver says of a round: prices of the books, prices of the limits, flows rounded down."""

    #: A price for every book in which somebody bids.
    books: tuple[BookPrice, ...]
    #: A price for every limit of the air; zero where there is room left.
    limits: tuple[LimitPrice, ...]
    #: What goes where; a way that is not named has nothing.
    flows: tuple[FlowLine, ...]


class ZoneRound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a round and, where whole allowances gain more so, that to the cities by themselves."""

    #: The answer.
    answer: ZoneAnswer
    #: The answer to the cities by themselves, where there is need of it.
    alone: ZoneAnswer | None = None


class CloseZoneCall(Wish, frozen=True):
    """Clear a zone-wide call by a solver's answer, which is judged, exactly, before anything moves. 全区竞价收盘。"""

    call: Name
    #: Orders equal limits: the sealed one, or publish it before the orders are looked at.
    seed: Annotated[int, Meta(ge=0, le=2**53)]
    #: One round, or the city's and then the zone's.
    rounds: tuple[ZoneRound, ...]
    #: What was sealed with the seed.
    salt: Maybe = ""


ZoneCallBody = OpenZoneCall | PlaceZoneOffer | PlaceZoneBid | DropZoneOrder | CloseZoneCall
