"""Obligations, surrender, shortfall, penalty, make-up, banking."""
