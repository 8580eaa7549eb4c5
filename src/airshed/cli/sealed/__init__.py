"""The shell of sealed bids."""
