"""The commands `airshed lab`."""
