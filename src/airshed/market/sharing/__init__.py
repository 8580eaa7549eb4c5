"""Sharing what is less than is wanted: rules for claims, criteria, games among cities, and tiers of any of them.

`tiers.share` is what `airshed allocate --tiers` runs; `estate`, `criteria` and `games` are libraries of their own.
"""
