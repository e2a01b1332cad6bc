"""The studies of tubewall."""
