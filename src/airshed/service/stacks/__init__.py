"""Stacks on disk: evidence, hourly readings, and the closed years that are computed from them."""
