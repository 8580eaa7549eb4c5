"""Airshed, an open emission trading system for the air of a region."""

__version__ = "0.2.0"
