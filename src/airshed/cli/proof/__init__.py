"""The commands of `airshed proof`."""
