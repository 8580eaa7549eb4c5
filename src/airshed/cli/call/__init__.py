"""The commands `airshed call`."""
