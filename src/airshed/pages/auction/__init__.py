"""The page of an auction: bid curves, supply with its reserves, prices, and the published result."""

from __future__ import annotations

from airshed.pages.auction.curves import AuctionCurve, Positions, curve_of
from airshed.pages.auction.page import build

__all__ = ["AuctionCurve", "Positions", "build", "curve_of"]
