"""Simulated data loggers on real sockets."""
