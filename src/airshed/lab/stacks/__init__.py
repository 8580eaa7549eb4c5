"""Simulated stacks, monitors and data loggers: evidence as a real year would leave it."""
