"""Auctions: sealed bids on one series (`clear`), a whole event by rules that are data (`hold`), and buying back."""

from __future__ import annotations

from airshed.market.auction.bidders import ClearedBidders, clear_bidders
from airshed.market.auction.columns import BINS_LOG2, EXACT, ColumnsCleared, clear_columns
from airshed.market.auction.correction import digest, supersede
from airshed.market.auction.event import hold
from airshed.market.auction.law import AuctionLaw
from airshed.market.auction.notice import Notice, notice
from airshed.market.auction.nouns import Bidder, Consigned, Outcome, SealedBid, SeriesOutcome
from airshed.market.auction.reverse import Ask, RepurchaseLaw, ReverseOutcome, buy_back
from airshed.market.auction.sealed import PAID, Bid, BidderAward, Result, Rule, clear
from airshed.market.auction.unsold import CarriedVolume, carry

__all__ = [
    "BINS_LOG2",
    "EXACT",
    "PAID",
    "Ask",
    "AuctionLaw",
    "Bid",
    "Bidder",
    "BidderAward",
    "CarriedVolume",
    "ClearedBidders",
    "ColumnsCleared",
    "Consigned",
    "Notice",
    "Outcome",
    "RepurchaseLaw",
    "Result",
    "ReverseOutcome",
    "Rule",
    "SealedBid",
    "SeriesOutcome",
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
