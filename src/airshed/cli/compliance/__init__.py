"""The commands `airshed compliance`."""
