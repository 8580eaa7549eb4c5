"""`airshed act`: any command of the catalogue from options, in the measures that people use."""
