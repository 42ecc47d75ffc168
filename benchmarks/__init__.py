"""One command a figure; what they measured lies in `results/`."""
