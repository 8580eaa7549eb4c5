"""Random commands: what a small market would send, and everything that nobody should."""
