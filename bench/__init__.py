"""Measurements in one run on one machine, most of them as ratios against the barest thing: `make bench`."""
