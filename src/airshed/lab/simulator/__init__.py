"""The random simulator: hostile commands and crashes through the real engine, with a slow second opinion on each."""
