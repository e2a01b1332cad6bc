"""The geometry of tubewall."""
