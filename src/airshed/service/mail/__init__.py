"""Letters of the service: what server sends them, and how they are handed to it."""
