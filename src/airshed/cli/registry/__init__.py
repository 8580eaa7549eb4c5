"""The commands `airshed registry`."""
