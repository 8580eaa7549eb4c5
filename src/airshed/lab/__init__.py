"""Drives the engine: synthetic stacks, honest agents, the random simulator."""
