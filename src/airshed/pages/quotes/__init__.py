"""Published prices of rights in one language as a page."""

from airshed.pages.quotes.page import QuoteFacts, build

__all__ = ["QuoteFacts", "build"]
