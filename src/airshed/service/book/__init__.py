"""The book on disk: written, opened, verified, replayed under another law, and what is read from it."""
