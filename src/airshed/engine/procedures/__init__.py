"""Procedures: what a command leads to. Pure: state and rules are read, nothing is changed."""
