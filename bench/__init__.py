"""The numbers of `make bench`: always ratios measured in one run, never a timed test."""
