"""The page of an auction: bid curves, supply with its reserves, prices, and the published result."""

from __future__ import annotations

from airshed.service.auctionpage.curves import Curve, Positions, curve_of
from airshed.service.auctionpage.page import build

__all__ = ["Curve", "Positions", "build", "curve_of"]
