"""Auctions: sealed bids on one series (`clear`), a whole event by rules that are data (`hold`), and buying back."""

from __future__ import annotations

from airshed.market.auction.bidders import ClearedBidders, clear_bidders
from airshed.market.auction.columns import BINS_LOG2, EXACT, Cleared, clear_columns
from airshed.market.auction.correction import digest, supersede
from airshed.market.auction.event import hold
from airshed.market.auction.law import AuctionLaw
from airshed.market.auction.notice import Notice, notice
from airshed.market.auction.nouns import Bidder, Consigned, Outcome, Sale, SealedBid
from airshed.market.auction.reverse import Ask, Purchase, RepurchaseLaw, buy_back
from airshed.market.auction.sealed import PAID, Award, Bid, Result, Rule, clear
from airshed.market.auction.unsold import Carried, carry

__all__ = [
    "BINS_LOG2",
    "EXACT",
    "PAID",
    "Ask",
    "AuctionLaw",
    "Award",
    "Bid",
    "Bidder",
    "Carried",
    "Cleared",
    "ClearedBidders",
    "Consigned",
    "Notice",
    "Outcome",
    "Purchase",
    "RepurchaseLaw",
    "Result",
    "Rule",
    "Sale",
    "SealedBid",
    "buy_back",
    "carry",
    "clear",
    "clear_bidders",
    "clear_columns",
    "digest",
    "hold",
    "notice",
    "supersede",
]
