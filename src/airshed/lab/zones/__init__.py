"""A zone as data, and how the synthetic part of one is drawn from a seed."""
