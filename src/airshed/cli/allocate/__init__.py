"""The command `airshed allocate`."""
