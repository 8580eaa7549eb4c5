"""The page of the market: candles and volume, index, depth, open interest, in English and Chinese."""

from __future__ import annotations

from airshed.pages.market.facts import MarketFacts, facts_of
from airshed.pages.market.page import build

__all__ = ["MarketFacts", "build", "facts_of"]
