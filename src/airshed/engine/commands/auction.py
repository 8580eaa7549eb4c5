"""Auctions by sealed bids, the government's and holders'."""

from __future__ import annotations

from airshed.engine.commands.wish import Maybe, Name, Price, Seal, Whole, Wish


class OpenAuction(Wish, frozen=True):
    """Offer what a jurisdiction has for auction in a series; what earlier auctions left over comes back by rule.

    开始拍卖。
    """

    #: The new name.
    auction: Name
    series: Name
    #: Allowances newly on offer.
    count: Whole
    #: The event it is part of: its auctions are cleared together, and limits and cash count over all of them. Left
    #: out, it is an event of its own.
    event: Maybe = ""
    #: SHA-256 of the seed that it will be closed with, a space and a salt; one for all auctions of an event.
    seal: Seal = ""


class ConsignLot(Wish, frozen=True):
    """Sell allowances of one's own through an auction; they are set aside until it is over. 委托拍卖。"""

    auction: Name
    account: Name
    count: Whole
    #: The least the holder takes; 0 for any price.
    minimum: Price = 0


class PlaceBid(Wish, frozen=True):
    """A sealed bid; the guarantee that the rules ask for is set aside. 提交密封标书。"""

    auction: Name
    account: Name
    count: Whole
    #: The most the bidder pays.
    limit: Price


class CloseAuction(Wish, frozen=True):
    """Clear an auction and all others of its event; `seed` orders equal prices. 拍卖开标。"""

    auction: Name
    #: Orders bids of the same price: the sealed one, or publish it before the bids are opened.
    seed: Whole
    #: What was sealed with the seed.
    salt: Maybe = ""


class OfferAuction(Wish, frozen=True):
    """A holder offers its own allowances by auction; the money is the holder's. 自行拍卖。"""

    #: The new name.
    auction: Name
    #: The account that sells.
    account: Name
    series: Name
    #: Allowances on offer.
    count: Whole
    #: The least the holder takes.
    reserve: Price


AuctionBody = OpenAuction | ConsignLot | PlaceBid | CloseAuction | OfferAuction
