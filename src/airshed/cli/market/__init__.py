"""The commands `airshed market`."""
