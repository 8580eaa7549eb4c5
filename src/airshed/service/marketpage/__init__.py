"""The page of the market: candles and volume, index, depth, open interest, in English and Chinese."""

from __future__ import annotations

from airshed.service.marketpage.facts import MarketFacts, facts_of
from airshed.service.marketpage.page import build

__all__ = ["MarketFacts", "build", "facts_of"]
