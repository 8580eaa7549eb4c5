"""Market data: what the one book says of the market, read by folding it."""

from __future__ import annotations

from airshed.service.marketdata.reading import END, Holdings, Market, Quote, Until, read_market
from airshed.service.marketdata.summary import Summary, summaries

__all__ = ["END", "Holdings", "Market", "Quote", "Summary", "Until", "read_market", "summaries"]
