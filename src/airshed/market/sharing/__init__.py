"""Sharing what is less than is wanted: rules for claims, criteria, games among cities, and tiers of any of them.

`tiers.share` shares a cap by a plan, `named.NAMED` are the plans of every method in the literature; `estate`,
`criteria`, `games` and `savings` are libraries of their own.
"""
