"""Allocation, auctions, matching, fees."""
