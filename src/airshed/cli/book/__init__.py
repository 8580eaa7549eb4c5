"""The commands `airshed book`."""
