"""The commands `airshed gateway`."""
