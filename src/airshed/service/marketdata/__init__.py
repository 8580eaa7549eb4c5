"""Market data: what the one book says of the market, read by folding it."""

from __future__ import annotations

from airshed.service.marketdata.reading import END, Holdings, Market, Quote, Until, read_market
from airshed.service.marketdata.summary import SeriesSummary, summaries
from airshed.service.marketdata.zone_index import law_of, zone_index

__all__ = [
    "END",
    "Holdings",
    "Market",
    "Quote",
    "SeriesSummary",
    "Until",
    "law_of",
    "read_market",
    "summaries",
    "zone_index",
]
