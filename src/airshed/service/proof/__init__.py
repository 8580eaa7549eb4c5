"""Checkpoints of a book on disk: keys, tiles, proofs, witnesses."""
