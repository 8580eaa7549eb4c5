"""The page on the price of a bad meter: what each way of losing hours costs under either law, in tonnes and yuan."""

from __future__ import annotations

from airshed.pages.meter_price.facts import PriceFacts
from airshed.pages.meter_price.page import build

__all__ = ["PriceFacts", "build"]
