"""Measurements as ratios against a bare Django view, in one run on one machine: `make bench`."""
