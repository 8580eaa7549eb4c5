"""A region as data: its places, sources, stacks, criteria, and where each figure comes from."""
