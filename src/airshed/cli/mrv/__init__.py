"""The commands `airshed mrv`."""
