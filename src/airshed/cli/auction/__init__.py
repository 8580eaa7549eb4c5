"""The commands `airshed auction`."""
